"""Messages that an import brought, as entries of an incident's timeline: history, which moves no clock."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import BadInput
from tocsin.model.ids import derived
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import Draft, TimelineAdded, Withdrawn
from tocsin.model.message import Message
from tocsin.model.operator import Author
from tocsin.model.timeline import LANES
from tocsin.operations.progress import Progress
from tocsin.store import incidents, journal, messages
from tocsin.store.folder import Store, Write, checked_zone

MOST = 20_000
_AT_ONCE = 200  # messages in one transaction of the journal; some 30 ms, in which nobody else writes
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the messages: `already` stand on this timeline, `ahead` lie in the future."""

    added: int = 0
    already: int = 0
    ahead: int = 0


def take(
    store: Store, author: Author, incident: str, ids: Sequence[str], *, source: str
) -> Generator[Progress, None, Taken]:
    """Add messages, named by their ids in this store, to a timeline; `source` is what they came from.

    Each is an entry that its source said, under an id that follows from incident and message: taken twice,
    also after a stop half-way, it is there once. Chats go to the lane "noted"; entries of another timeline to
    the lane they were in. Raises NotFound and BadInput.
    """
    if len(ids) > MOST:
        raise BadInput(
            f"these are more than {MOST:,} messages.",
            where=source,
            hint="Take those of one channel, or with one reaction: --map channel=NAME,reaction=NAME.",
        )
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
    taken, done = Taken(), 0
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        with store.signals.read() as connection:
            found = messages.by_ids(connection, part)
        with store.write() as write:
            taken = _added(write, author, known, found, source, taken)
        done += len(part)
        yield Progress(done, len(ids), "writing to the timeline")
    return taken


def _added(
    write: Write, author: Author, incident: Incident, found: Sequence[Message], source: str, so_far: Taken
) -> Taken:
    limit = write.store.now() + _AHEAD
    past = [message for message in found if message.at <= limit]
    ours = _ours(write, incident, past)
    fresh = [_draft(author, incident, message, source) for message in past if message.id not in ours]
    entries = write.add_drafts(fresh)
    _retract(write, author, incident, past, {entry.id for entry in entries})
    return Taken(
        so_far.added + len(entries),
        so_far.already + len(past) - len(entries),
        so_far.ahead + len(found) - len(past),
    )


def _draft(author: Author, incident: Incident, message: Message, source: str) -> Draft:
    lane, learned = message.extra.get("lane", ""), message.extra.get("learned", "")
    body = TimelineAdded(
        lane if lane in LANES else "noted",
        message.text,
        datetime.fromisoformat(learned) if learned and lane in LANES else None,
        source=f"{source}, {message.channel}" if message.channel and lane not in LANES else source,
        said_by=message.author or "not named",
    )
    return Draft(_id(incident, message), author, body, incident.id, occurred=_when(message))


def _retract(
    write: Write, author: Author, incident: Incident, found: Sequence[Message], added: set[str]
) -> None:
    """Take back what had been taken back there, under ids that follow from the others': once is once."""
    for message in found:
        id, reason = _id(incident, message), message.extra.get("retracted", "")
        if reason and message.extra.get("lane") in LANES and id in added:
            body = Withdrawn(id, reason)
            write.add(author, body, incident=incident.id, subject=id, id=derived(id, "retracted"))


def _when(message: Message) -> When:
    """Return when it was; with the bounds that a timeline of ours states beside it."""
    extra = message.extra
    bounds = [
        datetime.fromisoformat(extra[name]) if extra.get(name) else None for name in ("earliest", "latest")
    ]
    zone = extra.get("zone", "") if extra.get("lane") in LANES else ""
    try:
        return When(message.at, bounds[0], bounds[1], checked_zone(zone).key if zone else "UTC")
    except (ValueError, TypeError, BadInput):
        return When(message.at)


def _id(incident: Incident, message: Message) -> str:
    if message.source_id:
        return derived(incident.id, message.channel, message.source_id)
    return derived(incident.id, iso(message.at), message.author, message.text)


def _ours(write: Write, incident: Incident, found: Sequence[Message]) -> set[str]:
    """Return the ids of the messages that are entries of this very incident, exported and come back."""
    named = {one.source_id: one.id for one in found if one.source_id and one.extra.get("lane") in LANES}
    there = journal.there(write.connection, list(named)) if named else ()
    return {named[id] for id in there if journal.entry(write.connection, id).incident == incident.id}
