"""Segments: false discoveries and power, a planted fault among real rows, and the CPU time of a scan.

Run: python tests/benchmarks/bench_segments.py [--quick]. The real rows are those of the car loans, or made
ones where that folder is missing.
"""

import csv
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tocsin.detectors.proportions import discoveries
from tocsin.detectors.segments import Scan, Settings, scan
from tocsin.detectors.segments_rates import worse_p
from tocsin.detectors.table import Column, Table, Words

SHARED = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIZES = ((2400, 2400), (2800, 2800), (3500, 3500), (6800, 1700), (10_000, 2500))  # rows before and after
RATE, DROP = 0.94, 0.03


def cpu_s(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def known(codes: np.ndarray) -> Words:
    return Words(codes.astype(np.int32), tuple(f"v{code:04}" for code in range(int(codes.max()) + 1)))


def disjoint(random: np.random.Generator, before: int, after: int, segments: int) -> tuple[float, float, int]:
    """One column of many segments, 1 in 100 truly changed: share of false findings, power, findings.

    From the counts on: with cells that do not overlap the scan finds what its tests do.
    """
    changed = np.arange(segments) < max(1, segments // 100)
    sums = np.empty((segments, 2, 3))
    sums[:, :, 0] = before, after
    sums[:, 0, 1:] = random.binomial(before, RATE, segments)[:, None]
    sums[:, 1, 1:] = random.binomial(after, RATE - DROP * changed)[:, None]
    got = discoveries(worse_p(sums, sums.sum(axis=0), "lower", 0.05, binary=True)) <= 0.05
    return (got & ~changed).sum() / max(1, got.sum()), (got & changed).sum() / changed.sum(), int(got.sum())


def overlapping(
    random: np.random.Generator, each: int, regions: int, fault: bool
) -> tuple[float, float, int]:
    """Regions and four more columns; a hundredth of the pairs region and van changed, or none."""
    rows = 2 * each * regions * 5
    region, van = random.integers(0, regions, rows), random.integers(0, 5, rows)
    columns: dict[str, Column] = {"region": known(region), "van": known(van)}
    columns |= {name: known(random.integers(0, 4, rows)) for name in ("weather", "shift", "depot")}
    changed = random.choice(regions * 5, max(1, regions * 5 // 100), replace=False) if fault else np.empty(0)
    later = np.arange(rows) >= rows // 2
    worse = np.isin(region * 5 + van, changed) & later
    values = (random.random(rows) < RATE - DROP * worse).astype(float)
    table = Table(np.arange(rows), columns)
    found = scan(table, list(columns), values, (0, rows // 2), (rows // 2, rows))
    got = set()
    for one in found.findings:
        where = dict(one.where)
        exact = set(where) == {"region", "van"}
        got.add(int(where["region"][1:]) * 5 + int(where["van"][1:]) if exact else -1 - len(got))
    true = got & set(changed.tolist())
    return (len(got) - len(true)) / max(1, len(got)), len(true) / max(1, len(changed)), len(got)


def simulate(title: str, draw: Callable[[], tuple[float, float, int]], repeats: int) -> None:
    drawn = np.array([draw() for _ in range(repeats)])
    error = drawn[:, 0].std() / np.sqrt(repeats)
    print(
        f"{title:<66} {repeats:>5}   {100 * drawn[:, 0].mean():>5.1f} % ± {100 * error:<4.1f} "
        f"{100 * drawn[:, 1].mean():>6.1f} %"
    )


def loans(random: np.random.Generator, rows: int) -> tuple[dict[str, Column], np.ndarray, str]:
    """Attributes of loans drawn with replacement, numbers in fifths, and eight more; whether it was right."""
    file = SHARED / "nannyml_car_loan" / "synthetic_car_loan_reference.csv"
    if not file.exists():
        codes = {f"attribute {i}": known(random.integers(0, 5, rows)) for i in range(8)}
        return dict(codes), random.random(rows) < 0.87, "made rows"
    with file.open(newline="", encoding="utf-8") as there:
        read = list(csv.DictReader(there))
    drawn = random.integers(0, len(read), rows)
    columns: dict[str, Column] = {}
    for name in read[0]:
        if name in ("id", "timestamp", "repaid", "y_pred", "y_pred_proba"):
            continue
        texts = np.array([row[name] for row in read])
        labels, codes = np.unique(texts, return_inverse=True)
        if len(labels) > 20:
            numbers = texts.astype(float)
            codes = np.searchsorted(np.quantile(numbers, np.arange(1, 8) / 8), numbers, side="right")
        columns[name] = known(codes[drawn])
    right = np.array([float(row["repaid"]) == float(row["y_pred"]) for row in read])[drawn]
    return columns, right, "rows of the car loans, drawn with replacement"


def planted(random: np.random.Generator, rows: int) -> tuple[Table, np.ndarray, tuple[str, str], str, float]:
    """16 attributes, half of them real; a tenth of the right decisions of one pair of values made wrong."""
    columns, right, source = loans(random, rows)
    made = (2, 3, 4, 5, 6, 7, 9, 12, 5, 4)
    for number in range(16 - len(columns)):
        columns[f"made {number}"] = known(random.integers(0, made[number], rows))
    names = list(columns)
    first, second = names[1], names[4]
    share, pair = 1.0, (0, 0)
    sizes = np.zeros((len(columns[first].labels), len(columns[second].labels)))  # type: ignore[union-attr]
    np.add.at(sizes, (columns[first].codes, columns[second].codes), 1 / rows)  # type: ignore[union-attr]
    pair = np.unravel_index(np.abs(sizes - 0.06).argmin(), sizes.shape)
    share = float(sizes[pair])
    mine = (columns[first].codes == pair[0]) & (columns[second].codes == pair[1])  # type: ignore[union-attr]
    fault = mine & (np.arange(rows) >= rows // 2) & (random.random(rows) < 0.1)
    return Table(np.arange(rows), columns), (right & ~fault).astype(float), (first, second), source, share


def bare(table: Table, values: np.ndarray) -> None:
    """Count rows and sum of values by bincount, for each pair of columns and window: what a scan needs."""
    half = len(table) // 2
    codes = [column.codes for column in table.columns.values()]  # type: ignore[union-attr]
    sizes = [len(column.labels) for column in table.columns.values()]  # type: ignore[union-attr]
    for first in range(len(codes)):
        for second in range(first + 1, len(codes)):
            for part in (slice(0, half), slice(half, None)):
                key = codes[first][part] * sizes[second] + codes[second][part]
                size = sizes[first] * sizes[second]
                np.bincount(key, minlength=size)
                np.bincount(key, weights=values[part], minlength=size)


def look(table: Table, values: np.ndarray) -> Scan:
    half = len(table) // 2
    return scan(table, list(table.columns), values, (0, half), (half, len(table)), Settings())


def main(quick: bool) -> None:
    random = np.random.default_rng(1)
    segments, repeats, few = (1000, 5, 2) if quick else (1000, 1000, 100)
    title = f"{RATE:.0%} before, {100 * DROP:.0f} points less in 1 of 100"
    print(f"{title:<66} times    false            power")
    for before, after in SIZES[:2] if quick else SIZES:
        title = f"{segments:,} segments of {before:,} and {after:,} rows"
        simulate(title, lambda b=before, a=after: disjoint(random, b, a, segments), repeats)  # type: ignore[misc]
    each, regions = (800, 20) if quick else (3200, 20)
    title = f"{regions * 5} pairs of {each:,} and {each:,} rows, among all cells of 5 columns"
    simulate(title, lambda: overlapping(random, each, regions, True), few)
    none = lambda: overlapping(random, each // 8, regions, False)  # noqa: E731
    simulate("the same without any change, an eighth of the rows", none, 3 * few)

    rows, times, tries = (20_000, 2, 2) if quick else (200_000, 9, 40)
    alone = exact = others = 0
    for _ in range(tries):
        table, values, pair, source, share = planted(random, rows)
        found = look(table, values).findings
        named = [tuple(column for column, _ in one.where) for one in found]
        alone += named == [pair]
        exact += pair in named
        others += len(named) - (pair in named)
    print(f"\nfault in {share:.1%} of {rows:,} {source}, {tries} times:")
    print(f"{exact} found, {alone} as the only finding, {others} other findings")

    tested = look(table, values).tested
    ratios = []
    for _ in range(times):
        plain, ours = cpu_s(lambda: bare(table, values)), cpu_s(lambda: look(table, values))
        ratios.append((ours / plain, plain, ours))
    ratio, plain, ours = sorted(ratios)[len(ratios) // 2]
    print(f"\n{rows:,} rows, {len(table.columns)} columns, {tested:,} cells, with the fault explained away")
    print(f"{'bare bincount of rows and sums, every pair, both windows':<66} {plain:8.3f} s CPU")
    print(f"{'scan':<66} {ours:8.3f} s CPU   {ratio:.2f} times")


if __name__ == "__main__":
    main("--quick" in sys.argv)
