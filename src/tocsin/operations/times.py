"""Times as people type them: ISO 8601, or a clock time of today, in the store's home zone."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput
from tocsin.model.instant import When

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?$")
_TO_THE_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:?\d{2}")
_RANGE = re.compile(r"\s+\.\.\s+|\.\.")
_HINT = "Write 14:20, 2026-11-02 14:20, 2026-11-02T14:20:00+01:00, or a range with two dots between."
_AHEAD_HINT = "Write 4 h, 2 d, 09:00, tomorrow 09:00, or 2026-11-02 14:20."
_LENGTH = re.compile(r"(\d{1,4}) ?(min|h|d)$")
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_AHEAD = timedelta(minutes=5)


class _Reading(NamedTuple):
    """An instant a civil time may stand for, and whether the clocks show it or are set forward over it."""

    at: datetime
    shown: bool


def parse_when(text: str, *, now: datetime, zone: str) -> When:
    """Return the instant or range a person typed.

    A clock time without a date is the newest such time that has passed; with a date and no offset, a time
    that comes twice as the clocks are set back is the first of the two. A range `A..B` gets its middle as
    the best estimate; `A..E..B` states the estimate E. A range of clock times is the newest such that has
    passed; where one end has a date and a time, the clock time at the other is the nearest such. Raises
    BadInput for nonsense and for times ahead.
    """
    typed = _RANGE.split(text.strip())
    parts = _ends(typed, now, zone) if len(typed) < 4 else []
    if parts != sorted(parts) or not parts:
        raise BadInput("a range goes from earlier to later.", where=text, hint=_HINT)
    if parts[-1] > now + _AHEAD:
        raise BadInput("this time lies ahead.", where=text, hint="Facts are recorded after they happened.")
    if len(parts) == 1:
        return When(parts[0], zone=zone)
    low, high = parts[0], parts[-1]
    best = parts[1] if len(parts) == 3 else low + (high - low) / 2
    return When(best, low, high, zone)


def parse_span(since: str, until: str, *, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the two ends a person typed, past or future: of clock times the newest such span in the past.

    Raises BadInput for nonsense; whether the ends come in order is the caller's to check.
    """
    last = parse_instant(until, now=now, zone=zone)
    return _until(since.strip(), last, zone), last


def parse_instant(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the one instant a person typed, past or future. Raises BadInput for nonsense."""
    return _until(text.strip(), now + _AHEAD, zone)


def parse_near(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the one instant a person typed, past or ahead: a clock time without a date is the nearest such.

    Raises BadInput for nonsense.
    """
    clock = _CLOCK.match(text.strip())
    if clock is None:
        return _stated(text.strip(), zone)
    return _checked(min(_around(clock, now, zone), key=lambda one: (abs(one.at - now), not one.shown)), text)


def parse_until(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the instant ahead that a person typed: `4 h`, `09:00`, `tomorrow 09:00`, or an instant.

    A clock time without a date is the next such time. Raises BadInput for nonsense and for times past.
    """
    words = " ".join(text.split()).lower()
    if length := _LENGTH.match(words):
        return now + int(length[1]) * _UNITS[length[2]]
    clock = _CLOCK.match(words.removeprefix("tomorrow "))
    if clock is not None:
        return _next(clock, _end_of_day(now, zone) if words.startswith("tomorrow ") else now, zone)
    at = _stated(text.strip(), zone)
    if at <= now:
        raise BadInput("this time has passed.", where=text, hint=_AHEAD_HINT)
    return at


def _ends(typed: list[str], now: datetime, zone: str) -> list[datetime]:
    """Return the instants of a range: its end first, for it tells the days of the clock times before it."""
    start, end = typed[0], typed[-1]
    clock = _CLOCK.match(end)
    if clock and _TO_THE_MINUTE.match(start):
        last = _next(clock, _stated(start, zone) - timedelta.resolution, zone)
    else:
        last = _until(end, now + _AHEAD, zone)
    return [*(_until(one, last, zone) for one in typed[:-1]), last]


def _until(text: str, last: datetime, zone: str) -> datetime:
    """Return what was typed: with a date as it says; a clock time as the newest such up to the last."""
    clock = _CLOCK.match(text)
    if clock is None:
        return _stated(text, zone)
    return _checked(max(one for one in _around(clock, last, zone) if one.at <= last), text)


def _next(clock: re.Match[str], after: datetime, zone: str) -> datetime:
    ahead = (one for one in _around(clock, after, zone) if one.at > after)
    return _checked(min(ahead, key=lambda one: (one.at, not one.shown)), clock.string)


def _stated(text: str, zone: str) -> datetime:
    try:
        stated = datetime.fromisoformat(text)
        found = (
            _Reading(stated.astimezone(UTC), True) if stated.tzinfo else _readings(stated, ZoneInfo(zone))[0]
        )
    except (ValueError, OverflowError) as error:
        raise BadInput("this is not a time.", where=text, hint=_HINT) from error
    return _checked(found, text)


def _around(clock: re.Match[str], near: datetime, zone: str) -> list[_Reading]:
    """Return what a clock time may stand for on the day of an instant, the day before and the day after."""
    home = ZoneInfo(zone)
    try:
        wanted = time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
    except ValueError as error:
        raise BadInput("there is no such time of day.", where=clock.string, hint=_HINT) from error
    try:
        today = near.astimezone(home).date()
        days = [today + timedelta(days=days) for days in (-1, 0, 1)]
        return [one for day in days for one in _readings(datetime.combine(day, wanted), home)]
    except OverflowError as error:
        raise BadInput("this is not a time.", where=clock.string, hint=_HINT) from error


def _readings(civil: datetime, home: ZoneInfo) -> list[_Reading]:
    """Return the instants a civil time stands for, in order: two in the hour that comes twice.

    A time the clocks are set forward over has two as well, not shown: by the clocks before and after.
    """
    both = {civil.replace(tzinfo=home, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return [_Reading(at, at.astimezone(home).replace(tzinfo=None, fold=0) == civil) for at in sorted(both)]


def _checked(found: _Reading, text: str) -> datetime:
    if not found.shown:
        raise BadInput("the clocks were set forward over this time.", where=text, hint=_HINT)
    return found.at


def _end_of_day(now: datetime, zone: str) -> datetime:
    home = ZoneInfo(zone)
    tomorrow = datetime.combine(now.astimezone(home).date() + timedelta(days=1), time(), home)
    return tomorrow.astimezone(UTC) - timedelta.resolution
