"""`tocsin matrix`: levels, routes, and the open incidents with what is owed."""

import json
from pathlib import Path

import pytest

from tocsin.cli import main
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import incidents, triage
from tocsin.store.folder import create_store


def test_it_shows_levels_cells_and_what_is_owed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, author = tmp_path / "war-room.tocsin", Author("Operator A")
    made = create_store(path, code="WR", zone="Europe/Berlin", clock=SystemClock(), author=author)
    one = incidents.declare(made, author, title="Scorer declines", system="scorer", severity="SEV-2")
    triage.regrade(made, author, one.id, "SEV-2", "", fields={"type": "behaviour_change"})
    made.close()
    assert main(["matrix", "--store", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [level["id"] for level in found["levels"]] == ["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    assert (found["levels"][1]["respond"], found["levels"][1]["escalate"]) == ("1 h", "2 h")
    standing = [
        (level["id"], cell["route"], there["reference"])
        for level in found["levels"]
        for cell in level["cells"]
        for there in cell["incidents"]
    ]
    assert standing == [("SEV-2", "behaviour", one.reference)]
    owed = {each["clock"]: each for each in found["owed"]}
    assert owed["escalate"]["to"] == ["Engineering Director", "ML Lead"]
    assert owed["escalate"]["by"] is not None
    assert main(["matrix", "--store", str(path)]) == 0
    told = capsys.readouterr().out
    assert f"{one.reference}  Scorer declines" in told
    assert "to ML engineering, product owner, no due time" in told
