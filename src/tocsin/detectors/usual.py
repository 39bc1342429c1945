"""The part of a series that tells when it left what was usual, where it changed more than once."""

from itertools import pairwise

from tocsin.detectors import changes
from tocsin.detectors.base import Values
from tocsin.detectors.start import LEAST, search


def departure(values: Values, by: int | None = None) -> slice:
    """Return the longest stretch without a change, and the one after it: in between it left what was usual.

    Where nothing comes after the longest, it is the one before and the longest. `by` is the index of a sample
    known to be changed: what comes later is not looked at for stretches. Of the change points (changes.find)
    only those count that each have evidence between their neighbours, with the noise estimated along; with
    fewer than two it is the whole series.
    """
    end = len(values) if by is None else min(max(by, 1) + 1, len(values))
    at = _evident(values, [one for one in changes.find(values).at if LEAST <= one <= len(values) - LEAST])
    if len(at) < 2:
        return slice(0, len(values))
    before = [one for one in at if one < end] or at[:1]
    bounds = [0, *before, end]
    lengths = [last - first for first, last in pairwise(bounds)]
    longest = min(lengths.index(max(lengths)), len(before) - 1)
    every = [0, *at, len(values)]
    return slice(every[longest], every[longest + 2])


def _evident(values: Values, at: list[int]) -> list[int]:
    """Return the change points that are evident between their neighbours; the least evident goes first."""
    at = list(at)
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
