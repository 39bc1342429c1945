"""The budget and the settings of detectors: shared out, versioned, and no history is raised anew."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from tocsin import plugins
from tocsin.detectors.base import DAY, HOUR, version
from tocsin.detectors.confidence import ConfidenceDetector
from tocsin.detectors.cusum import CusumDetector
from tocsin.detectors.departure import DepartureDetector, Parameters
from tocsin.detectors.silence import SilenceDetector
from tocsin.errors import BadInput
from tocsin.model.instant import from_us, to_us
from tocsin.model.journal import SystemAdded
from tocsin.model.judgement import DetectorSet
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import alerts, budget, detectors
from tocsin.operations.detect import Detected, detect
from tocsin.operations.progress import finish
from tocsin.operations.vigil import Vigil
from tocsin.store.folder import Store

BEGIN = 20_000 * DAY
SIGNAL = Signal("one", "accuracy")
AddSamples = Callable[..., int]


def run(store: Store, *using: object, **keywords: object) -> Detected:
    if not budget.history(store):
        budget.set_budget(store, Author("Operator A"), 0.02)  # chance is not what is tested
    return finish(detect(store, using=using, **keywords))  # type: ignore[arg-type]


def noise(days: int, seed: int = 4, step: int = HOUR // 4) -> tuple[np.ndarray, np.ndarray]:
    times = BEGIN + np.arange(0, days * DAY, step)
    return times, 90 + np.random.default_rng(seed).standard_normal(len(times))


def test_a_budget_is_divided_among_the_series_and_those_who_judge_them(
    store: Store, add_samples: AddSamples
) -> None:
    for metric in ("accuracy", "latency", "mean confidence"):
        add_samples(Signal("one", metric), *noise(1))
    add_samples(Signal("two", "accuracy"), *noise(1))
    using = [DepartureDetector(), CusumDetector(), SilenceDetector(), ConfidenceDetector()]
    shares = budget.shares(store, using)
    assert shares.of_series("two", using[0]) == pytest.approx(1 / 2.1)
    assert shares.of_series("one", using[0]) == pytest.approx(1 / 6.3)
    assert shares.of_series("one", using[2]) == pytest.approx(0.1 / 6.3)
    assert shares.of_series("one", using[3]) == 0
    whole = sum(shares.of_series("one", one) * 3 for one in using)
    assert whole == pytest.approx(1)


def test_what_a_person_set_is_in_force_for_all_or_one_system(store: Store, author: Author) -> None:
    with store.write() as write:
        write.add(author, SystemAdded("Loans"), subject="one")
    assert budget.in_force(store).of("one") == budget.PER_WEEK
    budget.set_budget(store, author, 3, reason="quiet team")
    budget.set_budget(store, author, 0.5, system="Loans")
    found = budget.in_force(store)
    assert (found.of("one"), found.of("two")) == (0.5, 3)
    with pytest.raises(BadInput):
        budget.set_budget(store, author, -1)
    assert len(budget.history(store)) == 2


def test_changed_parameters_judge_from_now_on_and_raise_no_history_anew(
    store: Store, add_samples: AddSamples
) -> None:
    times, values = noise(40)
    values[(times >= BEGIN + 20 * DAY) & (times < BEGIN + 20 * DAY + 6 * HOUR)] -= 10
    values[(times >= BEGIN + 39 * DAY) & (times < BEGIN + 39 * DAY + 6 * HOUR)] -= 10
    before = times < BEGIN + 35 * DAY
    add_samples(SIGNAL, times[before], values[before])
    (first,) = [a for a in run(store, DepartureDetector()).raised if a.effect and a.effect < -5]
    changed = DepartureDetector(Parameters(window_days=14))
    again = run(store, changed)
    assert (again.raised, again.judged) == ([], 0)
    add_samples(SIGNAL, times[~before], values[~before])
    later = [a for a in run(store, changed).raised if a.effect and a.effect < -5]
    assert [a.time for a in later] == [from_us(BEGIN + 39 * DAY)]
    assert (first.version, later[0].version) == ("2", version(changed))


def test_since_judges_no_earlier_and_keeps_what_came_before_as_its_past(
    store: Store, add_samples: AddSamples
) -> None:
    times, values = noise(40)
    for day in (20, 39):
        values[(times >= BEGIN + day * DAY) & (times < BEGIN + day * DAY + HOUR)] -= 20 * day / 39
    add_samples(SIGNAL, times, values)
    found = run(store, DepartureDetector(), since=from_us(BEGIN + 35 * DAY)).raised
    # What stands unjudged in the past is no reason for an alarm, but it raises the level of single samples.
    assert [BEGIN + 39 * DAY <= to_us(a.time) < BEGIN + 39 * DAY + HOUR for a in found] == [True]


def test_one_departure_is_told_once_whoever_else_sees_it(store: Store, add_samples: AddSamples) -> None:
    times, values = noise(40)
    values[times >= BEGIN + 38 * DAY] -= 4
    add_samples(SIGNAL, times, values)
    alone = run(store, CusumDetector()).raised
    assert len(alone) == 1
    other = Signal("two", "accuracy")
    add_samples(other, times, values)
    both = run(store, DepartureDetector(), CusumDetector(), system=None).raised
    of_two = [a for a in both if a.system == "two"]
    assert [a.detector for a in of_two] == ["departure"]


def test_a_series_that_stops_is_told_by_the_clock_once_and_closed_when_it_is_back(
    store: Store, add_samples: AddSamples, clock: ManualClock
) -> None:
    times, values = noise(10)
    clock.instant = from_us(int(times[0]))
    add_samples(SIGNAL, times, values)
    clock.instant = from_us(int(times[-1])) + timedelta(minutes=40)
    vigil = Vigil()
    assert run(store, SilenceDetector(), vigil=vigil).raised == []
    clock.instant += timedelta(hours=3)
    (alert,) = run(store, SilenceDetector(), vigil=vigil).raised
    assert alert.ended is None
    assert alert.urgent
    clock.instant += timedelta(hours=3)
    done = run(store, SilenceDetector(), vigil=vigil)
    assert (done.raised, done.changed) == ([], [])
    back = int(times[-1]) + 7 * HOUR
    add_samples(SIGNAL, back + np.arange(3) * HOUR // 4, np.full(3, 90.0))
    clock.instant = from_us(back + HOUR)
    (ended,) = run(store, SilenceDetector(), vigil=vigil).changed
    assert (ended.id, ended.ended) == (alert.id, from_us(back))
    assert [a.id for a in alerts.list_all(store)] == [alert.id]


def test_a_file_of_history_has_not_stopped(store: Store, add_samples: AddSamples) -> None:
    add_samples(SIGNAL, *noise(10))  # years before the clock
    assert run(store, SilenceDetector()).raised == []


def test_a_detector_set_anew_is_handed_out_with_its_parameters(store: Store, author: Author) -> None:
    if not plugins.found(plugins.DETECTORS):
        pytest.skip("tocsin is not installed, so it has no entry points")
    detectors.set_parameters(store, author, "departure", {"window_days": 14}, reason="new system")
    detectors.set_parameters(store, author, "ewma", {}, enabled=True)
    detectors.set_parameters(store, author, "cusum", {}, enabled=False)
    by_name = {one.name: one for one in detectors.in_force(store)}
    assert by_name["departure"].parameters == Parameters(window_days=14)
    assert "ewma" in by_name
    assert "cusum" not in by_name
    listing = detectors.list_all(store)
    assert listing.number == 3
    assert "detectors as of version 3, changed at" in detectors.as_of(listing)
    assert "by Operator A" in detectors.as_of(listing)
    detectors.set_parameters(store, author, "departure", {"urgent_hours": "3"})
    assert detectors.get(store, "departure").part.parameters == Parameters(window_days=14, urgent_hours=3)
    detectors.set_parameters(store, author, "departure", {}, defaults=True)
    assert detectors.get(store, "departure").part.parameters == Parameters()


def test_a_setting_held_that_is_out_of_bounds_leaves_the_defaults_in_force(
    store: Store, author: Author
) -> None:
    if not plugins.found(plugins.DETECTORS):
        pytest.skip("tocsin is not installed, so it has no entry points")
    with store.write() as write:
        body = DetectorSet("segments", {"window_days": 1e308}, True, "")
        write.add(author, body, subject="segments", id=store.new_id())
    found = detectors.get(store, "segments")
    assert "out of bounds" in found.broken
    assert found.part.parameters == type(found.part)().parameters
