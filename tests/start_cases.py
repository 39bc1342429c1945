"""Simulated starts of a change: the noise they hide in, and the plain estimate that ours is compared with."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import lfilter

Values = NDArray[np.float64]

_BLOCK = 50  # mean length of the stretches that resampled noise is made of
_LEAST = 200  # samples of a stretch without a labelled anomaly that is resampled from


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one method said of many simulated starts: shares and medians, widths in samples."""

    covered: float
    width: float
    error: float


def autoregressive(rng: np.random.Generator, runs: int, n: int, ar: float) -> Values:
    """Return Gaussian noise of variance 1, a run a row."""
    shocks = rng.standard_normal((runs, n + 200)) * np.sqrt(1 - ar**2)
    noise: Values = lfilter([1], [1, -ar], shocks, axis=1)[:, 200:]
    return noise


def residuals(nab: Path) -> list[list[Values]]:
    """Return of each real series of NAB the stretches outside labelled windows, without what is no noise.

    Taken off are its running median over a day, since a level that moves for good is a change itself, and the
    median of each hour of the day.
    """
    windows = json.loads((nab / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    found = []
    for name, labelled in windows.items():
        if name.startswith("art"):
            continue
        with (nab / "data" / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
        values = np.array([float(row["value"]) for row in rows])
        calm = np.ones(len(values), bool)
        for begin, end in labelled:
            first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
            calm &= np.array([not first <= at <= last for at in times])
        rest = _without_level(times, _without_hours(times, values, calm))
        parts = np.split(np.arange(len(rest)), np.flatnonzero(np.diff(calm.astype(int))) + 1)
        stretches = [rest[part] for part in parts if calm[part[0]] and len(part) >= _LEAST]
        if stretches and max(float(np.std(one)) for one in stretches) > 0:
            found.append(stretches)
    return found


def _without_hours(times: list[datetime], values: Values, calm: NDArray[np.bool_]) -> Values:
    hours, rest = np.array([at.hour for at in times]), values.copy()
    for hour in range(24):
        if (hours == hour)[calm].any():
            rest[hours == hour] -= np.median(values[(hours == hour) & calm])
    return rest


def _without_level(times: list[datetime], values: Values) -> Values:
    step = np.median([(b - a).total_seconds() for a, b in pairwise(times)])
    day = int(timedelta(days=1).total_seconds() / max(step, 1)) | 1
    level: Values = median_filter(values, min(day, len(values) // 4 * 2 + 1))
    return values - level


def resampled(rng: np.random.Generator, stretches: list[Values], n: int) -> Values:
    """Return `n` samples in stretches of random length taken at random (Politis and Romano 1994), scaled."""
    chances = np.array([len(one) for one in stretches]) / sum(len(one) for one in stretches)
    parts: list[Values] = []
    while sum(map(len, parts)) < n:
        source = stretches[int(rng.choice(len(stretches), p=chances))]
        length = min(int(rng.geometric(1 / _BLOCK)), len(source))
        first = int(rng.integers(0, len(source) - length + 1))
        parts.append(source[first : first + length])
    made = np.concatenate(parts)[:n]
    return (made - made.mean()) / (float(made.std()) or 1.0)


def noises(seed: int, runs: int, n: int, nab: Path | None) -> Iterator[tuple[str, Values]]:
    """Give each case's name and its noise, a run a row; of real series where their folder is there."""
    rng = np.random.default_rng(seed)
    for name, ar in (("independent", 0.0), ("AR 0.5", 0.5), ("AR 0.8", 0.8)):
        yield name, autoregressive(rng, runs, n, ar)
    if nab is not None:
        real = residuals(nab)
        yield "NAB residuals", np.array([resampled(rng, real[run % len(real)], n) for run in range(runs)])


def reference(values: Values, chance: float = 0.9) -> tuple[int, int, int]:
    """Return index, low and high of the plain AR(1)-prewhitened posterior: of one step in the mean.

    The autocorrelation is that of the residuals of the likeliest step in the series as it is. The bounds are
    those of the smallest set of positions that holds `chance`.
    """
    at, _ = _step_posterior(values)
    rest = np.concatenate([values[:at] - values[:at].mean(), values[at:] - values[at:].mean()])
    power = float(rest @ rest)
    ar = min(max(float(rest[1:] @ rest[:-1]) / power, 0.0), 0.98) if power > 0 else 0.0
    at, weights = _step_posterior(values[1:] - ar * values[:-1])
    order = np.argsort(weights)[::-1]
    kept = order[: int(np.searchsorted(np.cumsum(weights[order]), chance)) + 1]
    return at + 1, int(kept.min()) + 2, int(kept.max()) + 2


def _step_posterior(values: Values) -> tuple[int, Values]:
    """Return the likeliest first changed index, and the posterior of each index from 1."""
    n, centred = len(values), values - values.mean()
    position = np.arange(1, n)
    squares = position * (n - position) / n
    rest = np.maximum(float(centred @ centred) - np.cumsum(centred)[:-1] ** 2 / squares, 1e-300)
    log_posterior = -0.5 * np.log(squares) - 0.5 * (n - 2) * np.log(rest)
    weights = np.exp(log_posterior - log_posterior.max())
    return int(position[np.argmax(weights)]), weights / weights.sum()


def outcome(truth: list[int], told: list[tuple[int, int, int]]) -> Outcome:
    """Return how often bounds (index, low, high) held the truth, their median width and the median error."""
    covered = [low <= true <= high for true, (_, low, high) in zip(truth, told, strict=True)]
    widths = [high - low + 1 for _, low, high in told]
    errors = [abs(at - true) for true, (at, _, _) in zip(truth, told, strict=True)]
    return Outcome(float(np.mean(covered)), float(np.median(widths)), float(np.median(errors)))
