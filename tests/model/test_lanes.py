"""Do the lanes show what happened and what follows from other facts, and is a dragged time a sound one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import incident as incidents
from tocsin.model import timeline as timelines
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import (
    KIND_OF,
    AlertAdded,
    Body,
    Entry,
    FieldsSet,
    IncidentDeclared,
    StatusMoved,
    TimelineAdded,
    Withdrawn,
)
from tocsin.model.lanes import Grip, Mark, Source, marks, retimed
from tocsin.model.operator import Author
from tocsin.model.timeline import LANES, Item
from tocsin.policy.load import load_shipped

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SCHEME = load_shipped()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def when_dict(at: datetime, low: datetime | None = None, high: datetime | None = None) -> dict[str, Any]:
    stated = {"at": at, "earliest": low, "latest": high}
    return {name: value.isoformat() for name, value in stated.items() if value} | {"zone": "UTC"}


def entry(
    number: int, body: Body, *, subject: str, at: datetime = NOON, replaces: tuple[str, ...] = ()
) -> Entry:
    return Entry(
        f"e{number}", "s", number, number, Author("Operator A"), KIND_OF[type(body)], "i", subject, When(at),
        NOON, replaces, body, "", "",
    )  # fmt: skip


def incident(*later: tuple[Body, datetime], detected: datetime = NOON) -> Incident:
    declared = IncidentDeclared("INC-2026-WR-0001", "Scores fall", "scorer", "SEV-2", "p", detected)
    entries = [entry(1, declared, subject="i")]
    entries += [entry(number, body, subject="i", at=at) for number, (body, at) in enumerate(later, start=2)]
    known = incidents.fold(entries)
    assert known is not None
    return known


def item(lane: str, *later: Body, learned: datetime | None = None) -> Item:
    bodies = [TimelineAdded(lane, "Queue restarted", learned), *later]
    known = timelines.fold(entry(number, body, subject="t") for number, body in enumerate(bodies, start=1))
    assert known is not None
    return known


def only(found: tuple[Mark, ...], source: Source) -> Mark:
    [mark] = [mark for mark in found if mark.source is source]
    return mark


def test_declaring_shows_when_it_was_detected_and_at_which_level() -> None:
    found = marks(incident(detected=NOON - hours(1)), [], SCHEME)
    assert [(mark.lane, mark.text, mark.happened.at) for mark in found] == [
        ("detected", "detected", NOON - hours(1)),
        ("decided", "declared SEV-2", NOON),
    ]
    assert only(found, Source.GRADE).rank == 1
    assert not any(mark.movable for mark in found)


def test_the_estimated_start_is_a_range_that_can_be_moved() -> None:
    start = FieldsSet({"start": when_dict(NOON - hours(9), NOON - hours(18), NOON)})
    mark = only(marks(incident((start, NOON)), [], SCHEME), Source.START)
    assert (mark.lane, mark.happened.low, mark.happened.high) == ("happened", NOON - hours(18), NOON)
    assert mark.movable


def test_an_alert_that_is_the_detection_is_not_shown_twice() -> None:
    alert = Alert(
        "a", "scorer", "s", "ratio", True, AlertSeverity.CRITICAL, "departure", "1", "m", 1.0, 0.5, NOON
    )
    found = marks(incident((AlertAdded(alert), NOON)), [], SCHEME)
    assert [mark.text for mark in found if mark.lane == "detected"] == ["ratio critical alert"]
    assert only(found, Source.ALERT).rank == 0


@pytest.mark.parametrize(
    ("status", "lane"), [("contained", "done"), ("closed", "decided"), ("re-opened", "decided")]
)
def test_a_status_move_stands_where_it_belongs(status: str, lane: str) -> None:
    mark = only(marks(incident((StatusMoved(status, "canary ok"), NOON + hours(1))), [], SCHEME), Source.MOVE)
    assert (mark.lane, mark.text, mark.happened.at) == (lane, f"{status}: canary ok", NOON + hours(1))


def test_another_severity_and_a_deployment_leave_their_marks() -> None:
    deployed = Deployment("d", "scorer", NOON - hours(3), "scorer", "v14")
    found = marks(incident((FieldsSet({"severity": "SEV-1"}), NOON + hours(1))), [], SCHEME, [deployed])
    assert [mark.text for mark in found if mark.source is Source.GRADE] == ["declared SEV-2", "SEV-1"]
    assert only(found, Source.DEPLOYMENT).text == "scorer v14"


@pytest.mark.parametrize(("lane", "movable"), [("done", True), ("told", False)])
def test_what_was_told_cannot_be_moved(lane: str, movable: bool) -> None:
    assert only(marks(incident(), [item(lane)], SCHEME), Source.ENTRY).movable is movable


def test_what_was_retracted_says_why_and_stays() -> None:
    mark = only(marks(incident(), [item("done", Withdrawn("t", "another system"))], SCHEME), Source.ENTRY)
    assert (mark.withdrawn, mark.movable) == ("another system", False)


def test_learned_is_shown_only_where_somebody_stated_it() -> None:
    assert only(marks(incident(), [item("done")], SCHEME), Source.ENTRY).learned is None
    late = item("done", learned=NOON + hours(2))
    assert only(marks(incident(), [late], SCHEME), Source.ENTRY).learned == NOON + hours(2)


def test_marks_come_lane_by_lane_and_each_lane_by_time() -> None:
    found = marks(
        incident((StatusMoved("contained"), NOON + hours(1))), [item("done"), item("noted")], SCHEME
    )
    assert list(found) == sorted(found, key=lambda mark: (LANES.index(mark.lane), mark.happened.at))


RANGE = When(NOON, NOON - hours(9), NOON + hours(9))
LATER = NOON + hours(20)


def test_a_range_keeps_its_width_when_it_is_moved() -> None:
    assert retimed(RANGE, Grip.ALL, hours(-5), LATER) == RANGE.moved(hours(-5))


def test_nothing_is_moved_past_now() -> None:
    assert retimed(RANGE, Grip.ALL, hours(50), LATER).high == LATER
    assert retimed(RANGE, Grip.LATEST, hours(50), LATER).high == LATER


def test_what_lies_ahead_already_is_not_pulled_back_by_touching_it() -> None:
    assert retimed(RANGE, Grip.ALL, timedelta(), NOON) == RANGE


def test_a_bound_moves_alone_and_the_middle_stays_the_middle() -> None:
    moved = retimed(RANGE, Grip.EARLIEST, hours(4), LATER)
    assert (moved.low, moved.at, moved.high) == (NOON - hours(5), NOON + hours(2), NOON + hours(9))


def test_an_estimate_that_was_not_the_middle_stays() -> None:
    leaning = When(NOON, NOON - hours(1), NOON + hours(9))
    assert retimed(leaning, Grip.LATEST, hours(-3), LATER).at == NOON


@given(st.sampled_from(Grip), st.floats(-100, 100), st.floats(-9, 9))
def test_however_it_is_dragged_the_estimate_lies_within_its_bounds(grip: Grip, by: float, at: float) -> None:
    when = When(NOON + hours(at), NOON - hours(9), NOON + hours(9))
    moved = retimed(when, grip, hours(by), LATER)
    assert moved.low <= moved.at <= moved.high <= LATER
