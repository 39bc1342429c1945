"""Samples in CSV: a plain file flows through block by block; any other is sorted in the database first."""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Samples, Source, Step
from tocsin.importers.csv_columns import Layout, layout
from tocsin.importers.csv_flow import flow
from tocsin.importers.csv_select import bad_rows, careful, quick
from tocsin.importers.csv_stage import Stage
from tocsin.importers.duck import connect
from tocsin.importers.sample_mapping import SamplesMapping, samples_mapping
from tocsin.importers.text import checked, foreign
from tocsin.importers.times import doubted, to_utc, wall_zone

_WINDOW = 262_144


def samples(source: Source, options: Options) -> Iterator[Piece]:
    """Yield the samples of the file. Raises BadInput."""
    cut, mapping = yield from _understood(source, options)
    yield from mapping.assumed(options)
    cells = (cell for name in mapping.time.columns for cell in cut.head.cells(name))
    if any(re.search(r"\.[0-9]{7}", cell) for cell in cells):
        yield Assumed("fractions of a second", "cut after six digits")
    done = yield from flow((source, cut), mapping, options)
    if done is None:
        return
    text = yield from checked(source)
    connection = connect(source.scratch)
    try:
        left = Stage(source, text, replace(cut, skip=done), connection)
        yield from arranged(left, mapping, options)
    finally:
        connection.close()


def _understood(source: Source, options: Options) -> Generator[Step, None, tuple[Layout, SamplesMapping]]:
    """Return how the file is cut and which column is what; what is wrong with it as a text is told first."""
    if kind := foreign(source.head()):
        raise BadInput(f"this is {kind}.", where=source.name)
    stem = PurePath(source.name).stem
    try:
        found = layout(source.path, source.name)
        return found, samples_mapping(found.head, options, stem)
    except BadInput:
        text = yield from checked(source)
        found = layout(text.path, source.name)
        return found, samples_mapping(found.head, options, stem)


def arranged(stage: Stage, mapping: SamplesMapping, options: Options) -> Iterator[Piece]:
    """Yield samples by way of a table of all of them, sorted by series and time."""
    yield from stage.load(careful(stage, mapping, options.time_unit), quick(stage, mapping))
    yield from bad_rows(stage, mapping)
    table = yield from _arranged(stage, mapping)
    zone = wall_zone(mapping.form, options.zone)
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
        for index, reason in doubted(doubt, zone):
            yield Rejected(int(lines[index]), reason)
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
