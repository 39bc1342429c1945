"""An incident is the fold of its entries."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tocsin.model import incident
from tocsin.model.instant import When
from tocsin.model.journal import (
    KIND_OF,
    Body,
    ClockMarked,
    DocumentExported,
    Entry,
    FieldsSet,
    IncidentDeclared,
    RoleAssumed,
    StatusMoved,
    Undone,
    Withdrawn,
)
from tocsin.model.operator import Author

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
DECLARED = IncidentDeclared("INC-2026-WR-0001", "Declines doubled", "scorer", "SEV-1", "sha", START)


def story(*bodies: Body | tuple[Body, datetime]) -> list[Entry]:
    """Return entries about one incident, a minute apart; a pair states when the fact was."""
    numbers = count(1)
    made: list[Entry] = []
    for each in bodies:
        body, occurred = each if isinstance(each, tuple) else (each, None)
        number = next(numbers)
        made.append(
            Entry(
                id=f"e{number}",
                site="s",
                seq=number,
                lamport=number,
                author=Author("Operator A"),
                kind=KIND_OF[type(body)],
                incident="e1",
                subject="e1",
                occurred=When(occurred) if occurred else None,
                recorded_at=START + timedelta(minutes=number),
                replaces=(),
                body=body,
                previous="",
                hash="",
            )
        )
    return made


def folded(*bodies: Body | tuple[Body, datetime]) -> incident.Incident:
    state = incident.fold(story(*bodies))
    assert state is not None
    return state


def test_without_a_declaration_there_is_no_incident() -> None:
    assert incident.fold(story(FieldsSet({"title": "x"}))) is None


def test_a_new_incident_is_open() -> None:
    state = folded(DECLARED, RoleAssumed("commander", "Operator A"))
    assert (state.title, state.severity, state.status, state.commander) == (
        "Declines doubled", "SEV-1", "open", "Operator A",
    )  # fmt: skip


def test_a_move_has_its_own_time() -> None:
    at = START - timedelta(hours=1)
    state = folded(DECLARED, (StatusMoved("contained"), at))
    assert state.status == "contained"
    assert state.reached("contained") == at


def test_re_opening_forgets_that_it_was_contained() -> None:
    state = folded(DECLARED, StatusMoved("contained"), StatusMoved("resolved"), StatusMoved("re-opened"))
    assert state.status == "re-opened"
    assert state.reached("contained") is None
    assert state.reached("resolved") is None


def test_an_undone_entry_counts_for_nothing_and_its_redo_does() -> None:
    assert folded(DECLARED, FieldsSet({"impact": "many"}), Undone("e2")).text("impact") == ""
    assert (
        folded(DECLARED, FieldsSet({"impact": "many"}), Undone("e2"), Undone("e3")).text("impact") == "many"
    )


def test_regrading_remembers_since_when() -> None:
    at = START + timedelta(minutes=30)
    grades = folded(DECLARED, (FieldsSet({"severity": "SEV-2"}), at)).grades
    assert [(grade.level, grade.at) for grade in grades][1:] == [("SEV-2", at)]


def test_the_start_comes_back_with_its_bounds() -> None:
    value = {"at": "2026-10-28T03:10:00Z", "earliest": "2026-10-27T18:00:00Z", "latest": None, "zone": "UTC"}
    start = folded(DECLARED, FieldsSet({"start": value})).start
    assert start is not None
    assert start.low == datetime(2026, 10, 27, 18, tzinfo=UTC)
    assert start.high == start.at == datetime(2026, 10, 28, 3, 10, tzinfo=UTC)


def test_marks_exports_and_withdrawal_are_kept() -> None:
    export = DocumentExported("report", "e2", "00", "x.pdf")
    state = folded(DECLARED, ClockMarked("triage", "met"), export, Withdrawn("e1", "was a test"))
    assert [mark.clock for mark in state.marks] == ["triage"]
    assert state.exports == ("e3",)
    assert state.withdrawn == "was a test"


@pytest.mark.parametrize("status", list(incident.FOLLOWS))
def test_every_status_leads_somewhere_that_exists(status: str) -> None:
    assert incident.FOLLOWS[status]
    assert set(incident.FOLLOWS[status]) <= set(incident.FOLLOWS)
