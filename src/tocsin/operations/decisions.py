"""Decision logs as tables: of a file, read and not stored, or of a system; and what their columns mean."""

import tempfile
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.table import Column, Words
from tocsin.detectors.table import Table as Decided
from tocsin.errors import BadInput, NotFound, StoreProblem
from tocsin.importers.base import Assumed, Options, Rejected, Step, Table
from tocsin.model.decision import ROLES, SEVERAL, Roles, likely_roles
from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.model.judgement import RolesSet
from tocsin.model.operator import Author
from tocsin.operations import archive, original, readings, systems
from tocsin.operations.ingest import MOST_REJECTED
from tocsin.operations.progress import Progress, finish
from tocsin.operations.tally import Tally
from tocsin.store import decision_columns, decisions, journal
from tocsin.store.decisions import DecisionLog
from tocsin.store.folder import Store

MOST_WORDS = 10_000  # different ones in a column that nobody asked for and that has no role
EVER = (-(2**62), 2**62)
_ROW_TIME = "'2000-01-01T00:00:00Z'"
Ids = NDArray[np.object_]
Read = tuple[Decided, Roles, Ids]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Decisions, what their columns mean, the id of each, and what was done on the way.

    `left` are columns left out since they hold more than MOST_WORDS different words and have no role;
    `assumed` is what the importer had to assume, `rejected` how many rows it set aside.
    """

    table: Decided
    roles: Roles
    ids: Ids
    left: tuple[str, ...] = ()
    assumed: dict[str, str] = field(default_factory=dict)
    rejected: int = 0


def read_file(
    path: Path, *, roles: Roles | None = None, options: Options | None = None, row_order: bool = False
) -> Generator[Progress, None, Read]:
    """Return what `load_file` does, in short: the table, the roles, the ids."""
    loaded = yield from load_file(path, roles=roles, options=options, row_order=row_order)
    return loaded.table, loaded.roles, loaded.ids


def load_file(
    path: Path,
    *,
    roles: Roles | None = None,
    options: Options | None = None,
    row_order: bool = False,
    columns: Collection[str] | None = None,
) -> Generator[Progress, None, Loaded]:
    """Read a decision log through the importers, into a folder that is gone afterwards; nothing is stored.

    With `row_order` the time of a row is its number, from 1, whatever times are in it, and its id too unless
    `options` names another: for files without any. `roles` as proposed from the names when not given,
    `columns` all of them. Raises BadInput.
    """
    original.refuse_stores(path)
    said = _by_rows(options or Options()) if row_order else (options or Options())
    said = replace(said, record="decisions")
    tally = Tally()
    try:
        with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
            files = yield from _parsed(path, Path(folder), said, tally)
            loaded = yield from _loaded(files, EVER, columns, roles)
    except OSError as error:
        where = original.shown(path)
        raise StoreProblem(f"the reading stopped: {error.strerror or error}.", where=where) from error
    table = loaded.table
    if row_order:
        table = Decided(np.arange(1, len(table) + 1, dtype=np.int64), table.columns)
    return replace(loaded, table=table, assumed=tally.assumed, rejected=tally.rejected)


def of_system(
    store: Store,
    system: str,
    since_us: int | None = None,
    until_us: int | None = None,
    columns: Collection[str] | None = None,
) -> tuple[Decided, Roles]:
    """Return the decisions of a system (name, alias or id) from `since_us` until before `until_us`.

    Raises NotFound, BadInput for a column that no log has, StoreProblem for a log that is gone.
    """
    loaded = finish(load_system(store, system, since_us, until_us, columns))
    return loaded.table, loaded.roles


def load_system(
    store: Store,
    system: str,
    since_us: int | None = None,
    until_us: int | None = None,
    columns: Collection[str] | None = None,
    *,
    ids: bool = False,
) -> Generator[Progress, None, Loaded]:
    """Do the same, telling how far it is; the ids are read when asked for."""
    first = EVER[0] if since_us is None else since_us
    end = EVER[1] if until_us is None else until_us
    kept = [log for log in logs(store, system) if log.first_us < end and log.last_us >= first]
    files = [store.path / "imports" / log.file for log in kept]
    return (yield from _loaded(files, (first, end), columns, roles_of(store, system), ids=ids))


def logs(store: Store, system: str) -> list[DecisionLog]:
    """Return the decision logs of a system (name, alias or id), the oldest first. Raises NotFound."""
    id = _system_id(store, system)
    with store.signals.read() as connection:
        return decisions.list_all(connection, id)


def columns_of(store: Store, system: str) -> tuple[str, ...]:
    """Return the columns that any log of a system has, but `id` and `time`."""
    names = dict.fromkeys(name for log in logs(store, system) for name in log.columns)
    return tuple(name for name in names if name not in ("id", "time"))


def set_roles(
    store: Store,
    author: Author,
    system: str,
    roles: Roles | Mapping[str, Sequence[str]],
    favourable: str = "",
    id: str = "",
) -> Entry:
    """Say what the columns of a system's logs mean, in place of all that was said before.

    Raises NotFound, and BadInput for a role or column there is not, and for several columns of a role that
    only one can have.
    """
    wanted = roles.columns if isinstance(roles, Roles) else roles
    there = columns_of(store, system)
    for role, columns in wanted.items():
        _check_role(role, columns, there)
    plain = {role: tuple(columns) for role, columns in wanted.items() if columns}
    subject = _system_id(store, system)
    told = favourable or (roles.favourable if isinstance(roles, Roles) else "")
    with store.write() as write:
        return write.add(author, RolesSet(subject, plain, told), subject=subject, id=id)


def roles_of(store: Store, system: str) -> Roles:
    """Return what the columns of a system's logs mean: as people said, else as their names suggest."""
    said = said_roles(store, system)
    return likely_roles(columns_of(store, system)) if said is None else said


