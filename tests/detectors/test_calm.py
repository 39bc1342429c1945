"""The cheap look at new samples says what a full judgement of the same samples would find."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.base import DAY, SECOND, Series
from tocsin.detectors.calm import Calm
from tocsin.detectors.departure import DepartureDetector
from tocsin.detectors.levels import excess
from tocsin.model.signal import Signal

STEP = 300 * SECOND
TIMES = 20_000 * DAY + np.arange(0, 9 * DAY, STEP)
VALUES = np.random.default_rng(1).standard_normal(len(TIMES))


def known() -> Calm:
    found = DepartureDetector().calm(Series(Signal("one", "m"), TIMES, VALUES))
    assert found is not None
    return found


CALM = known()


@given(
    seed=st.integers(0, 2**32),
    new=st.lists(st.floats(-12, 12), min_size=1, max_size=12),
    drift=st.floats(-0.8, 0.8),
)
def test_it_holds_exactly_where_no_average_of_the_new_samples_passes_its_level(
    seed: int, new: list[float], drift: float
) -> None:
    lead = np.random.default_rng(seed).standard_normal(64) * 0.3 + drift
    values = np.concatenate([lead, new])
    times = TIMES[-1] + STEP * np.arange(1, len(values) + 1)
    assert CALM.known is not None
    centre = CALM.known.centre[0] if len(CALM.known.centre) == 1 else None
    assert centre is not None
    scores = (values - centre) / CALM.known.spread[(times // (3600 * SECOND)) % 24]
    beyond, _ = excess(scores, CALM.levels)
    within = times < CALM.until_us
    if not within.all():
        times = times - (times[-1] - CALM.until_us + 1)
        scores = (values - centre) / CALM.known.spread[(times // (3600 * SECOND)) % 24]
        beyond, _ = excess(scores, CALM.levels)
    if (beyond[:64] > 1).any():
        return  # what departed before is never glanced at
    assert CALM.holds(times, values, 64) is bool((beyond[64:] <= 1).all())


def test_after_the_baseline_is_due_anew_nothing_is_let_pass() -> None:
    times = np.array([CALM.until_us - STEP, CALM.until_us])
    assert not CALM.holds(times, np.zeros(2), 1)
    assert CALM.holds(times[:1], np.zeros(1), 0)


@pytest.mark.parametrize("value", [1e300, -1e300, np.finfo(float).max])
def test_what_is_beyond_all_measure_stirs(value: float) -> None:
    times = CALM.until_us - STEP * np.arange(65, 0, -1)
    assert not CALM.holds(times, np.append(np.zeros(64), value), 64)


def test_while_there_is_too_little_past_everything_passes_until_the_next_day() -> None:
    few = slice(0, 200)
    found = DepartureDetector().calm(Series(Signal("one", "m"), TIMES[few], VALUES[few]))
    assert found is not None
    times = TIMES[few][-1] + STEP * np.arange(1, 3)
    assert found.holds(times, np.array([0.0, 1e6]), 1)


def test_near_a_departure_there_is_no_calm() -> None:
    departed = ((int(TIMES[-20]), int(TIMES[-10])),)
    assert DepartureDetector().calm(Series(Signal("one", "m"), TIMES, VALUES, departed)) is None
    long_ago = ((int(TIMES[100]), int(TIMES[110])),)
    assert DepartureDetector().calm(Series(Signal("one", "m"), TIMES, VALUES, long_ago)) is not None
