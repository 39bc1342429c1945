"""When an incident began, was detected, known, contained, resolved: as moments with how sure they are."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from tocsin.model import facts
from tocsin.model.conduct import Said
from tocsin.model.filing import Fill
from tocsin.model.incident import CONTAINED, RESOLVED
from tocsin.model.prefill_record import Piece, Record, Source, origin, stamp, when_words
from tocsin.model.response import FactStated

# What a person states of knowing of it, in the words of different laws.
_AWARE = ("awareness", "awareness_suspicion", "awareness_belief", "noticing", "knowledge", "discovery")


def start(record: Record, _: str) -> Iterator[Piece]:
    """Yield the estimated start, with its bounds."""
    began = record.incident.start
    if began is not None:
        entry = record.entries.get(record.incident.fields["start"].heads[0].entry)
        said = origin("Estimated start", entry, record.zone)
        yield Piece(when_words(began, record.zone), Fill.ESTIMATE, said)


def detected(record: Record, _: str) -> Iterator[Piece]:
    """Yield when it was detected: nobody can be aware before that, whenever it was declared here."""
    known = _awareness(record)
    if known is not None and known.at < record.incident.detected:
        yield _stated(record, known)
        return
    said = origin("Declaration", record.entries.get(record.incident.id), record.zone)
    yield Piece(stamp(record.incident.detected, record.zone), origin=said)


def fact(record: Record, name: str) -> Iterator[Piece]:
    """Yield a moment that somebody stated, or that follows from what was done."""
    own = f"{name}@{record.regime.id}"  # of this regime alone goes before that of all
    every = [one for one in record.incident.conduct.facts if one.body.fact in (name, own)]
    stated = [one for one in every if one.body.fact == own] or every
    at = facts.facts(record.incident).get(name)
    if stated:
        yield _stated(record, stated[-1])
    elif at is not None:
        sure = Fill.ESTIMATE if name == "incident_occurred" else Fill.VALUE
        yield Piece(stamp(at, record.zone), sure, (facts.title(name).capitalize(),))


def reached(status: str) -> Source:
    """Return the source of when an incident came to a status."""

    def source(record: Record, _: str) -> Iterator[Piece]:
        at = record.incident.reached(status)
        move = next((one for one in reversed(record.incident.moves) if one.status == status), None)
        if at is not None and move is not None:
            entry = record.entries.get(move.entry)
            yield Piece(stamp(at, record.zone), origin=origin(status.capitalize(), entry, record.zone))

    return source


def aware(record: Record, _: str) -> Iterator[Piece]:
    """Yield when the organisation became aware, as a person stated it; nothing derives it from detection."""
    known = _awareness(record)
    if known is not None:
        yield _stated(record, known)


def _awareness(record: Record) -> Said[FactStated] | None:
    """The earliest awareness stated that counts here: for this regime alone, else for all."""
    newest = {one.body.fact: one for one in record.incident.conduct.facts}
    own = [newest[f"{name}@{record.regime.id}"] for name in _AWARE if f"{name}@{record.regime.id}" in newest]
    every = own or [newest[name] for name in _AWARE if name in newest]
    return min(every, key=lambda one: one.at, default=None)


def _stated(record: Record, said: Said[FactStated]) -> Piece:
    entry = record.entries.get(said.entry)
    what = facts.title(said.body.fact.partition("@")[0]).capitalize()
    return Piece(stamp(said.at, record.zone), origin=origin(what, entry, record.zone))


def times(record: Record, _: str) -> Iterator[Piece]:
    """Yield every moment known, one a line."""
    for label, source in (("Began", start), ("Detected", detected), ("Became aware", aware),
                          ("Contained", reached(CONTAINED)), ("Resolved", reached(RESOLVED))):  # fmt: skip
        yield from labelled(label, source(record, ""))


def duration(record: Record, _: str) -> Iterator[Piece]:
    """Yield how long it lasted, from the estimated start to the resolution."""
    began, end = record.incident.start, record.incident.reached(RESOLVED)
    if began is None or end is None or end < began.at:
        return
    minutes = int((end - began.at) / timedelta(minutes=1))
    words = f"{minutes // 1440} d {minutes // 60 % 24} h {minutes % 60} min"
    pieces = [*start(record, ""), *reached(RESOLVED)(record, "")]
    yield Piece(words, Fill.ESTIMATE, tuple(one for piece in pieces for one in piece.origin))


def labelled(label: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces with a label in front of each."""
    for piece in pieces:
        yield Piece(f"{label}: {piece.text}", piece.fill, piece.origin)
