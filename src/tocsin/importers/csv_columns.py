"""The columns of a CSV file: delimiter, header, and which column is what, as stated or as the head shows."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.importers.text import LONGEST_LINE, Text
from tocsin.importers.times import NUMBER, form

MOST_COLUMNS = 500
_SAMPLE_BYTES = 2 * LONGEST_LINE  # so that a row is in it, however long it may be
_SAMPLE_ROWS = 200
_MOST = 0.8  # share of a column's cells that must agree, so that a few bad rows do not hide what it is
_TIME_NAMES = {"time", "timestamp", "ts", "date", "datetime", "date_time", "@timestamp", "at", "created_at"}
_METRIC_NAMES = {"metric", "metric_name", "signal", "series", "measure", "name"}
_VALUE_NAMES = {"value", "val", "v", "y"}
MISSING = ("nan", "null", "none", "na", "n/a", "-")
_DECIMAL_COMMA = r"[+-]?[0-9]+,[0-9]+"

csv.field_size_limit(2 * LONGEST_LINE)  # the same for the sample as for DuckDB


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is cut into cells. `skip` counts the lines up to and with the header."""

    delimiter: str
    skip: int
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]

    def cells(self, column: str) -> list[str]:
        """Return the cells of a column in the sample that are not missing."""
        index = self.columns.index(column)
        return [cell for row in self.sample if (cell := row[index].strip()) and cell.lower() not in MISSING]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column is what. Long files name the metric in a column; wide ones have a column for each."""

    time: str
    values: tuple[str, ...]
    metric: str = ""
    metric_column: str = ""
    unit: str = ""
    unit_column: str = ""
    labels: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    decimal_comma: bool = False


def layout(text: Text, source: str) -> Layout:
    """Return how the file is cut. Raises BadInput: no header, names twice, nothing below the header."""
    with text.path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if len(head) == _SAMPLE_BYTES:
        head = head[: head.rindex(b"\n") + 1] if b"\n" in head else head
    lines = head.decode("utf-8-sig", "ignore")
    stated = re.match(r"sep=(.)\r?\n", lines, re.IGNORECASE)
    before = 1 if stated else 0
    body = lines[stated.end() :] if stated else lines
    delimiter = stated[1] if stated else _delimiter(body)
    rows, header_end = _rows(body, delimiter)
    if body.count('"') % 2 and len(rows) <= _SAMPLE_ROWS and rows and "\n" in "".join(rows[-1]):
        line = before + body.count("\n", 0, body.rindex('"')) + 1
        raise BadInput(f"a quote opened in line {line} is never closed.", where=source)
    if not rows:
        raise BadInput("there is nothing in it but blank lines.", where=source)
    columns = _header(rows[0], source)
    if len(rows) == 1:
        raise BadInput("there is a header but no row below it.", where=source)
    sample = tuple(tuple(row) for row in rows[1:] if len(row) == len(columns))
    if not sample:
        raise BadInput(
            f"no row has as many cells as the header ({len(columns)}).",
            where=source,
            hint="Is the header there, and the delimiter the same in every line?",
        )
    return Layout(delimiter, before + header_end, columns, sample)


def _rows(body: str, delimiter: str) -> tuple[list[list[str]], int]:
    """Return the first rows that are not blank, and the line the header ends in."""
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    header_end = 0
    try:
        for row in reader:
            if not row:
                continue
            rows.append(row)
            header_end = header_end or reader.line_num
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # an overlong cell; the parser of the whole file tells the line
    return rows, header_end


def _delimiter(body: str) -> str:
    def fit(delimiter: str) -> tuple[float, int]:
        rows, _ = _rows(body, delimiter)
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        return (alike / len(rows), width) if width > 1 else (0.0, 0)

    return max((",", ";", "\t", "|"), key=fit)


def _header(cells: list[str], source: str) -> tuple[str, ...]:
    if len(cells) > MOST_COLUMNS:
        raise BadInput(f"it has {len(cells):,} columns; {MOST_COLUMNS} is the limit.", where=source)
    names = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, 1)]
    if any(form(name) or re.fullmatch(NUMBER, name) for name in names):
        raise BadInput(
            "there is no header: the first line holds values.",
            where=source,
            hint="Put a line with the names of the columns first.",
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"the header names a column twice: {', '.join(twice)}.", where=source)
    return tuple(names)


def _share(cells: list[str], pattern: str) -> float:
    return sum(re.fullmatch(pattern, cell) is not None for cell in cells) / len(cells) if cells else 0.0


def is_numeric(layout: Layout, column: str) -> bool:
    """Whether the column's cells in the sample are numbers, by and large."""
    return _share(layout.cells(column), rf"{NUMBER}|[+-]?[Ii]nf(inity)?") >= _MOST


def time_form(layout: Layout, column: str) -> str:
    """Return zoned, naive, number or "" as most of the column's cells in the sample are."""
    forms = [form(cell) for cell in layout.cells(column)]
    best = max(("zoned", "naive", "number"), key=forms.count)
    share = forms.count("zoned") + forms.count("naive") if best != "number" else forms.count("number")
    return best if forms and share / len(forms) >= _MOST else ""


