"""How an incident stands, as facts with a word for each, and what changed between two such pictures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.model import containment, freeze, steps
from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.clocks import TICKING, ClockState, State
from tocsin.model.containment import Pull, PullState
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.severity import Scheme

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TEXTS = {"scope": "Who is affected", "impact": "Impact", "hypothesis": "Suspected cause",
          "version": "Affected version", "root_cause": "Root cause"}  # fmt: skip
UPDATE = "update"  # the fact that meets the clock of status updates


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known: `key` says which, unique in a situation; `label` and `value` are for people."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that is another now; `before` is empty where it was not known, `after` where it no longer is."""

    key: str
    label: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """The change in a line."""
        if not self.after:
            return f"{self.label}: no longer {self.before}"
        return (
            f"{self.label}: {self.after} (was {self.before})"
            if self.before
            else f"{self.label}: {self.after}"
        )


def situation(
    incident: Incident, scheme: Scheme, clocks: Sequence[ClockState], now: datetime, zone: str
) -> tuple[Fact, ...]:
    """Return what is known of an incident at `now`; what is not known is not among it.

    `clocks` are its clocks at that instant, without those of superseded levels; times are told in `zone`.
    """
    found = [
        *_grading(incident),
        *_people(incident),
        *_deeds(incident, scheme, now, zone),
        *_clocks(clocks, scheme, now, zone),
    ]
    return tuple(fact for fact in found if fact.value)


def changes(before: Iterable[Fact], after: Iterable[Fact]) -> tuple[Change, ...]:
    """Return what differs, in the order of `after`, what is gone last; equal situations differ in nothing."""
    old, new = {fact.key: fact for fact in before}, {fact.key: fact for fact in after}
    found = [
        Change(key, fact.label, old[key].value if key in old else "", fact.value)
        for key, fact in new.items()
        if key not in old or old[key].value != fact.value
    ]
    gone = [Change(key, fact.label, fact.value, "") for key, fact in old.items() if key not in new]
    return tuple(found + gone)


def _grading(incident: Incident) -> Iterator[Fact]:
    yield Fact("level", "Severity", incident.severity)
    yield Fact("status", "Status", incident.status)
    yield Fact("type", "Type", TYPES.get(incident.text("type"), incident.text("type")))
    yield Fact("category", "Category", CATEGORIES.get(incident.text("category"), incident.text("category")))
    for name, label in _TEXTS.items():
        yield Fact(name, label, incident.text(name))


def _people(incident: Incident) -> Iterator[Fact]:
    for role, register in incident.roles.items():
        yield Fact(f"role:{role}", role.capitalize(), str(register.value or ""))


def _deeds(incident: Incident, scheme: Scheme, now: datetime, zone: str) -> Iterator[Fact]:
    if incident.start is not None:
        yield Fact("began", "Began", between(incident.start, zone, now))
    for pull in containment.pulls(incident):
        yield Fact(f"pull:{pull.id}", pull.body.name, pull_words(pull, now))
    if freezes := freeze.spans(incident):
        ended = "lifted" if freezes[-1].lifted_by else "ended"
        yield Fact("freeze", "Change freeze", "declared" if freeze.standing(incident, now) else ended)
    for one in steps.standing(incident, scheme, now):
        if one.finished and not one.derived:
            yield Fact(f"step:{one.step.id}", one.step.text, one.state)


def _clocks(clocks: Sequence[ClockState], scheme: Scheme, now: datetime, zone: str) -> Iterator[Fact]:
    for clock in clocks:
        if clock.state is State.SUPERSEDED or (clock.repeats and is_update_clock(clock, scheme)):
            continue
        if clock.state in TICKING and clock.due is not None:
            late = clock.state is State.OVERDUE
            words = f"{'overdue since' if late else 'due'} {moment(clock.due, zone, clock.due)}"
        else:
            words = f"{clock.state}{' late' if clock.late else ''}" if clock.ended else ""
        yield Fact(f"clock:{clock.id}", clock.name, words)


def is_update_clock(clock: ClockState, scheme: Scheme) -> bool:
    """Whether a clock counts towards a status update: one that telling somebody meets."""
    return told_audiences(clock, scheme) is not None


def told_audiences(clock: ClockState, scheme: Scheme) -> tuple[str, ...] | None:
    """Return the audiences of which telling one meets a clock: empty is any, None where telling does not."""
    rule = scheme.clock(clock.rule)
    facts = [fact for fact in rule.met_by if fact.partition(":")[0] == UPDATE] if rule else []
    if not facts:
        return None
    return () if UPDATE in facts else tuple(fact.partition(":")[2] for fact in facts)


def pull_words(pull: Pull, now: datetime) -> str:
    """Return what became of something that was pulled."""
    state = pull.state(now)
    if state in (PullState.RUNNING, PullState.OVER_TIME):
        return "pulled, not yet confirmed to work"
    return {PullState.WORKED: "confirmed to work", PullState.FAILED: "did not work"}.get(state, "put back")


def moment(at: datetime, zone: str, now: datetime) -> str:
    """Return 14:46 CET on the day of `now`, else 28 Oct, 14:46 CET, with the year if it is another."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {local.tzname()}" if local.date() == today.date() else dated(at, zone, now)


def dated(at: datetime, zone: str, now: datetime) -> str:
    """Return 28 Oct, 14:46 CET whatever day it is, with the year if it is another than that of `now`."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{year}, {local:%H:%M} {local.tzname()}"


def both(first: datetime, last: datetime, zone: str, now: datetime) -> tuple[str, str]:
    """Return two moments that belong together: with a date each unless both are of today."""
    days = {at.astimezone(ZoneInfo(zone)).date() for at in (first, last, now)}
    say = moment if len(days) == 1 else dated
    return say(first, zone, now), say(last, zone, now)


def between(when: When, zone: str, now: datetime) -> str:
    """Return a moment, or the two it lies between."""
    if not when.is_range:
        return moment(when.at, zone, now)
    low, high = both(when.low, when.high, zone, now)
    return f"between {low} and {high}"
