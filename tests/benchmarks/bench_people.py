"""Oversight, answers and spot checks: how often they find what was planted, and how often what is not there.

Run: python tests/benchmarks/bench_people.py [--quick].
"""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.detectors.reviews import ROLES, START, WINDOW, Habit, Habits, gradual, reviews, sudden
from tests.detectors.test_behaviour import BASELINE, replayed
from tests.detectors.test_behaviour import ROLES as ASKED
from tests.detectors.test_behaviour import WINDOW as AFTER
from tocsin.detectors.base import DAY, Finding
from tocsin.detectors.behaviour import BehaviourDetector
from tocsin.detectors.oversight import OversightDetector
from tocsin.detectors.sampling import allocate, stratified
from tocsin.detectors.table import Decisions, Table

CHANCE = 0.05
PLANTED: dict[str, Mapping[int, Habits]] = {
    "nothing": {},
    "overrides 15 % to 1 %": {4: sudden(Habit(override=0.01))},
    "overrides 15 % to 0 % over 35 days": {4: gradual(Habit(override=0.0))},
    "reviews 40 s to 3 s": {4: sudden(Habit(seconds=3))},
    "reviews 40 s to 8 s over 35 days": {4: gradual(Habit(seconds=8))},
    "reviewed 90 % to 60 %": {4: sudden(Habit(reviewed=0.6))},
    "right 95 % to 75 %": {4: sudden(Habit(right=0.75))},
    "all: overrides 15 % to 9 %": {number: sudden(Habit(override=0.09)) for number in range(12)},
}
ANSWERS: dict[str, dict[str, float]] = {
    "nothing": {}, "right 80 % to 60 %": {"right": 0.6}, "right 80 % to 30 %": {"right": 0.3},
    "declined 2 % to 20 %": {"declined": 0.2}, "30 words to 15": {"length": 15},
}  # fmt: skip
SAMPLES = (
    ("5 strata, 5 %", [1000] * 5, [0.05] * 5, 300),
    ("5 strata, 1 to 30 %", [1000] * 5, [0.01, 0.02, 0.05, 0.1, 0.3], 300),
    ("40 tiny ones 50 % wrong", [5] * 40 + [5000] * 3, [0.5] * 40 + [0.03] * 3, 120),
    ("1 %", [3000] * 10, [0.01] * 10, 300),
    ("one drawn of each of 30", [100] * 30, [0.1] * 30, 30),
)


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def review(seed: int, planted: Mapping[int, Habits], between_days: float) -> list[Finding]:
    table = reviews(generator(seed), changed=planted, a_day=30, between_days=between_days)
    return OversightDetector().find(Decisions(table, ROLES, (START, WINDOW[0]), WINDOW, CHANCE))


def ask(seed: int, planted: dict[str, float]) -> list[Finding]:
    table: Table = replayed(generator(seed), **planted)  # type: ignore[arg-type]
    return BehaviourDetector().find(Decisions(table, ASKED, BASELINE, AFTER, CHANCE))


def tabulate(title: str, runs: int, look: Callable[[int], list[Finding]]) -> None:
    begin = time.process_time()
    found = [look(seed) for seed in range(runs)]
    took = (time.process_time() - begin) / runs
    widths = [(one.latest_us - one.earliest_us) / DAY for told in found for one in told]
    told = sum(map(bool, found)) / runs
    width = f"{np.median(widths):6.1f}" if widths else "     -"
    print(f"{title:<40} {told:8.0%} {np.mean([len(one) for one in found]):8.2f} {width} {took:8.3f}")


def main(quick: bool) -> None:
    runs = 2 if quick else 200
    print(f"{'oversight, 12 reviewers, 30 a day':<40} {'told in':>8} {'alerts':>8} {'days':>6} {'CPU s':>8}")
    for title, planted in PLANTED.items():
        tabulate(title, runs, lambda seed, planted=planted: review(seed, planted, 0.2))  # type: ignore[misc]
    print(f"\n{'answers, 40 prompts a day':<40} {'told in':>8} {'alerts':>8} {'days':>6} {'CPU s':>8}")
    for title, said in ANSWERS.items():
        tabulate(title, max(runs // 4, 2), lambda seed, said=said: ask(seed, said))  # type: ignore[misc]
    print(f"\n{'spot checks, 95 % interval of all':<40} {'judged':>8} {'holds':>8} {'exact':>6} {'width':>8}")
    for title, sizes, rates, rows in SAMPLES:
        for judged in (rows, rows // 3):
            sample(title, np.array(sizes), np.array(rates), (rows, judged), 10 * runs)


def sample(title: str, sizes: np.ndarray, rates: np.ndarray, rows: tuple[int, int], runs: int) -> None:
    """Draw, judge all of it or what comes first, and count how often the interval holds the true rate."""
    random, drawn, truth = generator(1), allocate(sizes, rows[0]), float(sizes @ rates / sizes.sum())
    held, exact, width = [], [], []
    for _ in range(runs):
        first = random.permutation(np.repeat(np.arange(len(sizes)), drawn))[: rows[1]]
        seen = np.bincount(first, minlength=len(sizes))
        wrong = random.binomial(seen, rates)
        told = stratified(wrong, seen, sizes, drawn)
        other = stratified(wrong, seen, sizes, drawn, exact=True)
        assert told is not None
        assert other is not None
        held.append(told.low <= truth <= told.high)
        exact.append(other.low <= truth <= other.high)
        width.append(told.high - told.low)
    print(f"{title:<40} {rows[1]:8} {np.mean(held):8.1%} {np.mean(exact):6.1%} {np.mean(width):8.3f}")


if __name__ == "__main__":
    main("--quick" in sys.argv)
