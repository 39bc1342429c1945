"""The journal's table: append, read back, and verify the chain over the exact stored bytes.

hash = SHA-256(tag, previous, head). The head carries SHA-256(tag, salt, body), so a body can be erased one
day and the chain still verifies. Nothing is ever re-serialised to verify.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, tuple_

from tocsin.errors import BadInput, NotFound
from tocsin.model.decoding import decoded
from tocsin.model.instant import When, to_us
from tocsin.model.journal import KIND_OF, KINDS, Body, Draft, Entry
from tocsin.model.operator import Author
from tocsin.store.schema import journal

_HEAD_TAG, _BODY_TAG = b"tocsin entry 1\n", b"tocsin body 1\n"
_FIRST = bytes(32)
_MAX_BODY_BYTES = 4 << 20
_NEWEST_FIRST = (journal.c.lamport.desc(), journal.c.site.desc(), journal.c.seq.desc())


@dataclass(frozen=True, slots=True)
class Head:
    """What the chain is made of. The field order is the byte order; never change it."""

    id: str
    site: str
    seq: int
    lamport: int
    author: Author
    kind: str
    incident: str
    subject: str
    occurred: When | None
    recorded_at: datetime
    replaces: tuple[str, ...]
    body_sha256: str


def append(connection: Connection, draft: Draft, *, site: str, recorded_at: datetime, salt: bytes) -> Entry:
    """Append one entry, whose id is not there yet, to the chain of `site`.

    Raises BadInput when the body is too large or holds text that is not Unicode.
    """
    return append_all(connection, [draft], site=site, recorded_at=recorded_at, salts=[salt])[0]


def append_all(
    connection: Connection,
    drafts: Sequence[Draft],
    *,
    site: str,
    recorded_at: datetime,
    salts: Sequence[bytes],
) -> list[Entry]:
    """Append entries in order, as `append` does each, with one look at the end of the chain for all."""
    if not drafts:
        return []
    seq, previous = _end_of(connection, site)
    lamport = _lamport(connection)
    rows, made = [], []
    for number, (draft, salt) in enumerate(zip(drafts, salts, strict=True), 1):
        body = _encode(draft.body)
        head = Head(
            id=draft.id,
            site=site,
            seq=seq + number,
            lamport=lamport + number,
            author=draft.author,
            kind=KIND_OF[type(draft.body)],
            incident=draft.incident,
            subject=draft.subject or draft.id,
            occurred=draft.occurred,
            recorded_at=recorded_at,
            replaces=draft.replaces,
            body_sha256=hashlib.sha256(_BODY_TAG + salt + body).hexdigest(),
        )
        rows.append(_row(head, salt, body, previous))
        made.append(_entry(head, draft.body, previous, rows[-1]["hash"]))
        previous = rows[-1]["hash"]
    connection.execute(insert(journal), rows)
    return made


def _row(head: Head, salt: bytes, body: bytes, previous: bytes) -> dict[str, Any]:
    stored = _encode(head)
    return {
        "site": head.site,
        "seq": head.seq,
        "id": head.id,
        "lamport": head.lamport,
        "incident": head.incident,
        "subject": head.subject,
        "kind": head.kind,
        "recorded_us": to_us(head.recorded_at),
        "head": stored,
        "salt": salt,
        "body": body,
        "previous": previous,
        "hash": hashlib.sha256(_HEAD_TAG + previous + stored).digest(),
    }


def entries(
    connection: Connection,
    *,
    incident: str | None = None,
    subject: str | None = None,
    kinds: Collection[str] = (),
    after: int = 0,
    limit: int | None = None,
) -> list[Entry]:
    """Return entries in (lamport, site, seq) order, as narrowed; `after` is a Lamport counter."""
    query = select(journal).where(journal.c.lamport > after)
    if incident is not None:
        query = query.where(journal.c.incident == incident)
    if subject is not None:
        query = query.where(journal.c.subject == subject)
    if kinds:
        query = query.where(journal.c.kind.in_(kinds))
    query = query.order_by(journal.c.lamport, journal.c.site, journal.c.seq).limit(limit)
    return [_read(row) for row in connection.execute(query)]


def find(connection: Connection, id: str) -> Entry | None:
    """Return one entry, None when there is none."""
    row = connection.execute(select(journal).where(journal.c.id == id)).first()
    return None if row is None else _read(row)


def entry(connection: Connection, id: str) -> Entry:
    """Return one entry. Raises NotFound."""
    found = find(connection, id)
    if found is None:
        raise NotFound("there is no such entry in the journal.", where=id)
    return found


def has(connection: Connection, id: str) -> bool:
    """Whether an entry is in the journal."""
    return connection.execute(select(journal.c.id).where(journal.c.id == id)).first() is not None


def there(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Return which of some ids, a few hundred at most, are in the journal."""
    return frozenset(connection.execute(select(journal.c.id).where(journal.c.id.in_(ids))).scalars())


