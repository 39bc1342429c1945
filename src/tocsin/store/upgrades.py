"""From one schema version to the next: a verified backup first, then one function a step, in one transaction.

A step is entered here under the version it starts from, with an example of that version in tests/data.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from tocsin.model.decoding import converted
from tocsin.model.instant import to_us
from tocsin.model.journal import StoreUpgraded
from tocsin.model.operator import Author
from tocsin.store import backup, projections, schema
from tocsin.store.database import Database
from tocsin.store.files import replacing
from tocsin.store.folder import Store

Steps = Mapping[int, Callable[[Connection], None]]


def _kinds_of_version_2(connection: Connection) -> None:
    """Fold what is derived anew: alerts have a field more.

    The tables are as they were; the number keeps programs out that cannot read the new kinds of entries.
    """
    projections.fold_anew(connection)


def _live_sources(connection: Connection) -> None:
    for table, column in (
        ("series", "\"group\" TEXT NOT NULL DEFAULT ''"),
        ("series", "proposed TEXT NOT NULL DEFAULT ''"),
        ("import", "options TEXT NOT NULL DEFAULT '{}'"),
        ("import", "feed TEXT NOT NULL DEFAULT ''"),
        ("message", "more TEXT NOT NULL DEFAULT '{}'"),
    ):
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ADD COLUMN {column}')
    # As version 2 has them, whatever the schema becomes later.
    for statement in (
        "CREATE TABLE feed (source TEXT NOT NULL, cursor TEXT NOT NULL, state TEXT NOT NULL, "
        "PRIMARY KEY (source)) STRICT",
        "CREATE TABLE arrival (import INTEGER NOT NULL, at_us INTEGER NOT NULL, "
        "newest_us INTEGER NOT NULL, PRIMARY KEY (import, at_us)) STRICT",
        "CREATE INDEX chunk_end ON chunk (t1, series)",
    ):
        connection.exec_driver_sql(statement)


def _kinds_of_version_3(connection: Connection) -> None:
    """As above: kinds of entries that programs of version 2 cannot read."""
    projections.fold_anew(connection)


def _kinds_of_version_4(connection: Connection) -> None:
    """As above: kinds of entries that programs of version 3 cannot read."""
    projections.fold_anew(connection)


def _kinds_of_version_5(connection: Connection) -> None:
    """As above: kinds of entries that programs of version 4 cannot read."""
    projections.fold_anew(connection)


def _judged_logs(connection: Connection) -> None:
    for statement in (
        "ALTER TABLE alert ADD COLUMN ended_us INTEGER",
        "CREATE INDEX alert_ended ON alert (ended_us)",
        "CREATE TABLE log_mark (system TEXT NOT NULL, detector TEXT NOT NULL, version TEXT NOT NULL, "
        "upto_us INTEGER NOT NULL, PRIMARY KEY (system, detector, version)) STRICT",
    ):
        connection.exec_driver_sql(statement)
    ends = [
        (to_us(converted(ended, datetime)), id)
        for id, body in connection.exec_driver_sql("SELECT id, body FROM alert").all()
        if (ended := msgspec.json.decode(body)["ended"]) is not None
    ]
    if ends:
        connection.exec_driver_sql("UPDATE alert SET ended_us = max(?, time_us) WHERE id = ?", ends)


JOURNAL_STEPS: Steps = {
    1: _kinds_of_version_2,
    2: _kinds_of_version_3,
    3: _kinds_of_version_4,
    4: _kinds_of_version_5,
}
SIGNALS_STEPS: Steps = {1: _live_sources, 2: _judged_logs}


def upgrade(
    store: Store,
    author: Author,
    *,
    journal_steps: Steps = JOURNAL_STEPS,
    signals_steps: Steps = SIGNALS_STEPS,
    journal_version: int = schema.JOURNAL_VERSION,
    signals_version: int = schema.SIGNALS_VERSION,
) -> None:
    """Bring both files to the versions this program writes; nothing happens when they are there already.

    Raises StoreProblem while a console has the store open, which would go on in the old version.
    """
    behind = store.journal.version() < journal_version or store.signals.version() < signals_version
    if store.read_only or not behind:
        return
    with store.presence.alone():
        _bring(store, author, store.journal, "journal.db", journal_steps, journal_version)
        _bring(store, author, store.signals, "signals.db", signals_steps, signals_version)
    store.presence.enter()


def _bring(store: Store, author: Author, file: Database, name: str, steps: Steps, target: int) -> None:
    found = file.version()
    if found >= target:
        return
    saved = _copy(store, file, name, found)
    for version in range(found, target):
        with file.write() as connection:
            steps[version](connection)
            file.set_version(connection, version + 1)
    with store.write() as write:
        write.add(author, StoreUpgraded(name, found, target, saved))


def _copy(store: Store, file: Database, name: str, version: int) -> str:
    if file is store.journal:
        return backup.make(store).path.name
    path = store.folder("backups") / f"{name.removesuffix('.db')}-schema-{version}.db"
    with replacing(path) as temporary:
        file.copy_to(temporary)
    return path.name
