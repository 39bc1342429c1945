"""Thinning a signal for a chart, and choosing the stretch of time it shows."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.fields import Head, Register
from tocsin.model.incident import Incident
from tocsin.model.instant import When, to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations import systems
from tocsin.operations.charts import build, thinned
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


def test_a_baseline_with_a_daily_cycle_keeps_its_height_in_a_chart_of_months(
    store: Store, author: Author
) -> None:
    days = 28
    system = systems.ensure(store, author, "scorer")
    signal = Signal(system.id, "requests")
    now = store.now()
    times = to_us(now - timedelta(days=days)) + np.arange(days * 96) * 900_000_000
    values = 100 + 50 * np.sin(2 * np.pi * times / 86_400_000_000)
    id = store.new_id()
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=id, source="x", sha256="0" * 64, importer="csv", record="samples",
            system=system.id, author=author, started=now,
        )  # fmt: skip
        samples.append(connection, series.ensure(connection, signal), times, values, number)
        imports.complete(connection, number, imports.Counts(len(times), len(times)), {}, now)
    start = When(now - timedelta(hours=1))
    incident = Incident("i", "r", system.id, "p", now, now, "Operator A", fields={"start": set_to(start)})
    charts = build(store, incident, {id}, now)
    assert charts is not None
    assert charts.end <= now
    band = charts.strips[0].band
    assert band is not None
    assert band.times_us[0] >= times[0]
    assert band.times_us[-1] <= times[-1]
    assert np.ptp(band.centre) > 90


def set_to(start: When) -> Register:
    return Register((Head("e", 1, "s", msgspec.to_builtins(start)),))
