"""The blob of a chunk: what goes in comes out bit by bit, in old blobs as well, and damage is noticed."""

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from numpy.typing import NDArray

from tocsin.errors import StoreProblem
from tocsin.store import chunks

Times, Values = NDArray[np.int64], NDArray[np.float64]
PRESS, UNPRESS = chunks.compressor(), zstandard.ZstdDecompressor()

sizes = st.integers(1, 400)
steady = st.tuples(sizes, st.integers(1, 2**45)).map(
    lambda pair: np.arange(pair[0], dtype=np.int64) * pair[1]
)
uneven = stn.arrays(np.int64, sizes, elements=st.integers(1, 2**40)).map(np.cumsum)
finite = st.floats(allow_nan=False, allow_infinity=False)


def decimals(places: int, largest: int) -> st.SearchStrategy[float]:
    return st.integers(-largest, largest).map(lambda number: number / 10**places)


numbers = st.one_of(
    finite,
    st.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, 2.0**52, 2.0**53, -(2.0**62), 0.1, 1 / 3]),
    *(decimals(places, 10**6) for places in (0, 1, 2, 4, 9)),
    decimals(3, 2**51),
)


def bits(values: Values) -> list[int]:
    listed: list[int] = values.view(np.int64).tolist()
    return listed


@given(times=st.one_of(steady, uneven), data=st.data())
def test_what_was_packed_comes_out_bit_by_bit(times: Times, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([numbers, finite, decimals(2, 10**4), st.just(7.25)]))
    values = data.draw(stn.arrays(np.float64, len(times), elements=kind))
    times = times - 2**40
    blob = chunks.pack(PRESS, times, values)
    back, found = chunks.unpack(int(times[0]), len(times), blob)
    assert back.tolist() == times.tolist()
    assert bits(found) == bits(values)
    assert chunks.steps(len(times), blob, UNPRESS).tolist() == np.diff(times).tolist()


def version_1(times: Times, values: Values) -> bytes:
    """A blob as version 1 of the schema has it."""
    steps = np.diff(times, prepend=times[:1]).astype("<i8")
    shuffled = values.astype("<f8").view(np.uint8).reshape(-1, 8).T
    return zstandard.ZstdCompressor(level=1).compress(steps.tobytes() + shuffled.tobytes())


@given(times=uneven, data=st.data())
def test_blobs_of_version_1_are_read(times: Times, data: st.DataObject) -> None:
    values = data.draw(stn.arrays(np.float64, len(times), elements=numbers))
    blob = version_1(times, values)
    back, found = chunks.unpack(int(times[0]), len(times), blob)
    assert back.tolist() == times.tolist()
    assert bits(found) == bits(values)
    assert chunks.steps(len(times), blob, UNPRESS).tolist() == np.diff(times).tolist()


def test_usual_series_are_small() -> None:
    times = np.arange(4096, dtype=np.int64) * 15_000_000
    draw = np.random.default_rng(3)
    assert len(chunks.pack(PRESS, times, np.full(4096, 0.37))) < 60
    assert len(chunks.pack(PRESS, times, np.cumsum(draw.integers(0, 200, 4096)).astype(float))) < 4096 * 1.1
    assert len(chunks.pack(PRESS, times, draw.normal(50, 3, 4096).round(1))) < 4096 * 1.4
    assert len(chunks.pack(PRESS, times, draw.normal(50, 3, 4096))) < 4096 * 7.7
    assert len(chunks.pack(PRESS, times[:1], np.array([0.1]))) == 9


@pytest.mark.parametrize("kind", ["one", "decimals", "floats", "uneven"])
def test_a_blob_that_is_cut_or_of_another_length_is_damaged(kind: str) -> None:
    n = 1 if kind == "one" else 50
    times = np.cumsum(np.random.default_rng(1).integers(1, 9, n)) if kind == "uneven" else np.arange(n) * 15
    values = np.random.default_rng(1).normal(0, 1, n)
    blob = chunks.pack(PRESS, times, values.round(2) if kind == "decimals" else values)
    for wrong in (b"", blob[:-1], blob[:1], b"\x07" + blob[1:], b"\x28" + blob[1:]):
        with pytest.raises(StoreProblem, match="damaged"):
            chunks.unpack(0, n, wrong)
    for count in (n + 1, n - 1):
        with pytest.raises(StoreProblem, match="damaged"):
            chunks.unpack(0, count, blob)


@given(data=st.data())
def test_changed_bytes_break_nothing_else(data: st.DataObject) -> None:
    values = np.random.default_rng(1).normal(0, 1, 40).round(2)
    blob = bytearray(chunks.pack(PRESS, np.arange(40, dtype=np.int64) * 15, values))
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    try:
        times, found = chunks.unpack(0, 40, bytes(blob))
    except StoreProblem:
        return
    assert len(times) == len(found) == 40
