"""Imports that are complete, and the journal's entries that say so."""

from tocsin.model.journal import ImportCompleted
from tocsin.store import imports, journal
from tocsin.store.folder import Store


def append_missing_entries(store: Store) -> int:
    """Append the entries of imports that a crash kept from the journal; return how many there were."""
    with store.signals.read() as connection:
        complete = list(imports.list_all(connection))
    with store.journal.read() as connection:
        there = journal.ids(connection, "import.completed")
    lost = [one for one in complete if one.id not in there]
    for one in lost:
        append_entry(store, one)
    return len(lost)


def append_entry(store: Store, done: imports.Import) -> None:
    """Let the journal say that an import is complete, under the id made before its first row."""
    body = ImportCompleted(
        source=done.source,
        sha256=done.sha256,
        importer=done.importer,
        record=done.record,
        system=done.system,
        read=done.counts.read,
        stored=done.counts.stored,
        already=done.counts.already,
        rejected=done.counts.rejected,
        assumed=done.assumed,
        options=done.options,
    )
    with store.write() as write:
        write.add(done.author, body, id=done.id)
