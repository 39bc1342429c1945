"""`tocsin deployment` and `tocsin serving`: recorded, corrected, withdrawn, and what served when."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import main

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store of its own and return its JSON; `code` is the exit code it must have."""

    def done(*words: str, code: int = 0) -> Any:
        assert main([*words, "--store", str(tmp_path / "s.tocsin"), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return done


def record(run: Run, version: str, at: str, *more: str) -> str:
    return str(
        run("deployment", "add", "scorer", "credit", version, "--at", at, "--by", "Operator A", *more)["id"]
    )


def test_what_served_at_an_instant(run: Run) -> None:
    record(run, "v1", "2026-01-10T08:00Z", "--no-vendor", "--pinned")
    record(run, "v2", "2026-01-12T08:00Z..2026-01-12T10:00Z", "--vendor")
    told = run("serving", "scorer", "--at", "2026-01-11T00:00Z")
    assert (told["system"], told["at"]) == ("scorer", "2026-01-11T00:00:00Z")
    [slot] = told["serving"]
    assert (slot["kind"], slot["name"], slot["sure"]) == ("model", "credit", True)
    assert [(v["version"], v["vendor"], v["pinned"], v["source"]) for v in slot["versions"]] == [
        ("v1", False, True, "")
    ]
    [slot] = run("serving", "scorer", "--at", "2026-01-12T09:00Z")["serving"]
    assert not slot["sure"]
    assert [(v["version"], v["earliest"]) for v in slot["versions"]] == [
        ("v1", None),
        ("v2", "2026-01-12T08:00:00Z"),
    ]
    assert run("serving", "scorer", "--at", "2026-01-09T00:00Z")["serving"] == []


def test_one_is_corrected_and_withdrawn(run: Run) -> None:
    id = record(run, "v1", "2026-01-10T08:00Z")
    changed = run("deployment", "correct", id, "--version", "v1.1", "--until", "2026-01-11T00:00Z")
    assert (changed["version"], changed["until"], changed["from"]) == (
        "v1.1",
        "2026-01-11T00:00:00Z",
        "2026-01-10T08:00:00Z",
    )
    assert [one["version"] for one in run("deployment", "list", "scorer")] == ["v1.1"]
    assert run("deployment", "withdraw", id, "never went live")["withdrawn"] == "never went live"
    assert run("deployment", "list", "scorer") == []


def test_a_system_nobody_knows_is_refused(run: Run) -> None:
    record(run, "v1", "2026-01-10T08:00Z")
    assert "system" in run("serving", "nobody", code=1)["error"]["what"]
    assert "system" in run("deployment", "list", "nobody", code=1)["error"]["what"]


def test_a_person_reads_it_in_lines(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(run, "v1", "2026-01-10T08:00Z", "--slot", "@champion")
    store = ("--store", str(tmp_path / "s.tocsin"))
    assert main(["serving", "scorer", *store]) == 0
    assert capsys.readouterr().out == "model  credit @champion v1  since 2026-01-10 08:00:00Z\n"
    assert main(["serving", "scorer", "--at", "2026-01-01T00:00Z", *store]) == 0
    assert "Nothing is known" in capsys.readouterr().err
