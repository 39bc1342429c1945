"""How the samples of one chunk lie in its blob: exact to the bit, small, and quick to read.

A blob is a head, then the times, then the values, both as planes of bytes (the first bytes of all, the second
bytes of all, ...), which puts like beside like, in one zstd frame where that is smaller. The head says how:

- times: the smallest step between two, then what each step has more, in as few bytes as the largest needs;
  none where all steps are the same, as of a source that is polled;
- values that are decimal numbers of few digits, as most are: integers, either the least of them and what each
  has more, or the first, the least difference and what each difference has more; else the float64 values.

A single sample is its value alone: a live source brings thousands of those. The blobs of schema version 1 are
a zstd frame of time steps and shuffled values, told apart by their first byte, which is that of zstd.
"""

import struct

import numpy as np
import zstandard
from numpy.typing import NDArray

from tocsin.errors import StoreProblem

CHUNK = 4096
Times = NDArray[np.int64]
Values = NDArray[np.float64]
Integers = NDArray[np.int64]

_SINGLE, _MANY = 1, 2  # first bytes; a zstd frame begins with 0x28
_ZSTD = 0x28
_FLOATS, _LEAST, _DIFFERENCES = 1, 2, 3
_ONE = struct.Struct("<Bd")
# marker, whether the rest is a zstd frame, bytes of a time, kind of values, bytes of a value, decimal places,
# number of samples, smallest step of time, integer the values begin with, smallest difference of these
_HEAD = struct.Struct("<BBBBBBHqqq")
_WIDTHS = (0, 1, 2, 4, 8)
_PLACES = range(10)
_PROBED = 32
_EXACT = 2.0**52
_TEN = 10.0 ** np.arange(10)
_LONGEST = 16 * CHUNK


def compressor() -> zstandard.ZstdCompressor:
    """Return what packs chunks; one for many of them saves time."""
    return zstandard.ZstdCompressor(level=1)


def pack(press: zstandard.ZstdCompressor, times: Times, values: Values) -> bytes:
    """Return the blob of one chunk of at most CHUNK samples, `times` strictly increasing."""
    if len(times) == 1:
        return _ONE.pack(_SINGLE, values[0])
    steps = np.diff(times)
    step = int(steps.min())
    time_width, time_bytes = _narrow(steps - step)
    found = _integers(values)
    if found is None:
        kind, places, first, least = _FLOATS, 0, 0, 0
        value_width, value_bytes = 8, _planes(values.astype("<f8"))
    else:
        kind, places, first, least, integers = found
        value_width, value_bytes = _narrow(integers)
    body = time_bytes + value_bytes
    frame = press.compress(body)
    squeezed = len(frame) < len(body)
    head = _HEAD.pack(_MANY, squeezed, time_width, kind, value_width, places, len(times), step, first, least)
    return head + (frame if squeezed else body)


def unpack(
    t0: int, n: int, data: bytes, press: zstandard.ZstdDecompressor | None = None
) -> tuple[Times, Values]:
    """Return times and values of one chunk. Raises StoreProblem when the blob does not hold `n` samples."""
    try:
        if data[0] == _SINGLE and n == 1:
            return np.array([t0], np.int64), np.array([_ONE.unpack(data)[1]])
        if data[0] == _MANY:
            return _many(t0, n, data, press)
        if data[0] == _ZSTD:
            return _of_version_1(t0, n, _inflated(data, press))
    except (zstandard.ZstdError, struct.error, ValueError, IndexError) as error:
        raise _damaged() from error
    raise _damaged()


def steps(n: int, data: bytes, press: zstandard.ZstdDecompressor) -> Times:
    """Return the n - 1 intervals between the samples of one chunk, in microseconds; values stay packed.

    Raises StoreProblem when the blob is damaged.
    """
    try:
        if data[0] == _ZSTD:
            return np.frombuffer(press.stream_reader(data).read(8 * n), "<i8")[1:]
        if data[0] == _MANY:
            _, squeezed, width, _, _, _, _, step, _, _ = _HEAD.unpack_from(data)
            if not width:
                return np.full(n - 1, step, np.int64)
            body = _inflated(data[_HEAD.size :], press) if squeezed else data[_HEAD.size :]
            more = _widened(body[: width * (n - 1)], width, n - 1)
            more += step
            return more
    except (zstandard.ZstdError, struct.error, ValueError, IndexError) as error:
        raise _damaged() from error
    return np.empty(0, np.int64)


