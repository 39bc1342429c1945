"""Decision logs in files: read through the importers, in a folder of their own, and not stored."""

import tempfile
from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tocsin.detectors.table import Table as Decided
from tocsin.errors import BadInput, StoreProblem
from tocsin.importers.base import Assumed, Options, Rejected, Step, Table
from tocsin.model.decision import Roles, likely_roles
from tocsin.operations import archive, original, readings
from tocsin.operations.decision_table import EVER, Ids, Loaded, joined, loaded
from tocsin.operations.ingest import MOST_REJECTED
from tocsin.operations.progress import Progress
from tocsin.operations.tally import Tally
from tocsin.store.folder import checked_zone

_ROW_TIME = "'2000-01-01T00:00:00Z'"
Read = tuple[Decided, Roles, Ids]


def read_file(
    path: Path, *, roles: Roles | None = None, options: Options | None = None, row_order: bool = False
) -> Generator[Progress, None, Read]:
    """Return what `load_file` does, in short: the table, the roles, the ids."""
    found = yield from load_file(path, roles=roles, options=options, row_order=row_order)
    return found.table, found.roles, found.ids


def load_file(
    path: Path,
    *,
    roles: Roles | None = None,
    options: Options | None = None,
    row_order: bool = False,
    columns: Collection[str] | None = None,
    outcomes: Path | None = None,
) -> Generator[Progress, None, Loaded]:
    """Read a decision log through the importers, into a folder that is gone afterwards; nothing is stored.

    With `row_order` the time of a row is its number, from 1, whatever times are in it, and its id too unless
    `options` names another: for files without any. `roles` as proposed from the names when not given,
    `columns` all of them. `outcomes` is a second file, of what turned out later: its columns are joined by
    the decisions' ids. Raises BadInput.
    """
    original.refuse_stores(path)
    if options is not None and options.zone:
        checked_zone(options.zone)
    said = _by_rows(options or Options()) if row_order else (options or Options())
    said = replace(said, record="decisions")
    tally = Tally()
    try:
        with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
            files = yield from _parsed(path, Path(folder), said, tally)
            found = yield from loaded(files, EVER, columns, roles)
    except OSError as error:
        where = original.shown(path)
        raise StoreProblem(f"the reading stopped: {error.strerror or error}.", where=where) from error
    if outcomes is not None:
        found = yield from _with_outcomes(found, outcomes, said, roles)
    table = found.table
    if row_order:
        table = Decided(np.arange(1, len(table) + 1, dtype=np.int64), table.columns)
    return replace(found, table=table, assumed=tally.assumed, rejected=tally.rejected)


def _with_outcomes(
    found: Loaded, path: Path, said: Options, roles: Roles | None
) -> Generator[Progress, None, Loaded]:
    """Join the columns of a second file by id; a time it needs not have."""
    ids = {"id": said.mapping["id"]} if said.mapping.get("id", "#") != "#" else {}
    at = said.at or datetime(2000, 1, 1, tzinfo=UTC)
    later = yield from load_file(path, options=replace(said, mapping=ids, at=at))
    rows = {one: row for row, one in enumerate(later.ids.tolist())}
    place = np.array([rows.get(one, -1) for one in found.ids.tolist()], np.int64)
    if (place < 0).all():
        hint = "Its ids are compared with those of the decisions; --map id=COLUMN names them in both."
        raise BadInput("no decision has an id that is in it.", where=original.shown(path), hint=hint)
    columns = dict(found.table.columns)
    for name, column in later.table.columns.items():
        columns[name] = joined(columns.get(name), column, place)
    table = Decided(found.table.times_us, columns)
    return replace(found, table=table, roles=likely_roles(columns) if roles is None else roles)


def _by_rows(said: Options) -> Options:
    return replace(said, mapping={"id": "#", **said.mapping, "time": _ROW_TIME})


def _parsed(path: Path, folder: Path, said: Options, tally: Tally) -> Generator[Progress, None, list[Path]]:
    """Return the logs an importer makes of a file, as Parquet in `folder`. Raises BadInput."""
    copied = yield from original.copy(path, folder)
    source = yield from archive.unpacked(copied, folder)
    found: list[Path] = []
    for part, importer in readings.of(source, said):
        with closing(readings.pieces(importer, part, said)) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                match piece:
                    case Step(done, total, note):
                        yield Progress(done, total, note)
                    case Assumed(what, value):
                        tally.assumed[what] = value
                    case Rejected(line, reason, count):
                        tally.reject(line, reason, count)
                    case Table():
                        found.append(piece.path)
                        tally.stored += piece.rows
                    case _:
                        raise BadInput("there are other records than decisions in it.", where=copied.name)
    if tally.rejected > MOST_REJECTED * tally.read:
        shown = "; ".join(f"line {reject.line}: {reject.reason}" for reject in tally.rejects[:3])
        what = f"{tally.rejected:,} of {tally.read:,} were rejected, more than a tenth ({shown})."
        raise BadInput(what, where=copied.name)
    if not found:
        raise BadInput("there are no decisions in it.", where=copied.name)
    return found
