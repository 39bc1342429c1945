"""What is known of when it started: the joint estimate, each series' part, and what changed nearby."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tocsin.detectors.base import Times, Values
from tocsin.detectors.joint_start import Joint
from tocsin.model.deployment import Deployment
from tocsin.model.instant import When, from_us
from tocsin.model.signal import Signal

_POINTS = 400
_NEAREST = 5
_SURE = 0.8  # from this chance on a series is said to have changed


@dataclass(frozen=True, slots=True, eq=False)
class SeriesStart:
    """What one series says by itself: `when` and `odds` (natural logarithm; no evidence at or below 0).

    `chance` is how likely it changed at the joint start, `share` how much its evidence counts there (1 unless
    its noise resembles that of others), `ramp_us` how long the change took, 0 for a step. `density` is the
    chance a second at the view's `times_us`. For a column of decisions `signal` names it, `number` is 0.
    """

    number: int
    signal: Signal
    when: When | None
    odds: float
    chance: float
    share: float
    ramp_us: int
    density: Values


@dataclass(frozen=True, slots=True)
class Nearby:
    """A deployment and how far its beginning is from the likeliest start: negative when it came before.

    `inside` tells that it can have begun within the interval of the start.
    """

    deployment: Deployment
    away: timedelta
    inside: bool


@dataclass(frozen=True, slots=True, eq=False)
class StartView:
    """When something began to change in a system, and what says so.

    `when` is None where there is no evidence of any change: `odds` (natural logarithm, after 20 to 1 against)
    is at or below 0. `times_us` ascend; `density` there is the chance a second that it began. `series` are
    the likeliest to have changed first; `nearest` deployments the nearest first. `history` is what the same
    samples up to earlier instants would have told. `found` is when the first alert was raised about it, in
    the samples' own time. `evidence` says in words what it rests on.
    """

    system: str
    when: When | None
    odds: float
    times_us: Times
    density: Values
    series: tuple[SeriesStart, ...] = ()
    nearest: tuple[Nearby, ...] = ()
    history: tuple[tuple[datetime, When | None], ...] = ()
    found: datetime | None = None
    evidence: str = ""


def as_when(joint: Joint) -> When | None:
    """Return the start with its 90 % bounds, None where there is no evidence."""
    if joint.odds <= 0:
        return None
    return When(from_us(joint.at_us), from_us(joint.earliest_us), from_us(joint.latest_us))


def grid(joint: Joint) -> Times:
    """Return the edges to draw a density over: the interval with as much again and a half on both sides."""
    width = max(joint.latest_us - joint.earliest_us, 1)
    begin = max(joint.earliest_us - 3 * width // 2, int(joint.edges_us[0]))
    end = min(joint.latest_us + 3 * width // 2, int(joint.edges_us[-1]))
    return np.unique(np.linspace(begin, max(end, begin + 1), _POINTS + 1).astype(np.int64))


def density(edges_us: Times, chances: Values, at_us: Times) -> Values:
    """Return the chance a second within each cell of `at_us`, from the chances of cells between edges."""
    upto = np.interp(at_us, edges_us, np.concatenate([[0.0], np.cumsum(chances)]))
    found: Values = np.diff(upto) / np.diff(at_us) * 1e6
    return found


def nearest(deployments: Sequence[Deployment], when: When) -> tuple[Nearby, ...]:
    """Return the deployments nearest to a start: those that can have begun within its interval first."""

    def gap(one: Nearby) -> tuple[timedelta, timedelta]:
        began = one.deployment.began
        outside = max(began.low - when.high, when.low - began.high, timedelta(0))
        return outside, abs(one.away)

    found = [
        Nearby(one, one.began.at - when.at, one.began.low <= when.high and one.began.high >= when.low)
        for one in deployments
    ]
    return tuple(sorted(found, key=gap)[:_NEAREST])


def words(series: Sequence[SeriesStart], when: When | None) -> str:
    """Return in a sentence what an estimate rests on."""
    total = f"{len(series)} series" if len(series) != 1 else "one series"
    if not series:
        return "There are no samples to tell by."
    if when is None:
        return f"No evidence of a change in {total}."
    changed = [one for one in series if one.chance >= _SURE]
    names = ", ".join(one.signal.name for one in changed[:3])
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    shared = " Some share their noise and count less than once each." if any(
        one.share < 0.8 for one in changed
    ) else ""  # fmt: skip
    if not changed:
        return f"The evidence is spread over {total}, none of which tells it alone."
    return f"{len(changed)} of {total} changed then: {names}{more}.{shared}"
