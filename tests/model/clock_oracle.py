"""Clocks worked out the slow way: an incident is lived event by event, and time is counted minute by minute.

Written without a look at `model/clocks.py`: state is changed in place as things happen, where the program
derives it from facts. Instants are whole minutes since 1970.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.severity import ClockRule, Scheme

TURNED = ("contained", "resolution", "closed", "verified")


def instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass
class Walk:
    """Counts in one calendar."""

    calendar: Calendar
    zone: ZoneInfo
    local: dict[int, datetime] = field(default_factory=dict)

    def wall(self, minute: int) -> datetime:
        if minute not in self.local:
            self.local[minute] = datetime.fromtimestamp(minute * 60, self.zone)
        return self.local[minute]

    def works(self, day: date) -> bool:
        off = day in self.calendar.holidays or day in self.calendar.public
        return day.isoweekday() in self.calendar.days and not off

    def end(self, start: int, offset: Offset, pauses: list[tuple[int, int]]) -> datetime:
        """Return when an offset from a minute ends, without the pauses."""
        match offset.unit:
            case Unit.MINUTES | Unit.HOURS:
                return instant(self._minutes(start, offset, pauses))
            case Unit.BUSINESS_HOURS:
                return instant(self._open_minutes(start, offset.amount * 60, pauses))
            case Unit.BUSINESS_DAYS:
                return self._working_days(start, offset.amount, pauses)
            case Unit.MONTHS:
                return self._days(start, self._month_days(start, offset.amount), pauses)
            case Unit.DAYS | Unit.WEEKS:
                return self._days(start, offset.amount * (7 if offset.unit is Unit.WEEKS else 1), pauses)

    def _minutes(self, start: int, offset: Offset, pauses: list[tuple[int, int]]) -> int:
        left, at = offset.amount * (60 if offset.unit is Unit.HOURS else 1), start
        if not pauses:
            return start + left
        while left:
            left -= not paused(at, pauses)
            at += 1
        return at

    def _open_minutes(self, start: int, left: int, pauses: list[tuple[int, int]]) -> int:
        at = start
        while left:
            wall = self.wall(at)
            inside = self.calendar.opens <= wall.hour * 60 + wall.minute < self.calendar.closes
            left -= inside and self.works(wall.date()) and not paused(at, pauses)
            at += 1
        return at

    def _working_days(self, start: int, left: int, pauses: list[tuple[int, int]]) -> datetime:
        day = self.wall(start).date()
        while True:
            day += timedelta(days=1)
            minutes = self._minutes_of(day)
            close = [m for m in minutes if self._of_day(m) < self.calendar.closes]
            left -= self.works(day) and not any(paused(m, pauses) for m in close if m >= start)
            if not left:
                # The first minute at or after closing; of one that comes twice the first.
                after = [m for m in minutes if self._of_day(m) >= self.calendar.closes]
                return instant(after[0]) if after else instant(minutes[-1]) + timedelta(seconds=59)

    def _days(self, start: int, left: int, pauses: list[tuple[int, int]]) -> datetime:
        day = self.wall(start).date()
        while left:
            day += timedelta(days=1)
            left -= not any(paused(m, pauses) for m in (self._minutes_of(day) if pauses else ()))
        return instant(self._minutes_of(day)[-1]) + timedelta(seconds=59)

    def _month_days(self, start: int, months: int) -> int:
        """How many days it is to the same day-number so many months on, or to that month's last day."""
        first = self.wall(start).date()
        day, passed = first, 0
        while passed < months:
            day += timedelta(days=1)
            passed += day.day == 1
        while day.day < first.day and (day + timedelta(days=1)).month == day.month:
            day += timedelta(days=1)
        return (day - first).days

    def _of_day(self, minute: int) -> int:
        wall = self.wall(minute)
        return wall.hour * 60 + wall.minute

    def _minutes_of(self, day: date) -> list[int]:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        about = int(noon.timestamp()) // 60
        return [m for m in range(about - 27 * 60, about + 27 * 60) if self.wall(m).date() == day]


def paused(minute: int, pauses: list[tuple[int, int]]) -> bool:
    return any(begin <= minute < end for begin, end in pauses)


@dataclass
class Running:
    """A clock as it runs: when it began, its round, how it ended."""

    rule: ClockRule
    offset: Offset | None
    started: int | None
    since: int | None = None
    ended: int | None = None
    how: str = ""
    rounds: int = 0
    late: int = 0
    snoozed: int | None = None
    pauses: list[tuple[int, int]] = field(default_factory=list)
    open: int | None = None


