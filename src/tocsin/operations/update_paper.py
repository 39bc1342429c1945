"""A status update on paper: as PDF, written to a file and recorded as having left."""

import hashlib
import re
from pathlib import Path
from zoneinfo import ZoneInfo

from tocsin.model.document import Paper, Standing
from tocsin.model.incident import UPDATE
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.operator import Author
from tocsin.model.response import UpdateTold
from tocsin.model.updates import UpdateSheet
from tocsin.operations import stores, systems
from tocsin.operations.exports import check_place, write
from tocsin.operations.signing import Signer
from tocsin.operations.update_draft import Draft, Told
from tocsin.store import incidents, journal
from tocsin.store.folder import Store


def sheet(store: Store, found: Draft, text: str, *, told: Told | None = None, by: str = "") -> UpdateSheet:
    """Return the paper of a text for the audience of a draft, or of an update that was told."""
    known = found.incident
    body = told.body if told is not None and isinstance(told.body, UpdateTold) else None
    return UpdateSheet(
        reference=known.reference,
        system=systems.name_of(store, known.system),
        audience=found.template.title,
        outside=found.template.outside,
        text=text,
        at=told.at if told else found.now,
        zone=store.zone,
        told=told.at if told else None,
        by=told.by if told else by,
        to=body.to if body else found.to,
        way=body.by if body else "",
        drill=Path(stores.drill_of(store)).stem,
    )


def pdf(made: UpdateSheet, paper: Paper = Paper.A4) -> bytes:
    """Return an update as PDF; the same one gives the same bytes."""
    from tocsin.reports import update

    return update.render(made, paper)


def save(
    store: Store,
    author: Author,
    incident: str,
    made: UpdateSheet,
    path: Path,
    *,
    paper: Paper = Paper.A4,
    signer: Signer | None = None,
) -> Entry:
    """Write an update as PDF into a file, and record that it left; return the entry.

    The file is there, complete, before the entry is; a new one that could not be recorded is taken back.
    Raises NotFound, BadInput and StoreProblem.
    """
    check_place(store, path)
    content = pdf(made, paper)
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        last = journal.last_entry(connection, known.id)
    body = DocumentExported(
        document=f"{UPDATE} ({made.audience})",
        as_of=last.id,
        sha256=hashlib.sha256(content).hexdigest(),
        path=str(path.absolute()),
        paper=paper,
        standing=Standing.DRAFT if made.told is None else "",
    )
    return write(store, author, content, path, body, known.id, signer=signer)


def save_draft(store: Store, author: Author, found: Draft, text: str) -> Path:
    """Write a text for the audience of a draft as PDF into the exports, as `save` does; return the file."""
    made = sheet(store, found, text, by=author.name)
    path = default_path(store, made)
    save(store, author, found.incident.id, made, path)
    return path


def default_path(store: Store, made: UpdateSheet) -> Path:
    """Return where the PDF of an update goes when nobody says otherwise."""
    state = "draft" if made.told is None else "told"
    at = made.at.astimezone(ZoneInfo(store.zone))
    audience = re.sub(r"[^a-z0-9]+", "-", made.audience.lower()).strip("-") or "update"
    return store.folder("exports") / f"{made.reference}-{audience}-{at:%Y%m%d-%H%M%S}-{state}.pdf"
