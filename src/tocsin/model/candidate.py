"""A candidate: related alerts of one system, told as one thing with its likely cause (domain.md D2, D11, K1).

Two alerts are related when the intervals of their starts overlap, or when they started at most `FOLLOWS` from
each other: what a change does to inputs shows in answers and outcomes a little later. Each is held against
the one of its group whose start is known best, not against the last to join, so that no chain forms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.ids import derived
from tocsin.model.instant import When
from tocsin.model.signal import Layer

FOLLOWS = timedelta(hours=6)
BEFORE = timedelta(hours=24)  # how long before the start a deployment may have begun to be a likely cause
AFTER = timedelta(hours=1)  # and after its latest bound, which holds but 9 times of 10

# From what causes to what is caused: inputs, machines, what it does, how well, to whom, who looks, what it
# costs.
CAUSAL = (
    Layer.PIPELINE,
    Layer.INFRASTRUCTURE,
    Layer.BEHAVIOUR,
    Layer.QUALITY,
    Layer.SAFETY,
    Layer.FAIRNESS,
    Layer.OVERSIGHT,
    Layer.COST,
)
SILENT_CHANGE = "silent behaviour change"
SHIFT = "distribution shift"
IMPACT = "bias or disparate impact"
OVERSIGHT = "human-oversight breakdown"
# The incident types of domain.md K1 that the layer which spoke first points to; of others it says nothing.
_TYPE_OF_LAYER = {
    Layer.PIPELINE: SHIFT,
    Layer.BEHAVIOUR: SILENT_CHANGE,
    Layer.QUALITY: SILENT_CHANGE,
    Layer.FAIRNESS: IMPACT,
    Layer.OVERSIGHT: OVERSIGHT,
}
_INPUTS = ("index", "feature pipeline")  # kinds of deployment that change what goes in, not what answers
_OWN_TYPE = (Layer.FAIRNESS, Layer.OVERSIGHT)  # what these find is of their type, whatever was deployed
_GRAVEST = tuple(AlertSeverity)


@dataclass(frozen=True, slots=True)
class Placed:
    """An alert with the layer it speaks of."""

    alert: Alert
    layer: Layer

    @property
    def start(self) -> When:
        """When it started: as its detector estimates, else when its source saw it."""
        return self.alert.start or When(self.alert.time)


@dataclass(frozen=True, slots=True)
class Cause:
    """What most likely brought it about, in words: a deployment, or the layer that spoke first.

    `type` is one of the four of domain.md K1, or empty. `before` is how long before the estimated start the
    deployment began; negative when it began after it, but within the start's interval.
    """

    text: str
    type: str = ""
    deployment: Deployment | None = None
    before: timedelta | None = None

    @property
    def line(self) -> str:
        """The same as a line says it."""
        if self.deployment is not None:
            return f"likely {self.text}"
        return f"points to {self.type}" if self.text == self.type else self.text


@dataclass(frozen=True, slots=True)
class Candidate:
    """Alerts of one system (by id) that may be one incident, those that started first in front.

    `start` is their joint start with its bounds, `ended` None while one of them lasts. `urgent` ones
    interrupt, the others wait for the daily review. `cause` is None where nothing speaks for one.
    """

    id: str
    system: str
    title: str
    message: str
    severity: AlertSeverity
    urgent: bool
    start: When
    ended: datetime | None
    alerts: tuple[Alert, ...]
    layers: tuple[Layer, ...]
    cause: Cause | None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its alerts."""
        return tuple(alert.id for alert in self.alerts)

    @property
    def name(self) -> str:
        """What it is about, and how much else: two detectors may have found the same."""
        more = len({(alert.signal, about(alert)) for alert in self.alerts}) - 1
        return f"{self.title} and {more} more" if more else self.title


def candidates(found: Iterable[Placed], deployments: Iterable[Deployment] = ()) -> list[Candidate]:
    """Return alerts as candidates, most urgent first; every alert is in one of them.

    `deployments` are those of all systems, settled (model.deployment). The order of neither matters.
    """
    ran = list(deployments)
    made = [_candidate(group, ran) for group in _groups(found)]
    return sorted(made, key=_urgency)


def _groups(found: Iterable[Placed]) -> list[list[Placed]]:
    """Return what belongs together. The best known starts found the groups, the others join the nearest."""
    groups: list[list[Placed]] = []
    for one in sorted(found, key=lambda one: (one.start.high - one.start.low, _by_start(one))):
        near = [group for group in groups if _related(group[0], one)]
        if near:
            min(near, key=lambda group: abs(group[0].start.at - one.start.at)).append(one)
        else:
            groups.append([one])
    return [sorted(group, key=_by_start) for group in groups]


