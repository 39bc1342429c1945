"""Makes logs of human reviews, seeded: reviewers with habits of their own, some of whom stop looking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import DAY
from tocsin.detectors.table import Table, Words
from tocsin.model.decision import Roles

ROLES = Roles({
    "final": ("final",), "recommendation": ("recommendation",), "reviewed": ("reviewed",),
    "review_seconds": ("review_seconds",), "reviewer": ("reviewer",), "team": ("team",),
    "verdict": ("verdict",),
})  # fmt: skip
START = 20_000 * DAY
DAYS, BASELINE = 35, 28
SPAN = (START, START + DAYS * DAY)
WINDOW = (START + BASELINE * DAY, START + DAYS * DAY)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a reviewer reviews: share overridden and reviewed, median seconds, share right by spot checks."""

    override: float = 0.15
    reviewed: float = 0.9
    seconds: float = 40.0
    right: float = 0.95


Habits = Callable[[float], Habit]  # by the day, from 0


def sudden(after: Habit, day: float = BASELINE + 1) -> Habits:
    """From one day on."""
    return lambda now: after if now >= day else Habit()


def gradual(after: Habit) -> Habits:
    """In a straight line over all days."""

    def at(now: float) -> Habit:
        share = now / DAYS
        mixed = {name: getattr(Habit(), name) * (1 - share) + getattr(after, name) * share
                 for name in ("override", "reviewed", "seconds", "right")}  # fmt: skip
        return Habit(**mixed)

    return at


def reviews(
    random: np.random.Generator,
    *,
    reviewers: int = 12,
    a_day: int = 20,
    changed: Mapping[int, Habits] | None = None,
    between_days: float = 0.0,
) -> Table:
    """Return a log of 35 days: `changed` says what becomes of some reviewers; three make a team.

    `between_days` is the standard deviation of the log-odds of an override from day to day, for all alike.
    """
    rows = reviewers * a_day * DAYS
    times = np.sort(random.integers(*SPAN, rows))
    who = random.integers(0, reviewers, rows)
    day = (times - START) / DAY
    habits = [(changed or {}).get(number, lambda _now: Habit()) for number in range(reviewers)]
    own = [habits[number](now) for number, now in zip(who.tolist(), day.tolist(), strict=True)]
    shaken = random.normal(0, between_days, DAYS)[day.astype(int)]
    override = _shifted(np.array([one.override for one in own]), shaken)
    advice = random.integers(0, 2, rows)
    final = np.where(random.random(rows) < override, 1 - advice, advice)
    verdict = np.where(random.random(rows) < np.array([one.right for one in own]), 1.0, 0.0)
    seconds = np.array([one.seconds for one in own]) * random.lognormal(0, 0.7, rows)
    labels = tuple(f"r{number:02}" for number in range(reviewers))
    return Table(times, {
        "final": final.astype(float),
        "recommendation": advice.astype(float),
        "reviewed": (random.random(rows) < np.array([one.reviewed for one in own])).astype(float),
        "review_seconds": seconds,
        "reviewer": Words(who.astype(np.int32), labels),
        "team": Words((who // 3).astype(np.int32), tuple(f"t{n}" for n in range(-(-reviewers // 3)))),
        "verdict": np.where(random.random(rows) < 0.3, verdict, np.nan),
    })  # fmt: skip


def _shifted(share: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    odds = share / (1 - share) * np.exp(log_odds)
    return odds / (1 + odds)
