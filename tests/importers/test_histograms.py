"""Quantiles of histograms: against an independent computation, resets and oddities among them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.importers import histograms
from tocsin.importers.base import Rejected, Samples

INF = math.inf


def by_hand(bounds: list[float], counts: list[float], share: float) -> float:
    """One quantile, bucket by bucket, in plain arithmetic."""
    rank, start, before = share * counts[-1], min(0.0, bounds[0]), 0.0
    for bound, count in zip(bounds, counts, strict=True):
        if count >= rank:
            if bound == INF:
                return start
            return start + (bound - start) * (rank - before) / (count - before)
        start, before = bound, count
    raise AssertionError


LADDERS = st.lists(st.floats(-50, 50), min_size=1, max_size=6, unique=True).flatmap(
    lambda bounds: st.tuples(
        st.just([*sorted(bounds), INF]),
        st.lists(st.integers(0, 9), min_size=len(bounds) + 1, max_size=len(bounds) + 1),
    )
)


@given(LADDERS, st.floats(0.01, 0.999))
def test_a_quantile_is_what_it_is_by_hand(ladder: tuple[list[float], list[int]], share: float) -> None:
    bounds, heights = ladder
    counts = np.cumsum(heights).astype(float)
    [[found]] = histograms.quantiles(bounds, [counts], (share,))
    if not counts[-1]:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(by_hand(bounds, counts.tolist(), share), rel=1e-9, abs=1e-9)


@given(LADDERS)
def test_quantiles_rise_and_stay_within_the_bounds(ladder: tuple[list[float], list[int]]) -> None:
    bounds, heights = ladder
    counts = np.cumsum(heights).astype(float)
    if counts[-1]:
        [found] = histograms.quantiles(bounds, [counts])
        assert (np.diff(found) >= -1e-9).all()
        assert min(0, bounds[0]) - 1e-9 <= found[0]
        assert found[-1] <= bounds[-2] + 1e-9


def test_values_known_from_promql() -> None:
    # Ten even buckets of one each: the quantile is the share; all beyond the last bound: that bound.
    bounds = [0.1 * n for n in range(1, 11)] + [INF]
    even = np.array([*range(1, 11), 10], float)
    assert histograms.quantiles(bounds, [even])[0] == pytest.approx([0.5, 0.95, 0.99])
    assert histograms.quantiles([1, 2, INF], [[0, 0, 5]])[0].tolist() == [2, 2, 2]
    assert histograms.quantiles([-1, 2, INF], [[5, 5, 5]])[0].tolist() == [-1, -1, -1]
    # Counts that fall are lifted; without +Inf, or without any other bucket, nothing can be told.
    assert histograms.quantiles([1, 2, INF], [[4, 2, 4]])[0][0] == pytest.approx(0.5)
    assert np.isnan(histograms.quantiles([1, 2], [[4, 4]])).all()
    assert np.isnan(histograms.quantiles([INF], [[4]])).all()


@given(
    st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=2, max_size=8),
    st.sets(st.integers(1, 7)),
)
def test_increases_undo_the_counting_even_over_restarts(new: list[list[int]], restarts: set[int]) -> None:
    held, told, expected = np.zeros(3), [], []
    for index, added in enumerate(np.cumsum(new, axis=1)):
        # A restart that nobody can see, because the counts do not fall, is none.
        anew = index in restarts and bool((added < held).any())
        held = added if anew else held + added
        told.append(held)
        expected.append(added)
    assert histograms.increases(told).tolist() == [list(row) for row in expected[1:]]


def made(counts: list[list[float]], *, running: bool = True) -> histograms.Histogram:
    bounds = (1.0, 2.0, INF)
    times = np.arange(len(counts)) * 60
    buckets = {
        bound: (times, [row[index] for row in counts], times + index) for index, bound in enumerate(bounds)
    }
    found, rejected = histograms.gathered("wait", {"queue": "a"}, buckets, running=running, unit="s")
    assert not rejected
    return found


def read(histogram: histograms.Histogram) -> dict[str, list[tuple[int, float]]]:
    return {
        piece.metric: list(zip(piece.times.tolist(), piece.values.round(6).tolist(), strict=True))
        for piece in histograms.estimated(histogram)
        if isinstance(piece, Samples)
    }


def test_of_several_scrapes_it_is_what_came_between_them() -> None:
    found = read(made([[100, 100, 100], [100, 110, 110], [100, 110, 110], [4, 4, 4]]))
    assert found["wait p50"] == [(60, 1.5), (180, 0.5)]
    assert list(found) == ["wait p50", "wait p95", "wait p99"]


def test_of_one_scrape_and_of_rates_it_is_all_there_is() -> None:
    assert read(made([[0, 10, 10]]))["wait p50"] == [(0, 1.5)]
    assert read(made([[0, 0.1, 0.1], [0.2, 0.2, 0.2]], running=False))["wait p50"] == [(0, 1.5), (60, 0.5)]


def test_where_buckets_come_or_go_counting_begins_anew() -> None:
    nan = math.nan
    found = read(made([[1, 2, 2], [1, 2, 4], [nan, 2, 4], [nan, 2, 6], [1, 2, 6], [3, 4, 8]]))
    assert found["wait p50"] == [(60, 2.0), (180, 2.0), (300, 0.5)]


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([5, 3, 5], "the buckets of wait fall"),
        ([1, 2, math.nan], "wait has no +Inf bucket"),
        ([-1, 2, 3], "is negative"),
    ],
)
def test_buckets_that_contradict_each_other_are_set_aside(counts: list[float], reason: str) -> None:
    pieces = list(histograms.estimated(made([[0, 0, 0], counts, [2, 4, 4]])))
    [rejected] = [piece for piece in pieces if isinstance(piece, Rejected)]
    assert reason in rejected.reason
    assert [piece.times.tolist() for piece in pieces if isinstance(piece, Samples)] == [[120]] * 3


def test_two_counts_of_one_bucket_at_one_time_contradict() -> None:
    twice = ([0, 0, 60, 60], [1, 1, 2, 3], [1, 2, 3, 4])
    found, [rejected] = histograms.gathered("wait", {}, {INF: twice})
    assert rejected.line == 4
    assert found.counts.tolist() == [[1], [2]]
