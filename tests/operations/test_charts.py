"""Thinning a signal for a chart, and choosing the stretch of time it shows."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tocsin.model.fields import Head, Register
from tocsin.model.incident import Incident
from tocsin.model.instant import When, to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations.charts import MOST, build, thinned
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store

BEGIN = to_us(datetime(2026, 11, 2, tzinfo=UTC))


@given(st.integers(1, 5000), st.integers(2, 700), st.integers(0, 2**32 - 1))
def test_no_extreme_is_lost_and_no_more_items_come_than_columns(n: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = BEGIN + np.cumsum(rng.integers(1, 3, n))
    values = rng.normal(size=n)
    at, low, high = thinned(times, values, columns)
    known = np.isfinite(low)
    assert known.sum() <= columns
    assert np.nanmin(low) == values.min()
    assert np.nanmax(high) == values.max()
    assert (low[known] <= high[known]).all()
    assert (np.diff(at) > 0).all()
    assert at[0] >= times[0] - 1


def test_fewer_samples_than_columns_come_back_as_they_are() -> None:
    times = BEGIN + np.arange(50) * 1000
    values = np.arange(50.0)
    at, low, high = thinned(times, values)
    assert at.tolist() == times.tolist()
    assert low.tolist() == high.tolist() == values.tolist()


def test_a_silence_is_a_gap_in_the_line() -> None:
    hour = to_us(datetime(2026, 11, 2, 1, tzinfo=UTC)) - BEGIN
    times = BEGIN + np.concatenate([np.arange(100), np.arange(200, 5000)]) * hour
    at, low, _ = thinned(times, np.ones(len(times)), 600)
    silent = at[np.isnan(low)]
    assert len(silent) == 1
    assert BEGIN + 99 * hour < silent[0] < BEGIN + 200 * hour


def test_no_samples_and_one_sample_can_be_thinned() -> None:
    empty = np.empty(0, np.int64), np.empty(0)
    assert [len(part) for part in thinned(*empty)] == [0, 0, 0]
    assert [len(part) for part in thinned(np.array([BEGIN]), np.array([1.0]))] == [1, 1, 1]


def bring(store: Store, signal: Signal, times: NDArray[np.int64], values: NDArray[np.float64]) -> str:
    """Store samples as an import does; return its id."""
    id = store.new_id()
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=id, source="x", sha256="0" * 64, importer="csv", record="samples",
            system=signal.system, author=Author("Operator A"), started=store.now(),
        )  # fmt: skip
        samples.append(connection, series.ensure(connection, signal), times, values, number)
        imports.complete(connection, number, imports.Counts(len(times), len(times)), {}, store.now())
    return id


def incident_of(store: Store, start: When) -> Incident:
    field = Register((Head("e", 1, "s", msgspec.to_builtins(start)),))
    now = store.now()
    return Incident("i", "r", "scorer", "p", now, now, "Operator A", fields={"start": field})


def test_a_baseline_with_a_daily_cycle_keeps_its_height_in_a_chart_of_months(store: Store) -> None:
    now = store.now()
    times = to_us(now - timedelta(days=28)) + np.arange(28 * 96) * 900_000_000
    values = 100 + 50 * np.sin(2 * np.pi * times / 86_400_000_000)
    id = bring(store, Signal("scorer", "requests"), times, values)
    charts = build(store, incident_of(store, When(now - timedelta(hours=1))), {id}, now, (), {})
    assert charts is not None
    assert charts.end <= now
    band = charts.strips[0].band
    assert band is not None
    assert band.times_us[0] >= times[0]
    assert band.times_us[-1] <= times[-1]
    assert np.ptp(band.centre) > 90


def test_a_signal_that_fell_silent_before_has_a_strip_without_samples(store: Store) -> None:
    now = store.now()
    recent = to_us(now - timedelta(days=1)) + np.arange(288) * 300_000_000
    long_ago = to_us(now - timedelta(days=20)) + np.arange(288) * 300_000_000
    ids = {
        bring(store, Signal("scorer", name), times, np.ones(288))
        for name, times in (("alive", recent), ("silent", long_ago))
    }
    charts = build(store, incident_of(store, When(now - timedelta(hours=2))), ids, now, (), {})
    assert charts is not None
    alive, silent = charts.strips
    assert alive.last == 1.0
    assert silent.last is None
    assert silent.band is None


def test_of_many_signals_only_some_are_drawn_and_the_rest_is_counted(store: Store) -> None:
    now = store.now()
    times = to_us(now - timedelta(days=1)) + np.arange(10) * 300_000_000
    ids = {bring(store, Signal("scorer", f"m{n:02d}"), times, np.ones(10)) for n in range(MOST + 3)}
    charts = build(store, incident_of(store, When(now)), ids, now, (), {})
    assert charts is not None
    assert len(charts.strips) == MOST
    assert charts.left_out == 3
    ids.add(bring(store, Signal("scorer", "a"), times - 40 * 86_400_000_000, np.ones(10)))
    charts = build(store, incident_of(store, When(now)), ids, now, (), {})
    assert charts is not None
    assert "a" not in [chart.name for chart in charts.strips], "one that had ended takes no place"
    assert build(store, incident_of(store, When(now)), set(), now, (), {}) is None
