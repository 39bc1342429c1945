"""A fast series made slower: the samples of one stretch of time become their mean."""

import numpy as np

from tocsin.detectors.base import Times, Values

LARGEST = 1e300  # sums of larger numbers overflow, and nothing real is larger


def evened(times_us: Times, values: Values, stretch_us: int) -> tuple[Times, Values]:
    """Return the mean of each stretch at the time of its last sample; all samples when `stretch_us` is 0.

    Stretches begin at whole multiples of `stretch_us`, so that the answer is the same however the samples
    arrive. A sample alone in its stretch comes back as it is.
    """
    if not stretch_us or len(times_us) < 2:
        return times_us, values
    stretch = times_us // stretch_us
    last = np.flatnonzero(stretch[1:] != stretch[:-1])
    if len(last) == len(times_us) - 1:
        return times_us, values
    firsts = np.concatenate([[0], last + 1])
    counts = np.diff(firsts, append=len(times_us))
    sums = np.add.reduceat(np.clip(values, -LARGEST, LARGEST), firsts)
    return times_us[firsts + counts - 1], sums / counts


def complete(times_us: Times, stretch_us: int) -> int:
    """Return how many samples lie in stretches that are over, judging by the usual time between samples.

    The mean of half a stretch strays further than that of a whole one.
    """
    n = len(times_us)
    if not stretch_us or n < 2:
        return n
    newest = int(times_us[-1])
    next_one = newest + int(np.median(np.diff(times_us[-1000:])))
    if next_one // stretch_us > newest // stretch_us:
        return n
    return int(np.searchsorted(times_us, newest - newest % stretch_us))
