"""Which column is what: the words of --map, the head of a table they are judged by, columns found by name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.importers.times import NUMBER, form, unit_question
from tocsin.model.instant import iso

MISSING = ("nan", "null", "none", "na", "n/a", "-")
TIME_NAMES = ("time", "timestamp", "ts", "date", "datetime", "date_time", "@timestamp", "at", "created_at")
LABEL, EXTRA = "label.", "extra."  # what begins the keys that give a column a name of its own
_MOST = 0.8  # share of a column's cells that must agree, so that a few bad rows do not hide what it is
_SHOWN = 20
_NUMERIC = rf"{NUMBER}|[+-]?[Ii]nf(inity)?"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a field is made of. `parts` are pairs of words and the column after them ("" for none).

    A column alone is (("", column),), a constant ((words, ""),).
    """

    parts: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in it."""
        return tuple(column for _, column in self.parts if column)

    @property
    def column(self) -> str:
        """The column it is, when it is one alone; else empty."""
        return self.parts[0][1] if len(self.parts) == 1 and not self.parts[0][0] else ""

    @property
    def constant(self) -> str:
        """The words it is, when there is no column in it; else empty."""
        return "" if self.columns else "".join(words for words, _ in self.parts)

    def fill(self, cells: Mapping[str, Any]) -> Any:
        """Return what it makes of a row: a column alone its cell as it is, else text. None is missing.

        A pattern is missing when all of its columns are.
        """
        if self.column:
            return cells.get(self.column)
        found = [cells.get(column) for column in self.columns]
        if found and all(is_missing(cell) for cell in found):
            return None
        return "".join(
            words + ("" if is_missing(cells.get(name)) else str(cells[name]).strip())
            for words, name in self.parts
        )

    def __str__(self) -> str:
        """Return the words of --map that mean it."""
        if self.column:
            return self.column
        if not self.columns:
            return f"'{self.constant}'"
        return "".join(_escaped(words) + (f"{{{column}}}" if column else "") for words, column in self.parts)


def column(name: str) -> Pattern:
    """Return the pattern of one column."""
    return Pattern((("", name),))


def constant(words: str) -> Pattern:
    """Return the pattern of words that are the same in every row."""
    return Pattern(((words, ""),))


def pattern(said: str, columns: Collection[str], source: str, *, bare: bool = False) -> Pattern:
    """Return what was said of a field: COLUMN, a constant 'in quotes', or a template like {host}: {text}.

    `bare`: words that are no column are a constant. Raises BadInput when there is no such column.
    """
    if said in columns:
        return column(said)
    if len(said) >= 2 and said[0] == said[-1] == "'":
        return constant(said[1:-1])
    if "{" in said:
        return Pattern(tuple(_template(said, columns, source)))
    if bare and said:
        return constant(said)
    return column(known(columns, [said], source)[0])


def known(columns: Collection[str], asked: Iterable[str], source: str) -> list[str]:
    """Return the columns asked for, all of which there are. Raises BadInput."""
    found = list(asked)
    for name in found:
        if name not in columns:
            raise BadInput(f"there is no column “{name}”; there are {some(columns)}.", where=source)
    return found


def some(columns: Iterable[str]) -> str:
    """Return names of columns to show, not all when there are many."""
    return ", ".join(list(columns)[:_SHOWN])


def is_missing(cell: Any) -> bool:
    """Whether a cell says nothing: empty, or one of the words for that."""
    if cell is None:
        return True
    if isinstance(cell, str):
        text = cell.strip()
        return not text or text.lower() in MISSING
    return isinstance(cell, float) and cell != cell


def _template(said: str, columns: Collection[str], source: str) -> Iterator[tuple[str, str]]:
    at, words = 0, ""
    for found in re.finditer(r"\{\{|\}\}|\{([^{}]*)\}|[{}]", said):
        words += said[at : found.start()]
        at = found.end()
        if found[0] in ("{{", "}}"):
            words += found[0][0]
        elif found[1] is None:
            raise BadInput(f"“{said}” has a brace that is not closed, or not opened.", where=source)
        else:
            yield words, known(columns, [found[1].strip()], source)[0]
            words = ""
    words += said[at:]
    if words:
        yield words, ""


def _escaped(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True, slots=True)
class Head:
    """The columns of a table and its first rows, as text; `rows` are as wide as `columns`.

    `line` is that of the first row. `forms` holds what a format itself says a column of times is (see
    `time_form`), `numeric` the columns it says are numbers.
    """

    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int = 1
    forms: Mapping[str, str] | None = None
    numeric: frozenset[str] | None = None

    def cells(self, column: str) -> list[str]:
        """Return the cells of a column in the first rows that are not missing."""
        index = self.columns.index(column)
        return [cell for row in self.rows if (cell := row[index].strip()) and cell.lower() not in MISSING]

    def is_numeric(self, column: str) -> bool:
        """Whether the column's cells are numbers, by and large."""
        if self.numeric is not None:
            return column in self.numeric
        return self.share(column, _NUMERIC) >= _MOST

    def share(self, column: str, regex: str) -> float:
        """Return the share of a column's cells that a regular expression fits."""
        cells = self.cells(column)
        return sum(re.fullmatch(regex, cell) is not None for cell in cells) / len(cells) if cells else 0.0

    def time_form(self, column: str) -> str:
        """Return zoned, naive, number or "" as most of the column's cells are."""
        if self.forms is not None and column in self.forms:
            return self.forms[column]
        forms = [form(cell) for cell in self.cells(column)]
        best = max(("zoned", "naive", "number"), key=forms.count)
        share = forms.count("zoned") + forms.count("naive") if best != "number" else forms.count("number")
        return best if forms and share / len(forms) >= _MOST else ""


