"""What the live signal of a pull shows: its samples since, by what stretches as long usually are."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import baseline
from tocsin.detectors.base import Times, Values
from tocsin.detectors.baseline import Baseline
from tocsin.model.containment_effect import Effect, Verdict
from tocsin.model.instant import from_us, to_us

NEEDS = timedelta(minutes=30)
LEAST = 6  # samples: of fewer, chance alone decides
_SOONEST = 3  # samples outside, from which on it is plainly not back
_RARE = 0.005  # how seldom a usual stretch looks worse than what counts as usual
_MOST_BLOCKS = 20_000
_SILENT = 3  # usual steps without a sample


def seen(
    times_us: Times, values: Values, usual: Baseline | None, pulled: datetime, now: datetime | None = None
) -> Effect:
    """Return what a signal shows of a pull: all its samples around it, and what was usual before.

    Without `now` nobody asks whether the signal has gone silent since its newest sample.

    Of the newest samples since the pull, those of half an hour and no fewer than LEAST, the share inside the
    band and the median are held against stretches as long of the baseline, which linger as these do: back
    is what only one usual stretch in 200 would miss. Where the same holds before the pull, it shows nothing.
    """
    if not len(times_us):
        return Effect(Verdict.NO_DATA)
    newest, last = from_us(int(times_us[-1])), float(values[-1])
    first = int(np.searchsorted(times_us, to_us(pulled), "right"))
    if first == len(times_us):
        return Effect(Verdict.NO_DATA, newest=newest, last=last)
    if usual is None:
        return Effect(Verdict.NO_BASELINE, newest=newest, last=last)
    needs_us = max(to_us_span(NEEDS), LEAST * usual.step_us)
    scores, inside, low, high = _measured(times_us, values, usual)
    at = max(first, _from(times_us, needs_us))
    count = len(times_us) - at
    covered = int(times_us[-1]) - to_us(pulled) >= needs_us - usual.step_us and count >= LEAST
    good = _usual(scores[at:], inside[at:], usual)
    verdict = _verdict(covered, good, inside[at:])
    if verdict is Verdict.BACK and _usual_before(times_us, scores, inside, first, needs_us, usual):
        verdict = Verdict.UNMOVED
    return Effect(
        verdict,
        samples=count,
        inside=int(inside[at:].sum()),
        low=float(np.median(low[at:])),
        high=float(np.median(high[at:])),
        middle=float(np.median(values[at:])),
        over=min(timedelta(microseconds=needs_us), newest - pulled),
        needs=timedelta(microseconds=needs_us),
        least=LEAST,
        enough_at=pulled + timedelta(microseconds=needs_us),
        newest=newest,
        last=last,
        silent=now is not None and to_us(now) - int(times_us[-1]) > _SILENT * usual.step_us,
        since=_since(times_us[first:], inside[first:]) if verdict is Verdict.BACK else None,
    )


def to_us_span(span: timedelta) -> int:
    """Return a length of time in microseconds."""
    return span // timedelta(microseconds=1)


def _verdict(covered: bool, good: bool, inside: NDArray[np.bool_]) -> Verdict:
    if covered:
        return Verdict.BACK if good else Verdict.NOT_YET
    plain = len(inside) >= _SOONEST and float(inside.mean()) < 0.5
    return Verdict.NOT_YET if plain else Verdict.TOO_EARLY


def _measured(
    times_us: Times, values: Values, usual: Baseline
) -> tuple[Values, NDArray[np.bool_], Values, Values]:
    """Return the scores of samples, which of them lie inside the band, and its bounds there."""
    centre, spread = baseline.expected(times_us, usual)
    _, low, high = baseline.band(times_us, usual)
    return (values - centre) / spread, (values >= low) & (values <= high), low, high


def _usual(scores: Values, inside: NDArray[np.bool_], usual: Baseline) -> bool:
    """Whether a stretch looks as stretches as long of the baseline do."""
    size = min(len(scores), max(len(usual.scores) // 2, 1))
    blocks = usual.scores[: len(usual.scores) // size * size].reshape(-1, size)[-_MOST_BLOCKS:]
    least, most = np.quantile(usual.scores, [0.005, 0.995])
    shares = ((blocks >= least) & (blocks <= most)).mean(axis=1)
    low, high = np.quantile(np.median(blocks, axis=1), [_RARE, 1 - _RARE])
    enough = float(inside.mean()) >= float(np.quantile(shares, _RARE))
    return enough and bool(low <= float(np.median(scores)) <= high)


def _usual_before(
    times_us: Times,
    scores: Values,
    inside: NDArray[np.bool_],
    first: int,
    needs_us: int,
    usual: Baseline,
) -> bool:
    """Whether the stretch before the pull looked usual already."""
    if not first:
        return False
    at = int(np.searchsorted(times_us, int(times_us[first - 1]) - needs_us, "right"))
    return first - at >= LEAST and _usual(scores[at:first], inside[at:first], usual)


def _from(times_us: Times, needs_us: int) -> int:
    return int(np.searchsorted(times_us, int(times_us[-1]) - needs_us, "right"))


def _since(times_us: Times, inside: NDArray[np.bool_]) -> datetime:
    """Return the first sample after the last two in a row that lay outside: one alone is chance."""
    twice = np.flatnonzero(~inside[1:] & ~inside[:-1])
    at = int(twice[-1]) + 2 if len(twice) else 0
    return from_us(int(times_us[min(at, len(times_us) - 1)]))
