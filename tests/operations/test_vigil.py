"""Glancing at calm series: the same alerts as judging everything in full each time, for far less work."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from tocsin.detectors.base import DAY, HOUR, SECOND, Detector
from tocsin.detectors.cusum import CusumDetector
from tocsin.detectors.departure import DepartureDetector, Parameters
from tocsin.detectors.drift import DriftDetector
from tocsin.detectors.flatline import FlatlineDetector
from tocsin.detectors.silence import SilenceDetector
from tocsin.model.alert import Alert
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations import alerts, budget
from tocsin.operations.detect import Detected, detect
from tocsin.operations.progress import finish
from tocsin.operations.vigil import Vigil
from tocsin.store.folder import Store

BEGIN = 20_000 * DAY
SIGNAL = Signal("one", "accuracy")
QUARTER = HOUR // 4
AddSamples = Callable[..., int]


def run(store: Store, vigil: Vigil | None = None, detector: DepartureDetector | None = None) -> Detected:
    return finish(detect(store, using=[detector or DepartureDetector()], vigil=vigil))


def noise(n: int, seed: int = 4) -> np.ndarray:
    return 90 + np.random.default_rng(seed).standard_normal(n)


def pieces(times: np.ndarray, values: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for begin in range(0, len(times), size):
        yield times[begin : begin + size], values[begin : begin + size]


def told(store: Store) -> list[Alert]:
    """The alerts without what differs from one store to another."""
    found = (replace(one, id="", raised=None) for one in alerts.list_all(store))
    return sorted(found, key=lambda one: (one.metric, one.time))


def test_days_without_a_departure_are_judged_in_full_once_a_day(
    store: Store, add_samples: AddSamples
) -> None:
    times = BEGIN + np.arange(0, 11 * DAY, QUARTER)
    vigil, full = Vigil(), 0
    for part in pieces(times, noise(len(times)), 16):
        add_samples(SIGNAL, *part)
        full += run(store, vigil).series
    assert told(store) == []
    assert full <= 2 * 11


@pytest.mark.parametrize("size", [3, 40])
def test_a_departure_is_found_as_if_everything_were_judged_in_full(
    store: Store, add_samples: AddSamples, size: int
) -> None:
    """The past at once, then sample by sample; oracle: the whole history judged in one go."""
    times = BEGIN + np.arange(0, 24 * DAY, QUARTER)
    values = noise(len(times))
    fell = (times >= BEGIN + 22 * DAY + 5 * HOUR) & (times < BEGIN + 22 * DAY + 11 * HOUR)  # within a day
    values[fell] -= 10
    past = times < BEGIN + 22 * DAY + HOUR
    soon = ~past & (times < BEGIN + 22 * DAY + 21 * HOUR)
    vigil = Vigil()
    add_samples(SIGNAL, times[past], values[past])
    run(store, vigil)
    for part in pieces(times[soon], values[soon], size):
        add_samples(SIGNAL, *part)
        run(store, vigil)
    [piecewise] = told(store)
    whole = Signal("one", "accuracy at once")
    add_samples(whole, times[past | soon], values[past | soon])
    run(store)
    [at_once] = [one for one in told(store) if one.metric == whole.metric]
    assert (piecewise.time, piecewise.ended) == (at_once.time, at_once.ended)
    assert piecewise.severity == at_once.severity


def test_a_slow_creep_stirs_a_series_too(store: Store, add_samples: AddSamples) -> None:
    """What only the longest average sees must not be let pass sample by sample."""
    times = BEGIN + np.arange(0, 12 * DAY, QUARTER)
    values = noise(len(times))
    late = times >= BEGIN + 10 * DAY
    values[late] += 1.2
    vigil = Vigil()
    add_samples(SIGNAL, times[~late], values[~late])
    run(store, vigil)
    for part in pieces(times[late], values[late], 8):
        add_samples(SIGNAL, *part)
        run(store, vigil)
    assert told(store), "the shift was found"


def test_a_fast_series_is_glanced_at_by_its_means(store: Store, add_samples: AddSamples) -> None:
    parameters = Parameters(learning_days=0.01)
    detector = DepartureDetector(parameters)
    midnight, minute = BEGIN + DAY, 60 * SECOND
    times = np.arange(midnight - 6 * HOUR, midnight + 40 * minute, SECOND)
    values = noise(len(times))
    late = times >= midnight + 20 * minute
    values[(times >= midnight + 30 * minute) & (times < midnight + 35 * minute)] += 20
    vigil, full = Vigil(), []
    add_samples(SIGNAL, times[~late], values[~late])
    run(store, vigil, detector)
    for part in pieces(times[late], values[late], 45):
        add_samples(SIGNAL, *part)
        full.append(run(store, vigil, detector).series)
    [first] = told(store)
    whole = Signal("one", "at once")
    add_samples(whole, times, values)
    run(store, None, detector)
    [second] = [one for one in told(store) if one.metric == whole.metric]
    assert (first.time, first.ended) == (second.time, second.ended)
    assert full[0] == 0
    assert sum(full) < len(full)


def test_late_samples_are_judged_in_full(store: Store, add_samples: AddSamples) -> None:
    times = BEGIN + np.arange(0, 20 * DAY, QUARTER)
    values = noise(len(times))
    gap = (times >= BEGIN + 15 * DAY) & (times < BEGIN + 15 * DAY + 6 * HOUR)
    values[gap] -= 10
    newest = times >= BEGIN + 20 * DAY - HOUR
    vigil = Vigil()
    add_samples(SIGNAL, times[~gap & ~newest], values[~gap & ~newest])
    run(store, vigil)
    add_samples(SIGNAL, times[newest], values[newest])
    assert run(store, vigil).series == 0
    add_samples(SIGNAL, times[gap], values[gap])
    assert run(store, vigil).series == 1
    assert len(told(store)) == 1


def test_what_another_program_has_judged_is_not_trusted(store: Store, add_samples: AddSamples) -> None:
    times = BEGIN + np.arange(0, 10 * DAY, QUARTER)
    values = noise(len(times))
    vigil = Vigil()
    add_samples(SIGNAL, times[:-20], values[:-20])
    run(store, vigil)
    add_samples(SIGNAL, times[-20:-10], values[-20:-10])
    assert run(store).series == 1
    add_samples(SIGNAL, times[-10:], values[-10:])
    assert run(store, vigil).series == 1


def test_a_series_that_departed_is_judged_in_full_until_it_has_been_quiet(
    store: Store, add_samples: AddSamples
) -> None:
    times = BEGIN + 12 * HOUR + np.arange(0, 10 * DAY, QUARTER)
    values = noise(len(times))
    values[-6:] -= 15
    vigil = Vigil()
    add_samples(SIGNAL, times[:-4], values[:-4])
    run(store, vigil)
    for part in pieces(times[-4:], values[-4:], 1):
        add_samples(SIGNAL, *part)
        assert run(store, vigil).series == 1
    (alert,) = told(store)
    assert alert.ended is None


@pytest.mark.parametrize("make", [CusumDetector, FlatlineDetector, SilenceDetector, DriftDetector])
def test_other_detectors_find_piecewise_what_they_find_at_once(
    store: Store, add_samples: AddSamples, author: Author, make: Callable[[], Detector]
) -> None:
    """The past at once, then forty samples at a time, most of them only glanced at."""
    budget.set_budget(store, author, 0.05)
    times = BEGIN + np.arange(0, 46 * DAY, QUARTER)
    values = noise(len(times))
    late = times >= BEGIN + 43 * DAY
    values[late] += 1.5
    values[-60:] = values[-61]
    times[-100:] += 9 * HOUR
    vigil, full = Vigil(), 0
    for system in ("piecewise", "at once"):
        of = Signal(system, "accuracy")
        parts = (
            pieces(times[late], values[late], 40) if system == "piecewise" else [(times[late], values[late])]
        )
        add_samples(of, times[~late], values[~late])
        finish(detect(store, using=[make()], vigil=vigil))
        for part in parts:
            add_samples(of, *part)
            full += finish(detect(store, using=[make()], vigil=vigil)).series
    found = {
        system: [a.time for a in told(store) if a.system == system] for system in ("piecewise", "at once")
    }
    assert found["piecewise"] == found["at once"]
    assert bool(found["at once"]) is (make is not DriftDetector)
