"""`tocsin drill`: the scenarios listed, and a drill scored from its store."""

from pathlib import Path

import msgspec
import pytest

from tocsin.cli import main
from tocsin.now import SystemClock
from tocsin.operations import drill
from tocsin.operations.progress import finish
from tocsin.store.folder import Store


def test_the_drills_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill"]) == 0
    assert "routing" in capsys.readouterr().out
    assert main(["drill", "--json"]) == 0
    assert {one["type"] for one in msgspec.json.decode(capsys.readouterr().out)} >= {"bias", "oversight"}


def test_a_store_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "drill.tocsin"
    finish(drill.build(path, drill.scenario("rubber_stamp"), "rubber_stamp", SystemClock(), tmp_path))
    words = ["drill", "--score", "--store", str(path)]
    assert main([*words, "-o", str(tmp_path / "score.pdf")]) == 0
    said = capsys.readouterr().out
    assert "0 of 1 reached" in said
    assert "missed   Declared (target 25 min)" in said
    assert (tmp_path / "score.pdf").read_bytes().startswith(b"%PDF")
    assert main([*words, "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert [one["passed"] for one in told["marks"]] == [False]
    assert told["scenario"] == "rubber_stamp"


def test_what_cannot_be_is_refused(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "routing", "--speed", "0"]) == 1
    assert main(["drill", "nothing"]) == 1
    assert main(["drill", "--score", "--store", str(store.path)]) == 1
    said = capsys.readouterr().err
    assert "1 to 120 times" in said
    assert "no such drill" in said
    assert "not made for a drill" in said
