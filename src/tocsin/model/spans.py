"""Spans of time without their pauses: elapsed time, office hours, civil days, months and working days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset, Unit

Pause = tuple[datetime, datetime]  # from (with) and until (without), aware
DAY = timedelta(days=1)
_SEVEN = 7


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted: from when (UTC), how long, in which calendar, without which pauses (UTC, in order)."""

    start: datetime
    offset: Offset
    calendar: Calendar
    home: str
    pauses: tuple[Pause, ...] = ()

    @property
    def first(self) -> date:
        """The civil day of the start."""
        return self.calendar.day_of(self.start, self.home)

    def touched(self, day: date, until: int = DAY_MINUTES) -> bool:
        """Whether a pause touches a civil day before so many minutes after its midnight."""
        if not self.pauses:
            return False
        begins = self.calendar.instant(day, 0, self.home)
        ends = self.calendar.instant(day, until, self.home)
        return any(begin < ends and end > begins for begin, end in self.pauses)

    def elapsed(self) -> datetime:
        """Return the instant after the offset's minutes or hours have passed outside the pauses."""
        minutes = self.offset.amount * (60 if self.offset.unit is Unit.HOURS else 1)
        end = self.start + timedelta(minutes=minutes)
        for begin, until in self.pauses:
            if begin >= end:
                break
            end += until - begin
        return end

    def office_hours(self) -> datetime:
        """Return the instant after the offset's hours have passed while the calendar was open."""
        left, day = timedelta(hours=self.offset.amount), self.first
        while True:
            for begin, end in self._open(day):
                if begin + left <= end:
                    return begin + left
                left -= end - begin
            day += DAY

    def last_day(self, *, with_first: bool = False) -> date:
        """Return the last civil day: of the day's number of the start so many months on, or day n.

        The day of the start is day 0, or day 1 `with_first`; days touched by a pause do not count.
        """
        amount = self.offset.amount
        if self.offset.unit is Unit.MONTHS:
            end = months_later(self.first, amount)
        else:
            end = self.first + DAY * (amount * _SEVEN if self.offset.unit is Unit.WEEKS else amount)
        day = self.first
        if with_first:
            day, end = day - DAY, end - DAY
        while self.pauses and day < end:
            day += DAY
            end += DAY * self.touched(day)
        return end

    def working_day(self, until: int = DAY_MINUTES) -> date:
        """Return the n-th working day after the start's that no pause touches."""
        day, left = self.first, self.offset.amount
        while left:
            day += DAY
            left -= self.calendar.works(day) and not self.touched(day, until)
        return day

    def working_day_before(self) -> date:
        """Return the n-th working day before the start's."""
        day, left = self.first, self.offset.amount
        while left:
            day -= DAY
            left -= self.calendar.works(day)
        return day

    def _open(self, day: date) -> Iterable[Pause]:
        """Give the stretches of a civil day that are open and outside the pauses."""
        if not self.calendar.works(day):
            return
        opens, closes = self.calendar.hours(day, self.home)
        at = max(self.start, opens)
        for begin, end in self.pauses:
            if at < begin < closes:
                yield at, begin
            at = max(at, end) if begin < closes else at
        if at < closes:
            yield at, closes


def months_later(day: date, months: int) -> date:
    """Return the same day-number so many months on; where there is none, the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + DAY * (day.day - 1), following - DAY)


def merged(pauses: Iterable[Pause], start: datetime) -> tuple[Pause, ...]:
    """Return pauses in UTC, in order, none overlapping, none before the start, none without length."""
    found: list[Pause] = []
    for begin, end in sorted((max(b, start).astimezone(UTC), e.astimezone(UTC)) for b, e in pauses):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif begin < end:
            found.append((begin, end))
    return tuple(found)


def without(begin: datetime, end: datetime, pauses: Sequence[Pause]) -> timedelta:
    """Return how long it is from one instant to another outside the pauses, which are merged."""
    inside = (max(min(e, end) - max(b, begin), timedelta()) for b, e in pauses)
    return end - begin - sum(inside, timedelta())
