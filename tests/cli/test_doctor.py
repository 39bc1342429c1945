"""The doctor looks at a real machine: this one, and this one with something taken away."""

import argparse
import json
from pathlib import Path

import pytest

from tocsin.cli import doctor


def examine(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    doctor.register(parser.add_subparsers())
    parsed = parser.parse_args(["doctor", *args])
    code = parsed.run(parsed)
    return code, capsys.readouterr().out


def test_a_machine_that_runs_the_tests_has_all_it_needs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, told = examine(capsys, "--json", "--store", str(tmp_path / "new.tocsin"))
    answer = json.loads(told)
    # The libraries for a window are the one thing the tests do without.
    lacking = [check["name"] for check in answer["checks"] if check["state"] == "missing"]
    assert lacking == ["system libraries"] * bool(answer["missing_libraries"])
    assert (code, answer["ok"]) == ((1, False) if lacking else (0, True))
    assert {"Python", "SQLite", "Qt", "display", "free space", "reportlab"} <= {
        check["name"] for check in answer["checks"]
    }


def test_a_qt_that_cannot_start_is_told_in_one_line_and_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    code, told = examine(capsys, "--store", str(tmp_path))
    assert code == 1
    line = next(line for line in told.splitlines() if line.startswith("missing Qt"))
    assert "no-such-platform" in line
    assert "Traceback" not in told


def test_a_store_folder_that_cannot_be_written_to_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, told = examine(capsys, "--store", "/proc/nowhere")
    assert code == 1
    assert "missing store folder" in told


def test_a_broken_library_does_not_take_the_doctor_down(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "msgspec.py").write_text("import os; os._exit(9)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    code, told = examine(capsys, "--json", "--store", str(tmp_path))
    states = {check["name"]: check["state"] for check in json.loads(told)["checks"]}
    assert (code, states["numpy"], states["msgspec"]) == (1, "ok", "missing")
