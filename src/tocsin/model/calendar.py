"""Working calendars in civil time, and spans of time as rules give them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from tocsin.model import zones
from tocsin.model.zones import Offsets

DAY_MINUTES = 24 * 60
YEARS_BACK, YEARS_AHEAD = 2, 12  # that a frozen calendar knows its zone; the longest rule asks for ten years
_SECOND = timedelta(seconds=1)


class Unit(StrEnum):
    """What an offset is counted in. The first two run through nights, weekends and clock changes."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"


_NOUNS = {
    Unit.DAYS: "day",
    Unit.WEEKS: "week",
    Unit.MONTHS: "month",
    Unit.BUSINESS_HOURS: "business hour",
    Unit.BUSINESS_DAYS: "business day",
}


@dataclass(frozen=True, slots=True)
class Offset:
    """How long a clock runs: a whole number (at least 1) of one unit."""

    amount: int
    unit: Unit

    @property
    def words(self) -> str:
        """The offset as people say it: "15 min", "4 business hours", "next business day", "30 days"."""
        if self.unit is Unit.MINUTES:
            return f"{self.amount} min"
        if self.unit is Unit.HOURS:
            return f"{self.amount} h"
        if self.unit is Unit.BUSINESS_DAYS and self.amount == 1:
            return "next business day"
        return f"{self.amount} {_NOUNS[self.unit]}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work: ISO weekdays (1 is Monday), opening and closing in minutes after civil midnight.

    `closes` may be 1440, the end of the day. `zone` is an IANA name; empty means the store's home zone.
    `holidays` are dates the pack names; those of `country` (ISO 3166) and `subdivision` are worked out when a
    pack is frozen, and lie in `public`. `offsets` are those the zone had when the calendar was frozen: they
    count, not this machine's data.
    """

    days: frozenset[int]
    opens: int
    closes: int
    holidays: frozenset[date] = frozenset()
    zone: str = ""
    offsets: Offsets = ()
    country: str = ""
    subdivision: str = ""
    public: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(1, 8)):
            raise ValueError("a calendar needs at least one weekday, each from 1 to 7")
        if not 0 <= self.opens < self.closes <= DAY_MINUTES:
            raise ValueError("a working day must open before it closes")
        if self.offsets and (len(self.offsets) < 2 or sorted(self.offsets) != list(self.offsets)):
            raise ValueError("the offsets of a frozen zone must have a beginning and an end, in order")

    def works(self, day: date) -> bool:
        """Whether people work on this civil day."""
        return day.isoweekday() in self.days and not self.holiday(day)

    def holiday(self, day: date) -> bool:
        """Whether this civil day is a holiday of the pack or a public one."""
        return day in self.holidays or day in self.public

    def tz(self, home: str) -> tzinfo:
        """Return the zone days are counted in."""
        if self.offsets:
            return zones.frozen_zone(self.zone or home, self.offsets)
        return ZoneInfo(self.zone or home)

    def hours(self, day: date, home: str) -> tuple[datetime, datetime]:
        """Return the instants (UTC) at which this civil day opens and closes."""
        return self.instant(day, self.opens, home), self.instant(day, self.closes, home)

    def day_of(self, instant: datetime, home: str) -> date:
        """Return the civil day of an instant."""
        return instant.astimezone(self.tz(home)).date()

    def instant(self, day: date, minutes: int, home: str) -> datetime:
        """Return the instant (UTC) so many minutes after civil midnight.

        A civil time that comes twice means the first; one that is skipped counts as if no clock had changed.
        """
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.tz(home)).astimezone(UTC)

    def last_second(self, day: date, home: str) -> datetime:
        """Return 23:59:59 of a civil day (UTC): how rules that count days print their end."""
        return self.instant(day, DAY_MINUTES, home) - _SECOND

    @property
    def moved(self) -> bool:
        """Whether this machine's data of time zones now says otherwise than what was frozen."""
        return bool(self.offsets) and zones.moved(self.zone, self.offsets)

    def thawed(self) -> "Calendar":
        """Return the calendar by this machine's data of time zones."""
        return replace(self, offsets=())


def frozen(calendar: Calendar, home: str, around: datetime) -> Calendar:
    """Return the calendar with its zone named and the zone's offsets in it, for the years around an instant.

    The same within a calendar year, so that a pack frozen again is the same pack. Raises KeyError for an
    unknown zone.
    """
    year = around.astimezone(UTC).year
    begin, end = (
        int(datetime(min(y, 9998), 1, 1, tzinfo=UTC).timestamp())
        for y in (year - YEARS_BACK, year + YEARS_AHEAD)
    )
    zone = calendar.zone or home
    return replace(calendar, zone=zone, offsets=zones.offsets(zone, begin, end))
