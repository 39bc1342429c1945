"""A severity scheme: its levels, whom they call, the clocks they start, what detectors' words mean there."""

from dataclasses import dataclass, field

from tocsin.model.alert import AlertSeverity
from tocsin.model.calendar import Calendar, Offset
from tocsin.model.escalation import EscalationStep
from tocsin.model.playbook import Playbook
from tocsin.model.triage import Triage
from tocsin.model.updates import Template


@dataclass(frozen=True, slots=True)
class Level:
    """One level. `escalate_to` are the people called, `forum` is where they meet or where it is tracked."""

    id: str
    meaning: str
    found_by: str = ""
    escalate_to: tuple[str, ...] = ()
    forum: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Who takes over incidents of one kind (domain.md T4).

    `types` are the types of incident it serves, `layers` the signal layers whose alerts speak of this kind
    while nobody has said the type; `levels` those the route serves.
    """

    kind: str
    title: str
    to: tuple[str, ...]
    layers: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a pack: at these levels somebody has to have it within so many minutes; none named is all."""

    id: str
    title: str
    levels: tuple[str, ...] = ()
    minutes: int = 2


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A deadline: `anchor` is the fact it runs from, `met_by` are the facts that meet it by themselves.

    One of `within` (the same for all levels) and `within_by_level` is set; a level missing there has no such
    clock. `restarts_on_regrading` clocks count anew from a change of level, the others keep their anchor.
    `repeats` begins anew whenever it is met, until one of the facts `until`. `counts_up` has no number: it
    shows how long it has been, and `within` is a house target. `when` narrows it to incidents whose fields
    (type, category, channel) have one of these values. `calendar` names one of the pack, empty is the first.
    `counting` names a rule of `counting.py`, empty is the one of the offset's unit. `not_after` from its own
    anchor caps it, unless the clock began only after the cap. `levels` are those that have it; empty is all,
    or those of `within_by_level`.
    """

    id: str
    name: str
    anchor: str
    within: Offset | None = None
    within_by_level: dict[str, Offset] = field(default_factory=dict)
    met_by: tuple[str, ...] = ()
    restarts_on_regrading: bool = False
    repeats: bool = False
    until: tuple[str, ...] = ()
    counts_up: bool = False
    when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calendar: str = ""
    pausable: bool = True
    counting: str = ""
    levels: tuple[str, ...] = ()
    not_after: Offset | None = None
    not_after_from: str = ""

    def offset(self, level: str) -> Offset | None:
        """Return how long it runs at this level; None where the level has no such clock, or no number."""
        return self.within or self.within_by_level.get(level) if self.holds_at(level) else None

    def holds_at(self, level: str) -> bool:
        """Whether this level has such a clock."""
        if self.levels:
            return level in self.levels
        return not self.within_by_level or level in self.within_by_level


@dataclass(frozen=True, slots=True)
class Scheme:
    """A policy pack as one value: what an incident freezes when it is declared. Levels come gravest first.

    `due_soon` is the share of a clock's run, at its end, in which it counts as due soon. `calendars` are
    further ones by name. `freeze` are the levels at which declaring declares a change freeze (C2), `closure`
    the ids of what has to hold before closing, `quiet` how long what raised an incident has to stay quiet
    before a fix counts as verified (C6).
    """

    id: str
    title: str
    version: str
    levels: tuple[Level, ...]
    routes: tuple[Route, ...]
    clocks: tuple[ClockRule, ...]
    detector_severities: dict[AlertSeverity, str]
    calendar: Calendar
    due_soon: float = 0.25
    calendars: dict[str, Calendar] = field(default_factory=dict)
    triage: Triage = field(default_factory=Triage)
    escalation: tuple[EscalationStep, ...] = ()
    roles: tuple[Role, ...] = ()
    playbooks: tuple[Playbook, ...] = ()
    updates: tuple[Template, ...] = ()
    freeze: tuple[str, ...] = ()
    closure: tuple[str, ...] = ()
    quiet: Offset | None = None

    def level(self, id_: str) -> Level | None:
        """Return a level by its id."""
        return next((level for level in self.levels if level.id == id_), None)

    def rank(self, id_: str) -> int:
        """Return a level's place, 0 for the gravest; an unknown level comes after all."""
        return next((i for i, level in enumerate(self.levels) if level.id == id_), len(self.levels))

    def clock(self, id_: str) -> ClockRule | None:
        """Return a clock's rule by its id."""
        return next((rule for rule in self.clocks if rule.id == id_), None)

    def offset(self, clock: str, level: str) -> Offset | None:
        """Return how long a clock runs at a level, None where there is none: a cell of the matrix."""
        rule = self.clock(clock)
        return rule.offset(level) if rule else None

    def level_for(self, severity: AlertSeverity) -> str:
        """Return the level that a detector's word stands for."""
        return self.detector_severities[severity]

    def graver(self, first: str, second: str) -> str:
        """Return the graver of two levels: what to take when unsure."""
        return first if self.rank(first) <= self.rank(second) else second

    def playbook(self, type: str) -> Playbook | None:
        """Return the playbook of a type of incident."""
        return next((one for one in self.playbooks if one.type == type), None)

    def route_for(self, layer: str, type: str = "") -> Route | None:
        """Return the route for incidents of a type; of none yet, that of the signal layer they show in."""
        of_type = (route for route in self.routes if type and type in route.types)
        return next(of_type, None) or next((route for route in self.routes if layer in route.layers), None)
