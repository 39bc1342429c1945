"""The SQL that turns a cell of text into a time or a number, and into nothing else."""

from collections.abc import Mapping

from tocsin.importers.mapping import MISSING, Pattern
from tocsin.importers.times import NAIVE, UNITS_PER_SECOND, ZONED

_MISSING = ", ".join(f"'{word}'" for word in (*MISSING, ""))

# The usual forms by LIKE, which is four times faster than a regular expression; all others by that.
_USUAL = {
    "zoned": "{cell} LIKE '____-__-__T__:__:%Z'",
    "naive": "{cell} LIKE '____-__-__ __:__:__' OR {cell} LIKE '____-__-__T__:__:__'",
}


def quoted(words: str) -> str:
    """Return a literal of SQL."""
    return "'" + words.replace("'", "''") + "'"


def pattern_sql(made: Pattern, columns: Mapping[str, str]) -> str:
    """Return SQL for the text a pattern makes of a row, NULL if it is missing; `columns` are SQL by name."""
    if made.column:
        return columns[made.column]
    if not made.columns:
        return quoted(made.constant)
    none = " AND ".join(f"{_none(columns[name])}" for name in made.columns)
    parts = []
    for words, name in made.parts:
        parts += [quoted(words)] if words else []
        parts += [f"CASE WHEN {_none(columns[name])} THEN '' ELSE trim({columns[name]}) END"] if name else []
    return f"CASE WHEN {none} THEN NULL ELSE concat({', '.join(parts)}) END"


def _none(cell: str) -> str:
    return f"({cell} IS NULL OR lower(trim({cell})) IN ({_MISSING}))"


def time_sql(cell: str, form: str, unit: str) -> str:
    """Return SQL for the microseconds of a cell: UTC, wall time if naive, NULL if it is no time."""
    text = f"trim({cell})"
    if form == "number":
        exact = f"try_cast({text} AS DECIMAL(38, 9))"
        factor = 1_000_000 // UNITS_PER_SECOND[unit]
        scaled = f"{exact} * {factor}" if factor else f"try_cast({exact} AS HUGEINT) // 1000"
        # Twenty digits and a million times that fit into the decimal; more would be an error.
        digits = r"[+-]?[0-9]{1,20}(\.[0-9]*)?"
        return f"CASE WHEN regexp_full_match({text}, '{digits}') THEN try_cast({scaled} AS BIGINT) END"
    pattern, kind = (ZONED, "TIMESTAMPTZ") if form == "zoned" else (NAIVE, "TIMESTAMP")
    usual = _USUAL[form].format(cell=cell)
    return (
        f"CASE WHEN {usual} THEN epoch_us(try_cast({cell} AS {kind})) "
        f"WHEN regexp_full_match({text}, '{pattern}') THEN epoch_us(try_cast(upper({text}) AS {kind})) END"
    )


def value_sql(cell: str, decimal_comma: bool) -> str:
    """Return SQL for the number in a cell: NaN if missing, NULL if it is no number, perhaps infinite.

    DuckDB takes 1_000 for a number; nothing else does.
    """
    text = f"replace(replace({cell}, '.', '_'), ',', '.')" if decimal_comma else cell
    missing = f"CASE WHEN lower(trim({cell})) IN ({_MISSING}) THEN 'nan'::DOUBLE END"
    return (
        f"CASE WHEN {cell} IS NULL THEN 'nan'::DOUBLE WHEN contains({text}, '_') THEN NULL "
        f"ELSE coalesce(try_cast({text} AS DOUBLE), {missing}) END"
    )
