"""Values by their ranks, as if they were Gaussian: whatever their tails."""

import numpy as np

from tocsin.detectors.base import Values


def normal_scores(values: Values) -> Values:
    """Return the Gaussian quantile of each value's mean rank less one half over n (van der Waerden 1952)."""
    from scipy.special import ndtri

    if not len(values):
        return values
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    scores: Values = ndtri((ranks - 0.5) / len(values))[inverse]
    return scores
