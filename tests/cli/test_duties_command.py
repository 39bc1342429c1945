"""`tocsin duties`: what applies and why, questions answered, duties ruled on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import facts, incidents
from tocsin.store.folder import create_store

Declared = tuple[Path, str]


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    path = tmp_path / "war-room.tocsin"
    author = Author("Operator A")
    made = create_store(path, code="WR", zone="Europe/Berlin", clock=SystemClock(), author=author)
    one = incidents.declare(made, author, title="Scorer declines", system="scorer")
    facts.state(made, author, one.id, "awareness", made.now())
    made.close()
    return path, one.reference


def run(declared: Declared, capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> dict[str, Any]:
    folder, reference = declared
    by = ["--by", "Operator A"] if {"answer", "rule"} & set(args) else []
    words = ["duties", reference, "--store", str(folder), "--json", *args, *by]
    assert main(words) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_it_tells_verdicts_and_answers_and_rules(
    declared: Declared, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = run(declared, capsys)
    assert {one["verdict"] for one in empty["duties"]} == {"undecided"}
    assert empty["questions"][0]["id"] == "jurisdictions"
    assert run(declared, capsys, "answer", "jurisdictions", "eu", "us")["recorded"]
    run(declared, capsys, "answer", "data_role", "controller")
    run(declared, capsys, "answer", "personal_data_breach", "yes", "--note", "a dump was found")
    found = run(declared, capsys, "answer", "breach_risk", "risk")
    first = found["duties"][0]
    assert (first["duty"], first["verdict"], first["state"]) == ("eu-gdpr-33/notify_sa", "applies", "running")
    assert (first["citation"], first["legal_outer"], first["question"]) == ("Art. 33(1)", None, None)
    assert first["plan_to"] is not None
    assert first["sureness"]
    assert "controller" in first["because"].lower()
    said = {one["question"]: (one["values"], one["by"], one["note"]) for one in found["answers"]}
    assert said["personal_data_breach"] == (["yes"], "Operator A", "a dump was found")
    assert "breach_risk" not in {one["id"] for one in found["questions"]}
    assert {one["verdict"] for one in found["duties"]} == {"applies", "undecided"}
    everything = run(declared, capsys, "--all", "rule", first["duty"], "does-not", "no risk to anybody")
    ruled = next(one for one in everything["duties"] if one["duty"] == first["duty"])
    assert (ruled["verdict"], ruled["ruled"], ruled["plan_to"]) == ("does not apply", True, None)
    assert ruled["because"] == "Ruled by Operator A: no risk to anybody"
    back = run(declared, capsys, "answer", "personal_data_breach")
    assert "personal_data_breach" in {one["id"] for one in back["questions"]}


@pytest.mark.parametrize("args", [
    ("answer", "breach_risk", "perhaps"), ("answer", "nothing", "yes"),
    ("rule", "eu-gdpr-33/nothing", "does-not", "why"), ("rule", "eu-gdpr-33/notify_sa", "applies", " "),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(
    declared: Declared, capsys: pytest.CaptureFixture[str], args: tuple[str, ...]
) -> None:
    assert run(declared, capsys, *args, code=1)["error"]["what"]


def test_people_read_it_in_lines(declared: Declared, capsys: pytest.CaptureFixture[str]) -> None:
    run(declared, capsys, "rule", "eu-gdpr-33/notify_sa", "applies", "the processor told us")
    folder, reference = declared
    assert main(["duties", reference, "--store", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "eu-gdpr-33/notify_sa: Notification to supervisory authority" in told
    assert "Ruled by Operator A: the processor told us" in told
    assert main(["duties", reference, "questions", "--store", str(folder)]) == 0
    assert "Under whose law does the organisation stand?" in capsys.readouterr().out