def time_column(head: Head) -> str:
    """Return the column the times are in, by its name, else by its cells. Raises BadInput."""
    named = [name for name in head.columns if name.lower() in TIME_NAMES]
    found = [name for name in named if head.time_form(name)]
    found += [name for name in head.columns if head.time_form(name) in ("zoned", "naive")]
    if found:
        return found[0]
    if named:
        cells = head.cells(named[0])
        raise BadInput(
            f"the times in column “{named[0]}” are in no form that says which day they mean"
            + (f": {cells[0][:60]!r}." if cells else "."),
            where=head.source,
            hint="Write them like 2026-11-21 14:05:00 or 2026-11-21T14:05:00Z.",
        )
    raise BadInput(
        f"no column holds times; there are {some(head.columns)}.",
        where=head.source,
        hint="Is the header missing? Or say --map time=COLUMN.",
    )


def stated_time(head: Head, options: Options) -> Pattern:
    """Return what the times are made of: as stated, else the column found, else `options.at` for all rows."""
    if said := options.mapping.get("time", ""):
        return pattern(said, head.columns, head.source)
    try:
        return column(time_column(head))
    except BadInput:
        if options.at is None:
            raise
        return constant(iso(options.at))


def time_form(head: Head, time: Pattern, options: Options) -> str:
    """Return the form of the times. Raises BadInput when there is none, or no unit."""
    if time.column:
        kind, first = head.time_form(time.column), (head.cells(time.column) or [""])[0]
    else:
        made = Head(head.source, ("",), _filled(head, time), head.line)
        kind, first = made.time_form(""), (made.cells("") or [""])[0]
    if not kind:
        what = f"column “{time.column}”" if time.column else f"“{time}”"
        hint = "Times are read as 2026-11-02 14:20, or as numbers with a unit."
        raise BadInput(f"{what} holds no times.", where=head.source, hint=hint)
    if kind == "number" and not options.time_unit:
        raise unit_question(first, head.source, head.line)
    return kind


def _filled(head: Head, made: Pattern) -> tuple[tuple[str, ...], ...]:
    rows = (made.fill(dict(zip(head.columns, row, strict=True))) for row in head.rows)
    return tuple((text or "",) for text in rows)
