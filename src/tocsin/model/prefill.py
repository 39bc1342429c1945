"""What is on record for a field of a notice, with where it comes from; never more than somebody stated.

`Field.source` names it: ids of `prefill_sources.py`, several put below each other. What has bounds or was
guessed is an estimate, what is only suspected an opinion, and what nobody has said is not there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tocsin.model.answers import Answer
from tocsin.model.deployment import Deployment
from tocsin.model.evidence import Evidence
from tocsin.model.filing import Fill, Filled
from tocsin.model.filings import Filing
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.regime import Field, Regime, Rules, Stage
from tocsin.model.timeline import Item

# How `stamp` writes a moment; a form that asks for UTC wants it as ISO 8601.
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) UTC(?: \([^)]*\))?")
_SURENESS = {Fill.VALUE: "", Fill.ESTIMATE: " (estimate)", Fill.OPINION: " (not established)"}


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of an incident at `now`, as far as a notice may draw on it.

    `entries` are the journal's about it by id, `items` its timeline without what was withdrawn, `answers` by
    question, `served` what served the system when it began, `late` whether the notice is late: None where
    nobody can tell. `earlier` are the filings of the regime before this one.
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


def fill(asked: Field, record: Record) -> Filled | None:
    """Return what the record says for a field; None where it says nothing."""
    pieces = [piece for source in asked.source.split() for piece in of(source, record)]
    found = joined(pieces)
    if found is None or "(UTC)" not in asked.label:
        return found
    return replace(found, value=_STAMP.sub(r"\1T\2Z", found.value))


def of(source: str, record: Record) -> Iterator[Piece]:
    """Yield what one source says. One that nobody knows says nothing: a pack may be newer than this."""
    from tocsin.model.prefill_sources import SOURCES

    stem, colon, rest = source.partition(":")
    found = SOURCES.get(f"{stem}:" if colon else stem)
    if found is not None:
        yield from (piece for piece in found(record, rest) if piece.text.strip())


def known(source: str) -> bool:
    """Whether there is such a source."""
    from tocsin.model.prefill_sources import SOURCES

    stem, colon, rest = source.partition(":")
    return (f"{stem}:" in SOURCES and bool(rest)) if colon else stem in SOURCES


def joined(pieces: Iterable[Piece]) -> Filled | None:
    """Return pieces as what stands in a field; where they are not equally sure, each says how sure it is."""
    found = list(pieces)
    if not found:
        return None
    alike = len({piece.fill for piece in found}) == 1
    texts = [piece.text.strip() + ("" if alike else _SURENESS[piece.fill]) for piece in found]
    return Filled(
        value="\n".join(dict.fromkeys(texts)),
        fill=found[0].fill if alike else Fill.VALUE,
        origin=tuple(dict.fromkeys(origin for piece in found for origin in piece.origin)),
    )


def chosen(items: Iterable[Item], zone: str) -> Filled:
    """Return timeline entries a person chose as the text of a field: each with its time and its origin.

    Oldest first. A time between bounds makes the text an estimate.
    """
    found = joined(of_item(item, zone) for item in sorted(items, key=lambda one: (one.happened.at, one.id)))
    return found or Filled()


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
