"""`tocsin report`, run as a command over a real store."""

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.cli import report_command
from tocsin.errors import BadInput, NotFound
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import incidents, timeline
from tocsin.store.folder import Store

KEYS = ["path", "sha256", "as_of", "entry", "incident"]
Run = Callable[..., tuple[str, str]]


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    store.clock = SystemClock()
    return incidents.declare(store, author, title="Approvals fall", system="credit-scorer")


@pytest.fixture
def run(store: Store, incident: Incident, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command; return what it prints on standard output and on standard error."""
    root = argparse.ArgumentParser()
    report_command.register(root.add_subparsers())

    def run(*words: str) -> tuple[str, str]:
        args = root.parse_args(["report", *words, "--store", str(store.path)])
        assert args.run(args) == 0
        printed = capsys.readouterr()
        return printed.out, printed.err

    return run


def test_a_report_is_written_and_said(run: Run, incident: Incident, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    out, err = run(incident.reference, "-o", str(target), "--by", "Operator A")
    assert target.read_bytes().startswith(b"%PDF")
    assert out == ""
    assert str(target) in err


def test_json_has_the_documented_keys(run: Run, incident: Incident, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    told = json.loads(run(incident.id, "-o", str(target), "--json")[0])
    assert list(told) == KEYS
    assert told["path"] == str(target)
    assert told["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    assert told["incident"] == incident.id


def test_the_same_as_of_gives_the_same_file_again(
    run: Run, store: Store, author: Author, incident: Incident, tmp_path: Path
) -> None:
    first, later, again = (tmp_path / f"{name}.pdf" for name in ("first", "later", "again"))
    as_of = json.loads(run(incident.id, "-o", str(first), "--json")[0])["as_of"]
    timeline.log(store, author, incident.id, "a later line")
    run(incident.id, "-o", str(later))
    run(incident.id, "-o", str(again), "--as-of", as_of)
    assert again.read_bytes() == first.read_bytes() != later.read_bytes()


def test_what_cannot_be_done_is_an_error_for_people(run: Run, incident: Incident, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run("INC-2026-XX-0001", "-o", str(tmp_path / "x.pdf"))
    with pytest.raises(BadInput):
        run(incident.id, "-o", str(tmp_path))
