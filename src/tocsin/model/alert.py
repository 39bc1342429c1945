"""An alert: what a detector or a monitoring tool found on one signal (domain.md D10)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tocsin.model.instant import When


class AlertSeverity(StrEnum):
    """How grave a detector thinks it is; each policy pack maps these to its own levels."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the windows a detector compared, with the number of samples in it."""

    name: str
    since: datetime
    until: datetime
    samples: int


@dataclass(frozen=True, slots=True)
class Alert:
    """D10's result of a detector, with where it looked and when it thinks the departure began.

    `value` and `threshold` are in the signal's unit (or the detector's statistic, as `message` says), None
    where the source does not tell;
    `time` is when the departure was established in the samples' own time; `start` the estimated beginning;
    `ended` the last sample of the departure when it is over, None while it lasts.
    `urgent` alerts interrupt; the others go to the daily review queue (D11). `effect` is how far the signal
    went, in standard deviations of its baseline; `p_value` the chance that a week without change goes as far.
    Both are None where the source of an imported alert does not say. `raised` is when our detector found it
    or a live source sent it, on this machine's clock; None for one of an imported file. `updated` is when
    its source says it last changed.
    """

    id: str
    system: str
    signal: str
    metric: str
    detected: bool
    severity: AlertSeverity
    detector: str
    version: str
    message: str
    value: float | None
    threshold: float | None
    time: datetime
    start: When | None = None
    ended: datetime | None = None
    urgent: bool = True
    labels: dict[str, str] = field(default_factory=dict)
    baseline: str = ""
    source: str = "tocsin"
    effect: float | None = None
    p_value: float | None = None
    windows: tuple[Compared, ...] = ()
    raised: datetime | None = None
    updated: datetime | None = None

    @property
    def about(self) -> str:
        """What it is about: its metric, or the rule that fired where its source tells no metric."""
        return self.metric or self.detector

    @property
    def noticed(self) -> datetime:
        """When somebody could have known: when it was raised here, else the time its source states."""
        return self.raised or self.time
