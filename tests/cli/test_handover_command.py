"""Roles and hand-overs on the command line, from declaring to the briefing on paper."""

import json
from pathlib import Path

import pytest

from tocsin.cli import main


def run(
    capsys: pytest.CaptureFixture[str], store: Path, *arguments: str, fails: bool = False
) -> dict[str, object]:
    """Run a command with --json and return what it printed."""
    code = main([*arguments, "--store", str(store), "--json"])
    assert code == (1 if fails else 0)
    found = json.loads(capsys.readouterr().out)
    return found if isinstance(found, dict) else {"all": found}


def test_a_role_goes_round_and_the_briefing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = tmp_path / "war-room.tocsin"

    def go(*arguments: str, by: str = "Operator A", fails: bool = False) -> dict[str, object]:
        return run(capsys, store, *arguments, "--by", by, fails=fails)

    incident = str(go("incident", "declare", "--title", "Declines", "--system", "scorer")["reference"])
    go("role", "assume", incident, "technical", "Operator C")
    assert go("role", "relinquish", incident, "technical", "--reason", "ill")["commander"] == "Operator A"
    assert "always commands" in str(go("role", "relinquish", incident, "commander", fails=True)["error"])
    prepared = go(
        "handover", "prepare", incident, "commander", "Operator B", "--set", "questions=Does v12 hold?"
    )
    assert prepared["questions"] == ["Does v12 hold?"]
    assert "SEV-1" in prepared["briefing"]["situation"]  # type: ignore[index]
    go("handover", "confirm", incident)
    assert "unanswered" in str(go("handover", "confirm", incident, by="Operator B", fails=True)["error"])
    passed = go("handover", "confirm", incident, "--answer", "Yes", by="Operator B")
    assert passed["state"] == "passed"
    shown = run(capsys, store, "role", "show", incident, "--at", str(passed["effective"]))
    assert shown["holders"] == {"commander": "Operator B"}
    written = go("briefing", incident, "-o", str(tmp_path / "b.pdf"))
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
    assert written["incident"] == id_of(capsys, store, incident)
    assert "cancelled" not in str(run(capsys, store, "handover", "show", incident)["all"][0]["state"])  # type: ignore[index]


def id_of(capsys: pytest.CaptureFixture[str], store: Path, reference: str) -> object:
    return run(capsys, store, "incident", "show", reference)["id"]
