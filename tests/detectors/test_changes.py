"""Where a series changed: as people see it, as they were made, and nowhere where nothing happened."""

from pathlib import Path

import numpy as np
import pytest
import ruptures
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from tests import tcpd
from tocsin.detectors import changes
from tocsin.detectors.changes import find


def test_the_scores_are_those_published(shared_data: Path) -> None:
    for one in tcpd.load(shared_data / "tcpd"):
        n = len(one.values)
        assert tcpd.cover(one.annotations, [], n) == pytest.approx(
            one.published["default_zero_cover"], abs=6e-5
        )
        assert tcpd.f1(one.annotations, []) == pytest.approx(one.published["default_zero_f1"], abs=6e-5)


def test_a_match_counts_once_and_only_within_the_margin() -> None:
    assert tcpd.f1({"a": [50]}, [50]) == 1
    assert tcpd.f1({"a": [50]}, [55]) == 1
    assert tcpd.f1({"a": [50]}, [56]) == 0.5
    assert tcpd.f1({"a": [50, 53]}, [51]) == pytest.approx(2 * (2 / 3) / (5 / 3))
    assert tcpd.cover({"a": [50]}, [], 100) == 0.5


def test_people_agree_more_than_with_the_best_default_method(shared_data: Path) -> None:
    ours, best = [], []
    for one in tcpd.load(shared_data / "tcpd"):
        at = find(one.values).at
        ours.append((tcpd.cover(one.annotations, at, len(one.values)), tcpd.f1(one.annotations, at)))
        best.append((one.published["default_binseg_cover"], one.published["default_binseg_f1"]))
    assert np.all(np.mean(ours, axis=0) > np.mean(best, axis=0))


def shifted(rng: np.random.Generator, n: int, ar: float = 0.0) -> tuple[np.ndarray, list[int]]:
    """Noise of variance 1 with five shifts of two to four spreads."""
    noise = lfilter([1], [1, -ar], rng.standard_normal(n + 100))[100:] * np.sqrt(1 - ar**2)
    at = [int(n * share) for share in (0.15, 0.3, 0.5, 0.6, 0.85)]
    for one in at:
        noise[one:] += rng.uniform(2, 4) * rng.choice([-1, 1])
    return noise, at


@pytest.mark.parametrize(("n", "ar"), [(500, 0.0), (5000, 0.0), (60_000, 0.0), (5000, 0.5)])
def test_shifts_are_found_where_they_were_made(n: int, ar: float) -> None:
    for seed in range(5):
        values, at = shifted(np.random.default_rng(seed), n, ar)
        found = find(values).at
        assert len(found) == 5
        assert np.abs(np.array(found) - at).max() <= (10 if ar == 0 else 40)


def test_the_segmentation_is_the_best_there_is() -> None:
    values, _ = shifted(np.random.default_rng(1), 250)
    found = find(values)
    assert found.at
    assert not found.trend
    exact = ruptures.Dynp(model="l2", min_size=10, jump=1).fit(values).predict(n_bkps=len(found.at))
    assert list(found.at) == exact[:-1]


@pytest.mark.parametrize("ar", [0.0, 0.5])
def test_noise_alone_changes_nowhere(ar: float) -> None:
    rng = np.random.default_rng(3)
    noise = lfilter([1], [1, -ar], rng.standard_normal((30, 400)), axis=1)[:, 100:]
    assert sum(bool(find(row).at) for row in noise) <= 2


def test_a_bend_is_found_as_one_change_of_a_line() -> None:
    rng = np.random.default_rng(4)
    time = np.arange(400)
    values = np.maximum(time - 220, 0) * 0.1 + rng.standard_normal(400)
    found = find(values)
    assert found.trend
    assert len(found.at) == 1
    assert abs(found.at[0] - 220) <= 20


def test_more_changes_than_are_looked_for_at_once_are_found() -> None:
    rng = np.random.default_rng(5)
    levels = np.cumsum(rng.choice([-5.0, 5.0], 40))
    values = np.repeat(levels, 100) + rng.standard_normal(4000)
    found = find(values).at
    missed = [at for at in range(100, 4000, 100) if min(abs(at - one) for one in found) > 5]
    assert len(found) >= 35
    assert len(missed) <= 3


def test_one_wild_sample_is_no_change() -> None:
    values, at = shifted(np.random.default_rng(6), 1000)
    values[[200, 700]] += 1e6
    assert np.abs(np.array(find(values).at) - at).max() <= 5


def test_the_price_is_one_and_the_same_for_all_lengths() -> None:
    rng = np.random.default_rng(7)
    for n in (3, 4, 11, 50, 599, 601, 1201):
        steps = np.where(np.arange(n) < n // 2, 0.0, 5.0) + rng.standard_normal(n) * 0.2
        assert all(0 < one < n for one in find(steps).at)
        assert len(find(steps).at) == (1 if n >= 11 else len(find(steps).at))


def test_the_unit_does_not_matter() -> None:
    values, _ = shifted(np.random.default_rng(8), 800)
    assert find(values).at == find(values * 1e-7 + 1e-3).at == find(-values * 1e9).at


@given(st.lists(st.floats(-1e12, 1e12), max_size=80))
def test_any_values_give_ascending_changes_inside(values: list[float]) -> None:
    found = find(np.array(values))
    assert list(found.at) == sorted(set(found.at))
    assert all(0 < one < len(values) for one in found.at)


def test_equal_values_never_change() -> None:
    assert find(np.full(500, 3.0)) == changes.Changes(())
