"""`tocsin policy`: the keys it promises, from a folder of one's own to the rules of an open incident."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.cli import main
from tocsin.model.operator import Author
from tocsin.operations import incidents, policies
from tocsin.store.folder import Store

BY = ("--by", "Operator A")
CHANGE = {"incident", "reference", "level", "to_level", "clock", "name", "what", "before", "after"}


@pytest.fixture
def path(store: Store) -> str:
    return str(store.path)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return msgspec.json.decode(capsys.readouterr().out)


def test_the_list_begins_with_the_pack_in_force(
    path: str, store: Store, author: Author, capsys: pytest.CaptureFixture[str]
) -> None:
    incidents.declare(store, author, title="Scores fell", system="loans")
    assert main(["policy", "list", "--store", path, "--json"]) == 0
    found = told(capsys)
    assert [one["id"] for one in found] == ["sev-1-4", "p0-p2", "p1-p4", "severity-1-3"]
    first = found[0]
    assert set(first) == {
        "id",
        "title",
        "version",
        "in_force",
        "shipped",
        "sha256",
        "open",
        "chosen",
        "by",
        "reason",
    }
    assert (first["in_force"], first["shipped"], first["open"], first["chosen"]) == (True, True, 1, None)
    assert [one["sha256"] for one in found[1:]] == [None] * 3


def test_a_pack_is_taken_along_changed_checked_used_and_applied(
    path: str, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = incidents.declare(
        store, Author("Operator A"), title="Scores fell", system="loans", severity="SEV-2"
    )
    mine = tmp_path / "my-team"
    assert main(["policy", "new", str(mine), "--store", path, "--json"]) == 0
    made = told(capsys)
    assert (made["id"], made["version"], "pack.toml" in made["files"]) == ("my-team", "1", True)
    pack = mine / "pack.toml"
    pack.write_text(pack.read_text("utf-8").replace("minutes = 60", "minuets = 60"), "utf-8")
    assert main(["policy", "check", str(mine), "--json"]) == 1
    checked = told(capsys)
    (problem,) = checked["problems"]
    assert (checked["ok"], checked["where"], problem["file"]) == (False, str(pack), "pack.toml")
    assert problem["key"].endswith(".within")
    assert main(["policy", "use", str(mine), "--store", path]) == 1
    capsys.readouterr()

    pack.write_text(pack.read_text("utf-8").replace("minuets = 60", "minutes = 45"), "utf-8")
    assert main(["policy", "check", str(mine)]) == 0
    capsys.readouterr()
    assert main(["policy", "preview", str(mine), "--store", path, "--json"]) == 0
    (change,) = told(capsys)
    assert set(change) == CHANGE
    assert (change["reference"], change["clock"], change["what"]) == (known.reference, "contain", "moves")
    assert change["before"]["due"] > change["after"]["due"]
    assert main(["policy", "use", str(mine), "--because", "our own", *BY, "--store", path, "--json"]) == 0
    used = told(capsys)
    assert (used["id"], used["in_force"], used["reason"], used["by"]) == (
        "my-team",
        True,
        "our own",
        "Operator A",
    )
    assert incidents.get(store, known.id).policy == known.policy
    words = [known.reference, "--because", "sooner", *BY, "--store", path, "--json"]
    assert main(["policy", "apply", *words]) == 0
    assert [one["clock"] for one in told(capsys)] == ["contain"]
    assert policies.scheme(store, incidents.get(store, known.id).policy).id == "my-team"


def test_a_pack_is_shown_in_words_and_whole(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show", "p1-p4", "--store", path]) == 0
    shown = capsys.readouterr().out
    for words in ("P1: Critical", "communicate 30 min", "roll back or switch off counts up (aim 5 min)",
                  "status update every 30 min", "review 72 h", "ethics committee, legal"):  # fmt: skip
        assert words in shown
    assert main(["policy", "show", "--store", path, "--json"]) == 0
    whole = told(capsys)
    assert whole["pack"]["id"] == "sev-1-4"
    assert [one["id"] for one in whole["closure"]] == ["verified", "clocks", "review", "duties"]


def test_what_is_open_before_closing_is_told(
    path: str, store: Store, author: Author, capsys: pytest.CaptureFixture[str]
) -> None:
    known = incidents.declare(store, author, title="Scores fell", system="loans")
    assert main(["policy", "closing", known.reference, "--store", path, "--json"]) == 0
    found = told(capsys)
    assert [set(one) for one in found] == [{"id", "title", "settled", "why"}] * 4
    assert [one["settled"] for one in found] == [False, False, False, True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["use", "nowhere"], "there is no such pack"),
        (["use", "sev-1-4"], "is in force already"),
        (["show", "0123456789"], "there is no such pack"),
        (["new", "Not A Name"], "lower-case letters"),
        (["apply", "INC-2026-WR-0009", "--because", "x"], "there is no such incident"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    path: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", *words, "--store", path]) == 1
    assert said in capsys.readouterr().err
