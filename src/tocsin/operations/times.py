"""Times as people type them: ISO 8601, or a clock time of today, in the store's home zone."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput
from tocsin.model.instant import When

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?$")
_RANGE = re.compile(r"\s+\.\.\s+|\.\.")
_HINT = "Write 14:20, 2026-11-02 14:20, 2026-11-02T14:20:00+01:00, or a range with two dots between."
_AHEAD_HINT = "Write 4 h, 2 d, 09:00, tomorrow 09:00, or 2026-11-02 14:20."
_LENGTH = re.compile(r"(\d{1,4}) ?(min|h|d)$")
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_AHEAD = timedelta(minutes=5)


def parse_when(text: str, *, now: datetime, zone: str) -> When:
    """Return the instant or range a person typed.

    A clock time without a date is the newest such time that has passed; with a date and no offset, a time
    that comes twice as the clocks are set back is the first of the two. A range `A..B` gets its middle as
    the best estimate; `A..E..B` states the estimate E. Raises BadInput for nonsense and for times ahead.
    """
    parts = [_instant(part, now=now, zone=zone) for part in _RANGE.split(text.strip())]
    if max(parts) > now + _AHEAD:
        raise BadInput("this time lies ahead.", where=text, hint="Facts are recorded after they happened.")
    if len(parts) == 1:
        return When(parts[0], zone=zone)
    if len(parts) > 3 or parts != sorted(parts):
        raise BadInput("a range goes from earlier to later.", where=text, hint=_HINT)
    low, high = parts[0], parts[-1]
    best = parts[1] if len(parts) == 3 else low + (high - low) / 2
    return When(best, low, high, zone)


def parse_instant(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the one instant a person typed, past or future. Raises BadInput for nonsense."""
    return _instant(text.strip(), now=now, zone=zone)


def parse_near(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the one instant a person typed, past or ahead: a clock time without a date is the nearest such.

    Raises BadInput for nonsense.
    """
    clock = _CLOCK.match(text.strip())
    if clock is None:
        return _instant(text.strip(), now=now, zone=zone)
    home, wanted = ZoneInfo(zone), _time_of_day(text, clock)
    today = now.astimezone(home).date()
    found = [
        at
        for days in (-1, 0, 1)
        for at in _instants(datetime.combine(today + timedelta(days=days), wanted), home, text)
    ]
    return min(found, key=lambda at: abs(at - now))


def parse_until(text: str, *, now: datetime, zone: str) -> datetime:
    """Return the instant ahead that a person typed: `4 h`, `09:00`, `tomorrow 09:00`, or an instant.

    A clock time without a date is the next such time. Raises BadInput for nonsense and for times past.
    """
    words = " ".join(text.split()).lower()
    if length := _LENGTH.match(words):
        return now + int(length[1]) * _UNITS[length[2]]
    clock = _CLOCK.match(words.removeprefix("tomorrow "))
    if clock is not None:
        return _next_clock_time(words, clock, now, ZoneInfo(zone))
    at = _instant(text.strip(), now=now, zone=zone)
    if at <= now:
        raise BadInput("this time has passed.", where=text, hint=_AHEAD_HINT)
    return at


def _next_clock_time(text: str, clock: re.Match[str], now: datetime, home: ZoneInfo) -> datetime:
    wanted, today = _time_of_day(text, clock), now.astimezone(home).date()
    days = (1,) if text.startswith("tomorrow ") else (0, 1)
    ahead = [
        at
        for day in days
        for at in _instants(datetime.combine(today + timedelta(days=day), wanted), home, text)
        if at > now
    ]
    return ahead[0]


def _instant(text: str, *, now: datetime, zone: str) -> datetime:
    home = ZoneInfo(zone)
    if clock := _CLOCK.match(text):
        return _newest_clock_time(text, clock, now, home)
    try:
        stated = datetime.fromisoformat(text)
        return stated.astimezone(UTC) if stated.tzinfo else _instants(stated, home, text)[0]
    except (ValueError, OverflowError) as error:
        raise BadInput("this is not a time.", where=text, hint=_HINT) from error


def _instants(civil: datetime, home: ZoneInfo, text: str) -> list[datetime]:
    """Return the instants a civil time stands for: two, in order, in the hour that comes twice."""
    both = [civil.replace(tzinfo=home, fold=fold).astimezone(UTC) for fold in (0, 1)]
    found = [at for at in both if at.astimezone(home).replace(tzinfo=None, fold=0) == civil]
    if not found:
        raise BadInput("the clocks were set forward over this time.", where=text, hint=_HINT)
    return sorted(set(found))


def _newest_clock_time(text: str, clock: re.Match[str], now: datetime, home: ZoneInfo) -> datetime:
    wanted = _time_of_day(text, clock)
    today = now.astimezone(home).date()
    for day in (today, today - timedelta(days=1)):
        passed = [at for at in _instants(datetime.combine(day, wanted), home, text) if at <= now + _AHEAD]
        if passed:
            return passed[-1]
    raise BadInput("this time lies ahead.", where=text, hint=_HINT)


def _time_of_day(text: str, clock: re.Match[str]) -> time:
    try:
        return time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
    except ValueError as error:
        raise BadInput("there is no such time of day.", where=text, hint=_HINT) from error
