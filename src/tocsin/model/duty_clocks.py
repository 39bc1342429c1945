"""The clocks of duties: applying stages as rules that join the scheme of an incident.

A stage waits until the fact it counts from is on record. Awareness and its like may be stated for one regime
(awareness@REGIME); submissions count from when a notice really went out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tocsin.model import facts
from tocsin.model.answers import said
from tocsin.model.answers import standing as values_of
from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.counting import count
from tocsin.model.deadline import MEMBER_STATE, calendar_of, relief_open
from tocsin.model.duties import Answer, Duty, Ruling, standing
from tocsin.model.duty_rule import GATES, DutyRule
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.law import recipient_words
from tocsin.model.regime import Regime, Rules
from tocsin.model.severity import Scheme

ENTITY = ("dora_entity", "nis2_entity")  # the questions that say in words who files under DORA
RETENTION = "minimum_retention"
YEAR_END, APRIL_15 = "end_of_calendar_year", "april_15"
_EU = frozenset({"eu_days", "eu_months", "mdr_days", "dora_hours", "dora_months"})
_NO_TIME = Offset(1, Unit.DAYS)  # a gate counts nothing; a rule has to name something
_APRIL, _FIFTEENTH = 4, 15
_OVER = ("resolution",)  # until when a duty repeats


def joined(
    scheme: Scheme,
    incident: Incident,
    rules: Rules,
    answers: Mapping[str, Answer],
    now: datetime,
    zone: str,
) -> Scheme:
    """Return the scheme of an incident with the clocks of the duties that apply and count.

    `zone` is the store's home zone, in which days end where neither regime nor calendar names one.
    """
    if not touched(incident, answers):
        return scheme
    return with_duties(scheme, incident, rules, of(incident, rules, answers, now, zone), answers, zone)


def touched(incident: Incident, answers: Mapping[str, Answer]) -> bool:
    """Whether anything was said by which a duty could apply."""
    return bool(answers or incident.conduct.rulings)


def of(
    incident: Incident, rules: Rules, answers: Mapping[str, Answer], now: datetime, zone: str
) -> tuple[Duty, ...]:
    """Return every duty as it stands for an incident, on the day of `now` or of its closing."""
    local = ZoneInfo(zone)
    over = incident.moves[-1].at if incident.status == CLOSED else now
    known = {fact: at.astimezone(local).date() for fact, at in facts.facts(incident).items()}
    return standing(rules, answers, rulings(incident), min(over, now).astimezone(local).date(), known)


def rulings(incident: Incident) -> dict[str, Ruling]:
    """Return what people ruled on the duties of an incident, the newest on each."""
    return {
        one.body.duty: Ruling(one.body.duty, one.body.applies, one.body.reason, one.by, one.at)
        for one in incident.conduct.rulings
    }


def with_duties(
    scheme: Scheme,
    incident: Incident,
    rules: Rules,
    duties: Iterable[Duty],
    answers: Mapping[str, Answer],
    zone: str,
) -> Scheme:
    """Return a scheme with the clocks of these duties, as far as they apply and count."""
    opened = {one.body.duty for one in incident.conduct.opened}
    counting = [duty for duty in duties if counts(duty, opened)]
    if not counting:
        return scheme
    known, values = facts.facts(incident), values_of(rules, answers)
    state, relief = "".join(values.get(MEMBER_STATE, ())), relief_open(entity_words(rules, answers))
    clocks, calendars = list[DutyRule](), dict[str, Calendar]()
    for duty in counting:
        calendar = days_of(rules, duty, state, zone)
        name = f"duty {duty.id}"
        calendars[name] = calendar
        clocks.append(replace(_rule(duty, incident, known, calendar, zone), calendar=name, relief=relief))
    return replace(scheme, clocks=(*scheme.clocks, *clocks), calendars={**scheme.calendars, **calendars})


def counts(duty: Duty, opened: Iterable[str] = ()) -> bool:
    """Whether a duty has a clock: it applies, its kind counts, and an optional one was begun."""
    if not duty.applies or not duty.stage.counting or duty.stage.counting == RETENTION:
        return False
    begun = duty.ruled or duty.id in opened
    return begun or (duty.counts and not duty.optional)


def entity_words(rules: Rules, answers: Mapping[str, Answer]) -> str:
    """Return in words who files under DORA; empty, which opens no relief, until all of it was answered."""
    values = values_of(rules, answers)
    asked = [question for id_ in ENTITY if (question := rules.question(id_)) is not None]
    if any(question.id not in values for question in asked):
        return ""
    return ", ".join(said(question, values[question.id]) for question in asked)


def days_of(rules: Rules, duty: Duty, state: str, zone: str) -> Calendar:
    """Return the days a duty is counted by; their zone is the regime's, the calendar's or the home zone."""
    eu = state if duty.stage.counting in _EU else ""
    calendar = calendar_of(rules, duty.stage, zone=duty.regime.zone, state=eu)
    return calendar if calendar.zone else replace(calendar, zone=zone)


def by_member_state(duty: Duty) -> bool:
    """Whether the holidays of the member state of filing decide when it ends."""
    return duty.stage.counting in _EU and not duty.stage.calendar


def keep_until(duty: Duty, incident: Incident, calendar: Calendar, zone: str) -> datetime | None:
    """Return until when something is kept (UTC), which is no deadline; None where it is not known."""
    stage = duty.stage
    if stage.counting != RETENTION or stage.offset is None or not duty.applies:
        return None
    known = facts.facts(incident)
    start = known.get(_of_regime(stage.anchor, duty.regime, known))
    return None if start is None else count(start, stage.offset, RETENTION, calendar, zone).plan_to


def short(regime: Regime) -> str:
    """Return what a regime is called in a line: its title up to the dash or colon."""
    title = regime.title.replace(" – ", " - ").replace(" — ", " - ")
    return title.partition(" - ")[0].partition(": ")[0]


def _rule(
    duty: Duty, incident: Incident, known: Mapping[str, datetime], calendar: Calendar, zone: str
) -> DutyRule:
    stage, regime = duty.stage, duty.regime
    anchor, at = _anchor(duty, incident, known, calendar, zone)
    gate = stage.counting in GATES
    counts_up = not gate and stage.offset is None
    return DutyRule(
        duty.id,
        f"{stage.name} · {short(regime)}",
        anchor,
        within=stage.house if counts_up else stage.offset or _NO_TIME,
        met_by=_met_by(duty),
        repeats=stage.repeats,
        until=_OVER if stage.repeats else (),
        counts_up=counts_up,
        counting="" if counts_up else stage.counting,
        pausable=False,
        not_after=stage.not_after,
        not_after_from=_of_regime(stage.not_after_from, regime, known),
        citation=stage.citation or regime.citation,
        recipient=recipient_words(stage.recipient) if stage.recipient else "",
        waits_for=stage.anchor,
        anchor_title=_title(anchor, regime),
        anchor_at=at,
        document=stage.document,
        standard=stage.standard,
    )


def _met_by(duty: Duty) -> tuple[str, ...]:
    """The notice meets it, or one that does its duty; an assessment is met by having been made."""
    stages = (duty.stage.id, *duty.stage.settled_by)
    filed = tuple(f"{facts.SUBMISSION}{duty.regime.id}/{one}" for one in stages)
    return (*filed, "assessment_made") if duty.stage.id == "assessment" else filed


def _anchor(
    duty: Duty, incident: Incident, known: Mapping[str, datetime], calendar: Calendar, zone: str
) -> tuple[str, datetime | None]:
    """The fact a stage counts from, and when that was where it is worked out and no fact on record.

    Of a group that is the submission that counts, of awareness and its like the regime's own.
    """
    stage, regime = duty.stage, duty.regime
    anchor = _of_regime(stage.anchor, regime, known)
    if anchor in known:
        return anchor, None
    stem, _, rest = anchor.partition(":")
    members = regime.groups.get(rest.partition("/")[2], ()) if f"{stem}:" == facts.SUBMISSION else ()
    if members:
        return _of_group(anchor, regime, members, incident)
    day = _day(anchor, regime, incident, known, calendar, zone)
    return anchor, None if day is None else calendar.instant(day, 0, zone)


def _of_group(
    anchor: str, regime: Regime, members: Iterable[str], incident: Incident
) -> tuple[str, datetime | None]:
    """The submission of a group that counts: of a latest one the newest of all, else the earliest."""
    times = facts.submissions(incident)
    newest = anchor.endswith("_latest")
    ids = (member if "/" in member else f"{regime.id}/{member}" for member in members)
    found = [(times[id_][-1 if newest else 0], id_) for id_ in ids if id_ in times]
    if not found:
        return anchor, None
    at, id_ = max(found) if newest else min(found)
    return f"{facts.SUBMISSION}{id_}", at


def _day(
    anchor: str,
    regime: Regime,
    incident: Incident,
    known: Mapping[str, datetime],
    calendar: Calendar,
    zone: str,
) -> date | None:
    """The day of an anchor that follows from others: the end of the year of discovery, the next 15 April."""
    if anchor == YEAR_END:
        found = known.get(_of_regime("discovery", regime, known))
        return None if found is None else date(calendar.day_of(found, zone).year, 12, 31)
    if anchor != APRIL_15:
        return None
    first = calendar.day_of(incident.detected, zone)
    year = first.year + (first > date(first.year, _APRIL, _FIFTEENTH))
    return date(year, _APRIL, _FIFTEENTH)


def _of_regime(fact: str, regime: Regime, known: Mapping[str, datetime]) -> str:
    """The fact as this regime means it, where somebody stated it so; else the common one."""
    own = f"{fact}{facts.AT}{regime.id}"
    return own if own in known else fact


def _title(anchor: str, regime: Regime) -> str:
    """What a stage counts from, in words: of a submission the name of what was submitted, or of the group."""
    stem, _, rest = anchor.partition(":")
    own, _, name = rest.partition("/")
    if own != regime.id:
        return facts.title(anchor)
    if group := regime.groups.get(name):
        first = regime.stage(group[0])
        return (
            f"newest filing of {first.name if first else name}"
            if name.endswith("_latest")
            else "first filing"
        )
    other = regime.stage(name)
    return facts.title(f"{stem}:{other.name if other else name}")
