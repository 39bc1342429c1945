"""Timeline entries: add, correct, re-time, retract. Every correction is an entry of its own."""

import re
from datetime import datetime
from typing import Any

import msgspec

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.fields import replaced_by
from tocsin.model.instant import When
from tocsin.model.journal import Entry, FieldsSet, TimelineAdded, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.timeline import LANES, Item
from tocsin.operations.times import parse_when
from tocsin.store import incidents, journal, timeline
from tocsin.store.folder import Store

_LONGEST = 20_000
_COMMANDS = {"happen": "happened", "detect": "detected", "decide": "decided", "do": "done", "tell": "told",
             "deploy": "deployed", "note": "noted"}  # fmt: skip
_PREFIX = re.compile(r"\s*(?:/(?P<lane>[a-z]+)|@(?P<at>\S+))(?=\s|$)")


def add(
    store: Store,
    author: Author,
    incident: str,
    text: str,
    *,
    lane: str = "noted",
    happened: When | None = None,
    learned: datetime | None = None,
    id: str = "",
) -> Entry:
    """Add an entry to an incident's timeline; `happened` None means now. Raises BadInput and NotFound."""
    body = TimelineAdded(checked_lane(lane), checked_text(text), learned)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        return write.add(author, body, incident=known.id, occurred=happened, id=id)


def log(store: Store, author: Author, incident: str, line: str, *, id: str = "") -> Entry:
    """Add a line of the running log. `/decide`, `/tell` ... choose the lane, `@14:20` the time.

    A line that starts otherwise is taken word for word.
    """
    lane, happened, text = parse_line(line, now=store.now(), zone=store.zone)
    return add(store, author, incident, text, lane=lane, happened=happened, id=id)


def parse_line(line: str, *, now: datetime, zone: str) -> tuple[str, When | None, str]:
    """Return lane, time (None for now) and text of a log line. Raises BadInput for an unknown command."""
    lane, happened, rest = "noted", None, line
    while found := _PREFIX.match(rest):
        rest = rest[found.end() :]
        if found["at"]:
            happened = parse_when(found["at"], now=now, zone=zone)
        else:
            lane = _lane_of(found["lane"])
    return lane, happened, rest.strip()


def correct(
    store: Store,
    author: Author,
    item: str,
    *,
    text: str | None = None,
    lane: str | None = None,
    happened: When | None = None,
    learned: datetime | None = None,
) -> Entry:
    """Correct what is given of a timeline entry; the earlier words stay readable in the journal."""
    values: dict[str, Any] = {}
    if text is not None:
        values["text"] = checked_text(text)
    if lane is not None:
        values["lane"] = checked_lane(lane)
    if happened is not None:
        values["happened"] = msgspec.to_builtins(happened)
    if learned is not None:
        values["learned"] = msgspec.to_builtins(learned)
    if not values:
        raise BadInput("nothing to correct was given.", where=item)
    with store.write() as write:
        known = timeline.get(write.connection, item)
        replaces = replaced_by(known.fields, values)
        return write.add(
            author, FieldsSet(values), incident=known.incident, subject=known.id, replaces=replaces
        )


def retract(store: Store, author: Author, item: str, reason: str) -> Entry:
    """Take a timeline entry back with a reason; it stays readable, struck through. Raises NotAllowed."""
    with store.write() as write:
        known = timeline.get(write.connection, item)
        if known.withdrawn:
            raise NotAllowed(f"it was retracted already: {known.withdrawn}", where=known.text[:60])
        body = Withdrawn(known.id, checked_text(reason))
        return write.add(author, body, incident=known.incident, subject=known.id)


def listed(store: Store, incident: str) -> list[Item]:
    """Return an incident's timeline entries by the time they happened."""
    with store.journal.read() as connection:
        return timeline.items(connection, incidents.get(connection, incident).id)


def history(store: Store, item: str) -> list[Entry]:
    """Return every journal entry about a timeline entry, oldest first: who said what when."""
    with store.journal.read() as connection:
        return journal.entries(connection, subject=item)


def checked_text(text: str) -> str:
    """Return a text without blanks at its ends. Raises BadInput for an empty or over-long one."""
    trimmed = text.strip()
    if not trimmed:
        raise BadInput("the text is empty.", hint="Write what happened, in a line.")
    if len(trimmed) > _LONGEST:
        raise BadInput(f"the text has {len(trimmed):,} characters; the limit is {_LONGEST:,}.")
    return trimmed


def checked_lane(lane: str) -> str:
    """Return the lane. Raises BadInput for one that is not drawn."""
    if lane not in LANES:
        raise BadInput("there is no such lane.", where=lane, hint=f"Lanes: {', '.join(LANES)}.")
    return lane


def _lane_of(command: str) -> str:
    lane = command if command in LANES else _COMMANDS.get(command)
    if lane is None:
        known = ", ".join(f"/{name}" for name in _COMMANDS)
        raise BadInput(
            "there is no such command for a log line.", where=f"/{command}", hint=f"There are {known}."
        )
    return lane
