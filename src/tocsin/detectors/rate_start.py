"""When a rate changed: the posterior over the position of one step in counts of hits among trials."""

import numpy as np

from tocsin.detectors.autoregression import dispersion
from tocsin.detectors.base import Values
from tocsin.detectors.start import LEAST, Search, summary

_PRIOR = 0.5  # Jeffreys (1946)


def search_rate(hits: Values, trials: Values, *, by: int | None = None, chance: float = 0.9) -> Search | None:
    """Return when the rate of hits among trials stepped; None for under 6 rows or where all are alike.

    With the rate before and after each Beta(1/2, 1/2) the factor at s is B(k1, n1) B(k2, n2) / (B(k, n)
    B(0, 0)), B(k, n) the beta function of k + 1/2 and n - k + 1/2 over the counts before, after and of all
    (beta-binomial; Carlin, Gelfand and Smith 1992). Its logarithm is divided by the dispersion of what one
    step leaves, so that rows that come in runs do not count as independent.
    """
    from scipy.special import betaln

    n, total, of = len(hits), float(hits.sum()), float(trials.sum())
    if n < LEAST or not 0 < total < of:
        return None
    hit, tried = np.cumsum(hits)[:-1], np.cumsum(trials)[:-1]
    found = np.full(n, -np.inf)
    found[1:] = (
        betaln(_PRIOR + hit, _PRIOR + tried - hit)
        + betaln(_PRIOR + total - hit, _PRIOR + (of - tried) - (total - hit))
        - betaln(_PRIOR + total, _PRIOR + of - total)
        - betaln(_PRIOR, _PRIOR)
    )
    if by is not None:
        found[max(by, 1) + 1 :] = -np.inf
    residuals = _residuals(hits, trials, int(np.argmax(found)))
    found = found / dispersion(residuals)
    start = summary(found, chance)
    return None if start is None else Search(start, found, residuals)


def _residuals(hits: Values, trials: Values, at: int) -> Values:
    """Return Pearson's residuals from the rates before and since a position."""
    rate = np.empty(len(hits))
    for part in (slice(0, at), slice(at, None)):
        rate[part] = (hits[part].sum() + _PRIOR) / (trials[part].sum() + 2 * _PRIOR)
    residuals: Values = (hits - trials * rate) / np.sqrt(np.maximum(trials, 1) * rate * (1 - rate))
    return residuals