@dataclass
class Life:
    """An incident lived minute by minute: call what happens in the order it happens."""

    scheme: Scheme
    zone: ZoneInfo
    level: str
    detected: int
    declared: int
    known: dict[str, int] = field(default_factory=dict)
    past: list[tuple[str, int]] = field(default_factory=list)
    marks: list[tuple[str, str, int]] = field(default_factory=list)
    moved: list[tuple[str, int]] = field(default_factory=list)
    clocks: dict[str, Running] = field(default_factory=dict)
    gone: list[Running] = field(default_factory=list)
    walks: dict[str, Walk] = field(default_factory=dict)

    history: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = {"detection": self.detected, "declared": self.declared}
        self.past = [("detection", self.detected), ("declared", self.declared)]
        for rule in self.scheme.clocks:
            self._begin(rule, self.known.get(rule.anchor), None)

    def walk(self, rule: ClockRule) -> Walk:
        calendar = self.scheme.calendars.get(rule.calendar, self.scheme.calendar)
        zone = ZoneInfo(calendar.zone) if calendar.zone else self.zone
        return self.walks.setdefault(rule.calendar, Walk(calendar, zone))

    def due(self, one: Running, by: int | None = None) -> datetime | None:
        """Return the due time, with a pause that lasts counted up to an instant."""
        if one.snoozed is not None:
            return instant(one.snoozed)
        if one.started is None or one.offset is None or one.rule.counts_up:
            return None
        still = [(max(b, one.started), e) for b, e in one.pauses if e > one.started]
        if one.open is not None and by is not None:
            still.append((max(one.open, one.started), by))
        return self.walk(one.rule).end(one.started, one.offset, [(b, e) for b, e in still if b < e])

    def happen(self, fact: str, at: int) -> None:
        """A fact comes true."""
        self.known.setdefault(fact, at) if fact in TURNED else self.known.__setitem__(fact, at)
        self.past.append((fact, at))
        if fact in TURNED:
            self.moved.append((fact, at))
        for one in self.clocks.values():
            if one.ended is None and one.rule.repeats and fact in one.rule.met_by and one.started is not None:
                self._told(one, at)
            elif one.ended is None and not one.rule.repeats and fact in one.rule.met_by:
                one.ended, one.how = at, "met"
            if one.ended is None and one.rule.repeats and fact in one.rule.until and one.started is not None:
                one.ended, one.how = at, "met"
            if one.started is None and one.rule.anchor == fact:
                one.started = at

    def mark(self, id: str, how: str, at: int) -> None:
        self.marks.append((id, how, at))
        one = self.clocks[id]
        if one.rule.repeats and how == "met":
            self._told(one, at)
        else:
            one.ended, one.how = at, how

    def snooze(self, until: int) -> None:
        for one in self.clocks.values():
            told = any(fact.partition(":")[0] == "update" for fact in one.rule.met_by)
            if one.rule.repeats and told and one.started is not None and not one.ended:
                one.snoozed = until

    def grade(self, level: str, at: int) -> None:
        """Another level: clocks of other times end as superseded, others take their place."""
        old, self.level = self.level, level
        for rule in self.scheme.clocks:
            same = rule.offset(old) == rule.offset(level) and rule.holds_at(old) == rule.holds_at(level)
            if same and not rule.restarts_on_regrading:
                continue
            before = self.clocks.pop(rule.id, None)
            if before is not None:
                if before.ended is None:
                    before.ended, before.how = at, "superseded"
                self.gone.append(before)
            if rule.restarts_on_regrading:
                self._begin(rule, at, at)
            else:
                self._again(rule)

    def reopen(self, at: int) -> None:
        """What had been reached did not hold."""
        undone, self.moved = self.moved, []
        for fact in TURNED:
            self.known.pop(fact, None)
        for id, one in list(self.clocks.items()):
            rule = one.rule
            ends = rule.until if rule.repeats else rule.met_by
            mine = {fact for fact, when in undone if one.since is None or when >= one.since}
            if rule.anchor in TURNED:
                self._begin(rule, None, at)
            elif mine & set(ends) and not self._settled(one, ends):
                self._begin(rule, at, at)
            assert id in self.clocks

    def _settled(self, one: Running, ends: tuple[str, ...]) -> bool:
        since = one.since or 0
        kept = [f for f, at in self.past if f in ends and f not in TURNED and at >= since]
        marks = [how for id, how, at in self.marks if id == one.rule.id and at >= since]
        return bool(kept) or bool(marks and marks[-1] != "met")

    def _begin(self, rule: ClockRule, started: int | None, since: int | None) -> None:
        if not rule.holds_at(self.level):
            return
        self.clocks[rule.id] = one = Running(rule, rule.offset(self.level), started, since)
        if since is None and not rule.repeats:
            met = [at for fact, at in self.past if fact in rule.met_by]
            if met:
                one.ended, one.how = min(met), "met"

    def _again(self, rule: ClockRule) -> None:
        """A clock that keeps its anchor at another level: all that happened is lived once more."""
        shadow = Life(self.scheme, self.zone, self.level, self.detected, self.declared)
        shadow.walks = self.walks
        shadow.clocks = {id: one for id, one in shadow.clocks.items() if id == rule.id}
        for what, said in self.history:
            if what in ("pause", "resume", "mark") and (said[0] != rule.id or rule.id not in shadow.clocks):
                continue
            if what != "grade":
                getattr(shadow, what)(*said)
        self.clocks |= shadow.clocks

    def live(self, what: str, *said: Any) -> None:
        """Let something happen, and remember that it did."""
        self.history.append((what, said))
        getattr(self, what)(*said)

    def pause(self, id: str, at: int) -> None:
        if self.clocks[id].open is None:
            self.clocks[id].open = at

    def resume(self, id: str, at: int) -> None:
        one = self.clocks[id]
        if one.open is not None:
            one.pauses.append((one.open, at))
            one.open = None

    def _told(self, one: Running, at: int) -> None:
        due = self.due(one, at)
        assert due is not None
        one.late += instant(at) > due
        one.rounds += 1
        one.started, one.snoozed = at, None