def _related(founder: Placed, one: Placed) -> bool:
    return founder.alert.system == one.alert.system and related(founder.start, one.start)


def related(one: When, other: When) -> bool:
    """Whether two starts may be one: their intervals overlap, or they lie at most `FOLLOWS` apart."""
    return abs(one.at - other.at) <= FOLLOWS or _overlap(one, other)


def _overlap(one: When, other: When) -> bool:
    return one.low <= other.high and other.low <= one.high


def _joint(members: Sequence[Placed]) -> When:
    """Return the start of what began first, as the narrowest interval that overlaps with it tells it.

    What several intervals leave possible together would no longer hold 9 times of 10.
    """
    first = members[0].start
    near = [one.start for one in members if one.start.is_range and _overlap(first, one.start)]
    return min(near, key=lambda when: when.high - when.low, default=first)


def _candidate(members: Sequence[Placed], ran: Sequence[Deployment]) -> Candidate:
    start = _joint(members)
    lead = min(members, key=_weight)
    lasting = [one.alert for one in members if one.alert.ended is None]
    ends = [one.alert.ended for one in members if one.alert.ended is not None]
    return Candidate(
        id=derived("candidate", members[0].alert.id),
        system=lead.alert.system,
        title=about(lead.alert),
        message=lead.alert.message,
        severity=lead.alert.severity,
        urgent=any(alert.urgent for alert in lasting),
        start=start,
        ended=None if lasting else max(ends),
        alerts=tuple(one.alert for one in members),
        layers=tuple(one.layer for one in members),
        cause=_cause(members, start, [one for one in ran if one.system == lead.alert.system]),
    )


def about(alert: Alert) -> str:
    """Return what an alert is about; with the group or segment where it is about no series."""
    labels = "" if alert.signal else ", ".join(f"{key} {word}" for key, word in _labels(alert))
    return f"{alert.about} ({labels})" if labels else alert.about


def _labels(alert: Alert) -> list[tuple[str, str]]:
    return sorted((key, word) for key, word in alert.labels.items() if key not in ("layer", "alertname"))[:3]


def _cause(members: Sequence[Placed], start: When, ran: Sequence[Deployment]) -> Cause | None:
    first = min(members, key=lambda one: (CAUSAL.index(one.layer), _by_start(one)))
    if (one := _nearest(start, ran)) is not None:
        before = start.at - one.began.at
        return Cause(_words(one, before), _type(first.layer, one), one, before)
    type = _TYPE_OF_LAYER.get(first.layer, "")
    layers = {one.layer for one in members}
    if len(layers) == 1:
        return Cause(type, type) if type else None
    return Cause(f"{first.layer} before the rest: {about(first.alert)}", type)


def _nearest(start: When, ran: Sequence[Deployment]) -> Deployment | None:
    """Return the deployment that began nearest to a start, not long after it or before."""
    able = [
        one for one in ran if start.low - BEFORE <= one.began.high and one.began.low <= start.high + AFTER
    ]
    return min(able, key=lambda one: (one.began.low > start.high, _away(start, one), one.id), default=None)


def _away(start: When, one: Deployment) -> timedelta:
    return abs(start.at - one.began.at)


def _type(layer: Layer, deployment: Deployment) -> str:
    if layer in _OWN_TYPE:
        return _TYPE_OF_LAYER[layer]
    return SHIFT if deployment.kind in _INPUTS else SILENT_CHANGE


def _words(one: Deployment, before: timedelta) -> str:
    when = f"{length(before)} before" if before >= timedelta(0) else "about the same time"
    return f"{one.title} ({one.kind}) {when}"


def length(span: timedelta) -> str:
    """Return a length of time in its largest whole unit: 41 s, 12 min, 5 h, 23 d."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _by_start(one: Placed) -> tuple[datetime, datetime, str]:
    return one.start.at, one.start.low, one.alert.id


def _weight(one: Placed) -> tuple[bool, int, float, tuple[datetime, datetime, str]]:
    alert = one.alert
    return alert.ended is not None, _GRAVEST.index(alert.severity), -abs(alert.effect or 0.0), _by_start(one)


def _urgency(one: Candidate) -> tuple[bool, bool, int, float, str]:
    newest = -one.start.at.timestamp()
    return one.ended is not None, not one.urgent, _GRAVEST.index(one.severity), newest, one.id
