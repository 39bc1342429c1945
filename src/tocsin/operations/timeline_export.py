"""The timeline of an incident as a file for other tools, written whole and recorded in the journal."""

import hashlib
import os
from pathlib import Path

from tocsin.errors import BadInput, UserError
from tocsin.exchange import timesketch
from tocsin.model.incident import TIMELINE
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.operator import Author
from tocsin.operations.exports import check_place
from tocsin.store import incidents, journal, timeline
from tocsin.store.files import write_whole
from tocsin.store.folder import Store

FORMATS = timesketch.FORMATS


def export(store: Store, author: Author, incident: str, path: Path, form: str = FORMATS[0]) -> Entry:
    """Write an incident's timeline, retracted entries marked, and return the entry that says so.

    The file is there, complete, before the entry is; a new one that could not be recorded is taken back.
    Raises NotFound, BadInput and StoreProblem.
    """
    if form not in FORMATS:
        raise BadInput("there is no such format.", where=form, hint=f"Formats: {', '.join(FORMATS)}.")
    check_place(store, path)
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        items = timeline.items(connection, known.id)
        as_of = journal.last_entry(connection, known.id)
    content = b"".join(timesketch.written(items, known.reference, form))
    there_before = os.path.exists(path)
    write_whole(path, content)
    digest = hashlib.sha256(content).hexdigest()
    body = DocumentExported(f"{TIMELINE} ({form})", as_of.id, digest, str(path.absolute()))
    try:
        with store.write() as write:
            return write.add(author, body, incident=known.id, subject=known.id)
    except UserError:
        if not there_before:
            path.unlink(missing_ok=True)
        raise


def format_of(path: Path) -> str:
    """Return the format that a file's name asks for."""
    return FORMATS[1] if path.suffix.lower() in (".jsonl", ".ndjson", ".json") else FORMATS[0]
