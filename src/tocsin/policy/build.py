"""Makes a scheme of the tables of a pack's files."""

import re

from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset, Unit
from tocsin.model.escalation import EscalationStep
from tocsin.model.playbook import Playbook, Step, joined
from tocsin.model.severity import ClockRule, Level, Role, Route, Scheme
from tocsin.model.triage import Answer, Question, Rule, Triage
from tocsin.policy.expand import unknown_place
from tocsin.policy.files import PACK, Wrong
from tocsin.policy.tables import (
    CalendarTable,
    ClockTable,
    EscalationTable,
    HolidaysTable,
    PackTable,
    PlaybookStepTable,
    PlaybookTable,
    TriageTable,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOME = "home"


def scheme_of(pack: PackTable) -> Scheme:
    """Return the scheme of pack.toml, without what its other files hold. Raises Wrong."""
    return Scheme(
        id=pack.id,
        title=pack.title,
        version=pack.version,
        levels=tuple(
            Level(each.id, each.meaning, each.found_by, tuple(each.escalate_to), each.forum)
            for each in pack.levels
        ),
        routes=tuple(
            Route(r.kind, r.title, tuple(r.to), tuple(r.layers), tuple(r.levels), tuple(r.types))
            for r in pack.routes
        ),
        clocks=tuple(_clock(each, f"clocks[{i}]") for i, each in enumerate(pack.clocks)),
        detector_severities=pack.detector_severities,
        calendar=_calendar(pack.calendar, "calendar"),
        due_soon=pack.due_soon,
        calendars={name: _calendar(each, f"calendars.{name}") for name, each in pack.calendars.items()},
        roles=tuple(Role(each.id, each.title, tuple(each.levels), each.minutes) for each in pack.roles),
        freeze=tuple(pack.freeze),
        closure=tuple(pack.closure),
        quiet=None if pack.quiet is None else _offset(pack.quiet, PACK, "quiet"),
    )


def triage_of(table: TriageTable) -> Triage:
    """Return the questions and rules of triage.toml."""
    return Triage(
        questions=tuple(
            Question(one.id, one.text, tuple(Answer(a.id, a.text, a.key) for a in one.answers), one.help)
            for one in table.questions
        ),
        rules=tuple(
            Rule(one.level, one.because, {asked: tuple(given) for asked, given in one.when.items()})
            for one in table.rules
        ),
        otherwise=table.otherwise,
    )


def escalation_of(table: EscalationTable, file: str) -> tuple[EscalationStep, ...]:
    """Return the steps of escalation.toml. Raises Wrong."""
    return tuple(
        EscalationStep(
            one.id,
            one.title,
            tuple(one.levels),
            tuple(one.call),
            _offset(one.within, file, f"steps[{i}].within"),
            tuple(one.send),
            tuple(one.kinds),
        )
        for i, one in enumerate(table.steps)
    )


def playbook_of(type: str, table: PlaybookTable, common: PlaybookTable) -> Playbook:
    """Return the playbook of a type: its own steps and those that all types share."""
    own = tuple(_step(one) for one in table.steps)
    if not common.steps:
        return Playbook(type, table.title, own, table.reviewed)
    first, last = ([_step(one) for one in common.steps if one.first is early] for early in (True, False))
    steps = joined(first, own, last)
    return Playbook(type, table.title, steps, table.reviewed)


def _step(table: PlaybookStepTable) -> Step:
    return Step(
        id=table.id,
        phase=table.phase,
        text=table.text,
        kind=table.kind,
        role=table.role,
        minutes=table.minutes,
        layer=table.layer,
        evidence=table.evidence,
        help=table.help,
        categories=tuple(table.categories),
        takes_offline=table.takes_offline,
        met_by=table.met_by,
    )


def _clock(table: ClockTable, key: str) -> ClockRule:
    by_level = {
        level: _offset(span, PACK, f"{key}.within_by_level.{level}")
        for level, span in table.within_by_level.items()
    }
    return ClockRule(
        id=table.id,
        name=table.name,
        anchor=table.anchor,
        within=None if table.within is None else _offset(table.within, PACK, f"{key}.within"),
        within_by_level=by_level,
        met_by=tuple(table.met_by),
        restarts_on_regrading=table.restarts_on_regrading,
        repeats=table.repeats,
        until=tuple(table.until),
        counts_up=table.counts_up,
        when={field: tuple(values) for field, values in table.when.items()},
        calendar=table.calendar,
        pausable=table.pausable,
        counting=table.counting,
        levels=tuple(table.levels),
        not_after=None if table.not_after is None else _offset(table.not_after, PACK, f"{key}.not_after"),
        not_after_from=table.not_after_from,
    )


def _offset(span: dict[Unit, int], file: str, key: str) -> Offset:
    if len(span) != 1:
        raise Wrong(file, key, "needs exactly one unit, such as { minutes = 15 }")
    ((unit, amount),) = span.items()
    return Offset(amount, unit)


def _calendar(table: CalendarTable, key: str) -> Calendar:
    unknown = [day for day in table.days if day not in WEEKDAYS]
    if unknown:
        raise Wrong(PACK, f"{key}.days", f"{unknown[0]!r} is none of {', '.join(WEEKDAYS)}")
    days = frozenset(WEEKDAYS.index(day) + 1 for day in table.days)
    opens, closes = _minutes(table.opens, f"{key}.opens"), _minutes(table.closes, f"{key}.closes")
    zone = "" if table.zone == HOME else table.zone
    given = table.holidays
    place = given if isinstance(given, HolidaysTable) else HolidaysTable("", dates=given)
    if place.country and (reason := unknown_place(place.country, place.subdivision)):
        raise Wrong(PACK, f"{key}.holidays", reason)
    try:
        own = frozenset(place.dates)
        return Calendar(days, opens, closes, own, zone, country=place.country, subdivision=place.subdivision)
    except ValueError as error:
        raise Wrong(PACK, key, str(error)) from None


def _minutes(text: str, key: str) -> int:
    match = re.fullmatch(r"([0-2][0-9]):([0-5][0-9])", text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise Wrong(PACK, key, f"{text!r} is not a time of day such as 09:00 (24:00 is the end of the day)")
    return minutes
