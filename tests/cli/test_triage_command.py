"""`tocsin triage`: questions shown, answers recorded, another level only with a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import incidents
from tocsin.store.folder import create_store

ANSWERS = ["harm=no", "data=no", "protected=no", "legal=no", "function=below", "reach=all", "growing=no"]


@pytest.fixture
def declared(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "war-room.tocsin"
    author = Author("Operator A")
    made = create_store(path, code="WR", zone="Europe/Berlin", clock=SystemClock(), author=author)
    one = incidents.declare(made, author, title="Scorer declines", system="scorer")
    made.close()
    return path, one.reference


Declared = tuple[Path, str]


def run(folder: Path, capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> dict[str, Any]:
    assert main(["triage", *args, "--store", str(folder), "--json", "--by", "Operator A"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_it_shows_the_questions_and_records_nothing(
    declared: Declared, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(declared[0], capsys, declared[1])
    assert (found["recorded"], found["level"], found["suggested"]) == (False, "SEV-1", "SEV-1")
    assert [question["id"] for question in found["questions"]] == [text.split("=")[0] for text in ANSWERS]
    assert found["unknown"] == ["harm"]


def test_it_records_answers_and_fields_and_takes_more_later(
    declared: Declared, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, reference = declared
    given = [word for text in ANSWERS for word in ("--answer", text)]
    found = run(folder, capsys, reference, *given, "--type", "distribution_shift", "--scope", "EU")
    assert (found["recorded"], found["level"], found["tipped"]) == (True, "SEV-2", ["function"])
    assert (found["fields"]["type"], found["fields"]["scope"]) == ("distribution_shift", "EU")
    again = run(folder, capsys, reference, "--answer", "reach=nobody")
    assert (again["level"], again["answers"]["function"]) == ("SEV-3", "below")
    refused = run(folder, capsys, reference, "--level", "SEV-1", code=1)
    assert "SEV-3" in refused["error"]["what"]
    assert run(folder, capsys, reference, "--level", "SEV-1", "--because", "the press")["level"] == "SEV-1"
    assert "QUESTION=ANSWER" in run(folder, capsys, reference, "--answer", "harm", code=1)["error"]["what"]
