"""Control charts: statistics as in the literature; small shifts are found however samples arrive."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from river import drift as river

from tocsin.detectors.base import DAY, HOUR, Finding, Series
from tocsin.detectors.charts import Chart
from tocsin.detectors.cusum import CusumDetector, cusum
from tocsin.detectors.ewma import EwmaDetector, ewma
from tocsin.detectors.page_hinkley import PageHinkleyDetector, page_hinkley
from tocsin.model.signal import Signal

BEGIN = 20_000 * DAY
EVER = -(2**62)
SIGNAL = Signal("one", "accuracy", unit="%")
CHARTS = (CusumDetector, EwmaDetector, PageHinkleyDetector)
values_ = st.lists(st.floats(-5, 5), min_size=1, max_size=120).map(np.array)


def steady(days: int = 35, ar: float = 0.0, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    times = BEGIN + np.arange(0, days * DAY, HOUR // 4)
    noise = np.random.default_rng(seed).standard_normal(len(times))
    for i in range(1, len(noise)):
        noise[i] = ar * noise[i - 1] + np.sqrt(1 - ar * ar) * noise[i]
    return times, 90 + noise


def find(chart: Chart, times: np.ndarray, values: np.ndarray, since: int = EVER) -> list[Finding]:
    return chart.find(Series(SIGNAL, times, values, alarms_a_week=0.02), since)


@given(values_)
def test_page_hinkley_is_that_of_river(values: np.ndarray) -> None:
    theirs = river.PageHinkley(min_instances=1, delta=0.3, threshold=1e9, alpha=0.9999)
    sums = []
    for value in values:
        theirs.update(float(value))
        sums.append(theirs._sum_increase - theirs._min_increase)
    assert page_hinkley(values, 0.3, 0.9999) == pytest.approx(sums, abs=1e-9)


@given(values_, st.floats(0.05, 1), st.integers(1, 40))
def test_cusum_is_pages_recursion_within_its_memory(
    values: np.ndarray, allowance: float, memory: int
) -> None:
    found = cusum(values, allowance, memory)
    for at in range(len(values)):
        tails = [
            float((values[s : at + 1] - allowance).sum()) for s in range(max(at + 1 - memory, 0), at + 1)
        ]
        assert found[at] == pytest.approx(max([0.0, *tails]), abs=1e-9)
    page, last = [], 0.0
    for value in values:
        page.append(last := max(0.0, last + float(value) - allowance))
    assert cusum(values, allowance, len(values)) == pytest.approx(page, abs=1e-9)


@given(values_, st.floats(0.05, 1))
def test_ewma_is_roberts_recursion(values: np.ndarray, weight: float) -> None:
    last, expected = 0.0, []
    for value in values:
        expected.append(last := weight * float(value) + (1 - weight) * last)
    assert ewma(values, weight) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("make", CHARTS)
@pytest.mark.parametrize("ar", [0.0, 0.6])
def test_a_shift_of_one_deviation_is_found_once_with_its_start(make: type[Chart], ar: float) -> None:
    times, values = steady(ar=ar)
    fell = BEGIN + 33 * DAY
    values[times >= fell] -= 1.5
    (found,) = find(make(), times, values)
    assert found.earliest_us <= fell <= found.latest_us
    assert fell <= found.time_us <= fell + DAY
    assert -4 < found.effect < -0.5
    assert found.value < found.threshold < 90
    assert "fell to" in found.message
    assert found.ended_us is None


@pytest.mark.parametrize("make", [CusumDetector, EwmaDetector])
def test_it_is_over_soon_after_the_series_has_come_back(make: type[Chart]) -> None:
    times, values = steady(seed=5)
    out = (times >= BEGIN + 31 * DAY) & (times < BEGIN + 32 * DAY)
    values[out] += 2
    (found,) = find(make(), times, values)
    assert found.ended_us is not None
    assert abs(found.ended_us - (BEGIN + 32 * DAY)) <= 18 * HOUR


@pytest.mark.parametrize("make", [CusumDetector, EwmaDetector])
def test_it_is_found_at_the_same_instant_however_samples_arrive(make: type[Chart]) -> None:
    times, values = steady()
    values[times >= BEGIN + 33 * DAY] += 1.5
    whole = find(make(), times, values)
    cuts = [2500, 3000, 3180, 3200, 3201, len(times)]
    parts: list[Finding] = []
    for before, end in zip([0, *cuts], cuts, strict=False):
        parts += find(make(), times[:end], values[:end], int(times[before - 1]) if before else EVER)
    assert {f.time_us for f in parts} == {f.time_us for f in whole}


@pytest.mark.parametrize("make", [CusumDetector, EwmaDetector])
def test_the_cheap_look_says_what_a_full_judgement_finds(make: type[Chart]) -> None:
    times, values = steady(32)
    values[times >= BEGIN + 31 * DAY + 12 * HOUR] += 1.0
    chart = make()
    for upto in range(len(times) - 90, len(times), 10):
        known = chart.calm(Series(SIGNAL, times[:upto], values[:upto], alarms_a_week=0.02))
        assert known is not None
        begin, end = upto - known.lead, upto + 10
        full = find(chart, times[:end], values[:end], int(times[upto - 1]))
        held = known.holds(times[begin:end], values[begin:end], known.lead)
        assert held == (not full)
        if full:
            return
    pytest.fail("the shift was never found")
