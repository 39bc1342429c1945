"""Samples in CSV: wide, with a column a metric, or long, with a column that names the metric."""

import re
from collections.abc import Generator, Iterator
from itertools import pairwise
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Samples, Step
from tocsin.importers.csv_sql import time_sql, value_sql
from tocsin.importers.csv_stage import Quick, Stage
from tocsin.importers.sample_mapping import SamplesMapping, samples_mapping
from tocsin.importers.times import DOUBTS, NAIVE, ZONED, to_utc

_WINDOW = 262_144
_SHOWN = 1_000


def samples(stage: Stage, options: Options) -> Iterator[Piece]:
    """Yield the samples of the file. Raises BadInput."""
    mapping = samples_mapping(stage.layout.head, options, PurePath(stage.source.name).stem)
    form, head = mapping.form, stage.layout.head
    yield from mapping.assumed(options)
    if any(re.search(r"\.[0-9]{7}", cell) for name in mapping.time.columns for cell in head.cells(name)):
        yield Assumed("fractions of a second", "cut after six digits")
    yield from stage.load(_careful(stage, mapping, form, options.time_unit), _quick(stage, mapping))
    yield from _bad_rows(stage, mapping, form)
    table = yield from _arranged(stage, mapping)
    zone = ZoneInfo(options.zone) if form == "naive" and options.zone not in ("", "UTC") else None
    keys = _keys(stage, mapping)
    columns = ["t", *(f"v{index}" for index in range(len(mapping.values))), *(["key"] if keys else [])]
    if table == "arranged":
        columns.append("row")
    for start in range(0, stage.rows, _WINDOW):
        window = stage.window(", ".join(columns), table, start, start + _WINDOW)
        if table == "staged":
            window["row"] = np.arange(start, start + len(window["t"]))
        yield from _pieces(stage, mapping, window, keys, zone)
        yield Step(start + _WINDOW, stage.rows, "reading")


def _select(stage: Stage, mapping: SamplesMapping, time: str, values: list[str]) -> str:
    """Return the SELECT for `staged`: t, v0 v1 ..., the text of what went wrong, and the key columns.

    `time` and `values` are SQL. A value that is missing is NaN in `staged`, one that is no number NULL.
    """
    cell = stage.made(mapping.time)
    inner = [f"{cell} AS raw_t", f"{time} AS t"]
    outer = ["t", "CASE WHEN t IS NULL THEN coalesce(raw_t::VARCHAR, '') END AS bad_t"]
    for index, (name, value) in enumerate(zip(mapping.values, values, strict=True)):
        inner += [f"{stage.column(name)} AS raw_{index}", f"{value} AS x{index}"]
        wrong = f"x{index} IS NULL OR isinf(x{index})"
        outer += [
            f"CASE WHEN isinf(x{index}) THEN NULL ELSE x{index} END AS v{index}",
            f"CASE WHEN {wrong} THEN raw_{index}::VARCHAR END AS bad_{index}",
        ]
    inner += [f"trim({stage.made(made)}) AS k{index}" for index, made in enumerate(mapping.key.values())]
    outer += [f"k{index}" for index in range(len(mapping.key))]
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {{file}})"


def _careful(stage: Stage, mapping: SamplesMapping, form: str, unit: str) -> str:
    values = [value_sql(stage.column(name), mapping.decimal_comma) for name in mapping.values]
    return _select(stage, mapping, time_sql(stage.made(mapping.time), form, unit), values)


_FORMATS = {
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}": "%Y-%m-%d",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}": "%Y-%m-%d %H:%M:%S",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}": "%Y-%m-%dT%H:%M:%S",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z": "%Y-%m-%dT%H:%M:%SZ",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,6}Z": "%Y-%m-%dT%H:%M:%S.%fZ",
}


def _quick(stage: Stage, mapping: SamplesMapping) -> Quick | None:
    """Return the reading of a file that is as plain as its head, None when that is out of the question."""
    if not mapping.time.column:
        return None
    cells = stage.layout.head.cells(mapping.time.column)
    formats = [f for form, f in _FORMATS.items() if all(re.fullmatch(form, cell) for cell in cells)]
    if not formats or mapping.decimal_comma or stage.text.underscore:
        return None
    time, names = stage.made(mapping.time), [stage.column(name) for name in mapping.values]
    values = [f"coalesce({name}, 'nan'::DOUBLE)" for name in names]
    types = {time: "TIMESTAMP", **dict.fromkeys(names, "DOUBLE")}
    return Quick(_select(stage, mapping, f"epoch_us({time})", values), types, formats[0])


def _bad_rows(stage: Stage, mapping: SamplesMapping, form: str) -> Iterator[Rejected]:
    """Yield the rows whose time or value is none. Raises BadInput when the times are of two kinds."""
    other = {"zoned": NAIVE, "naive": ZONED}.get(form)
    if other:
        text = "trim(bad_t)"
        real = f"try_cast(upper({text}) AS TIMESTAMPTZ) IS NOT NULL"
        where = f"regexp_full_match({text}, '{other}') AND {real}"
        mixed = stage.connection.execute(f"SELECT min(rowid) FROM staged WHERE {where}").fetchall()[0][0]
        if mixed is not None:
            line = int(stage.lines(np.array([mixed]))[0])
            kinds = ("no", "have one") if form == "zoned" else ("a", "have none")
            raise BadInput(
                f"the time in line {line} has {kinds[0]} zone, others {kinds[1]}: they cannot be compared.",
                where=stage.source.name,
            )
    count = len(mapping.values)
    texts = ["bad_t", *(f"bad_{index}" for index in range(count))]
    wrong = " OR ".join(f"{text} IS NOT NULL" for text in texts)
    total = stage.connection.execute(f"SELECT count(*) FROM staged WHERE {wrong}").fetchall()[0][0]
    if not total:
        return
    sql = f"SELECT rowid, {', '.join(texts)} FROM staged WHERE {wrong} ORDER BY rowid"
    rows = stage.connection.execute(f"{sql} LIMIT {_SHOWN}").fetchall()
    lines = stage.lines(np.array([row[0] for row in rows], np.int64)).tolist()
    told = 0
    for line, (_, bad_time, *bad_values) in zip(lines, rows, strict=True):
        for reason in _reasons(mapping, bad_time, bad_values):
            told += 1
            yield Rejected(line, reason)
    everything = _count_bad(stage, count)
    if everything > told:
        yield Rejected(lines[-1] + 1, "more of the same from here on", everything - told)


