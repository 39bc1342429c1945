"""How rules count time, service levels and statutory duties alike: when a span ends, and why in a sentence.

The names of the statutory rules are those of the regulations' file. Ends of days print as 23:59:59 local.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset, Unit
from tocsin.model.spans import DAY, Pause, Span, merged

_NOON = 12 * 60
_SATURDAY = 6
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# What a service level means when it names no rule: elapsed time, civil days, the office's hours and days.
CIVIL_DAYS, OFFICE_HOURS, OFFICE_DAYS = "civil_days", "office_hours", "office_days"
OWN: dict[Unit, str] = {
    Unit.MINUTES: "elapsed_hours",
    Unit.HOURS: "elapsed_hours",
    Unit.DAYS: CIVIL_DAYS,
    Unit.WEEKS: CIVIL_DAYS,
    Unit.MONTHS: CIVIL_DAYS,
    Unit.BUSINESS_HOURS: OFFICE_HOURS,
    Unit.BUSINESS_DAYS: OFFICE_DAYS,
}

# Rules that give no end to count down to: time since, a gate, the earliest date of destruction.
NO_NUMBER = frozenset({"promptness", "at_event", "fixed_date"})


@dataclass(frozen=True, slots=True)
class Counted:
    """`plan_to` is the deadline to work by, without any roll to a working day; `legal_outer` is with it.

    Both are UTC and the same where a rule rolls nothing; None where the rule gives no number.
    """

    plan_to: datetime | None
    legal_outer: datetime | None
    why: str

    @property
    def end(self) -> datetime:
        """The deadline of a rule that gives one."""
        assert self.plan_to is not None
        return self.plan_to


def count(
    start: datetime,
    offset: Offset | None,
    rule: str,
    calendar: Calendar,
    home: str,
    *,
    pauses: Iterable[Pause] = (),
    relief: bool = False,
) -> Counted:
    """Return when `offset` from `start` ends by a counting rule; an empty rule is the unit's own.

    `home` is the zone of a calendar that names none. `relief` says that the noon of the next working day is
    open to this entity (RTS (EU) 2025/301 Art. 5(4)-(6)). Raises ValueError for an unknown rule, a missing
    number, or a unit that the rule does not count.
    """
    rule = rule or ("promptness" if offset is None else OWN[offset.unit])
    if rule not in _RULES:
        raise ValueError(f"there is no counting rule {rule!r}")
    units, counted = _RULES[rule]
    start = start.astimezone(UTC)
    if rule in NO_NUMBER:
        return counted(Span(start, Offset(0, Unit.DAYS), calendar, home), relief)
    if offset is None or offset.unit not in units:
        given = "no number" if offset is None else offset.unit.value
        raise ValueError(f"{rule} counts {', '.join(units)}, not {given}")
    return counted(Span(start, offset, calendar, home, merged(pauses, start)), relief)


def due(start: datetime, offset: Offset, calendar: Calendar, home: str) -> datetime:
    """Return when a service level runs out, by its unit's own rule (UTC)."""
    return _RULES[OWN[offset.unit]][1](Span(start.astimezone(UTC), offset, calendar, home), False).end


def capped(counted: Counted, start: datetime, cap: Counted) -> Counted:
    """Return the earlier of two ends, unless what is counted began only after the cap.

    So RTS (EU) 2025/301 Art. 5(1)(a) and 5(2): 4 h from classification, not after 24 h from awareness.
    """
    if counted.plan_to is None or cap.plan_to is None or start > cap.plan_to:
        return counted
    outer = min(counted.legal_outer or counted.plan_to, cap.legal_outer or cap.plan_to)
    if cap.plan_to >= counted.plan_to:
        return replace(counted, legal_outer=max(outer, counted.plan_to))
    return Counted(cap.plan_to, max(outer, cap.plan_to), f"The cap is earlier. {cap.why}")


def units(rule: str) -> tuple[Unit, ...]:
    """Return the units a rule counts, none of an unknown one and of one without a number."""
    return _RULES[rule][0] if rule in _RULES else ()


def names() -> tuple[str, ...]:
    """Return the names of the counting rules."""
    return tuple(_RULES)


def known(rule: str) -> bool:
    """Whether there is a counting rule of this name."""
    return rule in _RULES


