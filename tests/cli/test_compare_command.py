"""`tocsin compare` and `tocsin decisions`, as a person or a script runs them."""

import json
from pathlib import Path

import pytest

from tocsin.cli import main


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rows = [
        f"{i},2026-05-{1 + i // 100:02}T00:00:00Z,{i % 7 + 50 * (i >= 1000)},{'ab'[i % 2]}"
        for i in range(2000)
    ]
    file = tmp_path / "log.csv"
    file.write_text("id,time,amount,region\n" + "\n".join(rows) + "\n")
    return file


def run(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_file_is_compared_without_a_store(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spans = ["--baseline", "2026-05-01..2026-05-11", "--window", "2026-05-11.."]
    told = run(capsys, "compare", "--decisions", str(log), *spans)
    assert isinstance(told, dict)
    assert told["changed"] == ["amount"]
    assert told["baseline"] == {
        "since": "2026-05-01T00:00:00Z",
        "until": "2026-05-11T00:00:00Z",
        "rows": 1000,
    }
    assert told["window"]["until"] is None
    assert [one["name"] for one in told["features"]] == ["amount", "region"]
    assert main(["compare", "--decisions", str(log), *spans]) == 0
    assert capsys.readouterr().out.startswith("amount")


def test_rows_are_compared_by_their_numbers(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spans = ["--baseline", "..501", "--window", "501..1001"]
    told = run(capsys, "compare", "--decisions", str(log), "--row-order", *spans)
    assert isinstance(told, dict)
    assert told["baseline"]["rows"] == told["window"]["rows"] == 500
    assert "amount" not in told["changed"]


@pytest.mark.parametrize(
    "spans", [("x", ".."), ("..3", "3..2"), ("..3", "one.."), ("..3", "3.." + 5000 * "9")]
)
def test_spans_that_are_none_are_refused(log: Path, spans: tuple[str, str]) -> None:
    words = ["compare", "--decisions", str(log), "--row-order", "--baseline", spans[0], "--window", spans[1]]
    assert main(words) == 1


def test_a_zone_that_is_none_is_refused(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "--decisions", str(log), "--tz", "No/Where"]
    assert main([*words, "--baseline", "..2026-05-11", "--window", "2026-05-11.."]) == 1
    assert main(["segments", "--decisions", str(log), "--tz", "No/Where"]) == 1
    assert capsys.readouterr().err.count("No/Where: this is not a time zone name.") == 2


def test_roles_are_shown_and_set(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path / "s.tocsin")]
    assert main(["import", str(log), "--as", "decisions", "--system", "shop", *store]) == 0
    capsys.readouterr()
    told = run(capsys, "decisions", "roles", "--system", "shop", *store)
    assert isinstance(told, dict)
    assert (told["roles"], told["said"]) == ({"segment": ["region"]}, False)
    words = ["--set", "group=region", "--set", "score=amount", "--favourable", "a"]
    told = run(capsys, "decisions", "roles", "--system", "shop", *store, *words)
    assert isinstance(told, dict)
    assert (told["roles"], told["said"]) == ({"group": ["region"], "score": ["amount"]}, True)
    told = run(capsys, "decisions", "roles", "--system", "shop", *store)
    assert isinstance(told, dict)
    assert told["favourable"] == "a"
    listed = run(capsys, "decisions", "list", "--system", "shop", *store)
    assert isinstance(listed, list)
    assert listed[0]["rows"] == 2000
    assert main(["decisions", "roles", "--system", "shop", "--set", "hero=amount", *store]) == 1
    capsys.readouterr()
    run_on = "group=region,score=amount"
    assert main(["decisions", "roles", "--system", "shop", "--set", run_on, *store]) == 1
    assert "--set score=amount" in capsys.readouterr().err
    spans = ["--baseline", "..2026-05-11", "--window", "2026-05-11.."]
    told = run(capsys, "compare", "--system", "shop", *store, *spans)
    assert isinstance(told, dict)
    assert {one["name"]: one["role"] for one in told["features"]} == {"amount": "score", "region": "group"}
    assert told["changed"] == ["amount"]
