"""Packed samples: what goes in comes out, unfinished imports stay unseen, charts hide no extreme."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from numpy.typing import NDArray
from sqlalchemy import Connection, create_engine, insert, update

from tocsin.errors import StoreProblem
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store
from tocsin.store.schema import chunk, import_, signals_tables

Times, Values = NDArray[np.int64], NDArray[np.float64]
AddSamples = Callable[[Signal, Times, Values], int]
LATENCY = Signal("shop", "latency")
SECOND = 1_000_000
PRESS = zstandard.ZstdCompressor(level=1)


def seconds(*numbers: float) -> Times:
    return np.array([int(n * SECOND) for n in numbers], np.int64)


def ramp(n: int) -> tuple[Times, Values]:
    return np.arange(n, dtype=np.int64) * SECOND, np.arange(n, dtype=np.float64)


@given(
    steps=stn.arrays(np.int64, st.integers(1, 300), elements=st.integers(1, 2**40)),
    data=st.data(),
)
def test_a_chunk_unpacks_to_what_was_packed(steps: Times, data: st.DataObject) -> None:
    times = np.cumsum(steps) - 2**50
    values = data.draw(
        stn.arrays(np.float64, len(times), elements=st.floats(allow_nan=False, allow_infinity=False))
    )
    back, numbers = samples.unpack(int(times[0]), len(times), samples.pack(PRESS, times, values))
    assert back.tolist() == times.tolist()
    assert numbers.tolist() == values.tolist()


def test_a_range_is_read_with_both_its_ends(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(LATENCY, *ramp(10_000))
    with store.signals.read() as connection:
        times, values = samples.read(connection, number, 4_000 * SECOND, 5_000 * SECOND)
    assert (times[0], times[-1], len(times)) == (4_000 * SECOND, 5_000 * SECOND, 1_001)
    assert values.tolist() == [float(n) for n in range(4_000, 5_001)]


def test_what_imports_brought_out_of_order_is_read_in_order(store: Store, add_samples: AddSamples) -> None:
    add_samples(LATENCY, seconds(1, 4, 7), np.array([1.0, 4.0, 7.0]))
    number = add_samples(LATENCY, seconds(2, 5, 6), np.array([2.0, 5.0, 6.0]))
    with store.signals.read() as connection:
        times, values = samples.read(connection, number)
        assert samples.tail(connection, number, 3)[1].tolist() == [5.0, 6.0, 7.0]
        assert samples.latest(connection, [number]) == {number: (7 * SECOND, 7.0)}
        assert samples.span(connection, number) == samples.Span(6, SECOND, 7 * SECOND)
    assert times.tolist() == seconds(1, 2, 4, 5, 6, 7).tolist()
    assert values.tolist() == [1.0, 2.0, 4.0, 5.0, 6.0, 7.0]


def test_an_unfinished_import_is_unseen_by_every_reader(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(LATENCY, seconds(1), np.array([1.0]))
    begin_import(store, number, seconds(2), np.array([9.0]))
    with store.signals.read() as connection:
        assert samples.read(connection, number)[1].tolist() == [1.0]
        assert samples.tail(connection, number, 5)[1].tolist() == [1.0]
        assert samples.latest(connection, [number]) == {number: (SECOND, 1.0)}
        assert samples.span(connection, number) == samples.Span(1, SECOND, SECOND)
        assert samples.minmax(connection, number, 0, 3 * SECOND, 100)[2].tolist() == [1.0]


def begin_import(store: Store, one: int, times: Times, values: Values) -> int:
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=store.new_id(), source="x", sha256="", importer="csv", record="samples",
            system="shop", author=Author("Operator A"), started=store.now(),
        )  # fmt: skip
        samples.append(connection, one, times, values, number)
    return number


def test_a_series_without_finished_samples_is_not_listed(store: Store, add_samples: AddSamples) -> None:
    add_samples(LATENCY, seconds(1), np.array([1.0]))
    with store.signals.write() as connection:
        other = series.ensure(connection, Signal("shop", "errors"))
    begin_import(store, other, seconds(1), np.array([1.0]))
    with store.signals.read() as connection:
        assert [signal.metric for _, signal in series.list_all(connection)] == ["latency"]
        assert series.list_all(connection, "another system") == []


@settings(max_examples=30)
@given(
    gaps=stn.arrays(np.int64, st.integers(2, 400), elements=st.integers(1, 500)),
    pixels=st.integers(1, 60),
    seed=st.integers(0, 1000),
)
def test_no_extreme_is_lost_and_none_is_invented(gaps: Times, pixels: int, seed: int) -> None:
    times = np.cumsum(gaps)
    values = np.random.default_rng(seed).normal(size=len(times))
    with in_chunks(times, values, size=7) as connection:
        middles, lowest, highest = samples.minmax(connection, 1, int(times[0]), int(times[-1]), pixels)
    assert lowest.min() == values.min()
    assert highest.max() == values.max()
    assert bool((lowest <= highest).all())
    assert bool((np.diff(middles) > 0).all())
    width = max((times[-1] - times[0]) / pixels, 1)
    for middle, low, high in zip(middles, lowest, highest, strict=True):
        # A chunk's header may speak for the neighbouring column too, never for one further away.
        near = values[np.abs(times - middle) <= 1.5 * width + 1]
        assert near.min() <= low <= high <= near.max()


@contextmanager
def in_chunks(times: Times, values: Values, size: int) -> Iterator[Connection]:
    """Samples in chunks of a chosen size, so that a few hundred of them already are many chunks."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        signals_tables.create_all(connection)
        connection.execute(insert(import_).values(
            number=1, id="i", complete=1, source="", sha256="", importer="", record="", system="", author="",
            started_us=0, read=0, stored=0, already=0, rejected=0, assumed="{}",
        ))  # fmt: skip
        for start in range(0, len(times), size):
            part = slice(start, start + size)
            samples.append(connection, 1, times[part], values[part], 1)
        yield connection
    engine.dispose()


