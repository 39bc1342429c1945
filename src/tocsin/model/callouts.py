"""The deputy's call-outs: every ten minutes while it is not contained, whether this still will do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model import roles
from tocsin.model.incident import OPEN, REOPENED, Incident
from tocsin.model.severity import Scheme

EVERY = timedelta(minutes=10)
LATER = timedelta(hours=1)  # how often once it has gone on for long
LONG = timedelta(hours=2)
DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class CallOut:
    """A mark that was reached and not called: how many minutes in, and what to look at before going on.

    `graded` is since when the level holds, `people` how many have a role or a task.
    """

    minutes: int
    reached: datetime
    level: str
    graded: datetime
    people: int


def due(incident: Incident, scheme: Scheme, now: datetime) -> CallOut | None:
    """Return the last mark reached, while nobody has called it, graded anew or staffed since.

    Only at levels whose rules ask for a deputy, and only until it is contained. None where there is none.
    """
    asked = any(role.id == DEPUTY for role in roles.needed(scheme, incident.severity))
    if not asked or incident.withdrawn or incident.status not in (OPEN, REOPENED):
        return None
    began = max([incident.declared, *(move.at for move in incident.moves if move.status == REOPENED)])
    every = EVERY if now - began < LONG else LATER
    minutes = int((now - began) / every) * int(every / timedelta(minutes=1))
    reached = began + timedelta(minutes=minutes)
    if minutes <= 0 or _seen_to(incident, reached):
        return None
    people = len({*incident.staff.values(), *roles.at_work(incident)})
    return CallOut(minutes, reached, incident.severity, incident.grades[-1].at, people)


def _seen_to(incident: Incident, reached: datetime) -> bool:
    """Whether somebody called the mark, or did since then what it asks about."""
    conduct = incident.conduct
    done = [one.at for one in conduct.marks] + [one.at for one in conduct.assumed]
    return any(at >= reached for at in [*done, *(grade.at for grade in incident.grades)])
