"""`tocsin options`, `contain`, `freeze`, `blast-radius`: what a person does from a terminal, by its JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main

Run = Callable[..., Any]
ADD = ("options", "add", "Fall back to the rules", "--system", "scorer", "--kind", "fallback",
       "--who", "Operator A", "--how", "Set scorer.mode to rules", "--minutes", "5")  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store of its own and return its JSON; `code` is the exit code it must have."""

    def done(*words: str, code: int = 0) -> Any:
        assert main([*words, "--store", str(tmp_path / "s.tocsin"), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return done


def test_an_option_is_registered_rehearsed_and_pulled(run: Run) -> None:
    added = run(*ADD)
    assert (added["readiness"], added["rehearsed"], added["who"]) == ("never rehearsed", None, ["Operator A"])
    run("options", "rehearse", "fall back to the rules", "--minutes", "4", "--at", "2026-01-10T08:00Z")
    changed = run("options", "change", added["id"], "--minutes", "9")
    assert (changed["minutes"], changed["rehearsed"]["minutes"]) == (9, 4)
    known = run("incident", "declare", "--title", "Declines", "--system", "scorer", "--by", "Operator A")
    incident, by = known["reference"], ("--by", "Operator A")
    refused = run("contain", incident, "Fall back to the rules", "--by", "Operator B", code=1)
    assert "may be pulled by Operator A" in refused["error"]["what"]
    [pull] = run("contain", incident, "Fall back to the rules", *by)["pulls"]
    assert (pull["state"], pull["minutes"], pull["live"]["verdict"]) == ("running", 9, "no live signal")
    told = run("contain", "confirm", incident, pull["id"], "--worked", "--seen", "canary approves", *by)
    assert (told["pulls"][0]["state"], told["pulls"][0]["seen"]) == ("confirmed", "canary approves")
    assert told["offers_contained"] is not None
    done = run("contain", "done", incident, *by)
    assert (done["status"], done["offers_contained"]) == ("contained", None)
    released = run("contain", "release", incident, "Fall back to the rules", "--note", "fixed", *by)
    assert released["pulls"][0]["state"] == "released"
    run("options", "remove", added["id"], "the flag is gone")
    assert run("options", "list") == []


def test_a_freeze_is_shown_lifted_and_a_deployment_in_it_allowed(run: Run) -> None:
    known = run("incident", "declare", "--title", "Declines", "--system", "scorer", "--severity", "SEV-1")
    incident = known["reference"]
    shown = run("freeze", "show", incident)
    assert (shown["standing"], shown["flagged"]) == (True, [])
    run("deployment", "add", "scorer", "scorer", "v13")
    [flag] = run("freeze", "show", incident)["flagged"]
    assert (flag["title"], flag["sure"], flag["allowed"]) == ("scorer v13", True, "")
    [flag] = run("freeze", "allow", incident, "scorer v13", "the roll-back", "--by", "Operator A")["flagged"]
    assert (flag["allowed"], flag["allowed_by"]) == ("the roll-back", "Operator A")
    lifted = run("freeze", "lift", incident, "the fix is out", "--by", "Operator A")
    assert not lifted["standing"]
    assert [(one["why_ended"], one["lifted_by"]) for one in lifted["spans"]] == [
        ("the fix is out", "Operator A")
    ]
    assert run("freeze", "declare", incident, "again")["standing"]
    radius = run("blast-radius", incident)
    assert (radius["decisions"], radius["rests"]["decisions"]) == (
        None,
        "not known: no decision log of scorer",
    )


def test_they_read_well_without_json(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(*ADD)
    known = run("incident", "declare", "--title", "Declines", "--system", "scorer", "--severity", "SEV-1")
    incident = known["reference"]
    run("deployment", "add", "scorer", "scorer", "v13")
    plain = ["--store", str(tmp_path / "s.tocsin")]
    capsys.readouterr()
    assert main(["options", "list", *plain]) == 0
    assert main(["contain", "show", incident, *plain]) == 0
    assert main(["freeze", "show", incident, *plain]) == 0
    assert main(["blast-radius", incident, *plain]) == 0
    told = capsys.readouterr().out
    assert "5 min · Operator A · never rehearsed" in told
    assert "FLAGGED  model  scorer v13" in told
    assert "not known: no decision log" in told
