"""How long ago, in one short word for narrow places."""

from datetime import timedelta

_DAY = timedelta(days=1)


def brief(length: timedelta) -> str:
    """Return a length of time in its largest unit: 41 s, 12 min, 5 h, 23 d, from two years on 12 y."""
    for unit, size in (("y", 365 * _DAY), ("d", _DAY), ("h", _DAY / 24), ("min", _DAY / 1440)):
        if length >= size * (2 if unit == "y" else 1):
            return f"{length // size} {unit}"
    return f"{max(length, timedelta(0)) // timedelta(seconds=1)} s"
