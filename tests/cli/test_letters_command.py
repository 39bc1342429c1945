"""Letters and personal passages from the command line."""

import json
from pathlib import Path

import pytest

from tests import letter_lists
from tocsin.cli import main
from tocsin.model.operator import Author
from tocsin.operations import incidents, timeline
from tocsin.store.folder import Store

A = Author("Operator A")


@pytest.fixture
def incident(store: Store) -> str:
    return incidents.declare(store, A, title="Wrong reasons", system="Loans", severity="SEV-2").reference


def run(capsys: pytest.CaptureFixture[str], store: Store, *words: str) -> tuple[int, str, str]:
    code = main([*words, "--store", str(store.path)])
    told = capsys.readouterr()
    return code, told.out, told.err


def given(kind: str) -> list[str]:
    return [word for key, value in letter_lists.GIVEN[kind].items() for word in ("--set", f"{key}={value}")]


def test_a_batch_from_the_command_line(
    store: Store, incident: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [letter_lists.person(1), {**letter_lists.person(2), "account": ""}]
    people = letter_lists.write(tmp_path / "p.csv", "adverse-action", rows)
    words = [
        "letters",
        incident,
        "--kind",
        "adverse-action",
        "--people",
        str(people),
        *given("adverse-action"),
    ]
    code, out, _ = run(capsys, store, *words, "--check")
    assert code == 0
    assert "row 2 (line 3), account: the account or application is missing" in out
    code, out, _ = run(capsys, store, *words, "-o", str(tmp_path / "o.pdf"), "--by", "Operator A", "--json")
    told = json.loads(out)
    assert (code, told["letters"], told["refused"], told["layouts"]) == (0, 1, 1, 1)
    assert (tmp_path / "o.csv").exists()
    statement = tmp_path / "statement.txt"
    statement.write_text("The statement.\n", encoding="utf-8")
    again = [*words, "--set", f"ecoa_statement=@{statement}", "-o", str(tmp_path / "all"), "--text"]
    assert run(capsys, store, *again, "--by", "Operator A")[0] == 0
    assert "The statement." in (tmp_path / "all" / "letter-000001.txt").read_text(encoding="utf-8")


def test_what_is_asked_for_is_listed(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, store, "letters", "--kind", "adverse-action", "--asks", "--json")
    asks = {one["id"]: one for one in json.loads(out)}
    assert code == 0
    assert "1002.9(b)(1)" in asks["ecoa_statement"]["verbatim"]


@pytest.mark.parametrize("more", [["--set", "nothing=x"], ["--set", "x"], ["--people", "nowhere.csv"]])
def test_what_is_wrong_is_told(
    store: Store, incident: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    people = letter_lists.write(tmp_path / "p.csv", "automated-decision", [letter_lists.person(1)])
    words = ["letters", incident, "--kind", "automated-decision", "--people", str(people), "--check"]
    code, _, err = run(capsys, store, *words, *given("automated-decision"), *more)
    assert code == 1
    assert "Traceback" not in err


def test_passages_are_marked_and_listed(
    store: Store, incident: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = timeline.add(store, A, incident, "The patient Roe was moved.").id
    words = ["personal", "mark", incident, entry, "--passage", "patient Roe", "--by", "Operator A"]
    assert run(capsys, store, *words)[0] == 0
    _, out, _ = run(capsys, store, "personal", "list", incident, "--json")
    assert [(one["target"], one["passage"]) for one in json.loads(out)] == [(entry, "patient Roe")]
    _, out, _ = run(capsys, store, "personal", "legend", incident, "--json")
    assert json.loads(out) == {"Person 1": "Operator A"}
