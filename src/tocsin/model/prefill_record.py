"""What a notice may draw on, and how one thing on record reads: its words, how sure, where it comes from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tocsin.model.answers import Answer
from tocsin.model.deployment import Deployment
from tocsin.model.evidence import Evidence
from tocsin.model.filing import Fill
from tocsin.model.filings import Filing
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.regime import Regime, Rules, Stage
from tocsin.model.timeline import Item


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of an incident at `now`, as far as a notice may draw on it.

    `entries` are the journal's about it by id, `items` its timeline without what was withdrawn, `answers` by
    question, `served` what served the system when it began, `deployed` all that ever did. `late` tells
    whether the notice is late, None where nobody can tell; `filings` are the incident's, without this one.
    """

    incident: Incident
    rules: Rules
    regime: Regime
    stage: Stage
    system: str
    now: datetime
    zone: str
    phase: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    served: tuple[Deployment, ...] = ()
    deployed: tuple[Deployment, ...] = ()
    related: tuple[str, ...] = ()
    filings: tuple[Filing, ...] = ()
    filing: Filing | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing on record: the words, how sure they are, and where they come from."""

    text: str
    fill: Fill = Fill.VALUE
    origin: tuple[str, ...] = ()


Source = Callable[[Record, str], Iterable[Piece]]


def of_item(item: Item, zone: str) -> Piece:
    """Return one timeline entry with its time."""
    sure = Fill.ESTIMATE if item.happened.is_range else Fill.VALUE
    return Piece(f"{when_words(item.happened, zone)}: {item.text}", sure, (item_origin(item, zone),))


def item_origin(item: Item, zone: str) -> str:
    """Return where a timeline entry comes from."""
    return f"Timeline, {item.lane}, {item.credit}, {stamp(item.recorded_at, zone)} · {item.id}"


def origin(what: str, entry: Entry | None, zone: str) -> tuple[str, ...]:
    """Return who recorded something when, and in which entry."""
    if entry is None:
        return (what,)
    return (f"{what}, {entry.author.name}, {stamp(entry.recorded_at, zone)} · {entry.id}",)


def stamp(at: datetime, zone: str) -> str:
    """2026-11-20 12:06 UTC (13:06 UTC+01:00); with the local date where it is another. Seconds if any."""
    there, here = at.astimezone(UTC), at.astimezone(ZoneInfo(zone))
    clock = "%H:%M:%S" if there.second else "%H:%M"
    if not here.utcoffset():
        return f"{there:%Y-%m-%d {clock}} UTC"
    local = f"{here:{clock}}" if here.date() == there.date() else f"{here:%Y-%m-%d {clock}}"
    return f"{there:%Y-%m-%d {clock}} UTC ({local} UTC{here.isoformat()[-6:]})"


def when_words(when: When, zone: str) -> str:
    """Return a moment, with its bounds where it is an estimate."""
    if not when.is_range:
        return stamp(when.at, zone)
    return f"about {stamp(when.at, zone)}, between {stamp(when.low, zone)} and {stamp(when.high, zone)}"
