"""Which incident needs somebody first: the order of the wall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.model.clocks import ClockState
from tocsin.model.incident import CLOSED, Incident
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
        """The clock that runs out first, or ran out first; None when nothing ticks."""
        return next((clock for clock in self.clocks if clock.ticking), None)

    @property
    def rank(self) -> int:
        """The level's place in its scheme, 0 for the gravest."""
        return self.scheme.rank(self.incident.severity)


def by_urgency(watched: Iterable[Watched]) -> list[Watched]:
    """Return incidents by urgency: open before closed, nearest deadline, gravest level, longest known."""
    return sorted(watched, key=_urgency)


def _urgency(one: Watched) -> tuple[bool, datetime, int, datetime, str]:
    ended = one.incident.status == CLOSED or bool(one.incident.withdrawn)
    due = one.nearest.due if one.nearest else None
    return ended, due or _NEVER, one.rank, one.incident.detected, one.incident.id
