"""Verified in production: what raised the incident stayed quiet since the fix, and would have spoken (C6).

The silence of a signal that sends nothing, or that nobody judges, is no quiet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.calendar import Offset, Unit
from tocsin.model.instant import from_us, to_us

# Of a pack that says nothing.
USUAL = Offset(24, Unit.HOURS)
# A gap this short, as a share of the quiet time, does not begin it anew: a scrape may be missed.
GAP = 1 / 24
_GRAVEST = tuple(AlertSeverity)
FEWEST = 3  # samples since then: of what comes once a day, a day tells nothing


class Quiet(StrEnum):
    """How something that raised the incident stands: UNKNOWN where its silence says nothing here."""

    QUIET = "quiet"
    WAITING = "waiting"
    SPOKE = "spoke"
    DEAD = "no data"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Watch:
    """One thing that raised the incident: a detector on a signal, a topic of decisions, a rule elsewhere.

    `alerts` are those of its own detector about it, `others` those of any other, which may stand in its
    place. `times_us` are those of its samples
    since the fix (increasing, UTC microseconds) and `late` how long it takes until it counts as silent; None
    where there are no samples to look at. `judged` is until when data were judged, `unknown` why its silence
    says nothing, empty when it does.
    """

    title: str
    alerts: tuple[Alert, ...]
    times_us: NDArray[np.int64] | None = field(default=None, compare=False)
    late: timedelta = timedelta()
    judged: datetime | None = None
    unknown: str = ""
    others: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchState:
    """How it stands and `why`, in words. It is quiet `since`, and at `until` for long enough; None else."""

    watch: Watch
    quiet: Quiet
    why: str
    since: datetime | None = None
    until: datetime | None = None


LongEnough = Callable[[datetime], datetime]


def judge(watch: Watch, fixed: datetime, long_enough: LongEnough, now: datetime) -> WatchState:
    """Return how one stands at `now`, the fix serving since `fixed`; `long_enough` adds the quiet time.

    The quiet time begins with the fix, or with the end of the last alert or long gap after that.
    """
    if watch.unknown:
        return WatchState(watch, Quiet.UNKNOWN, watch.unknown)
    short = (long_enough(fixed) - fixed) * GAP
    if (dead := _broken(watch, fixed, now, max(short, watch.late))) and dead[-1][1] >= now:
        return WatchState(watch, Quiet.DEAD, "it sends nothing: its silence says nothing", dead[-1][0])
    # The first detector to tell a departure is the only one: while its alert stands, no other would speak.
    told = [*watch.alerts, *(one for one in watch.others if _hides(one, watch.alerts))]
    if lasting := [one for one in told if one.ended is None]:
        newest = max(lasting, key=lambda one: one.time)
        return WatchState(watch, Quiet.SPOKE, f"{newest.detector} still says: {newest.message}")
    ended = [one.ended for one in told if one.ended is not None]
    since = max([fixed, *(at for at in ended if at <= now)])
    broken = _broken(watch, since, now, max(short, watch.late))
    since = max([since, *(end for _, end in broken)])
    until = long_enough(since)
    if now < until:
        return WatchState(watch, Quiet.WAITING, "quiet, but not yet for long enough", since, until)
    if watch.times_us is not None and (count := len(_within(watch.times_us, since, now))) < FEWEST:
        why = f"only {count} samples came since; {FEWEST} are needed"
        return WatchState(watch, Quiet.WAITING, why, since, until)
    if watch.judged is None or watch.judged < until - max(short, watch.late):
        return WatchState(watch, Quiet.WAITING, "what it sent was not judged that far", since, until)
    return WatchState(watch, Quiet.QUIET, "quiet for long enough", since, until)


def _hides(other: Alert, mine: tuple[Alert, ...]) -> bool:
    """Whether an alert of another detector keeps one as grave as these from being raised, as alerts do."""
    grave = [_GRAVEST.index(one.severity) for one in mine]
    return not grave or _GRAVEST.index(other.severity) <= min(grave) + 1


def _broken(
    watch: Watch, since: datetime, now: datetime, limit: timedelta
) -> list[tuple[datetime, datetime]]:
    """Return the stretches without samples that are too long, oldest first."""
    if watch.times_us is None:
        return []
    times = _within(watch.times_us, since, now)
    edges = np.concatenate(([to_us(since)], times, [to_us(now)]))
    wide = np.flatnonzero(np.diff(edges) > limit / timedelta(microseconds=1))
    return [(from_us(int(edges[i])), from_us(int(edges[i + 1]))) for i in wide]


def _within(times_us: NDArray[np.int64], since: datetime, until: datetime) -> NDArray[np.int64]:
    return times_us[(times_us >= to_us(since)) & (times_us <= to_us(until))]
