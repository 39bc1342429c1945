"""A first look at a file before it is read: who would read it, and which column of a table would be what."""

import tempfile
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from tocsin.errors import BadInput, UserError
from tocsin.importers.base import Importer, Options, Source
from tocsin.importers.proposal import Proposal
from tocsin.operations import archive, original, packing, readings, remembered
from tocsin.operations.original import Original
from tocsin.operations.progress import Progress
from tocsin.store.folder import Store

_MOST_MEMBERS = 200  # of an archive, that are looked at one by one


@runtime_checkable
class Proposing(Protocol):
    """An importer of tables, which tells how it would read one."""

    def propose(self, source: Source, options: Options) -> Proposal:
        """Return what columns there are, and which would be what. Raises BadInput."""
        ...


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at the beginning of a file tells.

    `importers` are the names of those that would read it, or its members, and `records` what they may find.
    `proposal` is None for what is no single table. `options` are those asked with; where nothing was said,
    those of the last file like it, and `as_last` is true then. `again` tells whether looking again is quick.
    """

    path: Path
    importers: tuple[str, ...]
    records: tuple[str, ...]
    proposal: Proposal | None = None
    options: Options = field(default_factory=Options)
    as_last: bool = False
    again: bool = True


def survey(store: Store, path: Path, system: str, options: Options) -> Generator[Progress, None, Survey]:
    """Look at a file, an archive or a folder, and store nothing. Raises BadInput when nobody can read it."""
    last = remembered.options_for(store, path, system) if options == Options() else None
    with tempfile.TemporaryDirectory(prefix="tocsin-") as name:
        try:
            source = yield from _source(path, Path(name))
            found = readings.of(source, options if last is None else last, most=_MOST_MEMBERS)
        except OSError as error:
            why = error.strerror or str(error)
            raise BadInput(f"the file cannot be opened: {why}.", where=original.shown(path)) from error
        importers = {one.name: one for _, one in found}
        records = dict.fromkeys(record for one in importers.values() for record in one.records)
        return Survey(
            path,
            tuple(importers),
            tuple(records),
            _proposal(found, options if last is None else last),
            options if last is None else last,
            last is not None,
            source.path == path,
        )


def _source(path: Path, folder: Path) -> Generator[Progress, None, Source]:
    """Return the source to look at: the file in place, or what is packed in it."""
    original.refuse_stores(path)
    if path.is_dir():
        packed = yield from packing.packed(path, folder)
    elif path.is_file():
        told = path.stat()
        written = datetime.fromtimestamp(told.st_mtime, UTC)
        packed = Original(path, original.shown(path), "", told.st_size, written)
    else:
        raise BadInput("there is no such file.", where=original.shown(path))
    return (yield from archive.unpacked(packed, folder))


def _proposal(found: list[tuple[Source, Importer]], options: Options) -> Proposal | None:
    """Return how the one table found would be read; None where there is none, or more than one."""
    if len(found) != 1 or not isinstance(found[0][1], Proposing):
        return None
    source, importer = found[0]
    try:
        return cast(Proposing, importer).propose(source, options)
    except UserError:
        return None  # the reading itself says what is wrong, and where
