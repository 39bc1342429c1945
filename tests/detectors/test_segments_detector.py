"""The detector of segments: finds the region that lagged, and nothing more often than its chance allows."""

import numpy as np
import pytest

from tests import routing
from tocsin.detectors.base import DAY
from tocsin.detectors.segments_detector import Parameters, SegmentsDetector
from tocsin.detectors.table import Decisions, Table, Words
from tocsin.model.alert import AlertSeverity
from tocsin.model.decision import Roles
from tocsin.model.instant import to_us


@pytest.fixture(scope="module")
def log() -> Table:
    return routing.case(np.random.default_rng(3))


def look(log: Table, days: float, chance: float = 0.01) -> Decisions:
    """Return what the detector gets `days` after the change."""
    needs = SegmentsDetector().needs
    end = to_us(routing.CHANGED) + int(days * DAY)
    window = (end - needs.window_us, end)
    return Decisions(log, routing.ROLES, (window[0] - needs.baseline_us, window[0]), window, chance)


def test_the_region_is_found_and_its_start_dated(log: Table) -> None:
    (found,) = SegmentsDetector().find(look(log, 14))
    assert found.about == "on_time"
    assert found.labels == {"region": "NE-07", "layer": "output quality"}
    assert "NE-07" in found.message
    assert found.value < found.threshold
    assert found.effect < 0
    assert found.severity is AlertSeverity.MEDIUM or found.severity is AlertSeverity.HIGH
    assert not found.urgent
    assert found.earliest_us <= to_us(routing.CHANGED) <= found.latest_us
    assert found.latest_us - found.earliest_us < 14 * DAY
    assert [one.samples for one in found.windows] == [
        one.samples for one in found.windows if one.samples > 50
    ]


def test_before_the_change_there_is_nothing(log: Table) -> None:
    assert SegmentsDetector().find(look(log, 0)) == []


def test_a_segment_of_a_protected_group_is_a_matter_of_fairness() -> None:
    random = np.random.default_rng(5)
    rows = 40_000
    race = random.integers(0, 3, rows)
    later = np.arange(rows) >= rows // 2
    right = random.random(rows) < np.where((race == 1) & later, 0.7, 0.9)
    columns = {
        "race": Words(race.astype(np.int32), ("a", "b", "c")),
        "prediction": right.astype(float),
        "truth": np.ones(rows),
    }
    roles = Roles({"group": ("race",), "decision": ("prediction",), "outcome": ("truth",)}, "1")
    given = Decisions(Table(np.arange(rows), columns), roles, (0, rows // 2), (rows // 2, rows), 0.01)
    found = SegmentsDetector().find(given)
    assert {(one.about, one.labels["layer"], one.labels["race"]) for one in found} == {
        ("prediction is truth", "fairness", "b"),
        ("prediction is 1", "fairness", "b"),
    }
    assert found[0].severity is AlertSeverity.CRITICAL
    assert found[0].urgent


def test_a_log_without_rates_or_rows_gives_nothing() -> None:
    table = Table(np.arange(10), {"x": np.arange(10.0)})
    assert SegmentsDetector().find(Decisions(table, Roles(), (0, 5), (5, 10), 0.1)) == []
    roles = Roles({"correct": ("y",)})
    empty = Table(np.empty(0, np.int64), {"y": np.empty(0), "x": np.empty(0)})
    assert SegmentsDetector().find(Decisions(empty, roles, (0, 5), (5, 10), 0.1)) == []


def test_false_alarms_are_no_more_frequent_than_the_chance_given() -> None:
    random = np.random.default_rng(6)
    rows, looks, alarms = 4000, 300, 0
    detector = SegmentsDetector(Parameters(least=30))
    times = np.arange(rows)
    for _ in range(looks):
        columns = {
            name: Words(random.integers(0, size, rows).astype(np.int32), tuple("abcdefgh"[:size]))
            for name, size in (("region", 8), ("van", 3), ("weather", 4))
        }
        table = Table(times, {**columns, "ok": (random.random(rows) < 0.93).astype(float)})
        given = Decisions(table, Roles({"correct": ("ok",)}), (0, 3000), (3000, 4000), 0.1)
        alarms += bool(detector.find(given))
    assert alarms / looks <= 0.1 + 2 * np.sqrt(0.09 / looks)
