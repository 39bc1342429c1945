"""Working calendars, and how a clock counts: minutes and hours in UTC, business time in the civil zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What an offset is counted in. The first two run through nights, weekends and clock changes."""

    MINUTES = "minutes"
    HOURS = "hours"
    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True, slots=True)
class Offset:
    """How long a clock runs: a whole number (at least 1) of one unit."""

    amount: int
    unit: Unit

    @property
    def words(self) -> str:
        """The offset as people say it: "15 min", "4 business hours", "next business day"."""
        if self.unit is Unit.MINUTES:
            return f"{self.amount} min"
        if self.unit is Unit.HOURS:
            return f"{self.amount} h"
        if self.unit is Unit.BUSINESS_DAYS and self.amount == 1:
            return "next business day"
        noun = "business hour" if self.unit is Unit.BUSINESS_HOURS else "business day"
        return f"{self.amount} {noun}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work: ISO weekdays (1 is Monday), opening and closing in minutes after civil midnight.

    `closes` may be 1440, the end of the day. `zone` is an IANA name; empty means the store's home zone.
    """

    days: frozenset[int]
    opens: int
    closes: int
    holidays: frozenset[date] = frozenset()
    zone: str = ""

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(1, 8)):
            raise ValueError("a calendar needs at least one weekday, each from 1 to 7")
        if not 0 <= self.opens < self.closes <= DAY_MINUTES:
            raise ValueError("a working day must open before it closes")

    def works(self, day: date) -> bool:
        """Whether people work on this civil day."""
        return day.isoweekday() in self.days and day not in self.holidays

    def hours(self, day: date, home: str) -> tuple[datetime, datetime]:
        """Return the instants (UTC) at which this civil day opens and closes."""
        zone = ZoneInfo(self.zone or home)
        return _civil(day, self.opens, zone), _civil(day, self.closes, zone)

    def day_of(self, instant: datetime, home: str) -> date:
        """Return the civil day of an instant."""
        return instant.astimezone(ZoneInfo(self.zone or home)).date()


def due(start: datetime, offset: Offset, calendar: Calendar, home: str) -> datetime:
    """Return the instant (UTC) at which a clock started at `start` runs out.

    Hours are elapsed time. Business hours pass only while the calendar is open. Business days leave the day
    of the start out and end with the closing of the last one (`business_days` of the legal counting rules).
    """
    start = start.astimezone(UTC)
    match offset.unit:
        case Unit.MINUTES:
            return start + timedelta(minutes=offset.amount)
        case Unit.HOURS:
            return start + timedelta(hours=offset.amount)
        case Unit.BUSINESS_HOURS:
            return _after_open_time(start, timedelta(hours=offset.amount), calendar, home)
        case Unit.BUSINESS_DAYS:
            return _close_of_day(start, offset.amount, calendar, home)


def _after_open_time(start: datetime, left: timedelta, calendar: Calendar, home: str) -> datetime:
    day = calendar.day_of(start, home)
    while True:
        if calendar.works(day):
            opens, closes = calendar.hours(day, home)
            begin = max(start, opens)
            if begin + left <= closes:
                return begin + left
            left -= max(closes - begin, timedelta())
        day += _DAY


def _close_of_day(start: datetime, count: int, calendar: Calendar, home: str) -> datetime:
    day = calendar.day_of(start, home)
    while count:
        day += _DAY
        count -= calendar.works(day)
    return calendar.hours(day, home)[1]


def _civil(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    # A civil time that comes twice means the first; one that is skipped counts as if no clock had changed.
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)
