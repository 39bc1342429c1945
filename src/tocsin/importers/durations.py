"""Durations as people write them in settings: 15s, 5m, 6h, 2d, or a bare number of seconds."""

import re

from tocsin.errors import BadInput

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(s|m|h|d|)")


def seconds(text: str) -> float:
    """Return how many seconds a duration has. Raises BadInput."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise BadInput("this is not a duration.", where=text[:80], hint="Write 15s, 5m, 6h or 2d.")
    return float(found[1]) * _SECONDS[found[2]]
