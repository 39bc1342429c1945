"""Rosters as iCalendar (RFC 5545): an event is a shift; recurrence, exceptions and zones as the file says."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput
from tocsin.importers import roster_rules as rules
from tocsin.importers.roster_rules import MOST_BYTES, Gathered
from tocsin.model.arrangement import Shift
from tocsin.model.roster import RosterFile

BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)  # how far a recurring shift is written out
_MOST_EVENTS = 10_000
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
# "On call: Operator A", "[L1] Operator A": what comes before the name in files of scheduling tools.
_BEFORE_NAME = re.compile(r"^\s*(\[[^\]]{1,12}\]\s*)?(on[- ]?call\s*(schedule)?\s*[:–—-]\s*)?", re.IGNORECASE)


def read(content: bytes, *, now: datetime, zone: str, rota: str = "") -> RosterFile:
    """Return the shifts of a file, recurring ones from a month before `now` until a year after it.

    Times without a zone are of the calendar's X-WR-TIMEZONE, else of `zone`. The rota is `rota`, else the
    calendar's name. Raises BadInput when it is no calendar; single events that are wrong are refused.
    """
    if len(content) > MOST_BYTES:
        raise BadInput(f"a roster has at most {MOST_BYTES // 1_000_000} MB.")
    calendar = _parsed(content)
    gathered = Gathered()
    home = _home(calendar, zone, gathered)
    title = " ".join(str(calendar.get("X-WR-CALNAME", "")).split())
    name = _name(rota or title)
    window = (now - BEHIND, now + AHEAD)
    for lines, events in _series(calendar, _lines(content)):
        try:
            for event in _occurrences(calendar, events, window):
                _take(event, name, home, gathered, window)
        except (ValueError, OverflowError) as error:  # in UTC it may be of no year there is
            gathered.refuse(lines[0], str(error))
    return gathered.done()


def _take(
    event: Any, name: str, home: ZoneInfo, gathered: Gathered, window: tuple[datetime, datetime]
) -> None:
    person = _person(event)
    begins = rules.instant(_moment(event, "DTSTART"), home, gathered)
    ends = rules.instant(_end(event), home, gathered)
    if ends > window[0]:
        gathered.add(name, Shift(person, begins, ends), home.key)


def _name(text: str) -> str:
    try:
        return rules.name(text, "the rota")
    except ValueError as error:
        raise BadInput(f"{error}.", hint="Say which rota it is.") from None


def _parsed(content: bytes) -> Any:
    import icalendar

    try:
        return icalendar.Calendar.from_ical(content)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadInput("it is no iCalendar file.", hint=f"The reader says: {str(error)[:200]}") from None


def _home(calendar: Any, zone: str, gathered: Gathered) -> ZoneInfo:
    stated = str(calendar.get("X-WR-TIMEZONE", "")).strip()
    try:
        return rules.zone(stated or zone)
    except ValueError as error:
        gathered.notes.setdefault(f"X-WR-TIMEZONE: {error}; {zone} is taken.")
        return ZoneInfo(zone)


def _lines(content: bytes) -> list[int]:
    """Return the line each event begins at."""
    return [i for i, line in enumerate(content.splitlines(), 1) if line.strip().upper() == b"BEGIN:VEVENT"]


def _series(calendar: Any, lines: list[int]) -> Iterator[tuple[list[int], list[Any]]]:
    """Yield the events that belong together: a recurring one with its exceptions, by their common id."""
    events = calendar.walk("VEVENT")
    if len(events) > _MOST_EVENTS:
        raise BadInput(f"it has more than {_MOST_EVENTS} events.")
    found: dict[str, tuple[list[int], list[Any]]] = {}
    for number, event in enumerate(events):
        uid = str(event.get("UID", "")) or f"event {number}"
        known = found.setdefault(uid, ([], []))
        known[0].append(lines[number] if number < len(lines) else 0)
        known[1].append(event)
    yield from found.values()


def _occurrences(calendar: Any, events: list[Any], window: tuple[datetime, datetime]) -> Iterable[Any]:
    if not any(name in event for event in events for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        return [event for event in events if not _cancelled(event)]
    for event in events:
        _check_rules(event)
    import recurring_ical_events

    own = type(calendar)()
    for zone in calendar.walk("VTIMEZONE"):
        own.add_component(zone)
    for event in events:
        own.add_component(event)
    start, stop = (moment.date() for moment in window)
    try:
        found = recurring_ical_events.of(own).between(start, stop)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"its recurrence cannot be understood ({str(error)[:120]})") from None
    return [event for event in found if not _cancelled(event)]


def _check_rules(event: Any) -> None:
    given = event.get("RRULE", [])
    for rule in given if isinstance(given, list) else [given]:
        often = [str(word).upper() for word in rule.get("FREQ", [])]
        if any(word in _TOO_OFTEN for word in often):
            raise ValueError(f"it recurs {often[0].lower()}; that is no shift")


def _cancelled(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _moment(event: Any, name: str) -> date | datetime:
    value = getattr(event.get(name), "dt", None)
    if not isinstance(value, date):
        raise ValueError(f"it has no {name}")
    return value


def _end(event: Any) -> date | datetime:
    if "DTEND" in event:
        return _moment(event, "DTEND")
    begins, lasts = _moment(event, "DTSTART"), getattr(event.get("DURATION"), "dt", None)
    if isinstance(lasts, timedelta):
        return begins + lasts
    if not isinstance(begins, datetime):
        return begins + timedelta(days=1)  # RFC 5545, 3.6.1: a day without an end is that day
    raise ValueError("it has no end")


def _person(event: Any) -> str:
    given = event.get("ATTENDEE", [])
    guests = given if isinstance(given, list) else [given]
    named = [str(guest.params.get("CN", "")) for guest in guests if getattr(guest, "params", None)]
    if len(named) == 1 and named[0].strip():
        return rules.name(named[0], "the person")
    return rules.name(_BEFORE_NAME.sub("", str(event.get("SUMMARY", ""))), "the person (SUMMARY)")
