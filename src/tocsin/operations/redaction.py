"""Who is known to an incident and what of it was marked personal, so that outside documents leave it out."""

from collections.abc import Collection, Iterable, Iterator

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.arrangement import ContactSet
from tocsin.model.conduct import Said
from tocsin.model.filing import PersonalMarked
from tocsin.model.incident import FIELDS, Incident
from tocsin.model.journal import Entry, FieldsSet, OperatorAdded, TimelineAdded
from tocsin.model.observation import Observation
from tocsin.model.operator import Author
from tocsin.model.redaction import Redaction, pseudonyms
from tocsin.model.redaction_words import PLAIN
from tocsin.operations import contacts
from tocsin.store import incidents, journal, observations, timeline
from tocsin.store.database import Connection
from tocsin.store.folder import Store

FIELD = "field:"
_LONGEST = 20_000
# Where bodies of entries name people.
_NAMES = ("person", "outgoing")


def of(connection: Connection, incident: Incident, until: Entry | None = None) -> Redaction:
    """Return the redaction of an incident as its entries leave it; `until` the last that counts.

    Persons are those who wrote about it, had its roles, were called, reported, or are named in its imports,
    in that order; then the store's other operators and contacts as they came to be known, since texts may
    mention them. Whoever comes to be known later has a later number: documents made again read the same.
    """
    entries = [
        one
        for one in journal.entries(connection, incident=incident.id)
        if until is None or one.order <= until.order
    ]
    book = list(contacts.book(connection).values())
    seen = observations.of_incident(connection, incident.id)
    told = [one for one in seen if until is None or one.recorded_at <= until.recorded_at]
    names = [*_named(entries), *_reporters(told), *_others(connection)]
    marked = [one.body for one in incident.conduct.personal]
    whole = frozenset(one.target for one in marked if not one.passage)
    return Redaction(
        pseudonyms(names, _addresses(book)),
        tuple(one.passage for one in marked if one.passage),
        tuple(text for text in dict.fromkeys(_texts(incident, entries, whole)) if text.strip()),
        whole,
    )


def mark(
    store: Store,
    author: Author,
    incident: str,
    target: str,
    *,
    passage: str = "",
    reason: str = "",
    id: str = "",
) -> Entry:
    """Mark an entry of the timeline or `field:NAME`, or a passage of it. Raises BadInput, NotFound."""
    passage = " ".join(passage.split())
    if len(passage) > _LONGEST or len(reason) > _LONGEST:
        raise BadInput(f"a passage or reason has at most {_LONGEST:,} characters.")
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        said = _said(write.connection, known, target)
        if passage and passage.casefold() not in " ".join(said.split()).casefold():
            raise BadInput(
                "this passage is not in it.", where=passage[:80], hint="Copy it as it is written there."
            )
        if any(_same(one, target, passage) for one in known.conduct.personal):
            raise NotAllowed("this is marked already.", where=target)
        body = PersonalMarked(target, passage, reason.strip())
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def legend(store: Store, incident: str) -> tuple[tuple[str, str], ...]:
    """Return pseudonym and name of everybody known to an incident; for inside only."""
    with store.journal.read() as connection:
        redaction = of(connection, incidents.get(connection, incident))
    return tuple((one.pseudonym, one.name) for one in redaction.people)


def marks(store: Store, incident: str) -> tuple[Said[PersonalMarked], ...]:
    """Return what was marked personal in an incident, in the order it was."""
    with store.journal.read() as connection:
        return incidents.get(connection, incident).conduct.personal


def _same(one: Said[PersonalMarked], target: str, passage: str) -> bool:
    return (one.body.target, one.body.passage.casefold()) == (target, passage.casefold())


def _said(connection: Connection, known: Incident, target: str) -> str:
    """Return what a target says now. Raises BadInput and NotFound."""
    if target.startswith(FIELD):
        name = target.removeprefix(FIELD)
        if name not in FIELDS:
            raise BadInput(
                "there is no such field.", where=target, hint=f"One of {', '.join(sorted(FIELDS))}."
            )
        return known.text(name)
    item = timeline.get(connection, target)
    if item.incident != known.id:
        raise BadInput("this entry is of another incident.", where=target)
    return item.text


def _texts(incident: Incident, entries: Iterable[Entry], targets: Collection[str]) -> Iterator[str]:
    """Yield all that the targets ever said, also what was corrected or undone since."""
    for entry in entries:
        match entry.body:
            case TimelineAdded(text=text) if entry.subject in targets:
                yield text
            case FieldsSet(fields=fields):
                of_incident = entry.subject == incident.id
                for name, value in fields.items():
                    target = f"{FIELD}{name}" if of_incident else entry.subject if name == "text" else ""
                    if target in targets and isinstance(value, str):
                        yield value
    yield from (incident.text(name) for name in FIELDS if f"{FIELD}{name}" in targets)


def _named(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield everybody whom entries name, in the order they come up."""
    for entry in entries:
        if entry.author.kind in ("operator", "account"):
            yield entry.author.name
        body = entry.body
        for name in _NAMES:
            if isinstance(found := getattr(body, name, ""), str):
                yield found


def _reporters(seen: Iterable[Observation]) -> Iterator[str]:
    """Yield who noticed and who reported; "a customer" is nobody's name."""
    for one in seen:
        if any(not word[0].islower() for word in one.noticed_by.split()):
            yield one.noticed_by
        yield one.author


def _others(connection: Connection) -> Iterator[str]:
    """Yield the operators and the persons among contacts, also former ones, in the order they were entered.

    A title such as CISO is no person, whoever holds it is.
    """
    for entry in journal.entries(connection, kinds=("operator.added", "contact.set")):
        match entry.body:
            case OperatorAdded(name=name):
                yield name
            case ContactSet(person=person) if person:
                yield person
            case ContactSet(name=name) if not name.isupper() and not set(name.casefold().split()) & PLAIN:
                yield name


def _addresses(book: Iterable[ContactSet]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in book:
        name = one.person or one.name
        found[name] = (*found.get(name, ()), *filter(None, (one.email, one.phone)))
    return found
