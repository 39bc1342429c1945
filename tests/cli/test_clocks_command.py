"""`tocsin clocks` and `tocsin clock`, run as commands over a real store."""

import argparse
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tocsin.cli import clocks_command, fact_command
from tocsin.errors import BadInput, NotAllowed
from tocsin.model.instant import When, iso
from tocsin.model.journal import IncidentDeclared
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import policies
from tocsin.store.folder import Store

REFERENCE = "INC-2026-WR-0001"
KEYS = ["name", "state", "due", "basis", "id", "rule", "level", "started", "met_at", "ended", "stopped",
        "late", "reason", "by", "left_s", "legal_outer", "why", "due_today", "counts_up", "elapsed_s",
        "house_target", "paused", "pausable", "repeats", "rounds", "late_rounds", "note"]  # fmt: skip
Run = Callable[..., str]


@pytest.fixture
def detected() -> datetime:
    """Twenty minutes ago by the machine's clock, which is what commands go by."""
    return SystemClock().now().replace(microsecond=0) - timedelta(minutes=20)


@pytest.fixture
def run(store: Store, author: Author, detected: datetime, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a store with one incident; return what it prints."""
    store.clock = SystemClock()
    id = store.new_id()
    with store.write() as write:
        _, policy = policies.in_force(write, author)
        body = IncidentDeclared(REFERENCE, "Scorer declines too often", "scorer", "SEV-1", policy, detected)
        at = When(detected + timedelta(minutes=1))
        write.add(author, body, incident=id, subject=id, occurred=at, id=id)
    root = argparse.ArgumentParser()
    subparsers = root.add_subparsers()
    clocks_command.register(subparsers)
    fact_command.register(subparsers)

    def run(*words: str) -> str:
        args = root.parse_args([*words, "--store", str(store.path)])
        assert args.run(args) == 0
        printed = capsys.readouterr()
        return printed.out or printed.err

    return run


def test_the_json_list_has_the_documented_keys_nearest_first(run: Run, detected: datetime) -> None:
    found = json.loads(run("clocks", REFERENCE, "--json"))
    assert all(list(clock) == KEYS for clock in found)
    rules = [clock["id"] for clock in found]
    assert rules == [
        "triage",
        "escalate",
        "update",
        "contain",
        "investigate",
        "remediate",
        "review",
        "respond",
    ]
    assert found[0]["state"] == "overdue"
    assert found[0]["due"] == iso(detected + timedelta(minutes=15))
    assert found[0]["basis"] == "15 min from detection · SEV-1–4"
    assert found[0]["met_at"] is None


def test_at_answers_for_another_instant(run: Run, detected: datetime) -> None:
    later = json.loads(run("clocks", REFERENCE, "--json", "--at", iso(detected + timedelta(days=30))))
    assert {clock["state"] for clock in later} == {"overdue", "met", "waiting", "running"}
    assert [clock["id"] for clock in later if clock["counts_up"]] == ["remediate"]
    assert json.loads(run("clocks", REFERENCE, "--json", "--at", iso(detected - timedelta(days=1)))) == []


def test_people_read_what_is_due_and_how_long_it_is_late(run: Run, detected: datetime) -> None:
    lines = run("clocks", REFERENCE, "--at", iso(detected + timedelta(minutes=16))).splitlines()
    assert lines[0].startswith("triage")
    assert "overdue" in lines[0]
    assert "-00:01:00" in lines[0]
    assert run("clocks", REFERENCE, "--at", iso(detected - timedelta(days=1))) == "No clock runs.\n"


def test_a_clock_is_marked_by_a_named_operator(run: Run, detected: datetime) -> None:
    at = iso(detected + timedelta(minutes=14))
    marked = json.loads(run("clock", "met", REFERENCE, "triage", "--at", at, "--by", "Operator B", "--json"))
    assert (marked["state"], marked["met_at"], marked["by"], marked["late"]) == (
        "met",
        at,
        "Operator B",
        False,
    )
    assert run("clock", "met", REFERENCE, "contain", "--by", "Operator B").startswith(
        "Contain: met, early by"
    )


def test_waiving_without_a_reason_is_wrong_usage(run: Run) -> None:
    with pytest.raises(SystemExit) as caught:
        run("clock", "waive", REFERENCE, "triage")
    assert caught.value.code == 2
    said = run("clock", "waive", REFERENCE, "triage", "--reason", "nobody is affected", "--by", "Operator B")
    assert said.endswith("Triage: waived.\n")


def test_a_clock_stands_still_and_goes_on(run: Run, detected: datetime) -> None:
    at = iso(detected + timedelta(minutes=5))
    said = run("clock", "pause", REFERENCE, "contain", "--reason", "waits for the vendor", "--at", at)
    assert said == "Contain: paused, 00:55:00 left.\n"
    paused = next(one for one in json.loads(run("clocks", REFERENCE, "--json")) if one["id"] == "contain")
    assert (paused["state"], paused["due"], paused["paused"], paused["left_s"]) == (
        "paused",
        None,
        at,
        3300.0,
    )
    on = iso(detected + timedelta(minutes=15))
    gone_on = json.loads(run("clock", "resume", REFERENCE, "contain", "--at", on, "--json"))
    assert gone_on["due"] == iso(detected + timedelta(minutes=70))


def test_a_fact_is_stated_listed_and_refused(run: Run, detected: datetime) -> None:
    at = iso(detected + timedelta(minutes=3))
    stated = json.loads(run("fact", REFERENCE, "awareness", "--at", at, "--evidence", "the call", "--json"))
    assert stated["at"] == at
    assert stated["evidence"] == "the call"
    assert "awareness" in run("fact", REFERENCE)
    with pytest.raises(NotAllowed, match="follows from"):
        run("fact", REFERENCE, "contained")
    with pytest.raises(BadInput, match="no such fact"):
        run("fact", REFERENCE, "full_moon")


def test_nonsense_for_a_time_is_refused(run: Run) -> None:
    with pytest.raises(BadInput, match="not a time"):
        run("clocks", REFERENCE, "--at", "soon")
