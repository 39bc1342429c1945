"""Which incident needs somebody first: the order of the wall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.model.clocks import ClockState
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.severity import Scheme

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Watched:
    """An incident with the scheme it froze and its clocks, nearest first."""

    incident: Incident
    scheme: Scheme
    clocks: tuple[ClockState, ...]

    @property
    def nearest(self) -> ClockState | None:
        """The clock that runs out first, or ran out first; None when nothing runs out."""
        return next((clock for clock in self.clocks if clock.ticking and clock.due is not None), None)

    @property
    def rank(self) -> int:
        """The level's place in its scheme, 0 for the gravest."""
        return self.scheme.rank(self.incident.severity)


def by_urgency(watched: Iterable[Watched]) -> list[Watched]:
    """Return incidents by urgency: not contained before contained, gravest level, nearest deadline.

    A deadline alone would put the overdue paperwork of a mild incident before a grave one still in time.
    """
    return sorted(watched, key=_urgency)


def _urgency(one: Watched) -> tuple[int, int, datetime, datetime, str]:
    incident = one.incident
    over = incident.status == CLOSED or bool(incident.withdrawn)
    stage = 2 if over else 1 if incident.status in (CONTAINED, RESOLVED) else 0
    due = one.nearest.due if one.nearest else None
    return stage, one.rank, due or _NEVER, incident.detected, incident.id
