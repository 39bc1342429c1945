"""When a stage of a regime is due, from the moments it counts from: with no incident and nothing stored.

`calendar_of` and `relief_open` say by which days and with which relief a stage counts; incidents use them
too.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput, NotFound
from tocsin.model import facts
from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset, Unit
from tocsin.model.counting import Counted, capped, count, said_day
from tocsin.model.regime import Regime, Rules, Stage

# A moment, or the day of one where its hour does not matter.
Given = datetime | date

MEMBER_STATE = "member_state"
_YEAR_END, _YEAR_OF = "end_of_calendar_year", "discovery"
_WEEKDAYS = frozenset(range(1, 6))
_EVERY_DAY = Calendar(_WEEKDAYS, 0, DAY_MINUTES)
_HOURS = (Unit.MINUTES, Unit.HOURS)
_FROM, _UNTIL = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

# RTS (EU) 2025/301 Art. 5(5): no relief for the first two reports of these; 5(6): nor of those designated.
_EXCLUDED = re.compile(
    r"\bcredit institution|\bbanks?\b|\bcentral counterpart|\bccps?\b|\btrading venue"
    r"|\bessential\b|\bimportant\b|\bdesignated\b|\bnis ?2\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|no|neither|nor)\b(?:\s+(?:an?|the|or|nor))*\s+|\bnon[- ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Due:
    """A worked deadline. `plan_to` is when to work by, `legal_outer` the rolled end where it differs.

    Both are aware, in the zone counted in, and None where the law gives no number; `house` is then the target
    we set ourselves. `rule` is the counting rule, `anchor` the fact counted from and `start` when it was.
    """

    duty: str
    rule: str
    anchor: str
    start: datetime
    plan_to: datetime | None
    legal_outer: datetime | None
    why: str
    house: datetime | None = None


def due(
    rules: Rules,
    duty: str,
    given: Mapping[str, Given],
    *,
    zone: str = "",
    holidays: Collection[date] = (),
    entity: str = "",
    state: str = "",
) -> Due:
    """Return when a stage is due, counted as its law counts.

    `given` are moments by the id of a fact; of stages of the same regime also in short (submission:initial).
    `zone` (IANA) is where the days end: unless given the regime's own, else the offset of the moment given.
    `holidays` come on top of those known, `entity` says in words who files, `state` (ISO 3166) is the member
    state of filing. Raises NotFound for an unknown stage, BadInput for a missing or unusable moment.
    """
    found = rules.stage(duty)
    if found is None:
        raise _no_stage(duty)
    regime, stage = found
    if state and f"eu:{state}" not in rules.calendars:
        raise BadInput("no holidays are known of this member state.", where=state[:20],
                       hint="Write its two letters, such as DE or FR.")  # fmt: skip
    moments = {written_out(rules, duty, name): at for name, at in given.items()}
    anchor, stated = _anchor(rules, regime, stage, moments, zone, holidays, entity, state)
    calendar, home = _calendar(rules, regime, stage, stated, zone, holidays, state)
    start = _instant(stated, stage.offset, calendar, home, anchor)
    relief = relief_open(entity)
    counted = count(start, stage.offset, stage.counting, calendar, home, relief=relief)
    if stage.not_after is not None and (cap := moments.get(stage.not_after_from)) is not None:
        latest = _instant(cap, stage.not_after, calendar, home, stage.not_after_from)
        cap_end = count(latest, stage.not_after, stage.counting, calendar, home, relief=relief)
        counted = capped(counted, start, cap_end)
    return _worked(duty, stage, anchor, start, counted, calendar, home)


def calendar_of(rules: Rules, stage: Stage, *, zone: str, state: str = "") -> Calendar:
    """Return the days a stage counts by: its own calendar, that of the member state, else Monday to Friday.

    `zone` (IANA) is where the days end; a calendar that names one keeps it.
    """
    named = stage.calendar or (f"eu:{state}" if state else "")
    calendar = rules.calendars.get(named, _EVERY_DAY)
    return calendar if calendar.zone and not zone else replace(calendar, zone=zone, offsets=())


def relief_open(entity: str) -> bool:
    """Whether the noon of the next working day is open to an entity for its first two reports under DORA.

    Not to credit institutions, central counterparties, trading venues, essential or important entities, nor
    to those an authority designated (RTS (EU) 2025/301 Art. 5(5), 5(6)), and not to whom nobody described.
    """
    words = _DENIED.sub("\0", entity)
    return bool(entity.strip()) and not any(
        "\0" not in words[max(0, one.start() - 1) : one.start()] for one in _EXCLUDED.finditer(words)
    )


def needed(rules: Rules, duty: str) -> tuple[str, ...]:
    """Return the facts a stage may count from: its anchor, those that stand for it, that of its cap.

    Raises NotFound.
    """
    found = rules.stage(duty)
    if found is None:
        raise _no_stage(duty)
    regime, stage = found
    stem, _, rest = stage.anchor.partition(":")
    facts_ = [stage.anchor, *(f"{stem}:{regime.id}/{one}" for one in _group(regime, rest))]
    if f"{stem}:" == facts.DUE and rules.stage(rest):
        facts_ += needed(rules, rest)
    if stage.anchor == _YEAR_END:
        facts_.append(_YEAR_OF)
    return tuple(dict.fromkeys([*facts_, *filter(None, [stage.not_after_from])]))


def written_out(rules: Rules, duty: str, fact: str) -> str:
    """Return a fact's id with the regime in it where a stage was named in short: submission:initial."""
    stem, colon, rest = fact.strip().partition(":")
    regime = rules.regime(duty.partition("/")[0])
    if regime and colon and "/" not in rest and (regime.stage(rest) or rest in regime.groups):
        return f"{stem}:{regime.id}/{rest}"
    return fact.strip()


