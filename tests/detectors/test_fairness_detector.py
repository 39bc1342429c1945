"""The detector of unfairness: the group that lost, a standing ratio, and few false alarms."""

import numpy as np
import pytest

from tocsin.detectors.base import DAY
from tocsin.detectors.fairness_detector import FairnessDetector
from tocsin.detectors.table import Decisions, Table, Words
from tocsin.model.alert import AlertSeverity
from tocsin.model.decision import Roles

ROLES = Roles({"decision": ("approved",), "group": ("race",), "outcome": ("repaid",)}, favourable="yes")
SPAN = 56 * DAY
BASELINE, WINDOW = (0, 42 * DAY), (42 * DAY, SPAN)


def log(random: np.random.Generator, shares: np.ndarray, rows: int = 8000) -> Decisions:
    """`shares` are how often each of three groups is approved, before and after."""
    times = np.sort(random.integers(0, SPAN, rows))
    race = random.choice(3, rows, p=(0.6, 0.35, 0.05))
    approved = random.random(rows) < shares[race, (times >= WINDOW[0]).astype(int)]
    columns = {
        "race": Words(race.astype(np.int32), ("a", "b", "c")),
        "approved": Words(approved.astype(np.int32), ("no", "yes")),
        "repaid": (random.random(rows) < 0.8).astype(float),
    }
    return Decisions(Table(times, columns), ROLES, BASELINE, WINDOW, 0.01)


def test_a_group_that_lost_is_told_with_its_start() -> None:
    given = log(np.random.default_rng(1), np.array([[0.6, 0.6], [0.58, 0.4], [0.6, 0.6]]))
    found = FairnessDetector().find(given)
    assert {one.about for one in found} == {"approved is yes", "equal opportunity"}
    assert all(one.labels == {"race": "b", "layer": "fairness"} for one in found)
    worse = next(one for one in found if one.about == "approved is yes")
    assert worse.urgent
    assert worse.severity is AlertSeverity.HIGH
    assert worse.earliest_us <= WINDOW[0] <= worse.latest_us
    assert worse.value == pytest.approx(0.4, abs=0.06)
    assert "under four fifths" in worse.message


def test_what_always_was_under_four_fifths_is_told_as_that_alone() -> None:
    given = log(np.random.default_rng(2), np.array([[0.6, 0.6], [0.3, 0.3], [0.6, 0.6]]))
    (one,) = FairnessDetector().find(given)
    assert one.about == "disparate impact ratio"
    assert one.value < one.threshold == 0.8
    assert not one.urgent
    assert sum(each.samples for each in one.windows) == pytest.approx(0.35 * 8000, rel=0.1)
    # A day later it is found again about the same, so that the alert lasts instead of coming anew.
    (again,) = FairnessDetector().find(
        log(np.random.default_rng(3), np.array([[0.6] * 2, [0.3] * 2, [0.6] * 2]))
    )
    assert (again.about, again.labels) == (one.about, one.labels)


def test_a_gap_that_narrows_is_no_harm() -> None:
    given = log(np.random.default_rng(4), np.array([[0.75, 0.6], [0.58, 0.58], [0.6, 0.6]]))
    assert FairnessDetector().find(given) == []


def test_when_all_are_approved_less_parity_is_as_it_was() -> None:
    given = log(np.random.default_rng(5), np.array([[0.6, 0.4], [0.6, 0.4], [0.6, 0.4]]))
    assert FairnessDetector().find(given) == []


def test_without_a_favourable_decision_nothing_is_found() -> None:
    given = log(np.random.default_rng(6), np.full((3, 2), 0.5))
    roles = Roles(ROLES.columns)
    assert FairnessDetector().find(Decisions(given.table, roles, BASELINE, WINDOW, 0.01)) == []


def test_false_alarms_are_no_more_frequent_than_the_chance_given() -> None:
    random = np.random.default_rng(7)
    alarms, looks = 0, 80
    for _ in range(looks):
        given = log(random, np.full((3, 2), 0.7), rows=2500)
        given = Decisions(given.table, ROLES, BASELINE, WINDOW, 0.2)
        alarms += bool(FairnessDetector().find(given))
    assert alarms / looks <= 0.2
