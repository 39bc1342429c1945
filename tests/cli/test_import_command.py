"""`tocsin import`: what it prints, and what it exits with."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main

GOOD = "ts,value\n2026-11-02T10:00:00Z,1.5\n2026-11-02T10:00:01Z,2\n"


def run(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, Any, str]:
    store = folder / "s.tocsin"
    code = main(
        ["import", "--store", str(store), "--system", "shop", "--by", "Operator A", "--json", *arguments]
    )
    told = capsys.readouterr()
    return code, json.loads(told.out), told.err


def test_it_counts_and_says_what_it_assumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "latency.csv"
    file.write_text(GOOD.replace("T", " ").replace("Z", ""))
    code, told, messages = run(capsys, tmp_path, str(file))
    assert code == 0
    assert [told[key] for key in ("read", "stored", "already", "rejected")] == [2, 2, 0, 0]
    assert told["assumed"]["zone"] == "UTC"
    assert "2 stored" in messages
    assert "holds 2 samples" in messages
    code, told, _ = run(capsys, tmp_path, str(file))
    assert [told[key] for key in ("read", "stored", "already", "rejected")] == [2, 0, 2, 0]


def test_a_refused_file_does_not_keep_the_others_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD)
    bad.write_text("\xff\xfe", encoding="latin-1")
    code, told, messages = run(capsys, tmp_path, str(bad), str(good), str(tmp_path / "none"))
    assert code == 1
    assert told["stored"] == 2
    assert [file["error"] is None for file in told["files"]] == [False, True, False]
    assert "there is no such file" in messages
    assert "Traceback" not in messages


def test_a_dry_run_stores_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "latency.csv"
    file.write_text(GOOD)
    for _ in range(2):
        code, told, messages = run(capsys, tmp_path, "--dry-run", str(file))
        assert (code, told["stored"], told["already"], told["files"][0]["id"]) == (0, 2, 0, "")
        assert "2 would be stored" in messages


def test_units_and_zones_are_passed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "epoch.csv"
    file.write_text("ts,value\n1767268800,1\n")
    code, _, messages = run(capsys, tmp_path, str(file))
    assert code == 1
    assert "--time-unit" in messages
    code, told, _ = run(capsys, tmp_path, "--time-unit", "s", "--map", "time=ts,value=value", str(file))
    assert (code, told["files"][0]["first"]) == (0, "2026-01-01T12:00:00Z")
    file.write_text("ts,value\n2026-07-01 12:00:00,1\n")
    _, told, _ = run(capsys, tmp_path, "--tz", "Europe/Berlin", str(file))
    assert told["files"][0]["first"] == "2026-07-01T10:00:00Z"


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    for arguments in (["import", "x.csv"], ["import", "x.csv", "--system", "s", "--as", "poems"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
