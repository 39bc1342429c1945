"""What turned out later: columns of decisions that are held already, joined to them by id."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.store.decisions import Compared, quoted_path, scratch_database


@dataclass(frozen=True, slots=True)
class Supplied:
    """What a file tells of decisions held; `unknown` of its rows are about none of them."""

    compared: Compared
    unknown: int


def supplement(
    candidate: Path, logs: Mapping[Path, Collection[str]], earlier: Sequence[Path], target: Path
) -> Supplied | None:
    """Write to `target` what `candidate` tells of decisions in `logs`; None if it is no such table.

    It is one where at least half of its rows are about decisions held, in whose logs the columns of both
    (`logs` names them) are empty. `earlier` are files that told the same columns before: what they told is
    counted and left out. The span is that of the decisions told about.
    """
    with scratch_database(target.parent) as connection:
        connection.execute(f"CREATE VIEW candidate AS SELECT * FROM read_parquet({quoted_path(candidate)})")
        connection.execute("CREATE TABLE held (id VARCHAR, time TIMESTAMPTZ, said BOOLEAN)")
        for file, both in logs.items():
            said = " OR ".join(f"{_named(name)} IS NOT NULL" for name in both) or "false"
            connection.execute(
                f"INSERT INTO held SELECT id, time, {said} FROM read_parquet({quoted_path(file)}) "
                "WHERE id IN (SELECT id FROM candidate)"
            )
        sql = "SELECT (SELECT count(*) FROM candidate), count(*), coalesce(bool_or(said), false) FROM held"
        rows, held, said_before = connection.execute(sql).fetchall()[0]
        if 2 * held < rows or said_before:
            return None
        connection.execute("CREATE TABLE there (id VARCHAR, content VARCHAR, file VARCHAR)")
        for file in earlier:
            connection.execute(
                f"INSERT INTO there SELECT id, to_json(t)::VARCHAR, {quoted_path(Path(file.name))} FROM "
                f"(SELECT * EXCLUDE (time) FROM read_parquet({quoted_path(file)})) t "
                "WHERE id IN (SELECT id FROM held)"
            )
        differing = connection.execute(
            "SELECT c.id, there.file FROM (SELECT * EXCLUDE (time) FROM candidate) c JOIN there USING (id) "
            "WHERE to_json(c)::VARCHAR <> content"
        ).fetchall()
        met = connection.execute("SELECT count(*) FROM there").fetchall()[0][0]
        chosen = "id IN (SELECT id FROM held) AND id NOT IN (SELECT id FROM there)"
        connection.execute(
            f"COPY (SELECT * FROM candidate WHERE {chosen} ORDER BY time) "
            f"TO {quoted_path(target)} (FORMAT parquet, COMPRESSION zstd)"
        )
        new, first, last = connection.execute(
            "SELECT count(*), epoch_us(min(time)), epoch_us(max(time)) FROM held "
            "WHERE id NOT IN (SELECT id FROM there)"
        ).fetchall()[0]
    compared = Compared(new, met - len(differing), tuple(differing), first or 0, last or 0)
    return Supplied(compared, rows - held)


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
