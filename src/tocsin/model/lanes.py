"""What the timeline's lanes show: its entries, and the marks that other facts of the incident leave there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import Enum

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.fields import value_of
from tocsin.model.freeze import Flagged, flagged
from tocsin.model.incident import CLOSED, REOPENED, Incident
from tocsin.model.instant import When
from tocsin.model.journal import RoleAssumed
from tocsin.model.response import IncidentTriaged
from tocsin.model.response_words import lane_of
from tocsin.model.severity import Scheme
from tocsin.model.timeline import FINAL_LANES, LANES, Item

_ALERT_RANK = {word: rank for rank, word in enumerate(AlertSeverity)}


class Source(Enum):
    """Where a mark comes from; it decides its look and whether it can be moved."""

    ENTRY = "entry"
    START = "start"
    DETECTED = "detected"
    ALERT = "alert"
    GRADE = "grade"
    MOVE = "move"
    DEPLOYMENT = "deployment"
    DEED = "deed"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing drawn in a lane.

    `id` is the timeline entry's id, or made from the fact's; unique within an incident. `learned` is None
    where it coincides with the fact. `rank` is 0 for the gravest level or alert, None where there is none.
    `movable` tells whether its time is a person's to correct.
    """

    id: str
    lane: str
    text: str
    happened: When
    source: Source
    author: str = ""
    learned: datetime | None = None
    rank: int | None = None
    edits: int = 0
    movable: bool = False
    withdrawn: str = ""
    conflict: bool = False


def marks(
    incident: Incident, items: Iterable[Item], scheme: Scheme, deployments: Sequence[Deployment] = ()
) -> tuple[Mark, ...]:
    """Return everything there is to draw, lane by lane, each by time."""
    flags = {one.deployment.id: one for one in flagged(incident, deployments)}
    found = [
        *_start(incident),
        *_detected(incident),
        *(_alert(entry, alert) for entry, alert in incident.alerts),
        *_grades(incident, scheme),
        *_moves(incident),
        *_deeds(incident),
        *(_deployment(each, flags.get(each.id)) for each in deployments),
        *(of_item(item) for item in items),
    ]
    return tuple(sorted(found, key=lambda mark: (LANES.index(mark.lane), mark.happened.at, mark.id)))


def of_item(item: Item) -> Mark:
    """Return the mark of a timeline entry. What was told and what was retracted stays where it is."""
    return Mark(
        item.id,
        item.lane,
        item.text,
        item.happened,
        Source.ENTRY,
        author=item.credit,
        learned=learned_apart(item),
        edits=item.edits,
        movable=item.lane not in FINAL_LANES and not item.withdrawn,
        withdrawn=item.withdrawn,
        conflict=item.conflict,
    )


def learned_apart(item: Item) -> datetime | None:
    """Return when we came to know of it where that was stated, None where it was not."""
    return None if value_of(item.fields, "learned") is None else item.learned


def _start(incident: Incident) -> list[Mark]:
    if incident.start is None:
        return []
    conflict = incident.fields["start"].conflict
    return [
        Mark(
            "start",
            "happened",
            "Estimated start",
            incident.start,
            Source.START,
            movable=True,
            conflict=conflict,
        )
    ]


def _detected(incident: Incident) -> list[Mark]:
    """The detection has a mark of its own where no alert stands at that time."""
    if any(alert.time == incident.detected for _, alert in incident.alerts):
        return []
    text = f"detected ({incident.channel})" if incident.channel else "detected"
    return [Mark("detected", "detected", text, When(incident.detected), Source.DETECTED)]


def _alert(entry: str, alert: Alert) -> Mark:
    text = f"{alert.metric} {alert.severity} alert" if alert.metric else alert.message
    rank = _ALERT_RANK[alert.severity]
    return Mark(entry, "detected", text, When(alert.time), Source.ALERT, author=alert.detector, rank=rank)


def _grades(incident: Incident, scheme: Scheme) -> list[Mark]:
    return [
        Mark(
            f"grade {grade.entry}",
            "decided",
            f"declared {grade.level}" if number == 0 else grade.level,
            When(grade.at),
            Source.GRADE,
            author=incident.author if number == 0 else "",
            rank=scheme.rank(grade.level),
        )
        for number, grade in enumerate(incident.grades)
    ]


def _moves(incident: Incident) -> list[Mark]:
    # Closing and re-opening are decisions; containing and resolving are deeds.
    return [
        Mark(
            f"move {move.entry}",
            "decided" if move.status in (CLOSED, REOPENED) else "done",
            f"{move.status}: {move.note}" if move.note else move.status,
            When(move.at),
            Source.MOVE,
        )
        for move in incident.moves
    ]


def _deeds(incident: Incident) -> list[Mark]:
    """What was done and decided besides: all that has a lane of its own. Levels are marks already."""
    found = []
    for field in fields(incident.conduct):
        for said in getattr(incident.conduct, field.name):
            lane, text = lane_of(said.body, said.by)
            if lane and not isinstance(said.body, IncidentTriaged | RoleAssumed):
                mark = Mark(said.entry, lane, text, When(said.at), Source.DEED, author=said.by)
                found.append(mark)
    return found


def _deployment(deployment: Deployment, flag: Flagged | None) -> Mark:
    """One seen in the change freeze says so, like an alert of the second rank, until somebody allows it."""
    mark, text, rank = f"deployment {deployment.id}", deployment.title, None
    if flag is not None and flag.allowed is None:
        text, rank = f"flagged: {text}" if flag.sure else f"flagged, perhaps: {text}", 1
    elif flag is not None and flag.allowed is not None:
        text = f"{text} (allowed: {flag.allowed.body.reason})"
    return Mark(mark, "deployed", text, deployment.began, Source.DEPLOYMENT, rank=rank)


class Grip(Enum):
    """What of a mark was taken hold of: all of it, or one bound of its range."""

    ALL = "all"
    EARLIEST = "earliest"
    LATEST = "latest"


def retimed(when: When, grip: Grip, by: timedelta, until: datetime) -> When:
    """Return a time after one was dragged `by`, not past `until`.

    A range keeps its width; a bound alone moves up to the other one. An estimate that was the middle stays
    the middle, another one stays where it is as long as the bounds let it.
    """
    if grip is Grip.ALL:
        return when.moved(min(by, max(until - when.high, timedelta())))
    low, high = when.low, when.high
    if grip is Grip.EARLIEST:
        low = min(low + by, high)
    else:
        high = max(min(high + by, max(until, high)), low)
    was_middle = when.at == when.low + (when.high - when.low) / 2
    at = low + (high - low) / 2 if was_middle else min(max(when.at, low), high)
    return When(at, low, high, when.zone)
