"""When it started: how often the 90 % interval holds the truth, how wide it is, and the car-loan data.

Run: python tests/benchmarks/bench_start_estimate.py [--quick].
"""

import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.start_cases import autoregressive, noises, outcome, reference
from tocsin.detectors.joint_start import Evidence, combine
from tocsin.detectors.rate_start import search_rate
from tocsin.detectors.start import search
from tocsin.operations.decisions import load_file
from tocsin.operations.progress import finish
from tocsin.operations.start_rows import estimate_of_rows

DATA = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
SAMPLES = 1000


def shifted(
    rng: np.random.Generator, noise: np.ndarray, size: float, ramp: int = 1
) -> tuple[np.ndarray, int]:
    n = len(noise)
    at = int(rng.integers(n // 5, n - n // 5))
    return noise + size * np.clip((np.arange(n) - at + 1) / ramp, 0, 1), at


def told(values: np.ndarray) -> tuple[int, int, int, float, int]:
    found = search(values)
    if found is None:
        return 0, 0, len(values) - 1, -np.inf, 1
    start = found.start
    return start.index, start.low, start.high, start.odds, start.ramp


def coverage(runs: int) -> None:
    print(f"A step of one spread in {SAMPLES} samples, {runs} runs each; 90 % intervals, widths in samples;")
    print("plain: the AR(1)-prewhitened posterior; evidence: share of runs with odds above 0")
    print("| noise | covered | width | error | plain covered | width | error | ratio | evidence | no step |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    nab = DATA / "nab" if (DATA / "nab").is_dir() else None
    for name, noise in noises(11, runs, SAMPLES, nab):
        rng = np.random.default_rng(12)
        made = [shifted(rng, row, 1.0) for row in noise]
        truth = [at for _, at in made]
        ours = [told(values) for values, _ in made]
        own = outcome(truth, [one[:3] for one in ours])
        plain = outcome(truth, [reference(values) for values, _ in made])
        evident, false = (
            np.mean([one[3] > 0 for one in each]) for each in (ours, [told(row) for row in noise])
        )
        print(
            f"| {name} | {own.covered:.3f} | {own.width:.1f} | {own.error:.1f} | {plain.covered:.3f} | "
            f"{plain.width:.1f} | {plain.error:.1f} | {own.width / plain.width:.2f} | {evident:.2f} | "
            f"{false:.3f} |"
        )


def ramps(runs: int) -> None:
    print(f"A ramp up to two spreads in {SAMPLES} samples, AR 0.5, {runs} runs each: where it begins")
    print("| samples it takes | covered | width | error | told as a ramp | plain covered | plain error |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for length in (1, 20, 100, 300):
        rng = np.random.default_rng(13)
        noise = autoregressive(rng, runs, SAMPLES, 0.5)
        made = [shifted(rng, row, 2.0, length) for row in noise]
        ours, truth = [told(values) for values, _ in made], [at for _, at in made]
        own = outcome(truth, [one[:3] for one in ours])
        plain = outcome(truth, [reference(values) for values, _ in made])
        ramped = np.mean([one[4] > 1 for one in ours])
        print(
            f"| {length} | {own.covered:.3f} | {own.width:.1f} | {own.error:.1f} | {ramped:.2f} | "
            f"{plain.covered:.3f} | {plain.error:.1f} |"
        )


def joint(runs: int) -> None:
    print(f"Five series of 600 samples, AR 0.5, a step of half a spread in some, {runs} runs each")
    print("| changed | shared noise | covered | width | evidence | chance told of changed | of others |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for changed, shared in ((5, 0.0), (5, 0.5), (5, 0.95), (2, 0.0), (0, 0.0), (0, 0.8)):
        rng = np.random.default_rng(14)
        rows = [_joint(rng, changed, shared) for _ in range(runs)]
        covered, width, evident, own, others = (np.array(column) for column in zip(*rows, strict=True))
        hit = f"{covered.mean():.3f}" if changed else "-"
        print(
            f"| {changed} | {shared:.0%} | {hit} | {np.median(width):.1f} | {evident.mean():.2f} | "
            f"{own.mean():.2f} | {others.mean():.2f} |"
        )


def _joint(
    rng: np.random.Generator, changed: int, shared: float, series: int = 5, n: int = 600
) -> tuple[bool, float, bool, float, float]:
    common, at = autoregressive(rng, 1, n, 0.5)[0], int(rng.integers(n // 5, n - n // 5))
    evidence = []
    for number in range(series):
        own = autoregressive(rng, 1, n, 0.5)[0]
        values = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
        values += (number < changed) * 0.5 * (np.arange(n) >= at)
        found = search(values)
        assert found is not None
        evidence.append(Evidence(np.arange(n) * 60 + number, found.factors, found.innovations))
    told = combine(evidence)
    assert told is not None
    true = at * 60 - rng.random() * 60
    hit = told.earliest_us <= true <= told.latest_us
    parts = (
        float(np.mean(one)) if len(one) else 0.0 for one in (told.changed[:changed], told.changed[changed:])
    )
    return hit, (told.latest_us - told.earliest_us) / 60, told.odds > 0, *parts


def rates(runs: int) -> None:
    print(f"A rate that steps somewhere in 10,000 decisions, {runs} runs each")
    print("| rate | covered | width | error | evidence |")
    print("|---|---:|---:|---:|---:|")
    for before, after in ((0.10, 0.15), (0.02, 0.04), (0.10, 0.10)):
        rng, rows, truth = np.random.default_rng(15), [], []
        for _ in range(runs):
            at = int(rng.integers(2000, 8000))
            chances = np.where(np.arange(10_000) < at, before, after)
            found = search_rate((rng.random(10_000) < chances).astype(float), np.ones(10_000))
            assert found is not None
            rows.append(found.start)
            truth.append(at)
        own = outcome(truth, [(one.index, one.low, one.high) for one in rows])
        evident = np.mean([one.odds > 0 for one in rows])
        hit = f"{own.covered:.3f} | {own.width:.0f} | {own.error:.0f}" if before != after else "- | - | -"
        print(f"| {before:.2f} to {after:.2f} | {hit} | {evident:.2f} |")


def car_loan() -> None:
    file = DATA / "nannyml_car_loan" / "synthetic_car_loan_analysis.csv"
    if not file.is_file():
        print(f"The car-loan data are not at {DATA}.")
        return
    table = finish(load_file(file)).table
    print("Car loans, 50,000 rows; the first changed row is 25,000, NannyML names rows 25,000 to 29,999")
    print("| evidence | row | from | to | rows wide | CPU s |")
    print("|---|---:|---:|---:|---:|---:|")
    for columns in (None, ["car_value"], ["y_pred_proba"], ["y_pred"]):
        begin = time.process_time()
        found = finish(estimate_of_rows(table, columns))
        spent = time.process_time() - begin
        name = "every column" if columns is None else columns[0]
        where = f"{found.row} | {found.low} | {found.high} | {found.high - found.low + 1}"
        print(f"| {name} | {where if found.row >= 0 else 'no evidence | - | - | -'} | {spent:.2f} |")


if __name__ == "__main__":
    quick = "--quick" in sys.argv
    coverage(10 if quick else 500)
    ramps(5 if quick else 300)
    joint(3 if quick else 200)
    rates(3 if quick else 200)
    if not quick:
        car_loan()
