"""The stages an incident goes through, and the moments it came to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.clocks import ClockState, State
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.severity import Scheme

NAMES = ("detected", "triaged", "contained", "resolved", "reviewed", "closed")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `at` is None until it is reached; `current` marks the one after the last reached."""

    name: str
    at: datetime | None
    current: bool = False


def stages(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> tuple[Stage, ...]:
    """Return the stages in order. One that was passed over has no time and is not current."""
    moments = (
        incident.detected,
        _triaged(incident, scheme, clocks),
        incident.reached(CONTAINED),
        incident.reached(RESOLVED),
        _reviewed(scheme, clocks),
        incident.reached(CLOSED),
    )
    last = max(i for i, at in enumerate(moments) if at is not None)
    return tuple(
        Stage(name, at, i == last + 1) for i, (name, at) in enumerate(zip(NAMES, moments, strict=True))
    )


def _triaged(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> datetime | None:
    """When a person confirmed or changed the level."""
    if len(incident.grades) > 1:
        return incident.grades[1].at
    return _met(clocks, [rule.id for rule in scheme.clocks if "graded" in rule.met_by])


def _reviewed(scheme: Scheme, clocks: Sequence[ClockState]) -> datetime | None:
    by_hand = [rule.id for rule in scheme.clocks if rule.anchor == "resolution" and not rule.met_by]
    return _met(clocks, by_hand)


def _met(clocks: Sequence[ClockState], rules: Sequence[str]) -> datetime | None:
    return next((c.ended for c in clocks if c.rule in rules and c.state is State.MET), None)
