"""The review queue: candidates that wait for a person, those snoozed, and the deeds on them (D2, D11).

Urgent findings interrupt, slow ones wait for the daily review. What an open incident holds, what people
accepted and what is history is not in the queue.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import BadInput, NotFound
from tocsin.model import coverage
from tocsin.model.alert import Alert
from tocsin.model.candidate import Candidate, Placed, candidates, related
from tocsin.model.deployment import Deployment
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.instant import from_us, iso, to_us
from tocsin.model.journal import Entry
from tocsin.model.judgement import AlertsAccepted, AlertsSnoozed
from tocsin.model.operator import Author
from tocsin.model.severity import Scheme
from tocsin.model.signal import Signal
from tocsin.operations import deployments, normals, policies
from tocsin.operations.coverage import Rhythms
from tocsin.operations.normals import Verdict, Verdicts
from tocsin.operations.signals import system_id
from tocsin.operations.timeline import checked_text
from tocsin.store import alerts, decisions, ends, incidents, series, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store

OVER = timedelta(days=1)  # how long what is over is still shown
HISTORY = timedelta(days=7)  # an alert whose signal was measured last before that is history
LONGEST_SNOOZE = timedelta(days=90)
_OURS = "tocsin"  # the source of alerts that our detectors raised
_MOST = 500  # alerts that are grouped; more than that is nobody's queue


@dataclass(frozen=True, slots=True)
class Waiting:
    """A candidate with the name of its system and the rank of its level in the scheme in force.

    `incident` is the open incident of that system that began at the same time, which it is likely part of.
    """

    candidate: Candidate
    system: str
    tone: int
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A candidate that sleeps until then, why, and who said so."""

    waiting: Waiting
    until: datetime
    reason: str
    author: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """What waits as things stood at `now`, most urgent first, what is over last.

    `left_out` is how many alerts wait beyond those given; `history` how many are over, accepted or measured
    long ago. `old` are the ids of those that last, but were measured long ago.
    """

    now: datetime
    candidates: tuple[Waiting, ...] = ()
    snoozed: tuple[Snoozed, ...] = ()
    history: int = 0
    left_out: int = 0
    old: frozenset[str] = frozenset()

    @property
    def urgent(self) -> tuple[Waiting, ...]:
        """Those that interrupt."""
        return tuple(one for one in self.candidates if one.candidate.urgent)


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal says that the queue is arranged by: `taken` is the incident of each alert in one.

    `open` are the incidents that are neither closed nor withdrawn, the newest first; `scheme` is the pack in
    force.
    """

    names: Mapping[str, str]
    taken: Mapping[str, str]
    verdicts: Verdicts
    scheme: Scheme
    open: tuple[Incident, ...] = ()


def lines_below(one: Waiting) -> tuple[str, ...]:
    """Return what is said of a candidate beside what was found: its likely cause, where it likely belongs."""
    cause = one.candidate.cause.line if one.candidate.cause else ""
    part = f"likely part of {one.incident.reference}, which is open" if one.incident else ""
    return tuple(filter(None, (cause, part)))


def look(store: Store, system: str | None = None, rhythms: Rhythms | None = None) -> QueueView:
    """Return the queue as it stands now, of one system if named. Raises NotFound.

    Whoever looks again and again keeps the `rhythms`.
    """
    only = None if system is None else system_id(store, system)
    now, ran = store.now(), deployments.by_system(store)
    with store.journal.read() as connection:
        known = known_of(connection)
    with store.signals.read() as connection:
        found = alerts.list_all(connection, only, since=now - OVER)
        return arranged(connection, known, found, ran, now, only, rhythms)


def alerts_mark(store: Store) -> tuple[int, ...]:
    """Return what is another whenever an alert is: cheap, where `look` reads them."""
    with store.signals.read() as connection:
        return alerts.mark(connection)


def known_of(connection: Connection) -> Known:
    """Return what the journal says about alerts."""
    names = {one.id: one.name for one in systems.list_all(connection)}
    standing = [one for one in incidents.list_all(connection) if not one.withdrawn]
    taken = {alert.id: one.id for one in standing for _, alert in one.alerts}
    open = tuple(one for one in reversed(standing) if one.status != CLOSED)
    return Known(names, taken, normals.verdicts(connection), policies.for_new(connection), open)


def arranged(
    connection: Connection,
    known: Known,
    found: Sequence[Alert],
    ran: Mapping[str, Sequence[Deployment]],
    now: datetime,
    system: str | None = None,
    rhythms: Rhythms | None = None,
) -> QueueView:
    """Return the queue of alerts at hand, those lasting and those over for at most `OVER`, newest first."""
    free = [a for a in found if a.id not in known.taken and a.id not in known.verdicts.accepted]
    signals = series.of_ids(connection, {alert.signal for alert in free if alert.signal})
    old = _measured_long_ago(connection, free, signals, now, rhythms or Rhythms())
    free = sorted((a for a in free if a.id not in old), key=lambda a: a.ended is not None)
    asleep = [a for a in free if known.verdicts.asleep(a.id, now)]
    awake = [a for a in free if not known.verdicts.asleep(a.id, now)]
    placed = {a.id: Placed(a, coverage.layer_of(a, _signal(a, signals))) for a in free}
    ordered = [one for own in ran.values() for one in own]
    waiting = _waiting(candidates((placed[a.id] for a in awake[:_MOST]), ordered), known)
    sleeping = _waiting(candidates((placed[a.id] for a in asleep[:_MOST]), ordered), known)
    standing = len(free) + sum(a.id in known.taken for a in found)
    return QueueView(
        now,
        tuple(waiting),
        tuple(_snoozed(one, known.verdicts) for one in sleeping),
        max(alerts.count(connection, system) - standing, 0),
        max(len(awake) - _MOST, 0),
        frozenset(old),
    )


def snooze(
    store: Store, author: Author, ids: Sequence[str], until: datetime, reason: str, *, id: str = ""
) -> Entry:
    """Let alerts or whole candidates, by id, not interrupt nor wait until then. Raises BadInput, NotFound.

    Under an id made before, a retry stores it once. Undo wakes them.
    """
    found = found_of(store, ids)
    now = store.now()
    if not now < until <= now + LONGEST_SNOOZE:
        hint = f"Snooze to a time ahead, for at most {LONGEST_SNOOZE.days} days."
        raise BadInput("a snooze ends later than it begins.", where=iso(until), hint=hint)
    body = AlertsSnoozed(tuple(alert.id for alert in found), until, checked_text(reason))
    with store.write() as write:
        return write.add(author, body, id=id)


def wake(store: Store, author: Author, ids: Sequence[str], *, id: str = "") -> Entry:
    """Bring snoozed alerts or candidates back into the queue now. Raises NotFound."""
    body = AlertsSnoozed(tuple(alert.id for alert in found_of(store, ids)), store.now(), "woken")
    with store.write() as write:
        return write.add(author, body, id=id)


def accept(
    store: Store,
    author: Author,
    ids: Sequence[str],
    reason: str,
    *,
    since: datetime | None = None,
    id: str = "",
) -> Entry:
    """Accept what alerts or whole candidates, by id, found as the new normal. Raises BadInput and NotFound.

    The baseline of their signals begins anew at `since`, by default as `normal_since` says; samples from then
    on are judged by it. Undo brings the old baseline back.
    """
    found = found_of(store, ids)
    at = normal_since(found) if since is None else since
    if at > store.now():
        raise BadInput("the new normal cannot begin ahead.", where=iso(at))
    signals = tuple(dict.fromkeys(alert.signal for alert in found if alert.signal))
    body = AlertsAccepted(tuple(alert.id for alert in found), signals, at, checked_text(reason))
    with store.write() as write:
        entry = write.add(author, body, id=id)
    normals.judge_again(store, signals, at)
    return entry


def normal_since(found: Iterable[Alert]) -> datetime:
    """Return the instant from which what they found is normal: all had started, and were seen to have.

    A slow departure is established long after its start; between the two lies the way, not where it led.
    """
    return max(max(alert.start.high, alert.time) if alert.start else alert.time for alert in found)


def found_of(store: Store, ids: Sequence[str]) -> list[Alert]:
    """Return the alerts that these ids of alerts or of candidates mean. Raises BadInput and NotFound."""
    if not ids:
        raise BadInput("name an alert or a candidate.", hint="`tocsin alerts --queue` shows them.")
    found: dict[str, Alert] = {}
    grouped: dict[str, Candidate] | None = None
    for wanted in ids:
        try:
            with store.signals.read() as connection:
                found[wanted] = alerts.get(connection, wanted)
        except NotFound:
            grouped = _by_id(store) if grouped is None else grouped
            if wanted not in grouped:
                raise
            found |= {alert.id: alert for alert in grouped[wanted].alerts}
    return list(found.values())


def _by_id(store: Store) -> dict[str, Candidate]:
    view = look(store)
    every = (*view.candidates, *(one.waiting for one in view.snoozed))
    return {one.candidate.id: one.candidate for one in every}


def _waiting(found: Iterable[Candidate], known: Known) -> list[Waiting]:
    return [
        Waiting(
            one,
            known.names.get(one.system, one.system),
            known.scheme.rank(known.scheme.level_for(one.severity)),
            next((open for open in known.open if _is_part(one, open)), None),
        )
        for one in found
    ]


def _is_part(one: Candidate, incident: Incident) -> bool:
    starts = [incident.start] if incident.start else [alert.start for _, alert in incident.alerts]
    together = any(start is not None and related(one.start, start) for start in starts)
    return one.system == incident.system and together


def _snoozed(one: Waiting, verdicts: Verdicts) -> Snoozed:
    said: list[Verdict] = [verdicts.snoozed[id] for id in one.candidate.ids]
    first = min(said, key=lambda verdict: verdict.at)
    return Snoozed(one, first.at, first.reason, first.author)


_Signals = Mapping[str, tuple[int, Signal]]


def _signal(alert: Alert, signals: _Signals) -> Signal | None:
    found = signals.get(alert.signal)
    return None if found is None else found[1]


def _measured_long_ago(
    connection: Connection, found: Sequence[Alert], signals: _Signals, now: datetime, rhythms: Rhythms
) -> set[str]:
    """Return the ids of lasting alerts that nothing new was measured for, by the rhythm of what measures it.

    One that a live source sent lasts until the source says that it is over.
    """
    lasting = [alert for alert in found if alert.ended is None]
    late = now - HISTORY
    newest = ends.read(connection, {signals[a.signal][0] for a in lasting if a.signal in signals})
    logged = decisions.newest(connection)
    stale = {number: end for number, end in newest.items() if from_us(end.t1) < late}
    usual = rhythms.of(connection, stale) if stale else {}
    old = set()
    for alert in lasting:
        if alert.source != _OURS:
            if alert.raised is None and (alert.updated or alert.time) < late:
                old.add(alert.id)
        elif alert.signal in signals:
            number = signals[alert.signal][0]
            if number in stale and coverage.is_silent(stale[number].t1, usual[number], to_us(now)):
                old.add(alert.id)
        elif max(alert.time, from_us(logged.get(alert.system, 0))) < late:
            old.add(alert.id)
    return old
