"""Values of OTLP in JSON: names in either case, 64-bit integers as text, enums as number or name."""

import math
from typing import Any

from tocsin.importers.json_values import number
from tocsin.importers.times import BEYOND_US, FIRST_US

_KINDS = ("stringValue", "intValue", "doubleValue", "boolValue")


def get(value: Any, name: str) -> Any:
    """Return a field by its name in JSON (timeUnixNano), or by that of the protocol (time_unix_nano)."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return value.get("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name))


def listed(value: Any, name: str) -> list[Any]:
    """Return a field that is a list; an empty one where it is none."""
    found = get(value, name)
    return found if isinstance(found, list) else []


def attributes(value: Any, name: str = "attributes") -> dict[str, Any]:
    """Return the attributes of something: texts, numbers, truths and lists of them by key."""
    found = {}
    for pair in listed(value, name):
        key = get(pair, "key")
        if isinstance(key, str):
            found[key] = _any(get(pair, "value"))
    return found


def _any(value: Any) -> Any:
    for kind in _KINDS:
        if (found := get(value, kind)) is not None:
            return integer(found) if kind == "intValue" and isinstance(found, str) else found
    return [_any(one) for one in listed(get(value, "arrayValue"), "values")]


def integer(value: Any) -> int:
    """Return a 64-bit integer, whether it is a number or a text. Raises ValueError."""
    if (
        isinstance(value, str)
        and len(value) <= 20
        and value.lstrip("-").isascii()
        and value.lstrip("-").isdigit()
    ):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is no whole number")
    return value


def integer_or(value: Any, default: int) -> int:
    """Return an integer, or the default where there is none. Raises ValueError."""
    return default if value is None else integer(value)


def real(value: Any) -> float:
    """Return a number, NaN where it is NaN, infinite or absent. Raises ValueError."""
    return math.nan if value is None else number(value, text=True)


def micros(value: Any, name: str) -> int:
    """Return a time in nanoseconds as microseconds. Raises ValueError when it is none of this century."""
    try:
        us = integer(get(value, name)) // 1_000
    except ValueError:
        raise ValueError(f"{name} is no time in nanoseconds") from None
    if not FIRST_US <= us < BEYOND_US:
        raise ValueError(f"{name} is not between 2000 and 2100")
    return us


def is_kind(value: Any, number: int, name: str) -> bool:
    """Whether an enum has a value, told by its number or its name."""
    return value == name or (value == number and not isinstance(value, bool))
