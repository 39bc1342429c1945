"""Values of parsed JSON as what they should be: a path followed, numbers, times, text; never a guess.

All raise ValueError with a reason that fits behind the field's name: "value: is true, not a number".
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.importers.times import NUMBER, form, parsed

LONGEST_TEXT = 10_000
_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d{1,9})\]")


def steps(path: str) -> list[str | int]:
    """Return the parts of a path such as data.items[0].name. Raises ValueError when it is none."""
    found: list[str | int] = []
    end = 0
    while end < len(path):
        part = _STEP.match(path, end)
        if not part:
            raise ValueError(f"“{path[:60]}” is no path; write it as data.items[0].name")
        found.append(part[1] if part[1] is not None else int(part[2]))
        end = part.end()
    return found


def follow(value: Any, path: str | list[str | int], default: Any = None) -> Any:
    """Return what lies at a path, or `default` where it leads nowhere."""
    for step in steps(path) if isinstance(path, str) else path:
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return default
            value = value[step]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return default
    return value


def flat(value: Mapping[str, Any], most: int = 2_000) -> dict[str, Any]:
    """Return a nested object as one, its keys being paths: {"a.b": 1, "tags[0]": "x"}; at most `most` keys.

    Empty objects and arrays are left out.
    """
    found: dict[str, Any] = {}
    waiting: list[tuple[str, Any]] = list(value.items())[::-1]
    while waiting:
        name, inner = waiting.pop()
        if isinstance(inner, dict):
            waiting += [(f"{name}.{key}", below) for key, below in list(inner.items())[::-1]]
        elif isinstance(inner, list):
            waiting += [(f"{name}[{index}]", below) for index, below in reversed(list(enumerate(inner)))]
        else:
            found[name] = inner
        if len(found) + len(waiting) > most:
            raise ValueError(f"has more than {most:,} fields")
    return found


def number(value: Any, *, text: bool = False) -> float:
    """Return a number as a float; NaN where it is null, NaN or infinite, so that it counts as missing.

    With `text` numbers written as text are taken too, also "NaN" and "+Inf".
    """
    if value is None:
        return math.nan
    if isinstance(value, bool):
        raise ValueError(f"is {told(value)}, not a number")
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else math.nan
    if text and isinstance(value, str):
        if re.fullmatch(NUMBER, value) and math.isfinite(float(value)):
            return float(value)
        if value.strip("+-").lower() in ("nan", "inf", "infinity"):
            return math.nan
    raise ValueError(f"is {told(value)}, not a number")


def text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text; "" for null. A text beyond `longest` characters is refused."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"is {told(value)}, not a text")
    if len(value) > longest:
        raise ValueError(f"is longer than {longest:,} characters")
    return value


def shortened(value: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text cut to a length, with an ellipsis where it was."""
    return value if len(value) <= longest else value[: longest - 1] + "…"


def instant(value: Any, unit: str = "") -> datetime:
    """Return the UTC instant of an RFC 3339 time with a zone, or of a number in `unit` (s, ms, us, ns).

    Digits beyond microseconds are cut. Times outside 2000 to 2100 are refused.
    """
    if unit and not isinstance(value, bool) and isinstance(value, int | float):
        return parsed(repr(value), "number", None, unit)
    if not isinstance(value, str):
        raise ValueError(f"is {told(value)}, not a time")
    kind = form(value)
    if kind == "zoned" or (kind == "number" and unit):
        return parsed(value, kind, None, unit)
    reason = {"naive": "has no zone", "number": "is a bare number"}.get(kind, "is no time")
    raise ValueError(f"{value[:40]!r} {reason}")


def instant_or_none(value: Any, unit: str = "") -> datetime | None:
    """Return `instant`, or None for null, "" and the zero time of Go (0001-01-01T00:00:00Z)."""
    if value is None or value == "" or (isinstance(value, str) and value.startswith("0001-01-01T00:00:00")):
        return None
    return instant(value, unit)


def instant_at(found: Mapping[str, Any], key: str) -> datetime | None:
    """Return the instant under a key, None where there is none. Raises ValueError naming the key."""
    try:
        return instant_or_none(found.get(key))
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def told(value: Any) -> str:
    """Return in a few words what a value is, for a message about it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return f"the number {value!r:.40}"
