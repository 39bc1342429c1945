"""`tocsin document`, run as a command over a real store."""

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from tocsin.cli import document_command
from tocsin.errors import BadInput, NotFound
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import incidents
from tocsin.operations.documents import KINDS
from tocsin.store.folder import Store

KEYS = ["path", "sha256", "unsigned", "as_of", "entry", "incident", "document", "paper", "standing"]
Run = Callable[..., tuple[str, str]]


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    store.clock = SystemClock()
    return incidents.declare(store, author, title="Approvals fall", system="credit-scorer")


@pytest.fixture
def run(store: Store, incident: Incident, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command; return what it prints on standard output and on standard error."""
    root = argparse.ArgumentParser()
    document_command.register(root.add_subparsers())

    def run(*words: str) -> tuple[str, str]:
        args = root.parse_args(["document", *words, "--store", str(store.path)])
        assert args.run(args) == 0
        printed = capsys.readouterr()
        return printed.out, printed.err

    return run


def test_a_document_is_written_as_it_is_asked_for(run: Run, incident: Incident, tmp_path: Path) -> None:
    target = tmp_path / "review.pdf"
    out, _ = run(incident.reference, "review", "-o", str(target), "--paper", "letter", "--as-filed", "--json")
    told = json.loads(out)
    assert list(told) == KEYS
    assert told["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert (told["paper"], told["standing"], told["document"]) == (
        "Letter",
        "AS FILED",
        "post-incident review",
    )
    assert told["incident"] == incident.id
    assert PdfReader(target).pages[0].mediabox.width == 612
    again = tmp_path / "again.pdf"
    run(incident.reference, "review", "-o", str(again), "--paper", "letter", "--as-filed",
        "--as-of", told["as_of"])  # fmt: skip
    assert again.read_bytes() == target.read_bytes()


def test_the_register_is_of_no_incident(run: Run, incident: Incident, tmp_path: Path) -> None:
    target = tmp_path / "register.pdf"
    out, _ = run("register", "-o", str(target), "--json")
    assert json.loads(out)["incident"] == ""
    _, said = run(incident.reference, "register", "-o", str(target))
    assert "SHA-256" in said


def test_the_kinds_are_listed_without_a_store(run: Run) -> None:
    out, _ = run("--list", "--json")
    told = json.loads(out)
    assert [one["id"] for one in told] == list(KINDS)
    assert {one["id"] for one in told if one["outside"]} == {"report", "assessment", "evidence", "register"}
    out, _ = run("--list")
    assert "inside only" in out


def test_what_is_missing_or_wrong_is_told(run: Run, incident: Incident, tmp_path: Path) -> None:
    target = str(tmp_path / "x.pdf")
    for words in ((incident.reference,), ("review",), (), (incident.reference, "review")):
        with pytest.raises(BadInput):
            run(*words, *(("-o", target) if words != (incident.reference, "review") else ()))
    with pytest.raises(NotFound, match="no such document"):
        run(incident.reference, "novel", "-o", target)
    with pytest.raises(BadInput, match="inside only"):
        run(incident.reference, "brief", "-o", target, "--outside")
    assert not Path(target).exists()
