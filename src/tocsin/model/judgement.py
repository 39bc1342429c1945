"""What people decide about detection: settings, what is normal, snoozes, starts, spot checks."""

from dataclasses import dataclass, field
from datetime import datetime

from tocsin.model.instant import When


@dataclass(frozen=True, slots=True)
class DetectorSet:
    """The parameters of a detector from now on, others at their defaults. Its name is the subject."""

    detector: str
    parameters: dict[str, float | str | bool] = field(default_factory=dict)
    enabled: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BudgetSet:
    """How many false alarms a week a system may raise, all detectors together; empty is every system."""

    per_week: float
    system: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AlertsAccepted:
    """What these alerts found is the new normal: the baseline of each signal begins anew at `since` (D2).

    The entry's subject is itself, so that undoing it brings the old baseline back. `signals` are ids.
    """

    alerts: tuple[str, ...]
    signals: tuple[str, ...]
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AlertsSnoozed:
    """These alerts neither interrupt nor wait in the queue until then."""

    alerts: tuple[str, ...]
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class StartJudged:
    """A person accepted, adjusted or rejected an estimate of when it started (I1).

    `estimate` is what was estimated, `chosen` what the person says, None when rejected. `evidence` says from
    which series it was estimated, in words. For an incident the entry is about it, else `system` tells.
    """

    verdict: str
    system: str
    estimate: When | None
    chosen: When | None
    evidence: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RolesSet:
    """What the columns of decision logs mean: role to columns; `favourable` is a value of the decision."""

    system: str
    roles: dict[str, tuple[str, ...]]
    favourable: str = ""


@dataclass(frozen=True, slots=True)
class SpotCheckDrawn:
    """A random sample of decisions to be reviewed by people (D6), with all that draws it again.

    `drawn` are ids of decisions in the order of review, `strata` the stratum of each and `sizes` how many
    decisions each stratum had; `method` says how it was allocated. The entry's subject is its own id.
    """

    system: str
    since: datetime
    until: datetime
    seed: int
    population: int
    by: tuple[str, ...]
    drawn: tuple[str, ...]
    strata: tuple[str, ...]
    sizes: dict[str, int]
    method: str = "proportional"


@dataclass(frozen=True, slots=True)
class SpotCheckJudged:
    """A reviewer's verdict on one drawn decision: right, wrong or unsure. The subject is the draw's id."""

    decision: str
    verdict: str
    note: str = ""
    seconds: float | None = None


Body = (
    DetectorSet | BudgetSet | AlertsAccepted | AlertsSnoozed | StartJudged | RolesSet
    | SpotCheckDrawn | SpotCheckJudged
)  # fmt: skip

KINDS: dict[str, type] = {
    "detector.set": DetectorSet,
    "budget.set": BudgetSet,
    "alerts.accepted": AlertsAccepted,
    "alerts.snoozed": AlertsSnoozed,
    "start.judged": StartJudged,
    "roles.set": RolesSet,
    "spotcheck.drawn": SpotCheckDrawn,
    "spotcheck.judged": SpotCheckJudged,
}
