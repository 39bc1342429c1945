"""From an episode to a finding: how large, how grave, since when, and in words."""

import math

import numpy as np

from tocsin.detectors import baseline as baselines
from tocsin.detectors.base import DAY, HOUR, SECOND, Finding, Series, Times
from tocsin.detectors.episodes import Episode
from tocsin.detectors.levels import single
from tocsin.detectors.start import autocorrelation, estimate
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us

_LOOK_BACK = 256  # samples before and after the first exceedance that the search for the start looks at
_LOOK_ON = 256
_SMALL = 0.5  # of the level of single samples: what no sample shows by itself wakes nobody
_MOST_EFFECT = 999.0  # a series that never moved has no spread to speak of
_ORDER = (AlertSeverity.LOW, AlertSeverity.MEDIUM, AlertSeverity.HIGH, AlertSeverity.CRITICAL)


def describe(series: Series, episode: Episode, after: int, urgent_hours: float, *, lasting: bool) -> Finding:
    """Return the finding of an episode; `after` is the index where the departure before it was over."""
    times = series.times_us
    began, earliest, latest = start(series, episode, after)
    lasted = int(times[episode.last] - times[episode.first])
    size = _size(episode)
    grade = severity(size, episode.beyond, lasted)
    delay = int(times[episode.first]) - began
    effect, value, threshold, centre = _sizes(series, episode)
    known = episode.worst.baseline
    return Finding(
        severity=grade,
        message=_words(series, episode, value, threshold, centre),
        value=value,
        threshold=threshold,
        time_us=int(times[episode.first]),
        start_us=began,
        earliest_us=earliest,
        latest_us=latest,
        ended_us=None if lasting else int(times[episode.last]),
        urgent=grade is not AlertSeverity.LOW and size >= _SMALL and delay <= urgent_hours * HOUR,
        effect=effect,
        p_value=_p_value(episode, effect),
        baseline=f"{known.samples} {kind(series)}"
        + ("" if known.cycle is baselines.Cycle.NONE else f" by {known.cycle}"),
        windows=(
            Compared("baseline", from_us(known.since_us), from_us(known.until_us), known.samples),
            Compared(
                "departure", from_us(began), from_us(int(times[episode.last])), _count(times, began, episode)
            ),
        ),
    )


def severity(size: float, samples: int, lasted_us: int) -> AlertSeverity:
    """Return how grave a departure is, whichever way it goes: by size and persistence.

    `size` is against the level of single samples. One step up each for 1.5 times that level, for 3 times, for
    6 samples, and for 12 hours or 64 samples; but what is under half that level is medium at most.
    """
    steps = (size >= 1.5) + (size >= 3) + (samples >= 6) + (samples >= 64 or lasted_us >= 12 * HOUR)
    return _ORDER[min(steps, 1 if size < _SMALL else 3)]


def _size(episode: Episode) -> float:
    """Return the departure at its peak against the level of single samples on that side."""
    level, peers = episode.level, episode.worst.levels
    alone = next((x for x in peers if x.width == 1 and x.side == level.side), level)
    return episode.excess * level.threshold / alone.threshold


def _count(times: Times, start: int, episode: Episode) -> int:
    return episode.last + 1 - int(np.searchsorted(times, start))


def _sizes(series: Series, episode: Episode) -> tuple[float, float, float, float]:
    """Return the effect in spreads, and value, threshold and centre at the peak in the signal's unit."""
    level = episode.level
    begin = max(0, episode.peak + 1 - level.width)
    values = series.values[begin : episode.peak + 1]
    centre, spread = baselines.expected(series.times_us[begin : episode.peak + 1], episode.worst.baseline)
    scale = float(spread.mean())
    score = level.side * episode.excess * level.threshold
    value = float(values.mean())
    middle = value - score * scale if level.width > 1 else float(centre[-1])
    effect = min(max(score, -_MOST_EFFECT), _MOST_EFFECT)
    return effect, value, middle + level.side * level.threshold * scale, float(centre.mean())


def _p_value(episode: Episode, effect: float) -> float:
    known, level = episode.worst.baseline, episode.level
    rate = len(episode.worst.levels) * level.rate(abs(effect))
    return -math.expm1(-rate * 7 * DAY / known.step_us)


def start(series: Series, episode: Episode, after: int) -> tuple[int, int, int]:
    """Return the likeliest start and its earliest and latest bound, in microseconds."""
    times, known, opened = series.times_us, episode.opened.baseline, episode.opened
    begin = max(after, episode.first - _LOOK_BACK)
    end = _end_of_first_stretch(episode)
    centre, spread = baselines.expected(times[begin:end], known)
    clip = 2 * single(opened.levels)
    scores = np.clip((series.values[begin:end] - centre) / spread, -clip, clip)
    found = estimate(scores, autocorrelation(known.scores), by=episode.first - begin)
    if found is None or found.odds <= 0:
        width = opened.levels[int(opened.which[episode.first - opened.first])].width
        earliest = max(begin, episode.first - width)
        return int(times[episode.first]), int(times[earliest]), int(times[episode.first])
    before = max(begin + found.low - 1, 0)
    return int(times[begin + found.index]), int(times[before]), int(times[begin + found.high])


def _end_of_first_stretch(episode: Episode) -> int:
    """Return the index after the samples that were departed without a break when it was established."""
    opened = episode.opened
    at = episode.first - opened.first
    beyond = np.flatnonzero(opened.excess[at : at + _LOOK_ON] > 1)
    width = opened.levels[int(opened.which[at])].width
    breaks = np.flatnonzero(np.diff(beyond) > 2 * width)
    last = int(beyond[breaks[0]] if len(breaks) else beyond[-1])
    return episode.first + last + 1


def kind(series: Series) -> str:
    """Return what the values of a series are: samples, or means over a stretch."""
    return f"means over {series.stretch_us / SECOND:g} s" if series.stretch_us else "samples"


def _mean(series: Series, width: int) -> str:
    if series.stretch_us:
        return f" (mean over {width * series.stretch_us / SECOND:g} s)"
    return f" (mean of {width} samples)" if width > 1 else ""


def _words(series: Series, episode: Episode, value: float, threshold: float, centre: float) -> str:
    level, unit = episode.level, f" {series.signal.unit}" if series.signal.unit else ""
    way = "rose to" if level.side > 0 else "fell to"
    limit = "at most" if level.side > 0 else "at least"
    return (
        f"{series.signal.name} {way} {value:.4g}{unit}{_mean(series, level.width)}; "
        f"expected about {centre:.4g}, {limit} {threshold:.4g}."
    )