def said_day(day: date) -> str:
    """Return a civil day in words: Sat 5 Dec 2026."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _elapsed(span: Span, relief: bool) -> Counted:
    end = span.elapsed()
    paused = " outside the pauses" if span.pauses else ""
    return Counted(end, end, f"{span.offset.words} of elapsed time{paused}; nights, weekends, holidays and "
                   "clock changes neither add nor take away.")  # fmt: skip


def _office_hours(span: Span, relief: bool) -> Counted:
    end = span.office_hours()
    return Counted(end, end, f"{span.offset.words} while the calendar is open.")


def _office_days(span: Span, relief: bool) -> Counted:
    closes = span.calendar.closes
    day = span.working_day(closes)
    whole = closes == DAY_MINUTES
    end = _close(span, day) if whole else span.calendar.instant(day, closes, span.home)
    return _same(end, f"{_day0(span)}; {span.offset.words} on is {said_day(day)}, until it closes.")


def _days(span: Span, relief: bool) -> Counted:
    day = span.last_day()
    weekend = day.isoweekday() >= _SATURDAY or span.calendar.holiday(day)
    plan = "; plan for the working day before, nothing rolls forward" if weekend else ""
    return _same(_close(span, day), f"{_day0(span)}; {span.offset.words} on is {said_day(day)}{plan}.")


def _rolled_days(span: Span, relief: bool) -> Counted:
    return _rolling(span, span.last_day(), _day0(span))


def _eu_days(span: Span, relief: bool) -> Counted:
    plain = span.last_day()
    end = _next_working(span, plain)
    short = span.first + DAY < plain and _working(span, end) < 2
    while short and _working(span, end) < 2:
        end = _next_working(span, end + DAY)
    why = f"{_day0(span)}; {span.offset.words} on is {said_day(plain)}"
    if short:
        why += f"; a period of two days or more holds two working days, so it ends on {said_day(end)}"
    elif end != plain:
        why += f"; no working day, so it ends on {said_day(end)}"
    return Counted(_close(span, plain), _close(span, end), f"{why}.")


def _jp_days(span: Span, relief: bool) -> Counted:
    plain = span.last_day(with_first=True)
    end = plain
    while _closed(span, end) or (end.month, end.day) >= (12, 29) or (end.month, end.day) <= (1, 3):
        end += DAY
    why = f"{said_day(span.first)} is day 1; day {span.offset.amount} is {said_day(plain)}"
    rolled = "" if end == plain else f"; the office is closed, so it ends on {said_day(end)}"
    return Counted(_close(span, plain), _close(span, end), f"{why}{rolled}.")


def _dora_hours(span: Span, relief: bool) -> Counted:
    end = span.elapsed()
    found = _elapsed(span, relief)
    return _noon(span, found, span.calendar.day_of(end, span.home)) if relief else found


def _dora_months(span: Span, relief: bool) -> Counted:
    day = span.last_day()
    why = f"{_day0(span)}; {span.offset.words} on is {said_day(day)}."
    return _noon(span, _same(_close(span, day), why), day)


def _business_days(span: Span, relief: bool) -> Counted:
    day = span.working_day()
    return _same(_close(span, day), f"{_day0(span)}; {span.offset.words} on is {said_day(day)}.")


def _business_days_before(span: Span, relief: bool) -> Counted:
    day = span.working_day_before()
    why = f"{span.offset.amount} working days before {said_day(span.first)} is {said_day(day)}."
    return _same(_close(span, day), why)


def _promptness(span: Span, relief: bool) -> Counted:
    return Counted(None, None, "The rule gives no number: it counts up from the trigger.")


def _at_event(span: Span, relief: bool) -> Counted:
    return _same(span.start, "At the event or before it: a gate, not a countdown.")


def _fixed_date(span: Span, relief: bool) -> Counted:
    return _same(_close(span, span.first), f"Fixed to {said_day(span.first)}.")


def _retention(span: Span, relief: bool) -> Counted:
    day = span.last_day()
    return _same(_close(span, day), f"Kept until {said_day(day)}: not a deadline, destroyed no earlier.")


def _rolling(span: Span, plain: date, why: str) -> Counted:
    end = _next_working(span, plain)
    rolled = "" if end == plain else f"; no working day, so it ends on {said_day(end)}"
    why = f"{why}; {span.offset.words} on is {said_day(plain)}{rolled}."
    return Counted(_close(span, plain), _close(span, end), why)


def _noon(span: Span, found: Counted, day: date) -> Counted:
    if not _closed(span, day):
        return found
    end = _next_working(span, day)
    noon = span.calendar.instant(end, _NOON, span.home)
    why = f"{found.why[:-1]}; {said_day(day)} is no working day, so noon of {said_day(end)} is in time."
    return replace(found, legal_outer=noon, why=why)


def _same(end: datetime, why: str) -> Counted:
    return Counted(end, end, why)


def _close(span: Span, day: date) -> datetime:
    return span.calendar.last_second(day, span.home)


def _closed(span: Span, day: date) -> bool:
    """Saturday, Sunday or a public holiday: what the law means, whichever days an office works."""
    return day.isoweekday() >= _SATURDAY or span.calendar.holiday(day)


def _next_working(span: Span, day: date) -> date:
    while _closed(span, day):
        day += DAY
    return day


def _working(span: Span, end: date) -> int:
    """How many working days there are after the first day, up to the end."""
    return sum(not _closed(span, span.first + DAY * (i + 1)) for i in range(min((end - span.first).days, 30)))


def _day0(span: Span) -> str:
    paused = ", days touched by a pause left out" if span.pauses else ""
    return f"{said_day(span.first)} is day 0{paused}"


_Rule = Callable[[Span, bool], Counted]
_HOURS = (Unit.MINUTES, Unit.HOURS)
_CIVIL = (Unit.DAYS, Unit.WEEKS, Unit.MONTHS)
_BUSINESS = (Unit.BUSINESS_DAYS,)
_RULES: dict[str, tuple[tuple[Unit, ...], _Rule]] = {
    "elapsed_hours": (_HOURS, _elapsed),
    "eu_days": ((Unit.DAYS, Unit.WEEKS), _eu_days),
    "eu_months": ((Unit.MONTHS,), _rolled_days),
    "dora_hours": (_HOURS, _dora_hours),
    "dora_months": ((Unit.MONTHS,), _dora_months),
    "mdr_days": ((Unit.DAYS,), _rolled_days),
    "us_calendar_days": (_CIVIL, _days),
    "sec_business_days": (_BUSINESS, _business_days),
    "business_days": (_BUSINESS, _business_days),
    "business_days_before": (_BUSINESS, _business_days_before),
    "au_days": ((Unit.DAYS,), _rolled_days),
    "sg_calendar_days": (_CIVIL, _days),
    "jp_days": ((Unit.DAYS,), _jp_days),
    "cn_days": (_CIVIL, _days),
    "promptness": ((), _promptness),
    "at_event": ((), _at_event),
    "fixed_date": ((), _fixed_date),
    "minimum_retention": (_CIVIL, _retention),
    CIVIL_DAYS: (_CIVIL, _days),
    OFFICE_HOURS: ((Unit.BUSINESS_HOURS,), _office_hours),
    OFFICE_DAYS: (_BUSINESS, _office_days),
}
