"""Packs in words and as JSON, for `tocsin policy`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.model import closure
from tocsin.model.calendar import Calendar
from tocsin.model.clocks import ClockState, State
from tocsin.model.severity import ClockRule, Scheme
from tocsin.operations.packs import Pack
from tocsin.operations.policies_applied import Change
from tocsin.policy.build import WEEKDAYS
from tocsin.policy.freeze import freeze


def line(pack: Pack, zone: str) -> str:
    """Return a pack on a line of a list."""
    scheme = pack.scheme
    state = "in force" if pack.in_force else f"{pack.open} open" if pack.open else ""
    where = pack.sha256[:12] or "never used"
    chosen = f"  chosen {_time(pack.chosen, ZoneInfo(zone))} by {pack.by}" if pack.chosen else ""
    because = f": {pack.reason}" if pack.reason else ""
    origin = "shipped" if pack.shipped else "own"
    told = f"{scheme.id:<14} {scheme.title:<16} version {scheme.version:<8} {origin:<8} {state:<9} {where}"
    return f"{told}{chosen}{because}"


def change(one: Change, zone: ZoneInfo) -> str:
    """Return on a line what becomes of a clock."""
    level = one.level if one.level == one.to_level else f"{one.level} → {one.to_level}"
    return (
        f"{one.reference:<14} {level:<16} {one.name:<24} {one.what:<15} "
        f"{_clock(one.before, zone)} → {_clock(one.after, zone)}"
    )


def as_json(scheme: Scheme) -> dict[str, Any]:
    """Return the stable JSON form of a pack."""
    conditions = [
        {"id": id_, "title": closure.TITLES[id_]} for id_ in scheme.closure if id_ in closure.TITLES
    ]
    return {"pack": freeze(scheme)[1], "closure": conditions}


def lines(scheme: Scheme) -> Iterator[str]:
    """Yield what a pack says, for a person to read."""
    yield f"{scheme.title} ({scheme.id}), version {scheme.version}"
    for level in scheme.levels:
        yield ""
        yield f"{level.id}: {level.meaning}"
        clocks = [f"{rule.name.lower()} {told}" for rule in scheme.clocks if (told := span(rule, level.id))]
        yield f"  clocks      {', '.join(clocks) or 'none'}"
        yield f"  call        {', '.join(level.escalate_to) or 'nobody'}; {level.forum}"
        roles = [role.title for role in scheme.roles if not role.levels or level.id in role.levels]
        yield f"  roles       {', '.join(roles) or 'none'}"
        if level.id in scheme.freeze:
            yield "  freeze      declaring declares a change freeze"
    yield from _rest(scheme)


def span(rule: ClockRule, level: str) -> str:
    """Return how long a clock runs at a level, in words; empty where the level has no such clock."""
    if not rule.holds_at(level):
        return ""
    offset = rule.offset(level)
    if rule.counts_up:
        return f"counts up (aim {offset.words})" if offset else "counts up"
    return "" if offset is None else f"{'every ' if rule.repeats else ''}{offset.words}"


def _rest(scheme: Scheme) -> Iterator[str]:
    yield ""
    for route in scheme.routes:
        yield f"route       {route.title}: {', '.join(route.to)} at {', '.join(route.levels) or 'no level'}"
    yield f"calendar    {_calendar(scheme.calendar)}"
    for name, calendar in scheme.calendars.items():
        yield f"calendar    {name}: {_calendar(calendar)}"
    told = "; ".join(closure.TITLES[id_] for id_ in scheme.closure if id_ in closure.TITLES)
    yield f"closing     {told or 'asks for nothing'}"
    quiet = scheme.quiet.words if scheme.quiet else "no time of its own"
    yield f"verified    after what raised it stayed quiet for {quiet}"
    parts = (
        (len(scheme.triage.questions), "questions of triage"),
        (len(scheme.triage.rules), "rules"),
        (len(scheme.escalation), "steps of escalation"),
        (len(scheme.playbooks), "playbooks"),
        (len(scheme.updates), "templates of updates"),
    )
    yield f"also        {', '.join(f'{count} {noun}' for count, noun in parts)}"


def _calendar(calendar: Calendar) -> str:
    days = " ".join(WEEKDAYS[day - 1] for day in sorted(calendar.days))
    hours = "–".join(f"{at // 60:02}:{at % 60:02}" for at in (calendar.opens, calendar.closes))
    place = "-".join(filter(None, (calendar.country, calendar.subdivision)))
    free = [f"holidays of {place}"] if place else []
    free += [f"{len(calendar.holidays)} days of its own"] if calendar.holidays else []
    return f"{days} {hours} ({calendar.zone or 'home zone'}), {' and '.join(free) or 'no holidays'}"


def _clock(clock: ClockState | None, zone: ZoneInfo) -> str:
    if clock is None or clock.state is State.SUPERSEDED:
        return "none"
    if clock.counts_up and clock.ended is None:
        return "counts up"
    return f"{clock.state} {_time(clock.due, zone)}" if clock.due else str(clock.state)


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