def said_roles(store: Store, system: str) -> Roles | None:
    """Return the roles people set last and did not undo, None when nobody set any."""
    subject = _system_id(store, system)
    with store.journal.read() as connection:
        entries = journal.entries(connection, subject=subject, kinds=("roles.set", "undone"))
    bodies = [entry.body for entry in standing(entries) if isinstance(entry.body, RolesSet)]
    return Roles(bodies[-1].roles, bodies[-1].favourable) if bodies else None


def _check_role(role: str, columns: Sequence[str], there: Collection[str]) -> None:
    if role not in ROLES:
        raise BadInput("this is no role.", where=role, hint=f"Roles are {', '.join(ROLES)}.")
    if len(columns) > 1 and role not in SEVERAL:
        raise BadInput(f"only one column is the {role}.", where=", ".join(columns))
    for name in columns:
        if name not in there:
            hint = f"There are {', '.join(there)}." if there else "It has no decision log yet."
            raise BadInput("no decision log has this column.", where=name, hint=hint)


def _system_id(store: Store, name: str) -> str:
    found = systems.find(store, name)
    if found is None:
        raise NotFound("there is no such system.", where=name, hint="Its first import names it.")
    return found.id


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


def _loaded(
    files: Sequence[Path],
    span: tuple[int, int],
    columns: Collection[str] | None,
    roles: Roles | None,
    *,
    ids: bool = True,
) -> Generator[Progress, None, Loaded]:
    """Read the columns one by one."""
    with decision_columns.opened(files, span) as rows:
        wanted = list(rows.kinds) if columns is None else list(dict.fromkeys(columns))
        known = likely_roles(rows.kinds) if roles is None else roles
        meant = {name for told in known.columns.values() for name in told}
        read: dict[str, Column] = {}
        for count, name in enumerate(wanted):
            yield Progress(count, len(wanted), "reading the decisions")
            bounded = columns is None and name not in meant
            if (column := _column(rows, name, MOST_WORDS if bounded else None)) is not None:
                read[name] = column
        named = rows.ids() if ids else np.empty(0, object)
        left = tuple(name for name in wanted if name not in read)
        return Loaded(Decided(rows.times_us, read), _present(known, read), named, left)


def _column(rows: decision_columns.Rows, name: str, most: int | None) -> Column | None:
    """Return a column; words that are all true or false are 1 and 0."""
    if name not in rows.kinds:
        there = ", ".join(list(rows.kinds)[:20])
        raise BadInput("the decisions have no such column.", where=name, hint=f"There are {there}.")
    if rows.kinds[name] == "numbers":
        return rows.numbers(name)
    found = rows.words(name, most)
    if found is None:
        return None
    plain = [label.casefold() for label in found.labels]
    if plain and set(plain) <= {"true", "false"}:
        meaning = np.array([*(float(word == "true") for word in plain), np.nan])
        return np.asarray(meaning[found.codes])  # -1 is the last: missing
    return Words(found.codes, found.labels)


def _present(roles: Roles, columns: Collection[str]) -> Roles:
    """Return the roles of the columns that are there."""
    kept = {role: tuple(name for name in told if name in columns) for role, told in roles.columns.items()}
    return Roles({role: told for role, told in kept.items() if told}, roles.favourable)
