"""Times as files write them: which form they have; local ones brought to UTC, every doubtful one found."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.model.instant import EPOCH, from_us, to_us

# RFC 3339 and its everyday relatives; a date alone is its midnight. DuckDB takes the patterns too.
_LOCAL = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?)?"
NAIVE = _LOCAL
ZONED = _LOCAL.removesuffix("?") + r"([Zz]|[+-](0[0-9]|1[0-4]):?([0-5][0-9])?)"
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"

UNITS_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
FIRST_US = to_us(datetime(2000, 1, 1, tzinfo=UTC))
DOUBTS = {
    1: "was skipped by the clocks of {zone}",
    2: "was shown twice by the clocks of {zone}",
}
BEYOND_US = to_us(datetime(2100, 1, 1, tzinfo=UTC))


def form(text: str) -> str:
    """Return "zoned", "naive", "number", or "" for what is no time."""
    for name, pattern in (("zoned", ZONED), ("naive", NAIVE), ("number", r"[0-9]{8,20}(\.[0-9]*)?")):
        if re.fullmatch(pattern, text):
            return name
    return ""


def unit_question(number: str, source: str, line: int) -> BadInput:
    """Return the refusal of times that are bare numbers, with what each unit would make of the first."""
    readings = []
    for unit, per_second in UNITS_PER_SECOND.items():
        try:
            instant = EPOCH + timedelta(seconds=float(number) / per_second)
            readings.append(f"{unit}: {instant:%Y-%m-%d %H:%M:%S}")
        except OverflowError:
            readings.append(f"{unit}: beyond the year 9999")
    return BadInput(
        f"the times are bare numbers, and their unit is not stated. {number} in line {line} would be "
        f"{'; '.join(readings)} (UTC).",
        where=source,
        hint="Say --time-unit s, ms, us or ns.",
    )


def to_utc(local_us: NDArray[np.int64], zone: ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Return UTC microseconds of local wall times, and for each 0, 1 (did not exist) or 2 (existed twice).

    Wall times in the hour a clock skips or repeats cannot be told; their UTC value means nothing.
    """
    doubt = np.zeros(len(local_us), np.int8)
    if not len(local_us):
        return local_us, doubt
    day = 86_400_000_000
    changes = _changes(zone, int(local_us.min()) - 2 * day, int(local_us.max()) + 2 * day)
    offsets = np.array([offset for _, offset in changes], np.int64)
    # A change at instant c from offset a to b: wall times run to c + a, and go on from c + b.
    walls = np.array([at + after for at, after in changes], np.int64)
    index = np.maximum(np.searchsorted(walls, local_us, "right") - 1, 0)
    result: NDArray[np.int64] = local_us - offsets[index]
    for (at, after), (_, before) in zip(changes[1:], changes, strict=False):
        low, high = sorted((at + before, at + after))
        inside = (local_us >= low) & (local_us < high)
        doubt[inside] = 1 if after > before else 2
    return result, doubt


def wall_zone(form: str, zone: str) -> ZoneInfo | None:
    """Return the zone that times of this form must be brought from, None where they are UTC already."""
    return ZoneInfo(zone) if form == "naive" and zone not in ("", "UTC") else None


def doubted(doubt: NDArray[np.int8], zone: ZoneInfo) -> list[tuple[int, str]]:
    """Return index and reason of every wall time that cannot be told."""
    found = np.flatnonzero(doubt).tolist()
    return [(index, f"time: it {DOUBTS[int(doubt[index])].format(zone=zone.key)}") for index in found]


def _changes(zone: ZoneInfo, start_us: int, end_us: int) -> list[tuple[int, int]]:
    """Return (instant, offset) in microseconds: the offset at `start_us`, then each change up to `end_us`."""
    found = [(start_us, _offset(zone, start_us))]
    step = 7 * 86_400_000_000
    at = start_us
    while at < end_us:
        following = min(at + step, end_us)
        if _offset(zone, following) != found[-1][1]:
            found.append(_exact(zone, at, following))
        at = following
    return found


def _exact(zone: ZoneInfo, low: int, high: int) -> tuple[int, int]:
    before = _offset(zone, low)
    while high - low > 1_000_000:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    at = high // 1_000_000 * 1_000_000
    return at, _offset(zone, high)


def _offset(zone: ZoneInfo, us: int) -> int:
    offset = from_us(us).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


def parsed(text: str, kind: str, zone: ZoneInfo | None, unit: str) -> datetime:
    """Return the UTC instant of one time of the form `kind`, wall times being in `zone` (None: UTC).

    Raises ValueError with the reason when there is no such instant, or two.
    """
    if kind == "number":
        scaled = Decimal(text) * 1_000_000 / UNITS_PER_SECOND[unit]
        return _within(int(scaled))
    exact = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)
    stated = datetime.fromisoformat(exact.upper().replace(" ", "T", 1))
    if stated.tzinfo is not None:
        return _within(to_us(stated))
    us, doubt = to_utc(np.array([to_us(stated.replace(tzinfo=UTC))]), zone or ZoneInfo("UTC"))
    if doubt[0]:
        raise ValueError(DOUBTS[int(doubt[0])].format(zone=zone))
    return _within(int(us[0]))


def _within(us: int) -> datetime:
    if not FIRST_US <= us < BEYOND_US:
        raise ValueError("is not between 2000 and 2100")
    return from_us(us)