def _many(t0: int, n: int, data: bytes, press: zstandard.ZstdDecompressor | None) -> tuple[Times, Values]:
    _, squeezed, time_width, kind, value_width, places, held, step, first, least = _HEAD.unpack_from(data)
    body = _inflated(data[_HEAD.size :], press) if squeezed else data[_HEAD.size :]
    count = n - (kind == _DIFFERENCES)
    cut = time_width * (n - 1)
    if held != n or len(body) != cut + value_width * count or not {time_width, value_width} <= set(_WIDTHS):
        raise _damaged()
    times = np.empty(n, np.int64)
    times[0] = t0
    times[1:] = step
    if time_width:
        times[1:] += _widened(body[:cut], time_width, n - 1)
    np.cumsum(times, out=times)
    if kind == _FLOATS:
        return times, _unplaned(body[cut:], 8, n).view("<f8").reshape(n)
    more = _widened(body[cut:], value_width, count) if value_width else np.zeros(count, np.int64)
    if kind == _LEAST:
        integers = more + first
    else:
        integers = np.empty(n, np.int64)
        integers[0] = first
        np.add(more, least, out=integers[1:])
        np.cumsum(integers, out=integers)
    return times, integers / _TEN[places] if places else integers.astype(np.float64)


def _integers(values: Values) -> tuple[int, int, int, int, Integers] | None:
    """Return kind, decimal places, first, least and what each has more of values that are decimals."""
    # Few tell that most are no decimals at all.
    some = next(
        (places for places in _PLACES if _decimal(values[:_PROBED], places) is not None), len(_PLACES)
    )
    for places in _PLACES[some:]:
        found = _decimal(values, places)
        if found is not None:
            break
    else:
        return None
    lowest, differences = int(found.min()), np.diff(found)
    least = int(differences.min())
    if int(differences.max()) - least < int(found.max()) - lowest:
        return _DIFFERENCES, places, int(found[0]), least, differences - least
    return _LEAST, places, lowest, 0, found - lowest


def _decimal(values: Values, places: int) -> Integers | None:
    """Return values times ten to the power of `places` where that loses not a bit, else None."""
    with np.errstate(over="ignore"):
        scaled = np.rint(values * _TEN[places])
    if not bool((np.abs(scaled) < _EXACT).all()):
        return None
    integers = scaled.astype(np.int64)
    back = integers / _TEN[places]
    # As bits: zero has two signs.
    return integers if np.array_equal(back.view(np.int64), values.view(np.int64)) else None


def _narrow(integers: Integers) -> tuple[int, bytes]:
    """Return non-negative integers in as few bytes as the largest needs, none where all are zero."""
    largest = int(integers.max())
    width = next(width for width in _WIDTHS if largest < 1 << 8 * width)
    return width, _planes(integers.astype(f"<u{width}")) if width else b""


def _widened(data: bytes, width: int, n: int) -> Integers:
    return _unplaned(data, width, n).view(f"<u{width}").reshape(n).astype(np.int64)


def _planes(numbers: NDArray[np.generic]) -> bytes:
    return numbers.view(np.uint8).reshape(len(numbers), -1).T.tobytes()


def _unplaned(data: bytes, width: int, n: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(width, n).T)


def _inflated(data: bytes, press: zstandard.ZstdDecompressor | None) -> bytes:
    return (press or zstandard.ZstdDecompressor()).decompress(data, max_output_size=_LONGEST)


def _of_version_1(t0: int, n: int, raw: bytes) -> tuple[Times, Values]:
    if len(raw) != 16 * n:
        raise _damaged()
    times = np.cumsum(np.frombuffer(raw, "<i8", n))
    times += t0
    return times, _unplaned(raw[8 * n :], 8, n).view("<f8").reshape(n)


def _damaged() -> StoreProblem:
    return StoreProblem("a chunk of samples is damaged.", hint="Import its file again.")
