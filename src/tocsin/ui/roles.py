"""What each column of a table becomes, as words of the mapping: read from it, and changed in it."""

import re
from collections.abc import Mapping, Sequence

from tocsin.importers.fields import FIELDS, PREFIXES

IGNORED, KEPT = "ignored", "kept"
LABEL = "label"
_SAMPLES = ("time", "value", "metric", "unit", LABEL, "segment", "group", "system", IGNORED)
_DECISIONS = ("time", "id", KEPT)
_NOTHING = "''"  # a constant without words
_COLUMNS = re.compile(r"\{([^{}]+)\}")
_NO_FIELDS = ("shape", "decimal", "records")  # said of the table as a whole

Said = Mapping[str, str]


def roles(record: str) -> tuple[str, ...]:
    """Return what a column of such records can become; the last is what it becomes when nothing is said."""
    if record in FIELDS:
        prefix = PREFIXES.get(record, "").rstrip(".")
        return (*FIELDS[record], *filter(None, [prefix]), IGNORED)
    return _DECISIONS if record == "decisions" else _SAMPLES


def role_of(column: str, said: Said, columns: Sequence[str], record: str) -> str:
    """Return what a column becomes by a mapping; "part of FIELD" where it is combined with others."""
    for field, words in said.items():
        if field in _NO_FIELDS:
            continue
        if field == "value" and record == "samples":
            if column in _values(words, columns):
                return field
        elif words == column:
            return field.partition(".")[0] if "." in field else field
        elif column in _COLUMNS.findall(words):
            return f"part of {field}"
    return roles(record)[-1]


def with_role(said: Said, columns: Sequence[str], record: str, column: str, role: str) -> dict[str, str]:
    """Return the mapping with a column in another role; what had the role before makes room."""
    found = _without(said, columns, record, column)
    if role == "value" and record == "samples":
        values = {*_values(found.get("value", ""), columns), column}
        found["value"] = ",".join(name for name in columns if name in values)
    elif role in (LABEL, "extra"):
        found[f"{role}.{column}"] = column
    elif role not in (IGNORED, KEPT):
        found[role] = column
    elif record == "samples" and said.get("metric") in columns:
        # In a long table a column of words is a label unless told otherwise.
        found[f"{LABEL}.{column}"] = _NOTHING
    return found


def patterns(said: Said, columns: Sequence[str]) -> dict[str, str]:
    """Return the fields that are no column alone: constants and what is combined, by field."""
    return {
        field: words
        for field, words in said.items()
        if field not in (*_NO_FIELDS, "value") and words not in ("", _NOTHING) and words not in columns
    }


def with_pattern(said: Said, columns: Sequence[str], field: str, words: str) -> dict[str, str]:
    """Return the mapping with a field made of words, of {columns} in words, or of nothing."""
    found = {key: value for key, value in said.items() if key != field}
    if words.strip():
        named = words in columns or "{" in words or (words[:1] == words[-1:] == "'" and len(words) > 1)
        found[field] = words if named else f"'{words.strip()}'"
    return found


def in_words(said: Said) -> str:
    """Return a mapping as it is typed: time=ts,value=latency."""
    return ",".join(f"{field}={words}" for field, words in said.items())


def _without(said: Said, columns: Sequence[str], record: str, column: str) -> dict[str, str]:
    found = dict(said)
    for field, words in said.items():
        if field == "value" and record == "samples":
            left = [name for name in _values(words, columns) if name != column]
            found[field] = ",".join(left)
            if not left:
                del found[field]
        elif (words == column and field not in _NO_FIELDS) or field == f"{LABEL}.{column}":
            del found[field]
    return found


def _values(words: str, columns: Sequence[str]) -> list[str]:
    return [words] if words in columns else [name.strip() for name in words.split(",") if name.strip()]
