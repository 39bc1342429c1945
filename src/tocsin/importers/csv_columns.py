"""How a CSV file is cut: its delimiter, its header and its first rows."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.importers.mapping import Head
from tocsin.importers.text import LONGEST_LINE
from tocsin.importers.times import NUMBER, form

MOST_COLUMNS = 500
_SAMPLE_BYTES = 2 * LONGEST_LINE  # so that a row is in it, however long it may be
_SAMPLE_ROWS = 200

csv.field_size_limit(2 * LONGEST_LINE)  # the same for the sample as for DuckDB


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is cut into cells. `skip` counts the lines up to and with the header."""

    delimiter: str
    skip: int
    head: Head

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header."""
        return self.head.columns


def layout(path: Path, source: str) -> Layout:
    """Return how the file is cut. Raises BadInput: no header, names twice, nothing below the header."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    whole = len(head) < _SAMPLE_BYTES
    if not whole:
        head = head[: head.rindex(b"\n") + 1] if b"\n" in head else head
    utf_16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    lines = head.decode("utf-16" if utf_16 else "utf-8-sig", "ignore")
    stated = re.match(r"sep=(.)\r?\n", lines, re.IGNORECASE)
    before = 1 if stated else 0
    body = lines[stated.end() :] if stated else lines
    delimiter = stated[1] if stated else _delimiter(body)
    rows, header_end = _rows(body, delimiter)
    open_quote = body.count('"') % 2 and len(rows) <= _SAMPLE_ROWS and rows and "\n" in "".join(rows[-1])
    if open_quote and whole:
        line = before + body.count("\n", 0, body.rindex('"')) + 1
        raise BadInput(f"a quote opened in line {line} is never closed.", where=source)
    if open_quote:
        rows.pop()  # the sample ends within a cell of several lines; the whole file is parsed later
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
    skip = before + header_end
    return Layout(delimiter, skip, Head(source, columns, sample, skip + 1))


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
