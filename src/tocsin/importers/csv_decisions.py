"""Decision logs in CSV: every column kept, times in UTC, written as Parquet."""

from collections.abc import Generator, Iterator
from zoneinfo import ZoneInfo

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Step, Table
from tocsin.importers.csv_sql import quoted
from tocsin.importers.csv_stage import Stage
from tocsin.importers.decision_mapping import DecisionsMapping, decisions_mapping
from tocsin.importers.mapping import time_form
from tocsin.importers.times import BEYOND_US, FIRST_US, NAIVE, ZONED, to_utc

_WINDOW = 262_144
_SHOWN = 1_000


def decisions(stage: Stage, options: Options) -> Iterator[Piece]:
    """Yield one Table, whose columns `id` and `time` come first. Raises BadInput."""
    head, mapping = stage.layout.head, decisions_mapping(stage.layout.head, options)
    time, form = stage.made(mapping.time), time_form(head, mapping.time, options)
    id = _numbered(stage) if mapping.numbered else stage.made(mapping.id)
    yield from mapping.assumed()
    if form == "naive":
        yield Assumed("zone", options.zone or "UTC")
    moment = stage.time(mapping.time, form, options.time_unit)
    cells = ", ".join(f"c{index}" for index in range(len(head.columns)))
    yield from stage.load(f"SELECT {moment} AS t, {cells} FROM {{file}}")
    _refuse_mixed(stage, time, form)
    yield from _timed(stage, ZoneInfo(options.zone or "UTC") if form == "naive" else None)
    yield from _rejected(stage, id)
    yield from _written(stage, mapping, id)


def _numbered(stage: Stage) -> str:
    return f"concat({quoted(stage.source.name + ':')}, s.rowid + 1)"


def _refuse_mixed(stage: Stage, time: str, form: str) -> None:
    other = {"zoned": NAIVE, "naive": ZONED}.get(form)
    if other is None:
        return
    sql = f"SELECT min(rowid) FROM staged WHERE t IS NULL AND regexp_full_match(trim({time}), '{other}')"
    row = stage.connection.execute(sql).fetchall()[0][0]
    if row is not None:
        line = int(stage.lines(np.array([row]))[0])
        raise BadInput(
            f"some times have a zone and some have none, as in line {line}.", where=stage.source.name
        )


def _timed(stage: Stage, zone: ZoneInfo | None) -> Generator[Step, None, None]:
    """Make the table `moments` (row, us): the UTC instant of each row, NULL where there is none."""
    stage.connection.execute("CREATE TABLE moments (row BIGINT, us BIGINT)")
    for start in range(0, stage.rows, _WINDOW):
        window = stage.window("rowid AS row, t", "staged", start, start + _WINDOW)
        good = ~np.ma.getmaskarray(window["t"])
        times, rows = np.ma.getdata(window["t"])[good], np.ma.getdata(window["row"])[good]
        if zone is not None:
            times, doubt = to_utc(times, zone)
            times, rows = times[doubt == 0], rows[doubt == 0]
        near = (times >= FIRST_US) & (times < BEYOND_US)
        stage.connection.register("found", {"row": rows[near], "us": times[near]})
        stage.connection.execute("INSERT INTO moments SELECT row, us FROM found")
        stage.connection.unregister("found")
        yield Step(start, stage.rows, "reading")


def _rejected(stage: Stage, id: str) -> Iterator[Rejected]:
    """Yield the rows without a time or an id, and ids met before in the file."""
    stage.connection.execute(
        f"CREATE TABLE judged AS SELECT s.rowid AS row, us, CASE WHEN us IS NULL THEN 'its time is none' "
        f"WHEN trim(coalesce({id}, '')) = '' THEN 'it has no id' "
        f"WHEN row_number() OVER (PARTITION BY trim({id}) ORDER BY s.rowid) > 1 "
        f"THEN 'its id was there before' END AS wrong "
        "FROM staged s LEFT JOIN moments ON moments.row = s.rowid"
    )
    sql = "SELECT row, wrong FROM judged WHERE wrong IS NOT NULL ORDER BY row"
    total = stage.connection.execute("SELECT count(wrong) FROM judged").fetchall()[0][0]
    rows = stage.connection.execute(f"{sql} LIMIT {_SHOWN}").fetchall()
    lines = stage.lines(np.array([row for row, _ in rows], np.int64)).tolist()
    for line, (_, wrong) in zip(lines, rows, strict=True):
        yield Rejected(line, wrong)
    if total > len(rows):
        yield Rejected(lines[-1] + 1, "more of the same from here on", total - len(rows))


def _written(stage: Stage, mapping: DecisionsMapping, id: str) -> Iterator[Piece]:
    typed = "".join(
        f", {_typed(stage, stage.made(made))} AS {_named(name)}" for name, made in mapping.others.items()
    )
    sql = (
        f"SELECT trim({id}) AS id, make_timestamptz(us) AS time{typed} "
        "FROM staged s JOIN judged ON judged.row = s.rowid WHERE wrong IS NULL ORDER BY us, s.rowid"
    )
    path = stage.source.scratch / "decisions.parquet"
    target = str(path).replace("'", "''")
    yield from stage.run(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    summary = "SELECT count(*), min(us), max(us) FROM judged WHERE wrong IS NULL"
    count, first, last = stage.connection.execute(summary).fetchall()[0]
    if count:
        yield Table(path, count, ("id", "time", *mapping.others), first, last)


def _typed(stage: Stage, made: str) -> str:
    """Return SQL for a column: a number where all its cells are numbers without leading zeros, else text."""
    cell = f"trim({made})"
    plain = f"{cell} = '' OR regexp_full_match({cell}, '-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?')"
    sql = f"SELECT coalesce(bool_and({plain}), false) FROM staged"
    if stage.connection.execute(sql).fetchall()[0][0]:
        return f"try_cast({cell} AS DOUBLE)"
    return made


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
