"""Whether a pull shows on its live signal: what was seen since, by what was usual before the incident."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Verdict(StrEnum):
    """What the live signal says of a pull."""

    BACK = "back to usual"
    NOT_YET = "not back yet"
    TOO_EARLY = "too early to say"
    UNMOVED = "usual before the pull too"
    NO_DATA = "no data since the pull"
    NO_BASELINE = "what is usual is not known"
    NO_SIGNAL = "no live signal"


@dataclass(frozen=True, slots=True)
class Effect:
    """What was seen on the signal of a pull, in its unit.

    `samples` are those looked at, `inside` how many of them lie within the usual band, `low` to `high` its
    middle bounds there, `middle` their median. `needs` is how much data it takes to say, `enough_at` when
    there will be as much. `newest` is the newest sample at all, `silent` tells that the next is missing by
    now; `since` is when it came back for good.
    """

    verdict: Verdict
    samples: int = 0
    inside: int = 0
    low: float = float("nan")
    high: float = float("nan")
    middle: float = float("nan")
    over: timedelta = timedelta()
    needs: timedelta = timedelta()
    least: int = 0
    enough_at: datetime | None = None
    newest: datetime | None = None
    last: float = float("nan")
    since: datetime | None = None
    silent: bool = False


def words(effect: Effect, pulled: datetime, zone: str) -> str:
    """Return what was seen in a sentence or two, with its numbers; times of day in the zone named."""
    home = ZoneInfo(zone)
    silent = f" No sample since {_time(effect.newest, home, pulled)}." if effect.silent else ""
    return f"{_verdict(effect, pulled, home)}{silent}"


def _verdict(effect: Effect, pulled: datetime, home: ZoneInfo) -> str:
    match effect.verdict:
        case Verdict.NO_SIGNAL:
            return "No live signal is named for this option: somebody has to look, and say what they saw."
        case Verdict.NO_DATA:
            newest = (
                f"the newest is of {_time(effect.newest, home, pulled)}" if effect.newest else "none before"
            )
            return f"No sample since the pull at {_time(pulled, home, pulled)}; {newest}."
        case Verdict.NO_BASELINE:
            newest = f" Newest: {figure(effect.last)} at {_time(effect.newest, home, pulled)}."
            return f"What is usual is not known: too few samples before the incident.{newest}"
        case Verdict.TOO_EARLY:
            return f"{_needs(effect, home, pulled)} So far {_seen(effect)}."
        case Verdict.BACK:
            since = f" since {_time(effect.since, home, pulled)}" if effect.since else ""
            return f"Back to usual{since}: {_seen(effect)}."
        case Verdict.UNMOVED:
            return f"Usual, but it was so before the pull too, and shows nothing: {_seen(effect)}."
        case Verdict.NOT_YET:
            return f"Not back yet: {_seen(effect)}."


def figure(value: float) -> str:
    """Return a measured value with three figures that matter."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _seen(effect: Effect) -> str:
    """Return how many of which samples lie inside, between which bounds, and where their middle is."""
    what = "sample" if effect.samples == 1 else "samples"
    over = f" of the last {length(effect.over)}" if effect.over else ""
    inside = f"{effect.inside} of {effect.samples} {what}{over}"
    return (
        f"{inside} within {figure(effect.low)} to {figure(effect.high)}, their middle {figure(effect.middle)}"
    )


def _needs(effect: Effect, home: ZoneInfo, pulled: datetime) -> str:
    until = f", until {_time(effect.enough_at, home, pulled)}" if effect.enough_at else ""
    rare = effect.needs > timedelta(minutes=30)
    every = f" ({effect.least} samples, one every {length(effect.needs / effect.least)})" if rare else ""
    return f"Needs {length(effect.needs)} of data{every}{until}."


def length(span: timedelta) -> str:
    """Return a length of time in its two largest units: 2 h 5 min, 30 min, 45 s."""
    seconds = round(span.total_seconds())
    parts = [(seconds // 86400, "d"), (seconds % 86400 // 3600, "h"), (seconds % 3600 // 60, "min")]
    told = [f"{count} {unit}" for count, unit in parts if count][:2]
    return " ".join(told) or f"{seconds} s"


def _time(at: datetime | None, home: ZoneInfo, about: datetime) -> str:
    """Return a time of day, with the day where it is another than that of the pull."""
    if at is None:
        return "an unknown time"
    local = at.astimezone(home)
    same = local.date() == about.astimezone(home).date()
    return f"{local:%H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"
