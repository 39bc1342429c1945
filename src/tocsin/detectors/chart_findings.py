"""From an alarm of a control chart to a finding: the mean since it began against what the chart allows."""

import math
from typing import Protocol

import numpy as np

from tocsin.detectors import baseline as baselines
from tocsin.detectors.base import DAY, HOUR, Finding, Series
from tocsin.detectors.episodes import Episode
from tocsin.detectors.findings import kind, severity, start
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us

_SINGLE = 4.5  # spreads that no single sample of noise reaches: how large a departure is against it
_SMALL = 0.5
_MOST_EFFECT = 999.0


class OfChart(Protocol):
    """What is asked of a chart to describe what it found."""

    title: str

    @property
    def urgent_hours(self) -> float: ...

    def rate(self, level: float) -> float: ...

    def threshold(self, limit: float, samples: int) -> float: ...


def means(series: Series, episode: Episode, began: int) -> tuple[float, float, float, int]:
    """Return mean, expected mean and effect from when it began until it was established, and of how many."""
    times = series.times_us
    first = int(np.searchsorted(times, began))
    part = slice(first, max(episode.first, first) + 1)
    centre, spread = baselines.expected(times[part], episode.worst.baseline)
    effect = float(((series.values[part] - centre) / spread).mean())
    return float(series.values[part].mean()), float(centre.mean()), effect, part.stop - part.start


def describe(chart: OfChart, series: Series, episode: Episode, after: int, *, lasting: bool) -> Finding:
    """Return the finding of an episode; `after` is the index where the departure before it was over."""
    times, known, level = series.times_us, episode.worst.baseline, episode.level
    began, earliest, latest = start(series, episode, after)
    value, middle, effect, samples = means(series, episode, began)
    limit = level.threshold
    reached = chart.threshold(limit * max(episode.excess, 1.0), samples)
    threshold = middle + (value - middle) * chart.threshold(limit, samples) / max(reached, 1e-9)
    lasted, delay = int(times[episode.last] - times[episode.first]), int(times[episode.first]) - began
    size = abs(effect) / _SINGLE
    grade = severity(size, episode.beyond, lasted)
    rate = 2 * chart.rate(limit * episode.excess) * 7 * DAY / known.step_us
    way = "rose to" if value > middle else "fell to"
    unit = f" {series.signal.unit}" if series.signal.unit else ""
    return Finding(
        severity=grade,
        message=(
            f"{series.signal.name} {way} {value:.4g}{unit} on average of {samples} {kind(series)}; "
            f"expected about {middle:.4g} ({chart.title})."
        ),
        value=value,
        threshold=threshold,
        time_us=int(times[episode.first]),
        start_us=began,
        earliest_us=earliest,
        latest_us=latest,
        ended_us=None if lasting else int(times[episode.last]),
        urgent=grade is not AlertSeverity.LOW and size >= _SMALL and delay <= chart.urgent_hours * HOUR,
        effect=min(max(effect, -_MOST_EFFECT), _MOST_EFFECT),
        p_value=-math.expm1(-rate),
        baseline=f"{known.samples} {kind(series)}"
        + ("" if known.cycle is baselines.Cycle.NONE else f" by {known.cycle}"),
        windows=(
            Compared("baseline", from_us(known.since_us), from_us(known.until_us), known.samples),
            Compared(
                "departure",
                from_us(began),
                from_us(int(times[episode.last])),
                episode.last + 1 - int(np.searchsorted(times, began)),
            ),
        ),
    )
