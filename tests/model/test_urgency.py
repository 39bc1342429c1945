"""The order of the wall: what goes on, gravity, nearest deadline; closed ones last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tocsin.model.clocks import clock_states
from tocsin.model.fields import Head, Register
from tocsin.model.incident import CLOSED, Grade, Incident, Move
from tocsin.model.urgency import Watched, by_urgency
from tocsin.policy.load import load_shipped

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SCHEME = load_shipped()


def watched(id_: str, level: str, minutes_ago: int, *, closed: bool = False) -> Watched:
    detected = NOW - timedelta(minutes=minutes_ago)
    severity = {"severity": Register((Head("e", 1, "s", level),))}
    one = Incident(id_, id_, "s", "p", detected, detected, "Operator A", fields=severity)
    one = replace(one, grades=(Grade("e", level, detected),))
    if closed:
        one = replace(one, moves=(Move("m", CLOSED, NOW),))
    return Watched(one, SCHEME, tuple(clock_states(one, SCHEME, NOW, "UTC")))


def test_the_gravest_comes_first_then_the_nearest_deadline_and_closed_ones_last() -> None:
    order = by_urgency(
        [
            watched("closed", "SEV-1", 500, closed=True),
            watched("late and mild", "SEV-3", 90),
            watched("grave and fresh", "SEV-1", 1),
            watched("grave and late", "SEV-1", 90),
        ]
    )
    assert [one.incident.id for one in order] == [
        "grave and late", "grave and fresh", "late and mild", "closed",
    ]  # fmt: skip
    nearest = order[0].nearest
    assert nearest is not None
    assert nearest.rule == "triage"
    assert order[-1].nearest is None


def test_of_equal_deadlines_the_graver_level_comes_first() -> None:
    order = by_urgency([watched("mild", "SEV-4", 10), watched("grave", "SEV-1", 10)])
    assert [one.incident.id for one in order] == ["grave", "mild"]
    assert [one.rank for one in order] == [0, 3]
