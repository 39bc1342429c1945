"""Change points: agreement with people on TCPD, and CPU time beside changeforest, up to a million samples.

Run: python tests/benchmarks/bench_changes.py [--quick].
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import changeforest
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests import tcpd
from tocsin.detectors.changes import find

DATA = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
SHIFTS = 10


def cpu_s(work: Callable[[], object], times: int) -> float:
    """Return the least of several runs: what else the machine does only adds."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return min(found)


def shifted(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return unit noise with ten shifts of 0.5 to 1.5, and where they are."""
    rng = np.random.default_rng(1)
    at = np.sort(rng.choice(np.arange(1, 20), SHIFTS, replace=False)) * n // 20
    values = rng.standard_normal(n)
    for one in at:
        values[one:] += rng.uniform(0.5, 1.5) * rng.choice([-1, 1])
    return values, at


def found_of(at: np.ndarray, found: Sequence[int], n: int) -> int:
    return sum(min((abs(int(one) - other) for other in found), default=n) <= n // 100 for one in at)


def speed(quick: bool) -> None:
    print("Ten shifts of 0.5 to 1.5 spreads; found within 1 % of the length; CPU s, least of three")
    print("| samples | ours | found | changeforest | found | ratio |")
    print("|---:|---:|---:|---:|---:|---:|")
    for n in (10_000, 20_000) if quick else (10_000, 100_000, 1_000_000):
        values, at = shifted(n)
        column = np.ascontiguousarray(values[:, None])

        def peer(column: np.ndarray = column) -> list[int]:
            return list(changeforest.changeforest(column, "change_in_mean", "bs").split_points())

        ours, theirs = cpu_s(lambda v=values: find(v), 3), cpu_s(peer, 3)
        own, other = found_of(at, find(values).at, n), found_of(at, peer(), n)
        print(f"| {n:,} | {ours:.4f} | {own} | {theirs:.4f} | {other} | {ours / theirs:.2f} |")


def agreement() -> None:
    if not (DATA / "tcpd").is_dir():
        print(f"TCPD is not at {DATA}.")
        return
    methods = ("default_zero", "default_bocpd", "default_binseg", "oracle_binseg", "oracle_bocpd")
    rows: dict[str, list[tuple[float, float]]] = {name: [] for name in ("ours", *methods)}
    print("TCPD, univariate: cover / F1 as TCPDBench defines them")
    print("| series | ours | BINSEG default | BINSEG oracle | change points |")
    print("|---|---:|---:|---:|---|")
    for one in tcpd.load(DATA / "tcpd"):
        at = find(one.values).at
        own = tcpd.cover(one.annotations, at, len(one.values)), tcpd.f1(one.annotations, at)
        rows["ours"].append(own)
        for name in methods:
            rows[name].append((one.published[f"{name}_cover"], one.published[f"{name}_f1"]))
        told = " | ".join(
            f"{x:.3f} / {y:.3f}" for x, y in (own, *(rows[m][-1] for m in (methods[2], methods[3])))
        )
        print(f"| {one.name} | {told} | {', '.join(map(str, at))} |")
    print(f"Mean over the {len(rows['ours'])} series")
    for name, scores in rows.items():
        covered, matched = np.mean(scores, axis=0)
        print(f"| {name.replace('_', ' ')} | {covered:.4f} | {matched:.4f} |")


if __name__ == "__main__":
    speed("--quick" in sys.argv)
    agreement()