def time_column(layout: Layout, options: Options, source: str) -> str:
    """Return the column of the times, stated or found. Raises BadInput."""
    stated = options.mapping.get("time", "")
    if stated:
        return known(layout, [stated], source)[0]
    named = [column for column in layout.columns if column.lower() in _TIME_NAMES]
    found = [c for c in named if time_form(layout, c)]
    found += [c for c in layout.columns if time_form(layout, c) in ("zoned", "naive")]
    if found:
        return found[0]
    if named:
        cells = layout.cells(named[0])
        raise BadInput(
            f"the times in column “{named[0]}” are in no form that says which day they mean"
            + (f": {cells[0][:60]!r}." if cells else "."),
            where=source,
            hint="Write them like 2026-11-21 14:05:00 or 2026-11-21T14:05:00Z.",
        )
    raise BadInput(
        f"no column holds times; there are {', '.join(layout.columns[:20])}.",
        where=source,
        hint="Is the header missing? Or say --map time=COLUMN.",
    )


def known(layout: Layout, columns: Iterable[str], source: str) -> list[str]:
    """Return the columns, all of which the file has. Raises BadInput."""
    asked = list(columns)
    for column in asked:
        if column not in layout.columns:
            raise BadInput(
                f"there is no column “{column}”; there are {', '.join(layout.columns[:20])}.", where=source
            )
    return asked


def samples_mapping(layout: Layout, options: Options, source: str, stem: str) -> Mapping:
    """Return which column is what in a file of samples; `stem` names the metric where nothing else does."""
    stated = options.mapping
    unknown = set(stated) - {"time", "value", "metric", "unit", "decimal"}
    if unknown:
        raise BadInput(
            f"--map knows no “{sorted(unknown)[0]}” for samples.",
            where=source,
            hint="It takes time, value, metric, unit and decimal=comma.",
        )
    time = time_column(layout, options, source)
    _check_apart(stated, time, source)
    comma = _decimal_comma(layout, stated, time, source)
    rest = [column for column in layout.columns if column != time]
    metric = stated.get("metric", "") or _metric_column(layout, rest)
    unit = stated.get("unit", "") or ("unit" if "unit" in rest and not is_numeric(layout, "unit") else "")
    free = [column for column in rest if column not in (metric, unit)]
    values = _value_columns(layout, stated, free, comma, source, long=metric in rest)
    texts = [c for c in free if c not in values and not is_numeric(layout, c)]
    labels = texts if metric in rest else []
    ignored = [c for c in free if c not in values and c not in labels]
    single = len(values) == 1 and values[0].lower() in _VALUE_NAMES
    return Mapping(
        time=time,
        values=tuple(values),
        metric=metric if metric not in rest and metric else stem if single else "",
        metric_column=metric if metric in rest else "",
        unit=unit if unit not in rest else "",
        unit_column=unit if unit in rest else "",
        labels=tuple(labels),
        ignored=tuple(ignored),
        decimal_comma=comma,
    )


def _check_apart(stated: dict[str, str], time: str, source: str) -> None:
    """Refuse a column that was told to be two things."""
    values = [name.strip() for name in stated.get("value", "").split(",")]
    told = [time, *values, *(stated[key] for key in ("metric", "unit") if key in stated)]
    twice = [name for name in told if name and told.count(name) > 1]
    if twice:
        raise BadInput(f"--map says two things of column “{twice[0]}”.", where=source)


def _metric_column(layout: Layout, rest: list[str]) -> str:
    named = [c for c in rest if c.lower() in _METRIC_NAMES and not is_numeric(layout, c)]
    valued = [c for c in rest if c.lower() in _VALUE_NAMES]
    return named[0] if named and valued else ""


def _value_columns(
    layout: Layout, stated: dict[str, str], free: list[str], comma: bool, source: str, *, long: bool
) -> list[str]:
    if "value" in stated:
        values = known(layout, [name.strip() for name in stated["value"].split(",")], source)
    else:
        numeric = _DECIMAL_COMMA if comma else rf"{NUMBER}|[+-]?[Ii]nf(inity)?"
        values = [
            c for c in free if is_numeric(layout, c) or (comma and _share(layout.cells(c), numeric) >= _MOST)
        ]
        named = [c for c in free if c.lower() in _VALUE_NAMES]
        if named and (long or not values):
            values = named
    if long and len(values) > 1:
        raise BadInput(
            f"a file with a metric column has one value column; here are {', '.join(values)}.",
            where=source,
            hint="Say --map value=COLUMN.",
        )
    if not values:
        raise BadInput(
            f"no column holds numbers; there are {', '.join(layout.columns[:20])}.",
            where=source,
            hint="Say --map value=COLUMN.",
        )
    return values


def _decimal_comma(layout: Layout, stated: dict[str, str], time: str, source: str) -> bool:
    if "decimal" in stated:
        if stated["decimal"] not in ("comma", "point"):
            raise BadInput("decimal is comma or point.", where=source)
        return stated["decimal"] == "comma"
    for column in layout.columns:
        cells = layout.cells(column)
        if column != time and _share(cells, _DECIMAL_COMMA) >= 0.5:
            raise BadInput(
                f"column “{column}” holds numbers like {cells[0]}: a decimal comma, or thousands?",
                where=source,
                hint="Say --map decimal=comma or --map decimal=point.",
            )
    return False
