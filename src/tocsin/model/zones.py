"""Civil time that no update of this machine moves: a zone's offsets as they were when a pack was frozen."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# (UTC seconds since 1970, seconds east of UTC that hold from then on); the last pair ends what was frozen.
Offsets = tuple[tuple[int, int], ...]

_DAY_S = 86_400
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 civil seconds are counted from it, in no zone


class FrozenZone(tzinfo):
    """A zone by stored offsets; before and after what was stored by this machine's data, where it has any."""

    def __init__(self, name: str, offsets: Offsets) -> None:
        self._name = name
        self._offsets = offsets
        self._instants = [at for at, _ in offsets]
        before = [offsets[max(i - 1, 0)][1] for i in range(len(offsets))]
        pairs = list(zip(offsets, before, strict=True))
        # A civil time that comes twice has two readings, told apart by its fold: PEP 495.
        self._walls = (
            [at + max(after, was) for (at, after), was in pairs],
            [at + min(after, was) for (at, after), was in pairs],
        )
        try:
            self._beyond: tzinfo = ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self._beyond = UTC

    def utcoffset(self, when: datetime | None) -> timedelta:
        """Return what the zone is east of UTC at a civil time."""
        if when is None:
            return timedelta()
        walls = self._walls[when.fold]
        at = _seconds(when)
        if not walls[0] <= at < walls[-1]:
            return when.replace(tzinfo=self._beyond).utcoffset() or timedelta()
        return self._offsets[bisect_right(walls, at) - 1][1] * _SECOND

    def dst(self, when: datetime | None) -> timedelta | None:
        """Nobody kept what of the offset is summer time."""
        return None

    def tzname(self, when: datetime | None) -> str | None:
        """Return the abbreviation as this machine knows it, where the offset agrees; else the offset."""
        if when is None:
            return self._name
        here = when.replace(tzinfo=self._beyond)
        offset = self.utcoffset(when)
        return here.tzname() if here.utcoffset() == offset else f"UTC{_hours(offset)}"

    def fromutc(self, when: datetime) -> datetime:
        """Return the civil time of an instant given in UTC."""
        at = _seconds(when)
        if not self._instants[0] <= at < self._instants[-1]:
            return when.replace(tzinfo=UTC).astimezone(self._beyond).replace(tzinfo=self)
        place = bisect_right(self._instants, at) - 1
        began, offset = self._offsets[place]
        repeated = self._offsets[max(place - 1, 0)][1] - offset
        return (when + offset * _SECOND).replace(fold=int(at - began < repeated))


@lru_cache(maxsize=256)
def frozen_zone(name: str, offsets: Offsets) -> FrozenZone:
    """Return the zone of these offsets, made once."""
    return FrozenZone(name, offsets)


@lru_cache(maxsize=256)
def offsets(name: str, begin: int, end: int) -> Offsets:
    """Return this machine's offsets of a zone from `begin` to `end` (UTC seconds). Raises KeyError.

    Changes are looked for day by day: no zone changes its clocks twice in one.
    """
    zone = ZoneInfo(name)
    found = [(begin, _offset(zone, begin))]
    for day in range(begin, end, _DAY_S):
        upto = min(day + _DAY_S, end)
        if _offset(zone, upto) != found[-1][1]:
            at = _change(zone, day, upto)
            found.append((at, _offset(zone, at)))
    return (*found, (end, found[-1][1]))


@lru_cache(maxsize=256)
def moved(name: str, known: Offsets) -> bool:
    """Whether this machine's data says anything else of the zone than these offsets."""
    try:
        return offsets(name, known[0][0], known[-1][0]) != known
    except (KeyError, ValueError, OSError):
        return False


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """Return the first second with the offset that holds at `high`; it is after `low`."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    return int((datetime.fromtimestamp(at, zone).utcoffset() or timedelta()).total_seconds())


def _seconds(civil: datetime) -> int:
    since = civil.replace(tzinfo=None, fold=0) - _EPOCH
    return since.days * _DAY_S + since.seconds


def _hours(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
