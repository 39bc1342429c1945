"""Comparing inputs: 50 features of a million rows on either side, against plain numpy histograms.

Run: python tests/benchmarks/bench_compare.py [--quick]. CPU time, all in one run; the data and the import of
libraries are not counted. Plain is `np.histogram(x, edges)` of each feature and window over the ten
deciles of the baseline, taken as known, or `np.histogram(x, 50)` over fifty equal bins.
"""

import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.distributions_ranked import ranked
from tocsin.detectors.table import Table
from tocsin.model.decision import Roles

SHAPES: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "lognormal, sigma 2": lambda rng, n: np.exp(2 * rng.standard_normal(n)),
    "counts": lambda rng, n: rng.poisson(3, n).astype(float),
    "two far apart": lambda rng, n: np.where(rng.random(n) < 0.5, 0, 1e9) + rng.standard_normal(n),
}
SHIFTED = 6  # features whose window is moved by 0.3 spreads


def cpu_s(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def drawn(shape: str, features: int, rows: int) -> dict[str, Values]:
    rng = np.random.default_rng(1)
    make = SHAPES[shape]
    found = {f"f{i}": make(rng, 2 * rows) for i in range(features)}
    for name in list(found)[:SHIFTED]:
        found[name][rows:] += 0.3 * found[name][:rows].std()
    return found


def measure(shape: str, features: int, rows: int) -> None:
    columns = drawn(shape, features, rows)
    table = Table(np.arange(2 * rows, dtype=np.int64), columns)
    spans = (0, rows), (rows, 2 * rows)
    edges = [np.unique(np.quantile(x[:rows], np.linspace(0, 1, 11))) for x in columns.values()]

    def plain(bins: int) -> None:
        for x, known in zip(columns.values(), edges, strict=True):
            for part in (x[:rows], x[rows:]):
                np.histogram(part, known if bins == 10 else bins)

    ranked(table, Roles(), (0, 10), (10, 20))  # imports what it needs
    ours = cpu_s(lambda: ranked(table, Roles(), *spans))
    deciles, equal = cpu_s(lambda: plain(10)), cpu_s(lambda: plain(50))
    tracemalloc.start()
    changed = len(ranked(table, Roles(), *spans).changed)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    seconds = "".join(f"{one:8.2f} s" for one in (ours, deciles, equal))
    ratios = f"{ours / deciles:8.2f}{ours / equal:8.2f}"
    print(f"{shape:<20}{seconds}{ratios}{peak:7.0f} MB{changed:8}")


def main(quick: bool) -> None:
    features, rows = (4, 40_000) if quick else (50, 1_000_000)
    print(f"{features} features, {rows:,} rows in each window; {min(SHIFTED, features)} moved by 0.3 spreads")
    heads = ("ours", "deciles", "50 bins", "/dec.", "/50", "extra", "changed")
    print(
        " " * 20 + "".join(f"{head:>{w}}" for head, w in zip(heads, (10, 10, 10, 8, 8, 10, 8), strict=True))
    )
    for shape in SHAPES:
        measure(shape, features, rows)


if __name__ == "__main__":
    main("--quick" in sys.argv)
