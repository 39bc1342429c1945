"""Native histograms as Prometheus' API writes them: buckets with both bounds, each counted by itself.

The rule of the quantile is that of `HistogramQuantile` in Prometheus' promql/quantile.go since 3.0: buckets
of the exponential layout are spread evenly over the logarithm, all others over the value.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tocsin.importers.histograms import QUANTILES, Floats, Integers
from tocsin.importers.json_values import number

MOST_BUCKETS = 5_000
_SCHEMAS = range(-4, 9)

Bucket = tuple[float, float, float]  # lower bound, upper bound, count


@dataclass(frozen=True, slots=True)
class Native:
    """One native histogram at one time."""

    count: float
    sum: float
    buckets: tuple[Bucket, ...]


def native(told: Any) -> Native:
    """Return the histogram in an answer: {count, sum, buckets: [[rule, lower, upper, count], ...]}.

    Raises ValueError when it is not as it should be.
    """
    if not isinstance(told, dict) or not isinstance(told.get("buckets", []), list):
        raise ValueError("is no histogram")
    buckets = list[Bucket]()
    for one in told.get("buckets", []):
        if not isinstance(one, list) or len(one) != 4 or len(buckets) >= MOST_BUCKETS:
            raise ValueError("has a bucket that is none")
        lower, upper, count = _bound(one[1]), _bound(one[2]), number(one[3], text=True)
        if not lower < upper or not count >= 0:
            raise ValueError("has a bucket whose bounds or count are wrong")
        buckets.append((lower, upper, count))
    count, sum = (number(told.get(key), text=True) for key in ("count", "sum"))
    return Native(count, sum, tuple(sorted(buckets)))


def _bound(told: Any) -> float:
    infinite = {"+Inf": math.inf, "-Inf": -math.inf}
    return infinite[told] if isinstance(told, str) and told in infinite else number(told, text=True)


def quantile(buckets: Sequence[Bucket], share: float) -> float:
    """Return one quantile; NaN where nothing was counted."""
    filled = [bucket for bucket in buckets if bucket[2] > 0]
    rank = share * math.fsum(bucket[2] for bucket in filled)
    below = 0.0
    for lower, upper, count in filled:
        if below + count >= rank or (lower, upper, count) == filled[-1]:
            part = min((rank - below) / count, 1.0)
            return _inside(lower, upper, part, exponential=_is_exponential(buckets), buckets=filled)
        below += count
    return math.nan


def _inside(
    lower: float, upper: float, part: float, *, exponential: bool, buckets: Sequence[Bucket]
) -> float:
    """Return the value that lies a `part` of the way through a bucket, of all those `buckets`."""
    if math.isinf(upper) or (math.isinf(lower) and upper <= 0):
        return lower if math.isinf(upper) else upper
    if math.isinf(lower):
        lower = 0.0
    elif lower < 0 < upper:
        # The bucket around zero: nothing lies on the side where no other bucket is.
        negative = any(bucket[0] < lower for bucket in buckets)
        positive = any(bucket[1] > upper for bucket in buckets)
        lower = 0.0 if positive and not negative else lower
        upper = 0.0 if negative and not positive else upper
    elif exponential and lower * upper > 0:
        return float(lower * (upper / lower) ** part)
    return lower + (upper - lower) * part


def _is_exponential(buckets: Sequence[Bucket]) -> bool:
    """Whether all buckets grow by a factor of 2^(2^-schema), the same for all."""
    pairs = [sorted((abs(low), abs(up))) for low, up, _ in buckets if low * up > 0]
    ratios = [large / small for small, large in pairs]
    if not ratios or min(ratios) <= 1 or math.isinf(max(ratios)) or max(ratios) / min(ratios) > 1.000001:
        return False
    schema = -math.log2(math.log2(ratios[0]))
    return round(schema) in _SCHEMAS and abs(schema - round(schema)) < 1e-6


def increase(before: Native, after: Native) -> tuple[Bucket, ...]:
    """Return what was counted between two times; all there is where the process began anew.

    Empty where the buckets were laid out anew meanwhile, so that they cannot be compared.
    """
    if after.count < before.count:
        return after.buckets
    held = {(lower, upper): count for lower, upper, count in before.buckets}
    risen = tuple((low, up, count - held.pop((low, up), 0.0)) for low, up, count in after.buckets)
    falls = any(count < 0 for _, _, count in risen) or any(held.values())
    return () if falls else risen


def quantiles(times: Integers, found: Sequence[Native], *, running: bool) -> tuple[Integers, Floats]:
    """Return the times at which anything was counted, and times x QUANTILES.

    `running` counts go on from one time to the next: of several times it is what came between them.
    """
    if running and len(found) > 1:
        ladders = [increase(before, after) for before, after in pairwise(found)]
        times = times[1:]
    else:
        ladders = [one.buckets for one in found]
    values = np.array([[quantile(ladder, share) for share in QUANTILES] for ladder in ladders])
    values = values.reshape(len(ladders), len(QUANTILES))
    told = ~np.isnan(values[:, 0])
    return times[told], values[told]