def _count_bad(stage: Stage, count: int) -> int:
    values = " + ".join(f"count(bad_{index}) FILTER (bad_t IS NULL)" for index in range(count))
    return int(stage.connection.execute(f"SELECT count(bad_t) + {values} FROM staged").fetchall()[0][0])


def _reasons(mapping: SamplesMapping, bad_time: str | None, bad_values: list[str | None]) -> list[str]:
    if bad_time is not None:
        return [f"time: {_shown(bad_time)} is none"]
    found = zip(mapping.values, bad_values, strict=True)
    return [f"{name}: {_shown(cell)} is no finite number" for name, cell in found if cell is not None]


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 60 else cell[:57] + "...") if cell else "an empty cell"


def _arranged(stage: Stage, mapping: SamplesMapping) -> Generator[Step, None, str]:
    """Return the table to read from: `staged` when it is in order of time, else a sorted copy."""
    keyed = mapping.key
    values = ", ".join(f"v{index}" for index in range(len(mapping.values)))
    if keyed:
        columns = ", ".join(f"k{index}" for index in range(len(keyed)))
        same = " AND ".join(f"s.k{i} IS NOT DISTINCT FROM keys.k{i}" for i in range(len(keyed)))
        distinct = f"SELECT {columns}, min(rowid) AS first FROM staged GROUP BY {columns}"
        yield from stage.run(f"CREATE TABLE keys AS SELECT * FROM ({distinct}) ORDER BY first")
        yield from stage.run(
            f"CREATE TABLE arranged AS SELECT t, {values}, keys.rowid AS key, s.rowid AS row "
            f"FROM staged s JOIN keys ON {same} ORDER BY key, t, row"
        )
        return "arranged"
    if not _is_sorted(stage):
        yield from stage.run(
            f"CREATE TABLE arranged AS SELECT t, {values}, rowid AS row FROM staged ORDER BY t, row"
        )
        return "arranged"
    return "staged"


def _is_sorted(stage: Stage) -> bool:
    last = np.iinfo(np.int64).min
    for start in range(0, stage.rows, _WINDOW * 4):
        column = stage.window("t", "staged", start, start + _WINDOW * 4)["t"]
        times = np.ma.compressed(column)
        if len(times) and (times[0] < last or bool((times[1:] < times[:-1]).any())):
            return False
        last = times[-1] if len(times) else last
    return True


def _keys(stage: Stage, mapping: SamplesMapping) -> list[dict[str, str]]:
    """Return the cells of each key of a file of several series, by the key's number."""
    if not mapping.key:
        return []
    rows = stage.connection.execute("SELECT * EXCLUDE first FROM keys ORDER BY rowid").fetchall()
    return [{field: cell or "" for field, cell in zip(mapping.key, row, strict=True)} for row in rows]


def _pieces(
    stage: Stage,
    mapping: SamplesMapping,
    window: dict[str, NDArray[Any]],
    keys: list[dict[str, str]],
    zone: ZoneInfo | None,
) -> Iterator[Samples | Rejected]:
    timed = ~np.ma.getmaskarray(window["t"])
    columns = {
        name: np.ma.getdata(cells)[timed] for name, cells in window.items() if name in ("t", "row", "key")
    }
    times, lines = columns["t"], stage.lines(columns["row"])
    told = np.ones(len(times), bool)
    if zone is not None:
        times, doubt = to_utc(times, zone)
        told = doubt == 0
        for index in np.flatnonzero(~told).tolist():
            yield Rejected(int(lines[index]), f"time: it {DOUBTS[int(doubt[index])].format(zone=zone.key)}")
    for number, name in enumerate(mapping.values):
        good = told & ~np.ma.getmaskarray(window[f"v{number}"])[timed]
        values = np.ma.getdata(window[f"v{number}"])[timed]
        if keys:
            named = [mapping.name(name, cells) for cells in keys]
            yield from _by_key(columns["key"][good], times[good], values[good], lines[good], named)
        else:
            yield Samples(times=times[good], values=values[good], lines=lines[good], **mapping.name(name, {}))


def _by_key(
    key: NDArray[np.int64],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    lines: NDArray[np.int64],
    named: list[dict[str, Any]],
) -> Iterator[Samples | Rejected]:
    edges = [0, *(np.flatnonzero(np.diff(key)) + 1).tolist(), len(key)]
    for start, stop in pairwise(edges):
        if start == stop:
            continue
        name = named[int(key[start])]
        if not name["metric"]:
            for line in lines[start:stop].tolist():
                yield Rejected(line, "no metric is named")
            continue
        part = slice(start, stop)
        yield Samples(times=times[part], values=values[part], lines=lines[part], **name)
