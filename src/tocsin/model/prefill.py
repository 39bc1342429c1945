"""What is on record for a field of a notice, with where it comes from; never more than somebody stated.

`Field.source` names it: ids of `prefill_sources.py`, several put below each other. What has bounds or was
guessed is an estimate, what is only suspected an opinion, and what nobody has said is not there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tocsin.model.filing import Fill, Filled
from tocsin.model.prefill_record import Piece, Record, of_item, stamp
from tocsin.model.prefill_sources import SOURCES
from tocsin.model.regime import Field
from tocsin.model.timeline import Item

__all__ = ["Record", "chosen", "fill", "joined", "of", "stamp"]

# How `stamp` writes a moment; a form that asks for UTC wants it as ISO 8601.
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) UTC(?: \([^)]*\))?")
_SURENESS = {Fill.VALUE: "", Fill.ESTIMATE: " (estimate)", Fill.OPINION: " (not established)"}


def fill(asked: Field, record: Record) -> Filled | None:
    """Return what the record says for a field; None where it says nothing."""
    pieces = [piece for source in asked.source.split() for piece in of(source, record)]
    found = joined(pieces)
    if found is None or "(UTC)" not in asked.label:
        return found
    return replace(found, value=_STAMP.sub(r"\1T\2Z", found.value))


def of(source: str, record: Record) -> Iterator[Piece]:
    """Yield what one source says. One that nobody knows says nothing: a pack may be newer than this."""
    stem, colon, rest = source.partition(":")
    found = SOURCES.get(f"{stem}:" if colon else stem)
    if found is not None:
        yield from (piece for piece in found(record, rest) if piece.text.strip())


def joined(pieces: Iterable[Piece]) -> Filled | None:
    """Return pieces as what stands in a field; where they are not equally sure, each says how sure it is."""
    found = list(pieces)
    if not found:
        return None
    alike = len({piece.fill for piece in found}) == 1
    texts = [piece.text.strip() + ("" if alike else _SURENESS[piece.fill]) for piece in found]
    return Filled(
        value="\n".join(text for text in dict.fromkeys(texts) if not _told(text, texts)),
        fill=found[0].fill if alike else Fill.VALUE,
        origin=tuple(dict.fromkeys(origin for piece in found for origin in piece.origin)),
    )


def _told(text: str, texts: Iterable[str]) -> bool:
    """Return whether one of the texts says the same behind a label: “Began: …”."""
    return any(line.endswith(f": {text}") for other in texts for line in other.splitlines())


def chosen(items: Iterable[Item], zone: str) -> Filled:
    """Return timeline entries a person chose as the text of a field: each with its time and its origin.

    Oldest first. A time between bounds makes the text an estimate.
    """
    found = joined(of_item(item, zone) for item in sorted(items, key=lambda one: (one.happened.at, one.id)))
    return found or Filled()
