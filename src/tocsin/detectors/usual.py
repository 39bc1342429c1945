"""The part of a series that tells when it left what was usual, where it changed more than once."""

from itertools import pairwise

from tocsin.detectors import changes
from tocsin.detectors.autoregression import product
from tocsin.detectors.base import Values
from tocsin.detectors.shifts import ramp
from tocsin.detectors.start import LEAST, search


def departure(values: Values, by: int | None = None) -> slice:
    """Return the longest stretch without a change and the one after it: in between it left what was usual.

    The last stretch is never what was usual, nor is what comes after `by`, the index of a sample known to be
    changed. Of the change points (changes.find)
    only those count that each have evidence between their neighbours, with the noise estimated along. With
    fewer than two, or where one step or ramp leaves none, it is the whole series.
    """
    end = len(values) if by is None else min(max(by, 1) + 1, len(values))
    at = _evident(values)
    if len(at) < 2 or not _evident(_without_shift(values)):
        return slice(0, len(values))
    before = [one for one in at if one < end] or at[:1]
    bounds = [0, *before, end]
    lengths = [last - first for first, last in pairwise(bounds)]
    longest = lengths.index(max(lengths[:-1]))
    every = [0, *at, len(values)]
    return slice(every[longest], every[longest + 2])


def _without_shift(values: Values) -> Values:
    """Return the values less their likeliest step or ramp."""
    found = search(values)
    if found is None:
        return values
    shape = ramp(len(values), found.start.index, found.start.ramp)
    shape -= shape.mean()
    squares = product(shape, shape)
    rest: Values = values - (product(shape, values) / squares if squares > 0 else 0.0) * shape
    return rest


def _evident(values: Values) -> list[int]:
    """Return the change points that are evident between their neighbours; the least evident goes first."""
    at = [one for one in changes.find(values).at if LEAST <= one <= len(values) - LEAST]
    while at:
        bounds = [0, *at, len(values)]
        odds = []
        for first, last in zip(bounds, bounds[2:], strict=False):
            found = search(values[first:last])
            odds.append(-1.0 if found is None else found.start.odds)
        if min(odds) > 0:
            break
        at.pop(odds.index(min(odds)))
    return at
