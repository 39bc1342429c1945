"""The SQL that turns a cell of text into a time or a number, and into nothing else."""

from tocsin.importers.csv_columns import MISSING
from tocsin.importers.times import NAIVE, UNITS_PER_SECOND, ZONED

# The usual forms by LIKE, which is four times faster than a regular expression; all others by that.
_USUAL = {
    "zoned": "{cell} LIKE '____-__-__T__:__:%Z'",
    "naive": "{cell} LIKE '____-__-__ __:__:__' OR {cell} LIKE '____-__-__T__:__:__'",
}


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
    words = ", ".join(f"'{word}'" for word in MISSING)
    missing = f"CASE WHEN lower(trim({cell})) IN ({words}, '') THEN 'nan'::DOUBLE END"
    return (
        f"CASE WHEN {cell} IS NULL THEN 'nan'::DOUBLE WHEN contains({text}, '_') THEN NULL "
        f"ELSE coalesce(try_cast({text} AS DOUBLE), {missing}) END"
    )
