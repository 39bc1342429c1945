"""When several series changed together: sharper than each alone, and no more sure for telling it twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.start_cases import autoregressive
from tocsin.detectors import joint_start
from tocsin.detectors.joint_start import Evidence, Joint, combine
from tocsin.detectors.start import search

N = 500
STEP = 60


def evidence(values: np.ndarray, late: int = 0) -> Evidence:
    found = search(values)
    assert found is not None
    return Evidence(np.arange(len(values)) * STEP + late, found.factors, found.innovations)


def series(rng: np.random.Generator, sizes: list[float], at: int) -> list[Evidence]:
    noise = autoregressive(rng, len(sizes), N, 0.5)
    after = np.arange(N) >= at
    return [evidence(row + size * after, i) for i, (row, size) in enumerate(zip(noise, sizes, strict=True))]


def combined(evidence: list[Evidence]) -> Joint:
    found = combine(evidence)
    assert found is not None
    return found


def test_together_they_are_surer_than_the_surest_alone() -> None:
    rng = np.random.default_rng(1)
    hits, alone, together = 0, [], []
    for _ in range(25):
        at = int(rng.integers(100, 400))
        each = series(rng, [0.8, 0.8, 0.8, 0.0], at)
        found = combined(each)
        hits += found.earliest_us <= at * STEP and (at - 1) * STEP <= found.latest_us
        together.append(found.latest_us - found.earliest_us)
        singles = [combined([one]) for one in each[:3]]
        alone.append(min(one.latest_us - one.earliest_us for one in singles))
    assert hits >= 0.8 * 25
    assert np.median(together) < 0.8 * np.median(alone)


def test_which_series_changed_is_told() -> None:
    found = combined(series(np.random.default_rng(2), [2.0, 0.0, -1.5, 0.0], 300))
    assert found.changed[0] > 0.95
    assert found.changed[2] > 0.95
    assert max(found.changed[1], found.changed[3]) < 0.5


def test_one_series_alone_is_what_it_says_itself() -> None:
    rng = np.random.default_rng(3)
    values = autoregressive(rng, 1, N, 0.5)[0] + 1.5 * (np.arange(N) >= 200)
    start = search(values)
    assert start is not None
    found = combined([evidence(values)])
    assert found.at_us == start.start.index * STEP
    assert found.earliest_us == (start.start.low - 1) * STEP
    assert found.latest_us == start.start.high * STEP


@pytest.mark.parametrize("copies", [2, 5, 20])
def test_copies_of_a_series_tell_nothing_new(copies: int) -> None:
    rng = np.random.default_rng(4)
    values = autoregressive(rng, 1, N, 0.5)[0] + 0.9 * (np.arange(N) >= 200)
    one, many = combined([evidence(values)]), combined([evidence(values)] * copies)
    assert many.shares == pytest.approx(np.full(copies, 1 / copies), rel=0.05)
    assert many.latest_us - many.earliest_us == pytest.approx(one.latest_us - one.earliest_us, abs=3 * STEP)
    assert many.odds < one.odds + 1


def test_shared_noise_is_no_evidence() -> None:
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(15):
        common, own = autoregressive(rng, 1, N, 0.5)[0], autoregressive(rng, 8, N, 0.5)
        found += combined([evidence(np.sqrt(0.8) * common + np.sqrt(0.2) * row) for row in own]).odds > 0
    assert found <= 2


def test_series_that_never_changed_are_no_evidence() -> None:
    rng = np.random.default_rng(6)
    assert sum(combined(series(rng, [0.0] * 6, 100)).odds > 0 for _ in range(15)) <= 2


def test_a_series_that_changed_at_another_time_weakens_little() -> None:
    rng = np.random.default_rng(7)
    noise = autoregressive(rng, 3, N, 0.5)
    other = evidence(noise[2] + 2.0 * (np.arange(N) >= 400))
    two = [evidence(row + 2.0 * (np.arange(N) >= 150)) for row in noise[:2]]
    found = combined([*two, other])
    assert found.earliest_us <= 150 * STEP <= found.latest_us + STEP
    assert found.changed[2] < 0.5


def test_series_of_different_rhythms_are_put_on_one_axis() -> None:
    rng = np.random.default_rng(8)
    fast = autoregressive(rng, 1, 6 * N, 0.0)[0] + 1.0 * (np.arange(6 * N) >= 1200)
    slow = autoregressive(rng, 1, N, 0.0)[0] + 1.0 * (np.arange(N) >= 200)
    quick = search(fast)
    assert quick is not None
    sixth = Evidence(np.arange(6 * N) * (STEP // 6), quick.factors, quick.innovations)
    found = combined([sixth, evidence(slow)])
    assert found.earliest_us <= 200 * STEP <= found.latest_us + STEP
    assert found.latest_us - found.earliest_us < 5 * STEP


def test_a_long_silence_before_the_first_changed_sample_lies_within_the_interval() -> None:
    rng = np.random.default_rng(9)
    values = autoregressive(rng, 1, N, 0.0)[0] + 5.0 * (np.arange(N) >= 200)
    found = search(values)
    assert found is not None
    times = np.arange(N) * STEP + 1_000_000 * (np.arange(N) >= 200)
    told = combined([Evidence(times, found.factors, found.innovations)])
    assert told.earliest_us == 199 * STEP
    assert told.latest_us == 200 * STEP + 1_000_000


def test_many_samples_are_looked_at_finely_only_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(10)
    monkeypatch.setattr(joint_start, "_CELLS", 6000)
    values = rng.standard_normal(10_000) + 1.0 * (np.arange(10_000) >= 7000)
    fine = search(values)
    assert fine is not None
    each = [evidence(rng.standard_normal(10_000)) for _ in range(5)]
    found = combined([evidence(values), *each])
    assert len(found.edges_us) < 5000
    assert found.earliest_us <= 7000 * STEP <= found.latest_us + STEP
    assert found.latest_us - found.earliest_us <= 3 * (fine.start.high - fine.start.low + 2) * STEP


def test_no_evidence_is_no_answer() -> None:
    assert combine([]) is None
    nothing = Evidence(np.array([1]), np.array([-np.inf]), np.zeros(0))
    assert combine([nothing]) is None


@given(st.integers(1, 6), st.integers(6, 60), st.integers(0, 2**32 - 1))
def test_any_evidence_gives_chances_that_add_up(count: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    each = []
    for _ in range(count):
        times = np.sort(rng.choice(10**6, n, replace=False))
        factors = np.concatenate([[-np.inf], rng.normal(0, 30, n - 1)])
        each.append(Evidence(times, factors, rng.standard_normal(n - 1)))
    found = combined(each)
    assert found.chances.sum() == pytest.approx(1)
    assert found.earliest_us < found.at_us <= found.latest_us
    assert np.all((found.changed >= 0) & (found.changed <= 1))
    assert np.all((found.shares > 0) & (found.shares <= 1))
