"""What of a CSV file becomes samples, as SQL: the careful way, and the quick one for plain files."""

import re
from collections.abc import Iterator

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Rejected
from tocsin.importers.csv_stage import Quick, Stage
from tocsin.importers.sample_mapping import SamplesMapping
from tocsin.importers.times import NAIVE, ZONED

_SHOWN = 1_000


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


def careful(stage: Stage, mapping: SamplesMapping, unit: str) -> str:
    """Return the SELECT that takes every form there is, for `Stage.load`."""
    values = [stage.value(name, mapping.decimal_comma) for name in mapping.values]
    return _select(stage, mapping, stage.time(mapping.time, mapping.form, unit), values)


_FORMATS = {
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}": "%Y-%m-%d",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}": "%Y-%m-%d %H:%M:%S",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}": "%Y-%m-%dT%H:%M:%S",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z": "%Y-%m-%dT%H:%M:%SZ",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,6}Z": "%Y-%m-%dT%H:%M:%S.%fZ",
}


def quick(stage: Stage, mapping: SamplesMapping) -> Quick | None:
    """Return the reading of a file that is as plain as its head, None when that is out of the question."""
    plain = plain_format(stage, mapping)
    if not plain or stage.text.underscore:
        return None
    time, names = stage.made(mapping.time), [stage.column(name) for name in mapping.values]
    values = [f"coalesce({name}, 'nan'::DOUBLE)" for name in names]
    return Quick(_select(stage, mapping, f"epoch_us({time})", values), plain_types(stage, mapping), plain)


def plain_format(stage: Stage, mapping: SamplesMapping) -> str:
    """Return the one format of the times in the head, empty when there is none or numbers are special."""
    if not mapping.time.column or mapping.decimal_comma:
        return ""
    cells = stage.layout.head.cells(mapping.time.column)
    formats = [made for regex, made in _FORMATS.items() if all(re.fullmatch(regex, cell) for cell in cells)]
    return formats[0] if formats else ""


def plain_types(stage: Stage, mapping: SamplesMapping) -> dict[str, str]:
    """Return the types of a plain file's columns, for `Stage.reader`."""
    numbers = {stage.column(name): "DOUBLE" for name in mapping.values}
    return {stage.made(mapping.time): "TIMESTAMP", **numbers}


def bad_rows(stage: Stage, mapping: SamplesMapping) -> Iterator[Rejected]:
    """Yield the rows whose time or value is none. Raises BadInput when the times are of two kinds."""
    other = {"zoned": NAIVE, "naive": ZONED}.get(mapping.form)
    if other:
        text = "trim(bad_t)"
        real = f"try_cast(upper({text}) AS TIMESTAMPTZ) IS NOT NULL"
        where = f"regexp_full_match({text}, '{other}') AND {real}"
        mixed = stage.connection.execute(f"SELECT min(rowid) FROM staged WHERE {where}").fetchall()[0][0]
        if mixed is not None:
            line = int(stage.lines(np.array([mixed]))[0])
            kinds = ("no", "have one") if mapping.form == "zoned" else ("a", "have none")
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