def check(fact: str, given: Given) -> None:
    """Refuse a moment so far away that nobody knows its holidays and zones. Raises BadInput."""
    if not _FROM.year <= given.year < _UNTIL.year:
        raise BadInput("this moment is too far away to count from.", where=f"{fact}={given}")


def _no_stage(duty: str) -> NotFound:
    hint = "`tocsin regimes list` names the regimes, `tocsin regimes show` their stages."
    return NotFound("there is no such stage of a regime.", where=duty[:100], hint=hint)


def _group(regime: Regime, stage: str) -> tuple[str, ...]:
    """Return the stages of the group that a later stage runs from."""
    return regime.groups.get(stage.partition("/")[2], ())


def _anchor(
    rules: Rules, regime: Regime, stage: Stage, moments: Mapping[str, Given], zone: str,
    holidays: Collection[date], entity: str, state: str,
) -> tuple[str, Given]:  # fmt: skip
    """Return the fact a stage counts from and its moment: as given, or as it follows from others given."""
    anchor = stage.anchor
    if anchor in moments:
        return anchor, moments[anchor]
    stem, _, rest = anchor.partition(":")
    members = [f"{stem}:{regime.id}/{one}" for one in _group(regime, rest)]
    known = sorted((_sortable(moments[one]), one, moments[one]) for one in members if one in moments)
    if known:
        _, name, at = known[-1] if rest.endswith("_latest") else known[0]
        return name, at
    if f"{stem}:" == facts.DUE and rules.stage(rest):
        before = due(rules, rest, moments, zone=zone, holidays=holidays, entity=entity, state=state)
        if before.plan_to is not None:
            return anchor, before.plan_to
    if anchor == _YEAR_END and _YEAR_OF in moments:
        return anchor, date(_sortable(moments[_YEAR_OF]).year, 12, 31)
    raise BadInput(
        f"{regime.id}/{stage.id} counts from {facts.title(anchor)}, and nobody said when that was.",
        where=anchor, hint=f"Say it, such as --set {anchor}=2026-11-20T09:00:00+01:00.",
    )  # fmt: skip


def _calendar(
    rules: Rules,
    regime: Regime,
    stage: Stage,
    stated: Given,
    zone: str,
    holidays: Collection[date],
    state: str,
) -> tuple[Calendar, str]:
    """Return the days counted by, and the zone they end in."""
    if zone:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise BadInput(
                "this time zone is not known.", where=zone[:60], hint="Such as Europe/Paris."
            ) from None
    home = zone or regime.zone
    calendar = calendar_of(rules, stage, zone=home, state=state)
    if not calendar.zone:
        offset = stated.utcoffset() if isinstance(stated, datetime) else None
        home = "UTC"
        if offset:
            east = int(offset.total_seconds())
            home = f"UTC{'-' if east < 0 else '+'}{abs(east) // 3600:02d}:{abs(east) % 3600 // 60:02d}"
            ends = (int(_FROM.timestamp()), east), (int(_UNTIL.timestamp()), east)
            calendar = replace(calendar, zone=home, offsets=ends)
    return replace(calendar, holidays=calendar.holidays | frozenset(holidays)), calendar.zone or home


def _instant(stated: Given, offset: Offset | None, calendar: Calendar, home: str, fact: str) -> datetime:
    """Return the moment of a fact (UTC); of a day its midnight, where its hour does not matter."""
    check(fact, stated)
    if isinstance(stated, datetime):
        return (stated if stated.tzinfo else stated.replace(tzinfo=calendar.tz(home))).astimezone(UTC)
    if offset is not None and offset.unit in _HOURS:
        raise BadInput(
            f"{facts.title(fact)} needs a time: this limit counts hours.", where=f"{fact}={stated}",
            hint="Write it with its time and offset, such as 2026-11-20T09:00:00+01:00.",
        )  # fmt: skip
    return calendar.instant(stated, 0, home)


def _worked(
    duty: str, stage: Stage, anchor: str, start: datetime, counted: Counted, calendar: Calendar, home: str
) -> Due:
    tz = calendar.tz(home)
    plan_to, outer = _local(counted.plan_to, tz), _local(counted.legal_outer, tz)
    house = None
    if plan_to is None and stage.house is not None:
        house = _local(count(start, stage.house, "", calendar, home).plan_to, tz)
    why = f"From {facts.title(anchor)}, {_said(start.astimezone(tz))}: {counted.why}"
    if plan_to is None:
        why += f" The rule says: {stage.standard}." if stage.standard else ""
        why += (
            f" House target, not the law's: {stage.house.words}." if house is not None and stage.house else ""
        )
    elif outer is not None and outer != plan_to:
        why += f" Plan to {_said(plan_to)}; the roll is no room to plan with."
    elif plan_to.isoweekday() > 5 and stage.offset is not None and stage.offset.unit not in _HOURS:
        before = plan_to.date() - timedelta(days=plan_to.isoweekday() - 5)
        why += f" Plan for {said_day(before)}."
    outer = None if outer == plan_to else outer
    return Due(duty, stage.counting, anchor, start.astimezone(tz), plan_to, outer, why, house)


def _local(instant: datetime | None, tz: tzinfo) -> datetime | None:
    return None if instant is None else instant.astimezone(tz)


def _said(at: datetime) -> str:
    return f"{said_day(at.date())} {at:%H:%M:%S %Z}"


def _sortable(given: Given) -> datetime:
    if isinstance(given, datetime):
        return given if given.tzinfo else given.replace(tzinfo=UTC)
    return datetime.combine(given, time(), UTC)
