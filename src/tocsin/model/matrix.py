"""The matrix: who is called at each level and by when, where open incidents stand, who waits for what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.model.callees import routes
from tocsin.model.classification import layer_of_cause
from tocsin.model.clocks import ClockState, State
from tocsin.model.duty_rule import DutyRule
from tocsin.model.incident import Incident
from tocsin.model.severity import ClockRule, Level, Route, Scheme
from tocsin.model.situation import told_audiences

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """An open incident: its level, its type, and the layer its first alert speaks of; both may be empty."""

    id: str
    reference: str
    level: str
    layer: str = ""
    type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell: whether the route serves the level, and the incidents that stand there."""

    served: bool
    incidents: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A level: how soon to answer, whom to call by when, a cell for each route, incidents without a route.

    `responses` and `tellings` are (name, words of the time) of its clocks, `respond` and `escalate` the same
    in a line.
    """

    level: Level
    rank: int
    responses: tuple[tuple[str, str], ...]
    tellings: tuple[tuple[str, str], ...]
    spots: tuple[Spot, ...]
    unrouted: Spot

    @property
    def respond(self) -> str:
        """How soon to answer, in a line; a clock that stands alone needs no name."""
        return _line(self.responses)

    @property
    def escalate(self) -> str:
        """By when to call or tell, in a line."""
        return _line(self.tellings)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The levels of a scheme, gravest first. `elsewhere` are incidents graded by levels it does not have."""

    title: str
    routes: tuple[Route, ...]
    columns: tuple[Column, ...]
    elsewhere: tuple[Placed, ...] = ()


def matrix(scheme: Scheme, placed: Iterable[Placed]) -> Matrix:
    """Return the matrix of a scheme with open incidents in their cells, in the order given."""
    standing = tuple(placed)
    columns = tuple(_column(scheme, rank, level, standing) for rank, level in enumerate(scheme.levels))
    elsewhere = tuple(one for one in standing if scheme.level(one.level) is None)
    return Matrix(scheme.title, scheme.routes, columns, elsewhere)


def _column(scheme: Scheme, rank: int, level: Level, standing: tuple[Placed, ...]) -> Column:
    here = [(one, scheme.route_for(one.layer, one.type)) for one in standing if one.level == level.id]
    return Column(
        level,
        rank,
        tuple(_times(responses(scheme), level)),
        tuple(_times(tellings(scheme), level)),
        tuple(
            Spot(level.id in route.levels, tuple(one for one, its in here if its is route))
            for route in scheme.routes
        ),
        Spot(True, tuple(one for one, its in here if its is None)),
    )


def responses(scheme: Scheme) -> tuple[ClockRule, ...]:
    """Return the clocks of what is to be done at some levels sooner than at others."""
    return tuple(rule for rule in _by_level(scheme) if not _tells(rule))


def tellings(scheme: Scheme) -> tuple[ClockRule, ...]:
    """Return the clocks of whom to call or tell at some levels; a status update that repeats is none."""
    return tuple(rule for rule in _by_level(scheme) if _tells(rule) and not rule.repeats)


def _by_level(scheme: Scheme) -> list[ClockRule]:
    rules = (rule for rule in scheme.clocks if rule.anchor != "resolution" and rule.within is None)
    return [rule for rule in rules if rule.within_by_level or rule.levels]


def _tells(rule: ClockRule) -> bool:
    return any(fact == "acknowledged" or fact.partition(":")[0] == "update" for fact in rule.met_by)


def _times(rules: Sequence[ClockRule], level: Level) -> Iterator[tuple[str, str]]:
    for rule in rules:
        offset = rule.offset(level.id)
        if offset is not None:
            yield rule.name, offset.words
        elif rule.counts_up and rule.holds_at(level.id):
            yield rule.name, "at once"


def _line(times: Sequence[tuple[str, str]]) -> str:
    return times[0][1] if len(times) == 1 else "; ".join(f"{name} {words}" for name, words in times)


@dataclass(frozen=True, slots=True)
class Owed:
    """What somebody is owed in an incident: `to` whom, `by` when, and how that clock stands.

    `to` is empty where the pack names nobody; `by` and `clock` are where no clock runs for it. `from_` is who
    owes it.
    """

    incident: str
    reference: str
    what: str
    to: tuple[str, ...]
    from_: str
    by: datetime | None = None
    state: State | None = None
    clock: str = ""


def placed(incident: Incident, layer: str) -> Placed:
    """Return an open incident as it stands in the matrix. `layer` is that of its first alert, if it has one.

    Without an alert the layer is where its suspected cause would show.
    """
    layer = layer or layer_of_cause(incident.text("hypothesis"))
    kind = incident.text("type")
    return Placed(incident.id, incident.reference, incident.severity, layer, kind, incident.title)


def owed(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> tuple[Owed, ...]:
    """Return who is owed what in an incident, the nearest first; what has no due time comes last."""
    found = [
        _of_clock(incident, scheme, clock)
        for clock in clocks
        if clock.started and clock.ended is None and not clock.stopped
    ]
    found += [
        Owed(
            incident.id,
            incident.reference,
            f"word of the incident ({route.title})",
            route.to,
            incident.commander,
        )
        for route in routes(incident, scheme)
    ]
    return tuple(sorted(found, key=lambda one: one.by or _NEVER))


def _of_clock(incident: Incident, scheme: Scheme, clock: ClockState) -> Owed:
    to = _owed_to(scheme, clock, scheme.level(incident.severity))
    return Owed(incident.id, incident.reference, clock.name, to, incident.commander,
                clock.due, clock.state, clock.id)  # fmt: skip


def _owed_to(scheme: Scheme, clock: ClockState, level: Level | None) -> tuple[str, ...]:
    """Whom a clock runs for: those updated, or those called; the others run for everybody."""
    audiences = told_audiences(clock, scheme)
    if audiences is not None:
        told = (one for one in scheme.updates if one.audience in audiences or not (audiences or one.outside))
        return tuple(one.title for one in told)
    rule = scheme.clock(clock.rule)
    if isinstance(rule, DutyRule):
        return (rule.recipient,) if rule.recipient else ()
    return level.escalate_to if level and rule and "acknowledged" in rule.met_by else ()
