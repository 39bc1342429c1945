"""A drill: a scripted incident with what is brought in and when, and how well it was handled."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.clocks import State
from tocsin.model.incident import CONTAINED, RESOLVED, Incident
from tocsin.model.urgency import Watched

OBSERVATION, MESSAGE, DEPLOYMENT = "observation", "message", "deployment"
INJECTS = (OBSERVATION, MESSAGE, DEPLOYMENT)

# What a triage is expected to find, with the titles of its ids.
TITLES: dict[str, dict[str, str]] = {"type": TYPES, "category": CATEGORIES}


@dataclass(frozen=True, slots=True)
class Inject:
    """Something brought in so many minutes after the drill began.

    An observation waits on the wall like any report, a deployment is recorded as any, a message is read out
    to the `role` it is for. `who` says or notices it; `channel` is that of an observation.
    """

    id: str
    minutes: float
    kind: str
    text: str
    who: str = ""
    role: str = ""
    channel: str = ""
    name: str = ""
    version: str = ""
    deployed: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A signal that leaves what was usual: by how much, from `minutes` after the drill began on (before it
    where negative), in full `over_minutes` later."""

    minutes: float
    over_minutes: float
    by: float


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal a made-up system sends: its level, its daily wave, its noise (one standard deviation)."""

    level: float
    daily: float
    noise: float
    low: float | None = None
    high: float | None = None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class MadeSystem:
    """A made-up system with what it sends, by the names of the signals."""

    name: str
    signals: dict[str, Signal]


@dataclass(frozen=True, slots=True)
class Release:
    """What was deployed so many days before the drill."""

    days: float
    system: str
    name: str
    version: str
    kind: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A drill of `minutes` in its own time; `sign_minutes` is when a careful eye could first see it.

    `systems`, `deployments` and `decisions` are what there is of the made-up systems; of a decision log it is
    the system, the roles of its columns and what `demo_routing.Routing` wants to know. `expected` are the
    type and category a good triage finds, `targets` minutes by which to declare, triage, contain and update,
    the first counted from the sign, the others from the declaration.
    """

    id: str
    title: str
    type: str
    brief: str
    system: str
    minutes: float
    sign_minutes: float
    days: float
    every_minutes: float
    seed: int
    targets: dict[str, float]
    expected: dict[str, str]
    systems: tuple[MadeSystem, ...]
    injects: tuple[Inject, ...] = ()
    deployments: tuple[Release, ...] = ()
    decisions: tuple[dict[str, Any], ...] = ()
    lesson: str = ""

    def due(self, began: datetime, given: Iterable[str], now: datetime) -> list[Inject]:
        """Return what is to be brought in by now and was not, in order."""
        there = set(given)
        ready = [one for one in self.injects if began + timedelta(minutes=one.minutes) <= now]
        return sorted((one for one in ready if one.id not in there), key=lambda one: one.minutes)


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a score sheet. `took` and `target` are None where nothing is measured.

    `passed` is None where there is nothing to judge by.
    """

    title: str
    passed: bool | None
    said: str
    took: timedelta | None = None
    target: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How a drill went, as of `at`. `missed` are deadlines that passed, each with the incident it is of."""

    scenario: Scenario
    began: datetime
    at: datetime
    marks: tuple[Mark, ...]
    missed: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> int:
        """How many of its marks were reached."""
        return sum(one.passed is True for one in self.marks)

    @property
    def judged(self) -> int:
        """How many of its marks can be judged yet."""
        return sum(one.passed is not None for one in self.marks)


def score(
    scenario: Scenario, began: datetime, watched: Sequence[Watched], system: str, at: datetime
) -> Score:
    """Return how a drill went. `watched` are all its incidents, `system` the id of the one it is about."""
    ours = [one for one in watched if one.incident.system == system and not one.incident.withdrawn]
    ours.sort(key=lambda one: one.incident.declared)
    first = ours[0] if ours else None
    sign = began + timedelta(minutes=scenario.sign_minutes)
    marks = [_declared(scenario, first, sign)]
    if first is not None:
        marks += _handled(scenario, first.incident, at)
        marks += _classified(scenario, first.incident)
    elsewhere = [one for one in watched if one not in ours and not one.incident.withdrawn]
    if elsewhere:
        names = ", ".join(one.incident.reference for one in elsewhere)
        marks.append(Mark("No incident beside it", False, f"declared of another system: {names}"))
    return Score(scenario, began, at, tuple(marks), tuple(_missed(ours)))


def _declared(scenario: Scenario, first: Watched | None, sign: datetime) -> Mark:
    target = timedelta(minutes=scenario.targets["declare"])
    if first is None:
        return Mark("Declared", False, f"nobody declared an incident of {scenario.system}", None, target)
    took = first.incident.declared - sign
    early = ", before the first sign" if took < timedelta() else ""
    said = f"{first.incident.reference}, at {first.incident.severity}{early}"
    return Mark("Declared", took <= target, said, max(took, timedelta()), target)


def _handled(scenario: Scenario, incident: Incident, at: datetime) -> Iterator[Mark]:
    conduct, declared = incident.conduct, incident.declared
    contained = incident.reached(CONTAINED) or incident.reached(RESOLVED)
    moments = (
        ("Triaged", "triage", min((one.at for one in conduct.triages), default=None), "no triage"),
        ("Contained", "contain", contained, "not contained"),
        ("First update", "update", min((one.at for one in conduct.updates), default=None), "nobody was told"),
    )
    for title, key, moment, missing in moments:
        if key not in scenario.targets:
            continue
        target = timedelta(minutes=scenario.targets[key])
        if moment is None:
            yield Mark(title, None if at - declared <= target else False, missing, None, target)
        else:
            yield Mark(title, moment - declared <= target, "after the declaration", moment - declared, target)


def _classified(scenario: Scenario, incident: Incident) -> Iterator[Mark]:
    for name, wanted in scenario.expected.items():
        given = incident.text(name)
        titles = TITLES[name]
        shown = titles.get(given, given) or "left open"
        said = shown if given == wanted else f"{shown}; it was {titles[wanted].lower()}"
        yield Mark(f"Right {name}", given == wanted, said)


def _missed(watched: Iterable[Watched]) -> Iterator[str]:
    for one in watched:
        for clock in one.clocks:
            if clock.late and clock.state is not State.SUPERSEDED:
                how = "met late" if clock.state is State.MET else "overdue"
                yield f"{one.incident.reference}: {clock.name}, {how}"