def ids(connection: Connection, kind: str) -> frozenset[str]:
    """Return the ids of the entries of one kind."""
    return frozenset(connection.execute(select(journal.c.id).where(journal.c.kind == kind)).scalars())


def last_entry(connection: Connection, incident: str) -> Entry:
    """Return the newest entry of an incident that is not an export: what a document is made as of."""
    query = (
        select(journal)
        .where(journal.c.incident == incident, journal.c.kind.not_in(("document.exported", "letters.made")))
        .order_by(*_NEWEST_FIRST)
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("there is no such incident.", where=incident)
    return _read(row)


def newest_about(connection: Connection, subject: str, last: Entry | None = None) -> str:
    """Return the hash (hex) of the newest entry about a subject up to the `last`, empty without any."""
    query = select(journal.c.hash).where(journal.c.subject == subject)
    if last is not None:
        query = query.where(tuple_(journal.c.lamport, journal.c.site, journal.c.seq) <= last.order)
    found = connection.execute(query.order_by(*_NEWEST_FIRST).limit(1)).scalar_one_or_none()
    return "" if found is None else bytes(found).hex()


def last_about(connection: Connection, kinds: Collection[str], subjects: Collection[str]) -> Entry | None:
    """Return the newest entry of these kinds about these subjects that belongs to no incident."""
    query = select(journal).where(
        journal.c.incident == "", journal.c.kind.in_(kinds), journal.c.subject.in_(subjects)
    )
    row = connection.execute(query.order_by(*_NEWEST_FIRST).limit(1)).first()
    return None if row is None else _read(row)


def last_of_all(connection: Connection) -> Entry:
    """Return the newest entry of the store that is not an export: what a document of the store is as of."""
    query = select(journal).where(journal.c.kind != "document.exported").order_by(*_NEWEST_FIRST).limit(1)
    return _read(connection.execute(query).one())


def count(connection: Connection) -> int:
    """Return the number of entries."""
    return int(connection.execute(select(func.count()).select_from(journal)).scalar_one())


def newest(connection: Connection) -> int:
    """Return the greatest Lamport counter, for asking later what is new `after` it."""
    return _lamport(connection)


def head_of(connection: Connection, site: str) -> tuple[int, str]:
    """Return the length of a site's chain and its last hash in hex."""
    seq, digest = _end_of(connection, site)
    return seq, digest.hex()


def ends(connection: Connection, lamport: int) -> list[tuple[str, int, str]]:
    """Return site, number and hash in hex of the last entry of each chain up to a Lamport counter."""
    newest = select(journal.c.site, func.max(journal.c.seq).label("seq")).where(journal.c.lamport <= lamport)
    upto = newest.group_by(journal.c.site).subquery()
    query = select(journal.c.site, journal.c.seq, journal.c.hash).join(
        upto, (upto.c.site == journal.c.site) & (upto.c.seq == journal.c.seq)
    )
    rows = connection.execute(query.order_by(journal.c.site))
    return [(str(row.site), int(row.seq), row.hash.hex()) for row in rows]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that does not verify, and why."""

    site: str
    seq: int
    id: str
    reason: str


@dataclass
class Chains:
    """The chains as far as they were checked, and their entries.

    What stands in the journal stays, so it can be checked piece by piece, each in a short transaction.
    """

    entries: list[Entry] = field(default_factory=list)
    fault: Fault | None = None
    _ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def check(self, connection: Connection, limit: int | None = None) -> bool:
        """Check what follows, at most `limit` entries of a chain; return whether there may be more.

        Stops at the first fault. A cut tail or a chain rebuilt from the start cannot be seen from inside:
        compare the printed hash of a document with the journal for that.
        """
        more = False
        for site in _sites(connection):
            found = self._check_site(connection, site, limit)
            if self.fault is not None:
                return False
            more = more or found == limit
        return more

    def _check_site(self, connection: Connection, site: str, limit: int | None) -> int:
        query = select(journal).where(journal.c.site == site)
        if site in self._ends:
            query = query.where(journal.c.seq > self._ends[site][0])
        rows = connection.execute(query.order_by(journal.c.seq).limit(limit)).all()
        for row in rows:
            seq, previous = self._ends.get(site, (0, _FIRST))
            if reason := _fault(row, seq + 1, previous):
                self.fault = Fault(str(row.site), int(row.seq), str(row.id), reason)
                break
            self._ends[site] = (row.seq, row.hash)
            self.entries.append(_read(row))
        return len(rows)


def verify(connection: Connection) -> Fault | None:
    """Check every chain over its stored bytes; None when all is well."""
    chains = Chains()
    chains.check(connection)
    return chains.fault


def _fault(row: Row[Any], seq: int, previous: bytes) -> str:
    if row.seq != seq:
        return f"entry {seq} is missing"
    if row.previous != previous:
        return "it does not follow the entry before it"
    if hashlib.sha256(_HEAD_TAG + row.previous + row.head).digest() != row.hash:
        return "its head was changed"
    try:
        head = decoded(row.head, Head)
        if (
            row.body is None
            or hashlib.sha256(_BODY_TAG + row.salt + row.body).hexdigest() != head.body_sha256
        ):
            return "its body was changed or removed"
        decoded(row.body, KINDS[head.kind])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        return f"it cannot be read ({error})"
    copies = (row.site, row.seq, row.id, row.lamport, row.incident, row.subject, row.kind, row.recorded_us)
    stated = (head.site, head.seq, head.id, head.lamport, head.incident, head.subject, head.kind)
    return "" if copies == (*stated, to_us(head.recorded_at)) else "a column differs from its head"


def _read(row: Row[Any]) -> Entry:
    head = decoded(row.head, Head)
    return _entry(head, decoded(row.body, KINDS[head.kind]), row.previous, row.hash)


def _entry(head: Head, body: Body, previous: bytes, digest: bytes) -> Entry:
    return Entry(
        id=head.id,
        site=head.site,
        seq=head.seq,
        lamport=head.lamport,
        author=head.author,
        kind=head.kind,
        incident=head.incident,
        subject=head.subject,
        occurred=head.occurred,
        recorded_at=head.recorded_at,
        replaces=head.replaces,
        body=body,
        previous=previous.hex(),
        hash=digest.hex(),
    )


def _sites(connection: Connection) -> list[str]:
    """Return the sites there are, from key to key: DISTINCT would walk through all entries."""
    found: list[str] = []
    query = select(func.min(journal.c.site))
    while (site := connection.execute(query).scalar()) is not None:
        found.append(site)
        query = select(func.min(journal.c.site)).where(journal.c.site > site)
    return found


def _end_of(connection: Connection, site: str) -> tuple[int, bytes]:
    query = select(journal.c.seq, journal.c.hash).where(journal.c.site == site)
    row = connection.execute(query.order_by(journal.c.seq.desc()).limit(1)).first()
    return (0, _FIRST) if row is None else (int(row.seq), bytes(row.hash))


def _lamport(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(journal.c.lamport), 0))).scalar_one())


def _encode(value: object) -> bytes:
    try:
        encoded = msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError as error:
        raise BadInput("the text holds a character that is not Unicode (half of a pair).") from error
    if len(encoded) > _MAX_BODY_BYTES:
        raise BadInput(
            f"this entry has {len(encoded):,} bytes; the limit is {_MAX_BODY_BYTES:,}.",
            hint="Keep long material as a file and write a line that names it.",
        )
    return encoded
