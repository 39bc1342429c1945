"""Deployments: recorded by hand, corrected, withdrawn; read together with those that came by import (C7)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.deployment import KINDS, Deployment, Recorded, Serving, fold, fold_all, settled
from tocsin.model.deployment import serving as serving_at
from tocsin.model.fields import replaced_by
from tocsin.model.instant import When
from tocsin.model.journal import DeploymentRecorded, Entry, FieldsSet, Withdrawn
from tocsin.model.operator import Author
from tocsin.operations import systems
from tocsin.operations.timeline import checked_text
from tocsin.store import deployments, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_LONGEST = 200
_TEXTS = ("name", "version", "slot")


def record(
    store: Store,
    author: Author,
    system: str,
    name: str,
    version: str,
    *,
    kind: str = KINDS[0],
    slot: str = "",
    since: When | None = None,
    until: datetime | None = None,
    vendor: bool | None = None,
    pinned: bool | None = None,
    id: str = "",
) -> Entry:
    """Record what ran since when (None: now), of a system that is added when new. Raises BadInput."""
    body = DeploymentRecorded(
        system="",
        name=_checked("name", name),
        version=_checked("version", version),
        kind=checked_kind(kind),
        slot=_checked("slot", slot),
        until=until,
        vendor=vendor,
        pinned=pinned,
    )
    _check_order(since or When(store.now()), until)
    with store.write() as write:
        known = systems.ensure_in(write, author, system)
        return write.add(author, replace(body, system=known.id), occurred=since, id=id)


def correct(store: Store, author: Author, id: str, **values: Any) -> Entry:
    """Correct fields of a deployment recorded by hand; what was said before stays in the journal.

    `values` are among name, version, kind, slot, at (When), until, vendor, pinned. Raises BadInput, NotFound.
    """
    if not values:
        raise BadInput("nothing to correct was given.", where=id)
    stated = {name: _correction(name, value) for name, value in values.items()}
    with store.write() as write:
        known = _get(write.connection, id)
        began, until = values.get("at", known.began), values.get("until", known.deployment.until)
        _check_order(began, until)
        replaces = replaced_by(known.fields, stated)
        return write.add(author, FieldsSet(stated), subject=known.id, replaces=replaces)


def withdraw(store: Store, author: Author, id: str, reason: str) -> Entry:
    """Take a deployment recorded by hand back, with a reason; it stays readable. Raises NotAllowed."""
    with store.write() as write:
        known = _get(write.connection, id)
        if known.withdrawn:
            raise NotAllowed(f"it was withdrawn already: {known.withdrawn}", where=known.deployment.title)
        return write.add(author, Withdrawn(known.id, checked_text(reason)), subject=known.id)


def recorded(store: Store, system: str = "") -> list[Recorded]:
    """Return the deployments recorded by hand, of one system by id or of all; the withdrawn among them."""
    with store.journal.read() as connection:
        found = fold_all(entries(connection))
    return sorted(
        (one for one in found if system in ("", one.system)), key=lambda one: (one.began.high, one.id)
    )


def of_system(store: Store, system: str) -> list[Deployment]:
    """Return all deployments of a system, by id: imported and by hand, in the order they began."""
    with store.journal.read() as connection:
        by_hand = standing(fold_all(entries(connection)), system)
    with store.signals.read() as connection:
        return settled([*deployments.of_system(connection, system), *by_hand])


def by_system(store: Store) -> dict[str, list[Deployment]]:
    """Return all deployments of every system, by its id, as `of_system` does."""
    with store.journal.read() as connection:
        by_hand = [one.deployment for one in fold_all(entries(connection)) if not one.withdrawn]
    with store.signals.read() as connection:
        found: dict[str, list[Deployment]] = {}
        for one in (*deployments.list_all(connection), *by_hand):
            found.setdefault(one.system, []).append(one)
    return {system: settled(own) for system, own in found.items()}


def between(
    store: Store, system: str, begin: datetime, end: datetime, *, most: int | None = None
) -> list[Deployment]:
    """Return the newest `most` deployments that began, or may have begun, in [begin, end], oldest first."""
    return within(of_system(store, system), begin, end, most)


def serving(store: Store, system: str, at: datetime) -> tuple[Serving, ...]:
    """Return what served in a system at an instant. Raises NotFound for a system nobody knows."""
    known = systems.find(store, system)
    if known is None:
        hint = "`tocsin coverage` shows those there are."
        raise NotFound("there is no such system.", where=system, hint=hint)
    return serving_at(of_system(store, known.id), at)


def standing(found: Iterable[Recorded], system: str) -> list[Deployment]:
    """Return those of a system, by id, that were not withdrawn."""
    return [one.deployment for one in found if one.system == system and not one.withdrawn]


def within(
    found: Iterable[Deployment], begin: datetime, end: datetime, most: int | None = None
) -> list[Deployment]:
    """Return the newest `most` of those whose beginning lies, or may lie, in [begin, end]."""
    inside = [one for one in found if one.began.high >= begin and one.began.low <= end]
    return inside if most is None else inside[-most:]


def checked_kind(kind: str) -> str:
    """Return the kind. Raises BadInput for one there is not."""
    if kind not in KINDS:
        raise BadInput("there is no such kind.", where=kind, hint=f"Kinds: {', '.join(KINDS)}.")
    return kind


def entries(connection: Connection) -> list[Entry]:
    """Return every entry about a deployment recorded by hand, in the journal's order."""
    subjects = [entry.subject for entry in journal.entries(connection, kinds=["deployment.recorded"])]
    return [entry for subject in subjects for entry in journal.entries(connection, subject=subject)]


def _get(connection: Connection, id: str) -> Recorded:
    known = fold(journal.entries(connection, subject=id)) if id else None
    if known is None:
        hint = "One that came by import is changed where it came from."
        raise NotFound("there is no such deployment recorded by hand.", where=id, hint=hint)
    return known


def _correction(name: str, value: Any) -> Any:
    if name in _TEXTS:
        return _checked(name, value)
    if name == "kind":
        return checked_kind(value)
    if name not in ("at", "until", "vendor", "pinned"):
        raise BadInput("a deployment has no such field.", where=name)
    return msgspec.to_builtins(value)


def _checked(name: str, text: str) -> str:
    """Return one line of text, trimmed; only a slot may be empty."""
    trimmed = " ".join(text.split())
    if (not trimmed and name != "slot") or len(trimmed) > _LONGEST or not trimmed.isprintable():
        raise BadInput(f"the {name} is one line of 1 to {_LONGEST} characters.", where=repr(text[:80]))
    return trimmed


def _check_order(began: When, until: datetime | None) -> None:
    if until is not None and until <= began.low:
        raise BadInput("it ended before it began.", hint="The end is later than the beginning.")
