"""Rosters: read from a file, laid over what the rota had, and asked who is on duty."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tocsin.errors import BadInput, NotFound
from tocsin.importers import roster_csv, roster_rules
from tocsin.model.arrangement import RosterSet, Shift
from tocsin.model.callees import Duty
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.roster import Refused, RosterFile, Rota, Stretch, key, rota, stretches
from tocsin.operations import arranged
from tocsin.store.database import Connection
from tocsin.store.folder import Store, checked_zone

_KEPT = timedelta(days=92)  # how long it stays known who was on duty before a file that replaces a roster
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would set: its rotas, the rows refused, and what is worth knowing before one takes it.

    `gaps` and `overlaps` are those between the first and the last shift of each rota, by its name.
    """

    rosters: tuple[RosterSet, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]
    gaps: dict[str, tuple[Stretch, ...]]
    overlaps: dict[str, tuple[Stretch, ...]]


def preview(store: Store, path: Path, *, rota: str = "", zone: str = "") -> Preview:
    """Read a roster file and set nothing. `zone` holds for times that state none; the store's if empty.

    Raises BadInput when it is none.
    """
    zone = checked_zone(zone or store.zone).key
    content = _content(path)
    try:
        found = _read(content, store.now(), zone, rota)
    except BadInput as error:
        raise BadInput(error.what, where=error.where or str(path), hint=error.hint) from None
    digest = hashlib.sha256(content).hexdigest()
    name = path.name[:_LONGEST_NAME]
    rosters = tuple(
        RosterSet(each, shifts, found.zones[each], name, digest) for each, shifts in found.shifts.items()
    )
    laid = {one.rota: Rota(one.rota, one.zone, stretches(one.shifts)) for one in rosters}
    spans = {one.name: (one.begins, one.ends) for one in laid.values()}
    gaps = {name: one.gaps(*_span(spans[name])) for name, one in laid.items()}
    overlaps = {name: one.overlaps(*_span(spans[name])) for name, one in laid.items()}
    return Preview(rosters, found.refused, found.notes, gaps, overlaps)


def take(store: Store, author: Author, found: Preview) -> list[Entry]:
    """Set the rotas of a preview; who was on duty before their first shift stays known for three months."""
    with store.write() as write:
        known = {key(one.rota): one for one in arranged.bodies(write.connection, "roster.set")}
        entries = []
        for one in found.rosters:
            before = known.get(key(one.rota))
            shifts = (*_before(before, one), *one.shifts)
            body = RosterSet(one.rota, shifts, one.zone, one.source, one.sha256)
            entries.append(write.add(author, body, subject=_subject(one.rota)))
        return entries


def remove(store: Store, author: Author, name: str) -> Entry:
    """Let a rota be there no more. Raises NotFound."""
    with store.write() as write:
        known = duty(write.connection).get(key(name))
        if known is None:
            raise _no_rota(name)
        return write.add(author, RosterSet(known.name, (), known.zone), subject=_subject(known.name))


def duty(connection: Connection) -> Duty:
    """Return the rotas by `roster.key` of their names."""
    found = arranged.bodies(connection, "roster.set")
    return {key(one.rota): rota(one) for one in found if one.shifts}


def listed(store: Store) -> list[Rota]:
    """Return the rotas by name."""
    with store.journal.read() as connection:
        return sorted(duty(connection).values(), key=lambda one: key(one.name))


def get(store: Store, name: str) -> Rota:
    """Return a rota by name. Raises NotFound."""
    with store.journal.read() as connection:
        found = duty(connection).get(key(name))
    if found is None:
        raise _no_rota(name)
    return found


def _before(known: RosterSet | None, now: RosterSet) -> list[Shift]:
    """Return the shifts a rota had before the first of a new roster, the last of them cut there."""
    if known is None:
        return []
    first = min(one.begins for one in now.shifts)
    return [
        Shift(one.person, one.begins, min(one.ends, first))
        for one in known.shifts
        if one.begins < first and one.ends > first - _KEPT
    ]


def _span(span: tuple[datetime | None, datetime | None]) -> tuple[datetime, datetime]:
    begins, ends = span
    assert begins is not None
    assert ends is not None  # a rota of a file has a shift
    return begins, ends


def _subject(name: str) -> str:
    return f"rota {key(name)}"


def _no_rota(name: str) -> NotFound:
    return NotFound("there is no such rota.", where=name, hint="`tocsin roster list` names them.")


def _read(content: bytes, now: datetime, zone: str, rota: str) -> RosterFile:
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() != b"BEGIN:VCALENDAR":
        return roster_csv.read(content, zone=zone, rota=rota)
    from tocsin.importers import roster_ical

    return roster_ical.read(content, now=now, zone=zone, rota=rota)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(roster_rules.MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}.", where=str(path)) from None
    if not content.strip():
        raise BadInput("the file is empty.", where=str(path))
    return content
