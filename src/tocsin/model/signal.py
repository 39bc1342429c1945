"""A signal watched: one series of numbers of one system, in one layer (domain.md D1)."""

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgspec


class Layer(StrEnum):
    """Where a signal looks, in the order the wall shows them."""

    INFRASTRUCTURE = "infrastructure"
    QUALITY = "output quality"
    BEHAVIOUR = "behaviour"
    FAIRNESS = "fairness"
    PIPELINE = "data pipeline"
    SAFETY = "safety"
    OVERSIGHT = "oversight"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Signal:
    """What one series of samples measures.

    `system` is the id of the system watched, not its name. `labels` are the source's own, without those that
    became metric, unit, segment or group. `segment` is the part of users or inputs it is about, `group` the
    protected group; both empty for all of them. `proposal` is the signal as its importer proposed it, None
    while nobody has placed it elsewhere.
    """

    system: str
    metric: str
    labels: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    layer: Layer = Layer.QUALITY
    segment: str = ""
    group: str = ""
    proposal: "Signal | None" = field(default=None, compare=False, repr=False)

    @property
    def id(self) -> str:
        """SHA-256 (32 hex digits) over system, metric, sorted labels and unit as the importer proposed them.

        So it is the same on every machine, and stays when people move the signal to another system.
        """
        system = self.system if self.proposal is None else self.proposal.system
        parts = [system, self.metric, sorted(self.labels.items()), self.unit]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]

    @property
    def name(self) -> str:
        """Metric with its labels, as a person reads it."""
        if not self.labels:
            return self.metric
        inner = ", ".join(f"{key}={value}" for key, value in sorted(self.labels.items()))
        return f"{self.metric} ({inner})"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where people say a signal belongs; None where the importer's proposal stands. `system` is an id."""

    layer: Layer | None = None
    segment: str | None = None
    group: str | None = None
    system: str | None = None

    def then(self, later: "Placement") -> "Placement":
        """Return this placement with what a later one says in its stead."""
        return Placement(
            later.layer if later.layer is not None else self.layer,
            later.segment if later.segment is not None else self.segment,
            later.group if later.group is not None else self.group,
            later.system if later.system is not None else self.system,
        )


def placed(signal: Signal, placement: Placement | None) -> Signal:
    """Return a signal where people placed it, whatever placement it had before; None is back as proposed."""
    proposal = signal.proposal or signal
    if placement is None:
        return proposal
    found = replace(
        proposal,
        layer=proposal.layer if placement.layer is None else placement.layer,
        segment=proposal.segment if placement.segment is None else placement.segment,
        group=proposal.group if placement.group is None else placement.group,
        system=proposal.system if placement.system is None else placement.system,
        proposal=proposal,
    )
    return proposal if found == proposal else found


# Words that give a metric's layer away; the operator corrects what they get wrong. First hit wins.
_HINTS: tuple[tuple[Layer, tuple[str, ...]], ...] = (
    (Layer.COST, ("cost", "price", "spend", "usd", "eur", "cpc", "cpm", "budget")),
    (Layer.OVERSIGHT, ("override", "review", "reviewer", "escalated")),
    (Layer.FAIRNESS, ("parity", "disparate", "fairness", "equal_opportunity", "impact_ratio")),
    (Layer.SAFETY, ("safety", "toxic", "jailbreak", "injection", "pii", "violation", "blocked", "filter")),
    (Layer.PIPELINE, ("freshness", "stale", "schema", "null", "missing", "psi", "drift", "rows", "lag",
                      "column", "dataset", "feature", "expectation", "completeness")),
    (Layer.QUALITY, ("accuracy", "score", "confidence", "refusal", "eval", "precision", "recall", "f1", "auc",
                     "feedback", "similarity", "click", "ctr_", "quality", "on_time", "specificity",
                     "true_positive", "true_negative", "false_positive", "false_negative",
                     "tpr", "tnr", "fpr", "fnr", "log loss", "mae", "mape", "mse", "msle", "r2 ",
                     "business_value")),
    (Layer.INFRASTRUCTURE, ("latency", "duration", "time_to_", "time_per_", "time to ", "time per ")),
    (Layer.BEHAVIOUR, ("approval", "approve", "decline", "decision", "class", "output", "answer", "rate_of")),
    (Layer.INFRASTRUCTURE, ("latency", "cpu", "gpu", "memory", "disk", "network", "request", "error", "queue",
                            "throughput", "token", "duration", "seconds", "bytes", "http", "elb", "ec2",
                            "rds", "traffic", "speed", "occupancy", "temperature", "up", "go_", "process_")),
)  # fmt: skip


def likely_layer(metric: str) -> Layer:
    """Propose the layer of a metric from words in its name; infrastructure when nothing speaks."""
    return spoken_layer(metric) or Layer.INFRASTRUCTURE


def spoken_layer(text: str) -> Layer | None:
    """Return the layer that words in a text speak of, None when none does."""
    words = text.lower()
    return next((layer for layer, hints in _HINTS if any(hint in words for hint in hints)), None)
