"""How a timeline entry, or the estimated start, came to read as it does: who said what and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.decoding import converted
from tocsin.model.incident import standing
from tocsin.model.instant import When
from tocsin.model.journal import Entry, FieldsSet, TimelineAdded, Undone, Withdrawn
from tocsin.model.judgement import StartJudged
from tocsin.model.timeline import Item, fold, step


@dataclass(frozen=True, slots=True)
class Version:
    """One step in the life of a timeline entry.

    `deed` is written, corrected, retracted, undone or brought back. `item` is how it read after this step,
    None while its first writing was undone. `changed` names the fields this step set. `counts` is False
    for a step that was undone later.
    """

    entry: str
    author: str
    at: datetime
    deed: str
    item: Item | None
    changed: tuple[str, ...] = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate of an incident's start. `counts` is False for one that was undone."""

    entry: str
    author: str
    at: datetime
    start: When
    counts: bool = True


def estimates(entries: Iterable[Entry]) -> tuple[Estimate, ...]:
    """Return the estimates of the start, oldest first, from the entries about an incident, in order."""
    ordered = list(entries)
    counting = {entry.id for entry in standing(ordered)}
    return tuple(
        Estimate(entry.id, entry.author.name, entry.recorded_at, start, entry.id in counting)
        for entry in ordered
        if (start := _start(entry)) is not None
    )


def _start(entry: Entry) -> When | None:
    match entry.body:
        case FieldsSet(fields=fields) if "start" in fields:
            return converted(fields["start"], When)
        case StartJudged(chosen=chosen):
            return chosen
        case _:
            return None


def versions(entries: Iterable[Entry]) -> tuple[Version, ...]:
    """Return the steps of one timeline entry, oldest first, from its journal entries in order."""
    ordered = list(entries)
    counting = {entry.id for entry in standing(ordered)}
    undoings = {entry.id for entry in ordered if isinstance(entry.body, Undone)}
    found = []
    state: Item | None = None
    for number, entry in enumerate(ordered):
        state = _after(state, ordered[: number + 1], entry)
        found.append(
            Version(
                entry.id,
                entry.author.name,
                entry.recorded_at,
                _deed(entry, undoings),
                state,
                tuple(entry.body.fields) if isinstance(entry.body, FieldsSet) else (),
                entry.id in counting or entry.id in undoings,
            )
        )
    return tuple(found)


def _after(state: Item | None, so_far: list[Entry], entry: Entry) -> Item | None:
    if not isinstance(entry.body, Undone):
        return step(state, entry)
    return fold(so_far)


def _deed(entry: Entry, undoings: set[str]) -> str:
    match entry.body:
        case TimelineAdded():
            return "written"
        case FieldsSet():
            return "corrected"
        case Withdrawn():
            return "retracted"
        case Undone() as body:
            return "brought back" if body.entry in undoings else "undone"
        case _:
            return entry.kind
