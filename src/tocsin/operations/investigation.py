"""One system under suspicion: its signals by layer, alerts, deployments, who noticed what."""

from collections import defaultdict
from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import NotFound
from tocsin.model import coverage
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.candidate import Candidate
from tocsin.model.coverage import Watching, layer_of
from tocsin.model.deployment import Deployment
from tocsin.model.incident import Incident, standing
from tocsin.model.instant import to_us
from tocsin.model.journal import Entry
from tocsin.model.judgement import StartJudged
from tocsin.model.observation import MONITORING, Observation
from tocsin.model.operator import System
from tocsin.model.signal import Layer, Signal
from tocsin.operations import budget, deployments, normals, queue, spotcheck
from tocsin.operations.coverage import Heard, Rhythms, pulses
from tocsin.operations.decisions import roles_of
from tocsin.operations.detectors import SETTINGS, Listing, as_of
from tocsin.operations.spotcheck_report import Report, summed
from tocsin.store import alerts, decisions, incidents, journal, observations, series, systems
from tocsin.store.folder import Store

_GRAVEST = tuple(AlertSeverity)
_WEEKS = 4  # over which alarms are counted
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """One signal: its newest sample, the gravest of its lasting alerts, and every alert it ever had."""

    number: int
    signal: Signal
    heard: Heard
    alert: Alert | None
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class LayerSeen:
    """A layer with who watches it. `told` are lasting alerts of other tools that are about no series here."""

    layer: Layer
    watching: Watching
    signals: tuple[Seen, ...]
    told: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class Noticed:
    """When a person came to know of it, and in what words that is told."""

    at: datetime
    how: str
    observation: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many false alarms a week are allowed, and how many alarms a week there were in the last four."""

    allowed: float
    used: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person said last of the system's start."""

    author: str
    at: datetime
    said: StartJudged


@dataclass(frozen=True, slots=True)
class Investigation:
    """One system as it stands at `now`; alerts newest first, deployments in the order they began.

    `incident` is the one of this system that was declared last and is not closed. `decisions` is how many
    rows of decision logs there are, `decided` the first and last of them (UTC microseconds). `settings` says
    which version of the detectors' settings is in force, `spot` is the newest spot check, `judged` what was
    said last of the start. `candidates` are alerts that wait, those related taken together. `mark` is another
    one when anything came that an estimate may rest on, `logged` when it is of decisions: more of them, what
    turned out later, or what their columns mean.
    """

    now: datetime
    system: System
    systems: tuple[System, ...]
    layers: tuple[LayerSeen, ...]
    alerts: tuple[Alert, ...]
    deployments: tuple[Deployment, ...]
    noticed: tuple[Noticed, ...]
    incident: Incident | None
    decisions: int
    decided: Span | None
    budget: Budget
    settings: str
    spot: Report | None
    judged: Judged | None
    candidates: tuple[Candidate, ...]
    mark: Hashable
    logged: Hashable

    @property
    def signals(self) -> tuple[Seen, ...]:
        """Every signal, layer by layer."""
        return tuple(one for layer in self.layers for one in layer.signals)

    @property
    def worst(self) -> Seen | None:
        """The signal with the gravest lasting alert, the newest of those; None while none lasts."""
        found = coverage.gravest([one.alert for one in self.signals if one.alert is not None])
        return next((one for one in self.signals if found is not None and one.alert is found), None)


def declared_with(view: Investigation, alert: str) -> tuple[str, ...]:
    """Return the ids of all alerts that are one candidate with this one."""
    return next((one.ids for one in view.candidates if alert in one.ids), (alert,))


def look(store: Store, system: str = "", rhythms: Rhythms | None = None) -> Investigation | None:
    """Return what is known of a system, by id or name; without one, of that with the gravest lasting alert.

    None when there is no system at all. Raises NotFound. Whoever looks again and again keeps the `rhythms`.
    """
    now = store.now()
    with store.journal.read() as connection:
        known = sorted(systems.list_all(connection), key=lambda one: one.name.casefold())
        open_ = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        reports = [one for one in observations.list_all(connection) if not one.withdrawn]
        said = journal.entries(connection, kinds=(*SETTINGS, "start.judged", "undone"))
        accepted = normals.verdicts(connection).accepted
    if not known:
        return None
    with store.signals.read() as connection:
        every = () if system else alerts.list_all(connection)
        one = _chosen(known, system, [alert for alert in every if alert.id not in accepted])
        numbered = series.list_all(connection, one.id)
        heard = pulses(connection, [number for number, _ in numbered], to_us(now), rhythms)
        found = alerts.list_all(connection, one.id)
        logs = decisions.list_all(connection, one.id)
        later = decisions.later(connection, one.id)
    ran = tuple(deployments.of_system(store, one.id))
    own = [held for held in open_ if held.system == one.id]
    roles = roles_of(store, one.id)
    meant = tuple(sorted(roles.columns.items())), roles.favourable
    logged = tuple((log.file, log.rows) for log in (*logs, *later)), meant
    mark = (
        tuple((number, heard[number].last_us) for number, _ in numbered if number in heard),
        logged,
        tuple((each.id, each.at) for each in ran),
    )
    return Investigation(
        now,
        one,
        tuple(known),
        tuple(_layers(numbered, heard, found, accepted)),
        tuple(found),
        ran,
        tuple(_noticed(own, [each for each in reports if each.system == one.id])),
        own[-1] if own else None,
        sum(log.rows for log in logs),
        (min(log.first_us for log in logs), max(log.last_us for log in logs)) if logs else None,
        _budget(budget.in_force(store).of(one.id), found, now),
        _settings(said),
        _spot(store, one.id) if logs else None,
        _judged(said, one.id),
        tuple(waiting.candidate for waiting in queue.look(store, one.id, rhythms).candidates),
        mark,
        logged,
    )


