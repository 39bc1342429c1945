"""Decision logs as tables: of a file, read and not stored, or of a system; and what their columns mean."""

from collections.abc import Collection, Generator, Mapping, Sequence

from tocsin.detectors.table import Table
from tocsin.errors import BadInput, NotFound
from tocsin.model.decision import ROLES, SEVERAL, Roles, likely_roles
from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.model.judgement import RolesSet
from tocsin.model.operator import Author
from tocsin.operations import systems
from tocsin.operations.decision_files import load_file, read_file
from tocsin.operations.decision_table import EVER, Loaded, loaded
from tocsin.operations.progress import Progress, finish
from tocsin.store import decisions, journal
from tocsin.store.decisions import DecisionLog
from tocsin.store.folder import Store

__all__ = [
    "EVER", "Loaded", "cells", "columns_of", "load_file", "load_system", "logs", "of_system", "read_file",
    "roles_of", "said_roles", "set_roles", "told_later",
]  # fmt: skip


def of_system(
    store: Store,
    system: str,
    since_us: int | None = None,
    until_us: int | None = None,
    columns: Collection[str] | None = None,
) -> tuple[Table, Roles]:
    """Return the decisions of a system (name, alias or id) from `since_us` until before `until_us`.

    Raises NotFound, BadInput for a column that no log has, StoreProblem for a log that is gone.
    """
    found = finish(load_system(store, system, since_us, until_us, columns))
    return found.table, found.roles


def load_system(
    store: Store,
    system: str,
    since_us: int | None = None,
    until_us: int | None = None,
    columns: Collection[str] | None = None,
    *,
    ids: bool = False,
    one_in: int = 1,
) -> Generator[Progress, None, Loaded]:
    """Do the same, telling how far it is; the ids are read when asked for, and one in so many rows."""
    first = EVER[0] if since_us is None else since_us
    end = EVER[1] if until_us is None else until_us
    kept = [log for log in logs(store, system) if log.first_us < end and log.last_us >= first]
    files = [store.path / "imports" / log.file for log in kept]
    later = [store.path / "imports" / log.file for log in told_later(store, system)]
    roles = roles_of(store, system)
    return (yield from loaded(files, (first, end), columns, roles, ids=ids, later=later, one_in=one_in))


def logs(store: Store, system: str) -> list[DecisionLog]:
    """Return the decision logs of a system (name, alias or id), the oldest first. Raises NotFound."""
    id = _system_id(store, system)
    with store.signals.read() as connection:
        return decisions.list_all(connection, id)


def told_later(store: Store, system: str) -> list[DecisionLog]:
    """Return what was imported of a system's decisions later, such as their outcomes. Raises NotFound."""
    id = _system_id(store, system)
    with store.signals.read() as connection:
        return decisions.later(connection, id)


def cells(store: Store, system: str, since_us: int, until_us: int) -> int:
    """Return about how many cells the decisions of a system have in a span."""
    found = 0.0
    for log in logs(store, system):
        shared = min(log.last_us + 1, until_us) - max(log.first_us, since_us)
        share = max(shared, 0) / (log.last_us + 1 - log.first_us)
        found += log.rows * share * len(log.columns)
    return int(found)


def columns_of(store: Store, system: str) -> tuple[str, ...]:
    """Return the columns that any log of a system has, but `id` and `time`."""
    every = [*logs(store, system), *told_later(store, system)]
    names = dict.fromkeys(name for log in every for name in log.columns)
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
