"""When a share of yes changed: the posterior over where one step is, or over where a ramp begins."""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Times, Values

_BENDS = 200  # positions tried for a bend: the interval is no finer than a two-hundredth of the rows


@dataclass(frozen=True, slots=True)
class Onset:
    """The instant of the first changed row, the bounds that hold it, and whether it went down a ramp."""

    at_us: int
    earliest_us: int
    latest_us: int
    gradual: bool


def onset(times_us: Times, yes: Values, chance: float = 0.9) -> Onset | None:
    """Return when the share of yes (1 or 0, by time) changed; None with fewer than 6 rows.

    A ramp is told from a step by which of the two leaves less of the variance.
    """
    if len(yes) < 6:
        return None
    step, stepped = _step(yes)
    bends, bent = _bend(times_us, yes)
    if bent > stepped:
        first, low, high = (bends[at] for at in _bounds(_normed(_bend_odds(times_us, yes, bends)), chance))
    else:
        first, low, high = _bounds(step, chance)
    return Onset(int(times_us[first]), int(times_us[low]), int(times_us[high]), bent > stepped)


def _step(yes: Values) -> tuple[Values, float]:
    """Return the posterior over the first changed row, and the variance the best step explains.

    Both rates have the Jeffreys prior Beta(1/2, 1/2), the position is uniform (Smith 1975).
    """
    from scipy.special import betaln

    n, total = len(yes), float(yes.sum())
    rows, before = np.arange(1, n), np.cumsum(yes)[:-1]
    odds = np.full(n, -np.inf)
    odds[1:] = betaln(before + 0.5, rows - before + 0.5) + betaln(
        total - before + 0.5, n - rows - total + before + 0.5
    )
    explained = (before - rows * total / n) ** 2 * n / (rows * (n - rows))
    return _normed(odds), float(explained.max())


def _bend(times_us: Times, yes: Values) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], float]:
    """Return the rows tried for a bend, and the variance the best ramp from one of them explains."""
    last = max(int(len(yes) * 0.95), 1)
    bends = np.unique(np.linspace(0, last - 1, _BENDS).astype(np.intp))
    return bends, float(_explained(times_us, yes, bends).max())


def _bend_odds(times_us: Times, yes: Values, bends: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Values:
    total = float(((yes - yes.mean()) ** 2).sum())
    left = np.maximum(total - _explained(times_us, yes, bends), 1e-12)
    return -(len(yes) - 3) / 2 * np.log(left)


def _explained(times_us: Times, yes: Values, bends: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Values:
    """Return the variance explained by a share that is level until a bend and goes straight from there."""
    t = (times_us - times_us[0]) / max(int(times_us[-1] - times_us[0]), 1)
    centred = yes - yes.mean()
    found = np.zeros(len(bends))
    for place, bend in enumerate(bends.tolist()):
        ramp = np.maximum(t - t[bend], 0)
        ramp -= ramp.mean()
        size = float((ramp**2).sum())
        found[place] = float((ramp * centred).sum()) ** 2 / size if size > 0 else 0.0
    return found


def _normed(odds: Values) -> Values:
    weights = np.exp(odds - odds.max())
    return np.asarray(weights / weights.sum())


def _bounds(posterior: Values, chance: float) -> tuple[int, int, int]:
    """Return the likeliest position and the narrowest bounds around the densest that hold the chance."""
    order = np.argsort(-posterior, kind="stable")
    count = int(np.searchsorted(np.cumsum(posterior[order]), chance)) + 1
    kept = order[:count]
    return int(order[0]), int(kept.min()), int(kept.max())