def noticed_after(view: Investigation, since: datetime | None) -> Noticed | None:
    """Return when a person noticed first, of what began at `since`; of the newest notice when it is None."""
    if since is None:
        return view.noticed[-1] if view.noticed else None
    return next((one for one in view.noticed if one.at >= since), None)


def beside(view: Investigation, number: int) -> int | None:
    """Return the number of the signal that is the whole of which another one is a part; None without one.

    It has the same metric and neither segment nor group nor labels; where names alone tell parts apart, as in
    rate_all and rate_NE, it is the one of that layer whose name ends in "all" or "total".
    """
    own = next((one for one in view.signals if one.number == number), None)
    if own is None:
        return None
    others = [one for one in view.signals if one.number != number and one.signal.layer is own.signal.layer]
    for one in others:
        same = one.signal.metric == own.signal.metric and one.signal.unit == own.signal.unit
        if same and not (one.signal.segment or one.signal.group or one.signal.labels):
            return one.number
    for one in others:
        stem, _, last = one.signal.metric.rpartition("_")
        if last.lower() in ("all", "total", "overall") and own.signal.metric.startswith(f"{stem}_"):
            return one.number
    return None


def _chosen(known: Sequence[System], wanted: str, found: Sequence[Alert]) -> System:
    if wanted:
        for one in known:
            if wanted in (one.id, one.name, *one.aliases):
                return one
        raise NotFound("there is no such system.", where=wanted)
    ours = {one.id: one for one in known}
    lasting = [alert for alert in found if alert.ended is None and alert.system in ours]
    worst = coverage.gravest(lasting)
    return ours[worst.system] if worst is not None else known[0]


def _layers(
    numbered: Sequence[tuple[int, Signal]],
    heard: Mapping[int, Heard],
    found: Sequence[Alert],
    accepted: Container[str],
) -> list[LayerSeen]:
    lasting = [alert for alert in found if alert.ended is None and alert.id not in accepted]
    about: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in found:
        about[alert.signal].append(alert)
    ids = {signal.id for _, signal in numbered}
    strangers = [alert for alert in found if alert.signal not in ids]
    here: defaultdict[Layer, list[Seen]] = defaultdict(list)
    for number, signal in numbered:
        if number in heard:
            own = tuple(about[signal.id])
            worst = coverage.gravest([alert for alert in lasting if alert.signal == signal.id])
            here[signal.layer].append(Seen(number, signal, heard[number], worst, own))
    return [_layer(layer, here[layer], strangers, lasting) for layer in Layer]


def _layer(
    layer: Layer, signals: Sequence[Seen], strangers: Sequence[Alert], lasting: Sequence[Alert]
) -> LayerSeen:
    told = [alert for alert in strangers if layer_of(alert, None) is layer]
    kind = coverage.watching([one.heard.pulse for one in signals], bool(told))
    shown = tuple(alert for alert in told if alert in lasting)
    return LayerSeen(layer, kind, tuple(sorted(signals, key=_order)), shown)


def _order(one: Seen) -> tuple[int, str]:
    grave = _GRAVEST.index(one.alert.severity) if one.alert is not None else len(_GRAVEST)
    return grave, one.signal.name.casefold()


def _budget(allowed: float, found: Sequence[Alert], now: datetime) -> Budget:
    since = now - _WEEKS * timedelta(weeks=1)
    raised = [a for a in found if a.source == "tocsin" and a.raised is not None and a.raised >= since]
    return Budget(allowed, len(raised) / _WEEKS)


def _settings(said: Sequence[Entry]) -> str:
    own = [entry for entry in said if entry.kind in SETTINGS]
    return as_of(Listing(len(own), own[-1] if own else None, ()))


def _spot(store: Store, system: str) -> Report | None:
    newest = next(iter(spotcheck.listed(store, system)), None)
    return None if newest is None else summed(newest)


def _judged(said: Sequence[Entry], system: str) -> Judged | None:
    for entry in reversed(standing(said)):
        if isinstance(entry.body, StartJudged) and entry.body.system == system:
            return Judged(entry.author.name, entry.recorded_at, entry.body)
    return None


def _noticed(own: Sequence[Incident], reports: Sequence[Observation]) -> list[Noticed]:
    """Return when people noticed, the earliest first: what they reported, and what they declared."""
    found = [
        Noticed(one.learned, f"{one.channel}{f', {one.noticed_by}' if one.noticed_by else ''}", one.id)
        for one in reports
        if one.channel != MONITORING
    ]
    found += [
        Noticed(one.detected, f"{one.reference}, {one.channel}" if one.channel else one.reference)
        for one in own
        if one.channel != MONITORING
    ]
    return sorted(found, key=lambda one: one.at)
