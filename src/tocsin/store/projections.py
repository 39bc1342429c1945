"""What is derived from the journal and kept for quick reading: changed in the same transaction as the entry.

An entry is about one subject (an incident, or an entry of its timeline). Its state after the entry is one
step from its state before; only an undo folds the subject's entries anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.sqlite import insert

from tocsin.model import incident as incidents
from tocsin.model import timeline as timelines
from tocsin.model.decoding import decoded
from tocsin.model.incident import Incident
from tocsin.model.journal import (
    Entry,
    OperatorAdded,
    PolicyFrozen,
    StoreCreated,
    StoreRestored,
    SystemAdded,
    TimelineAdded,
    Undone,
)
from tocsin.model.timeline import Item
from tocsin.store import journal
from tocsin.store.schema import incident, operator, policy, site, system, timeline

TABLES = (incident, timeline, operator, system, policy, site)
Rows = dict[str, dict[str, dict[str, Any]]]


def project(connection: Connection, entry: Entry) -> None:
    """Bring the projections up to an entry that was just appended."""
    for table, row in _plain_rows(entry):
        connection.execute(insert(table).values(**row).on_conflict_do_nothing())
    if not entry.incident:
        return
    if entry.subject == entry.incident:
        _put_incident(connection, entry.subject, _next_incident(connection, entry))
    else:
        _put_item(connection, entry.subject, _next_item(connection, entry))


def project_all(connection: Connection, entries: Sequence[Entry]) -> None:
    """Do the same for several entries in order; those that begin a timeline entry in one statement."""
    begun = [
        (entry, item)
        for entry in entries
        if entry.incident
        and isinstance(entry.body, TimelineAdded)
        and (item := timelines.step(None, entry)) is not None
    ]
    if begun:
        connection.execute(insert(timeline), [_item_row(item) for _, item in begun])
    done = {entry.id for entry, _ in begun}
    for entry in entries:
        if entry.id not in done:
            project(connection, entry)


def rebuild(entries: Iterable[Entry]) -> Rows:
    """Return what every projection should hold, from the journal alone: table name to key to row.

    `entries` come in (lamport, site, seq) order.
    """
    rows: Rows = {table.name: {} for table in TABLES}
    about: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        for table, row in _plain_rows(entry):
            # As the tables do it: the first of a key stays, and of systems the first of a name.
            if table is not system or all(known["name"] != row["name"] for known in rows["system"].values()):
                rows[table.name].setdefault(str(next(iter(row.values()))), row)
        if isinstance(entry.body, StoreCreated | StoreRestored):
            _begin_site(rows[site.name], entry.site, entry.body)
        if entry.incident:
            about.setdefault((entry.incident, entry.subject), []).append(entry)
    for (of_incident, subject), own in about.items():
        if subject == of_incident:
            if (state := incidents.fold(own)) is not None:
                rows["incident"][subject] = _incident_row(state)
        elif (item := timelines.fold(own)) is not None:
            rows["timeline"][subject] = _item_row(item)
    return rows


def fold_anew(connection: Connection) -> None:
    """Replace the incidents and timeline entries held by a fresh fold, after the shape of one changed."""
    fresh = rebuild(journal.entries(connection))
    for table in (incident, timeline):
        connection.execute(delete(table))
        rows = list(fresh[table.name].values())
        if rows:
            connection.execute(insert(table), rows)


def _begin_site(sites: dict[str, dict[str, Any]], id: str, body: StoreCreated | StoreRestored) -> None:
    for known in sites.values():
        known["current"] = 0
    sites[id] = {"id": id, "code": body.code, "zone": body.zone, "current": 1}


def stored(connection: Connection) -> Rows:
    """Return what every projection holds, as `rebuild` does."""
    found: Rows = {}
    for table in TABLES:
        key = next(iter(table.primary_key.columns)).name
        rows = connection.execute(select(table)).mappings()
        found[table.name] = {str(row[key]): dict(row) for row in rows}
    return found


def differences(held: Rows, entries: Iterable[Entry]) -> list[str]:
    """Return where the projections held differ from a fresh fold of the journal's entries, in words."""
    expected = rebuild(sorted(entries, key=lambda entry: (entry.lamport, entry.site, entry.seq)))
    return [
        f"{table} {key}"
        for table, rows in expected.items()
        for key in sorted(rows.keys() | held[table].keys())
        if rows.get(key) != held[table].get(key)
    ]


def _plain_rows(entry: Entry) -> list[tuple[Table, dict[str, Any]]]:
    match entry.body:
        case OperatorAdded() as body:
            return [(operator, {"name": body.name, "entry": entry.id})]
        case SystemAdded() as body:
            names = msgspec.json.encode(body.aliases).decode()
            return [(system, {"id": entry.subject, "name": body.name, "aliases": names})]
        case PolicyFrozen() as body:
            content = msgspec.json.encode(body.content, order="deterministic").decode()
            return [(policy, {"sha256": body.sha256, "content": content})]
        case _:
            return []


def _next_incident(connection: Connection, entry: Entry) -> Incident | None:
    if isinstance(entry.body, Undone):
        return incidents.fold(journal.entries(connection, subject=entry.subject))
    return incidents.step(read_incident(connection, entry.subject), entry)


def _next_item(connection: Connection, entry: Entry) -> Item | None:
    if isinstance(entry.body, Undone):
        return timelines.fold(journal.entries(connection, subject=entry.subject))
    return timelines.step(read_item(connection, entry.subject), entry)


def read_incident(connection: Connection, id: str) -> Incident | None:
    """Return an incident's projection, None when there is none."""
    stored = connection.execute(select(incident.c.state).where(incident.c.id == id)).scalar()
    return None if stored is None else decoded(stored, Incident)


def read_item(connection: Connection, id: str) -> Item | None:
    """Return a timeline entry's projection, None when there is none or it was undone."""
    stored = connection.execute(select(timeline.c.state).where(timeline.c.id == id)).scalar()
    return None if stored is None else decoded(stored, Item)


def _incident_row(state: Incident) -> dict[str, Any]:
    return {
        "id": state.id,
        "reference": state.reference,
        "system": state.system,
        "status": state.status,
        "state": msgspec.json.encode(state, order="deterministic"),
    }


def _item_row(state: Item) -> dict[str, Any]:
    encoded = msgspec.json.encode(state, order="deterministic")
    return {"id": state.id, "incident": state.incident, "state": encoded}


def _put_incident(connection: Connection, id: str, state: Incident | None) -> None:
    _put(connection, incident, id, None if state is None else _incident_row(state))


def _put_item(connection: Connection, id: str, state: Item | None) -> None:
    _put(connection, timeline, id, None if state is None else _item_row(state))


def _put(connection: Connection, table: Table, id: str, row: dict[str, Any] | None) -> None:
    if row is None:
        connection.execute(delete(table).where(table.c.id == id))
        return
    statement = insert(table).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
