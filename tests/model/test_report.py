"""What a report says of an incident before it is laid out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.model import chronicle, report
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.fields import Head, Register
from tocsin.model.incident import CLOSED, CONTAINED, Incident, fold
from tocsin.model.instant import When
from tocsin.model.journal import (
    KIND_OF,
    AlertAdded,
    Body,
    ClockMarked,
    DocumentExported,
    Entry,
    FieldsSet,
    IncidentDeclared,
    IncidentLinked,
    RoleAssumed,
    StatusMoved,
    Undone,
    Withdrawn,
)
from tocsin.model.operator import Author
from tocsin.model.timeline import Item

T = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
ALERT = Alert("a", "s", "x", "rate", True, AlertSeverity.HIGH, "departure", "1", "Rate fell", 1.0, 2.0, T)
DECLARED = IncidentDeclared("INC-2026-WR-0001", "Approvals fall", "s", "SEV-2", "0" * 64, T)


def entries(*bodies: Body) -> list[Entry]:
    return [
        Entry(
            f"e{n}", "site", n, n, Author("Operator A"), KIND_OF[type(body)], "i", "i", None,
            T + timedelta(minutes=n), (), body, "", "",
        )
        for n, body in enumerate(bodies, start=1)
    ]  # fmt: skip


def told(bodies: Sequence[Body]) -> list[tuple[str, str]]:
    return [(line.lane, line.text) for line in chronicle.lines(entries(DECLARED, *bodies))][1:]


def item(happened: When, recorded: datetime, learned: str | None = None) -> Item:
    stated = {"lane": "noted", "text": "x", "happened": {"at": happened.at.isoformat(), "zone": "UTC"}}
    values = stated if learned is None else {**stated, "learned": learned}
    fields = {name: Register((Head("e", 1, "s", value),)) for name, value in values.items()}
    return Item("e", "i", "Operator A", recorded, fields)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (AlertAdded(ALERT), ("detected", "Rate fell")),
        (FieldsSet({"severity": "SEV-1"}), ("decided", "Severity set to SEV-1")),
        (RoleAssumed("technical", "Operator B"), ("decided", "Operator B takes the role of technical")),
        (StatusMoved(CONTAINED, "flag off"), ("done", "Contained: flag off")),
        (StatusMoved(CLOSED), ("decided", "Closed")),
        (
            ClockMarked("respond", "waived", "nobody there"),
            ("done", "Clock respond marked waived: nobody there"),
        ),
        (IncidentLinked("other", "duplicate of"), ("noted", "Linked to another incident: duplicate of")),
        (Withdrawn("i", "a test"), ("decided", "Declaration withdrawn: a test")),
    ],
)
def test_each_step_is_a_line(body: Body, line: tuple[str, str]) -> None:
    assert told([body]) == [line]


def test_edits_of_texts_exports_and_what_was_undone_are_no_steps() -> None:
    exported = DocumentExported("incident report", "e1", "0" * 64, "x.pdf")
    assert told([FieldsSet({"impact": "much"}), exported, StatusMoved(CONTAINED), Undone("e4")]) == []


def test_the_start_is_told_with_its_bounds_by_who_estimated_it() -> None:
    start = {"at": "2026-11-01T10:00:00Z", "earliest": "2026-11-01T08:00:00Z", "zone": "UTC"}
    of = entries(DECLARED, FieldsSet({"start": start}))
    incident = fold(of)
    assert incident is not None
    (line,) = chronicle.beginning(of, incident)
    assert line.happened.is_range
    assert line.author == "Operator A"
    assert incident == fold(of)
    assert list(chronicle.beginning(of, Incident("i", "r", "s", "p", T, T, "Operator A"))) == []


def test_learned_is_said_only_where_it_was_stated_and_is_apart() -> None:
    soon = T + timedelta(minutes=14)
    assert report.line(item(When(T), soon)).learned is None
    assert report.line(item(When(T), soon)).written is None
    assert report.line(item(When(T), soon, "2026-11-02T13:10:00Z")).learned == T + timedelta(minutes=10)
    assert report.line(item(When(T), soon, T.isoformat())).learned is None


def test_what_was_written_much_later_says_when() -> None:
    late = T + timedelta(hours=2)
    assert report.line(item(When(T), late)).written == late
    assert report.line(item(When(T), late, late.isoformat())).written is None


def test_values_set_without_knowing_of_each_other_are_all_told() -> None:
    first, second = Head("e2", 2, "a", "one"), Head("e3", 3, "b", "two")
    both = Register((second, first))
    incident = Incident("i", "r", "s", "p", T, T, "Operator A", fields={"impact": both, "version": both})
    assert report.narrative(incident)[0] == report.Text("Impact", "two", ("one",))
    assert report.conflicts(incident) == ("Affected version: two / one",)


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("", ()),
        (" \n\n", ()),
        ("[x] done\n[ ] open\n- a\n* b\nplain", (
            ("done", True), ("open", False), ("a", False), ("b", False), ("plain", False),
        )),
        ("[X]done", (("done", True),)),
        ("[ ]", ()),
    ],
)  # fmt: skip
def test_a_checklist_has_an_item_a_line_with_whether_it_is_done(
    written: str, items: tuple[tuple[str, bool], ...]
) -> None:
    assert report.checklist(written) == items