def test_few_samples_are_drawn_as_they_are(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(LATENCY, *ramp(50))
    with store.signals.read() as connection:
        times, lowest, highest = samples.minmax(connection, number, 10 * SECOND, 20 * SECOND, 2_000)
    assert times.tolist() == [n * SECOND for n in range(10, 21)]
    assert lowest.tolist() == highest.tolist() == [float(n) for n in range(10, 21)]


def test_zoomed_out_nothing_is_unpacked(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(LATENCY, *ramp(100_000))
    spoil_chunks(store, b"not a chunk")
    with store.signals.read() as connection:
        _, lowest, highest = samples.minmax(connection, number, 0, 10_000_000 * SECOND, 10)
    assert (lowest.min(), highest.max()) == (0.0, 99_999.0)


@pytest.mark.parametrize("data", [b"not a chunk", samples.pack(PRESS, seconds(1, 2), np.array([1.0, 2.0]))])
def test_a_damaged_chunk_is_named_as_such(store: Store, add_samples: AddSamples, data: bytes) -> None:
    number = add_samples(LATENCY, *ramp(100))
    spoil_chunks(store, data)
    with store.signals.read() as connection, pytest.raises(StoreProblem, match="a chunk of samples"):
        samples.read(connection, number)


def spoil_chunks(store: Store, data: bytes) -> None:
    with store.signals.write() as connection:
        connection.execute(update(chunk).values(data=data))


def test_the_sweep_takes_an_unfinished_import_away_and_no_other(
    store: Store, add_samples: AddSamples, tmp_path: Path
) -> None:
    number = add_samples(LATENCY, *ramp(10))
    pending = begin_import(store, number, *(part + 100 for part in ramp(300 * samples.CHUNK)))  # type: ignore[arg-type]
    rounds, more = 0, True
    while more:
        with store.signals.write() as connection:
            more = imports.sweep_some(connection, pending)
        rounds += 1
    assert rounds > 1
    with store.signals.read() as connection:
        assert imports.pending(connection) == []
        assert len(samples.read(connection, number)[0]) == 10
        assert [done.source for done in imports.list_all(connection)] == ["test"]
