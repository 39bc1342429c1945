"""`tocsin update` and `tocsin wording check`: from a draft to what was told, and a message checked."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main

Run = Any


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store of its own; return exit code and what it printed as JSON."""

    def done(*words: str) -> tuple[int, Any]:
        code = main([*words, "--store", str(tmp_path / "s.tocsin"), "--json"])
        said = capsys.readouterr().out
        return code, json.loads(said) if said.strip() else None

    return done


@pytest.fixture
def incident(run: Run) -> str:
    _, known = run("incident", "declare", "--title", "Scorer declines", "--system", "scorer", "--severity",
                   "SEV-1", "--by", "Operator A")  # fmt: skip
    return str(known["reference"])


def test_an_update_is_drafted_told_put_off_and_listed(run: Run, incident: str) -> None:
    code, draft = run("update", "draft", incident, "--format", "html")
    assert (code, draft["audience"], draft["number"], draft["breaches"]) == (0, "leadership", 1, [])
    assert draft["to"] == "VP Engineering, Legal, CISO"
    assert draft["copy"].startswith("<h1>SEV-1 ")
    code, made = run("update", "tell", incident, "--way", "mail", "--by", "Operator A")
    assert code == 0
    assert run("update", "snooze", incident, "20 min", "all are in the call", "--by", "Operator B")[0] == 0
    code, listed = run("update", "list", incident)
    assert [(one["audience"], one["by"]) for one in listed] == [
        (None, "Operator B"),
        ("leadership", "Operator A"),
    ]
    assert (listed[0]["reason"], listed[1]["entry"], listed[1]["way"]) == (
        "all are in the call",
        made["entry"],
        "mail",
    )
    assert listed[1]["text"].strip() == draft["text"].strip()
    _, shown = run("update", "show", incident, made["entry"], "--format", "md")
    assert shown["copy"].startswith("# SEV-1 INC")
    assert run("update", "show", incident, made["entry"], "--format", "pdf")[1]["path"].endswith("-told.pdf")
    assert run("update", "show", incident, listed[0]["entry"])[0] == 1, "that one was put off, not told"
    assert run("update", "correct", made["entry"], "it was the board", "--to", "board")[0] == 0
    _, listed = run("update", "list", incident)
    assert [one["to"] for one in listed] == ["board", None, "VP Engineering, Legal, CISO"]
    assert listed[2]["withdrawn"] == "it was the board"
    assert run("update", "withdraw", listed[0]["entry"], "never sent")[0] == 0


def test_a_draft_becomes_paper(run: Run, incident: str, tmp_path: Path) -> None:
    file = tmp_path / "update.pdf"
    code, draft = run("update", "draft", incident, "--audience", "public", "--format", "pdf", "-o", str(file))
    assert (code, draft["path"]) == (0, str(file))
    assert file.read_bytes().startswith(b"%PDF")


def test_a_breach_stops_it_unless_a_reason_is_given(run: Run, incident: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("It will be fixed by 17:00.")
    words = ("update", "tell", incident, "--file", str(tmp_path / "words.txt"))
    code, said = run(*words)
    assert (code, "rule promise" in said["error"]["hint"]) == (1, True)
    code, said = run(*words, "--anyway", "nonsense")
    assert (code, "RULE=REASON" in said["error"]["what"]) == (1, True)
    assert run(*words, "--anyway", "promise=the board asked")[0] == 0
    _, [told] = run("update", "list", incident)
    assert told["breaches"] == {"promise": "the board asked"}


def test_the_names_of_templates_are_listed(run: Run) -> None:
    _, names = run("update", "names")
    assert names["scope"]["unknown"] == "not known yet"


def test_wording_is_checked_without_a_store(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = "An AI model declined 40 people. We have switched it off."
    (tmp_path / "good.txt").write_text(good)
    assert main(["wording", "check", str(tmp_path / "good.txt")]) == 0
    assert "No rule" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{good}\nAcme failed.\n".encode())))
    assert main(["wording", "check", "-", "--vendor", "Acme", "--json"]) == 1
    [breach] = json.loads(capsys.readouterr().out)["breaches"]
    assert (breach["rule"], breach["start"], breach["end"]) == ("vendor", len(good) + 1, len(good) + 12)
    assert main(["wording", "check", str(tmp_path / "none.txt")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert main(["wording", "check", "--inside", str(tmp_path / "good.txt")]) == 0
