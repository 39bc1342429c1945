"""What a detector promises: it says what it needs, and turns arrays into findings. No store, no clock."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.signal import Signal

Times = NDArray[np.int64]
Values = NDArray[np.float64]
Span = tuple[int, int]

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class OneSeries:
    """A need: the samples of one series, new ones with their past.

    The past handed over reaches back `window_us` before the first new sample, and further, up to
    `longest_us`, until it holds `least` samples. Of samples within one stretch of `stretch_us` the mean is
    handed over (detectors.stretches), once the stretch is over; 0 hands over every sample.
    """

    window_us: int
    longest_us: int
    least: int
    stretch_us: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """A need: the decisions of one system, whose columns must have these `roles` (model.decision).

    Handed over are the newest `window_us` as the window and `baseline_us` before it as the baseline, each of
    at least `least` rows; the detector is asked again once the newest decision is `every_us` later.
    """

    roles: tuple[str, ...] = ()
    window_us: int = 7 * DAY
    baseline_us: int = 28 * DAY
    every_us: int = DAY
    least: int = 200


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one series, oldest first, without NaN; `departures` are the spans found departed before.

    `stretch_us` is 0 unless they are means over stretches of that length. `alarms_a_week` is how many false
    alarms this detector may raise on this series in a week: its share of the system's budget (D2).
    `now_us` is the clock, for detectors that wait for samples; None where only samples count. `memo` keeps
    what detectors of the same samples work out in common, such as a baseline.
    """

    signal: Signal
    times_us: Times
    values: Values
    departures: tuple[Span, ...] = ()
    stretch_us: int = 0
    alarms_a_week: float = 7 / 90
    now_us: int | None = None
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure. `value` and `threshold` are in the signal's unit, `effect` in spreads of its baseline.

    `time_us` is the sample that established it; the start lies between `earliest_us` and `latest_us`
    (90 %), most likely at `start_us`; `ended_us` is the last sample of the departure, None while it lasts.
    `p_value` is the chance that a week without any change reaches as far. `about` and `labels` say what it
    is about where that is no series: a rate of decisions, and the segment or group it belongs to.
    """

    severity: AlertSeverity
    message: str
    value: float
    threshold: float
    time_us: int
    start_us: int
    earliest_us: int
    latest_us: int
    ended_us: int | None
    urgent: bool
    effect: float
    p_value: float
    baseline: str
    windows: tuple[Compared, ...]
    about: str = ""
    labels: dict[str, str] = field(default_factory=dict)


class Detector(Protocol):
    """A detector of one series. Registered by an entry point of the group `tocsin.detectors`.

    `parameters` is a frozen dataclass whose fields carry `unit` and `says` in their metadata, and `least` and
    `most` where a number is bounded; an instance of it is the one argument of the class. `release` changes
    when the method does. A class may also have

    - `calm(series) -> Calm | None` (detectors.calm): what a cheap look at later samples is measured by, so
      that a live series is not judged in full each time;
    - `suits(signal) -> bool`: the signals it is for, all without it;
    - `weight`: its part of the budget of false alarms beside its peers', 1 without it, 0 when it raises none;
    - `order`: lower ones judge first (0 without it); what they told of a series is not told again by others;
    - `default`: False for one that is there but judges only when a person enabled it;
    - `watches_clock`: True for one that finds something when nothing comes; it is asked with `now_us` once
      `limit_us(times_us, alarms_a_week)` has passed since the last sample.
    """

    name: str
    title: str
    release: str

    @property
    def parameters(self) -> Any: ...

    @property
    def needs(self) -> OneSeries: ...

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the departures seen in samples after `since_us`, oldest first, judged by what came before.

        It may begin earlier, to see a departure whole that was still going on. None may be that new yet.
        """
        ...


def suits(detector: Detector, signal: Signal) -> bool:
    """Whether a detector is for a signal."""
    asked = getattr(detector, "suits", None)
    return asked is None or bool(asked(signal))


def weight(detector: object) -> float:
    """Return a detector's part of the budget beside its peers'."""
    return float(getattr(detector, "weight", 1.0))


def version(detector: Detector) -> str:
    """Return the version an alert is raised under: the release, and a mark when parameters were changed."""
    if detector.parameters == type(detector.parameters)():
        return detector.release
    mark = sha256(msgspec.json.encode(detector.parameters, order="sorted")).hexdigest()[:8]
    return f"{detector.release}+{mark}"
