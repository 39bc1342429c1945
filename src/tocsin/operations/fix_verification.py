"""Whether a fix holds in production, from the store's alerts and samples; and the entry that says so (C6)."""

from collections.abc import Container, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from tocsin.errors import BadInput, NotAllowed
from tocsin.model import coverage, examples, facts
from tocsin.model.alert import Alert
from tocsin.model.counting import due
from tocsin.model.deployment import Deployment
from tocsin.model.fix_verification import USUAL, LongEnough, Quiet, Watch, WatchState, judge
from tocsin.model.incident import Incident
from tocsin.model.instant import from_us, iso, to_us
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import FixVerified
from tocsin.model.severity import Scheme
from tocsin.operations import deployments, normals, policies
from tocsin.operations import detectors as settings
from tocsin.operations.detectors import Known
from tocsin.operations.examples import KINDS
from tocsin.operations.log_alerts import topic
from tocsin.operations.playbook import open_incident
from tocsin.operations.progress import Progress
from tocsin.store import alerts, feeds, imports, incidents, journal, log_marks, samples, series, watermarks
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_TAIL = 64
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class FixView:
    """How the verification of a fix stands at `now`.

    `version` is the one asked about, else the one the examples validate; `fixed` since when it serves.
    `reasons` say in words why it is not verified, empty when it can be. `spoke_since` are watches that spoke
    after it had been verified.
    """

    now: datetime
    incident: Incident
    scheme: Scheme
    table: examples.Table
    version: str
    fixed: datetime | None
    quiet: str
    watches: tuple[WatchState, ...]
    reasons: tuple[str, ...]

    @property
    def verified(self) -> FixVerified | None:
        """The newest verification that stands; a re-opening ends it."""
        said = facts.verified(self.incident)
        return said.body if said else None

    @property
    def spoke_since(self) -> tuple[WatchState, ...]:
        """What has spoken again although the fix was verified."""
        return tuple(one for one in self.watches if one.quiet is Quiet.SPOKE) if self.verified else ()


def look(
    store: Store, incident: str, version: str = "", *, at: datetime | None = None, stated: str = ""
) -> FixView:
    """Return how it stands; `at` is since when the fix serves where no deployment says it. Raises NotFound.

    `stated` is what a person saw of what cannot be seen from here.
    """
    now = store.now()
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme = policies.of(connection, known.policy)
        entries = journal.entries(connection, incident=known.id, kinds=KINDS)
    ran = deployments.of_system(store, known.system)
    table = examples.table(entries, ran)
    version = version.strip() or _likely(table, known)
    reasons = [*_of_examples(table, version)]
    fixed, why = _served(ran, version, known, at, now)
    reasons += [why] if why else []
    offset = scheme.quiet or USUAL
    long_enough = partial(_later, scheme=scheme, zone=store.zone)
    watches = () if fixed is None else _watches(store, known, fixed, long_enough, now)
    reasons += _of_watches(watches, known, fixed, long_enough, now, stated)
    return FixView(now, known, scheme, table, version, fixed, offset.words, watches, tuple(reasons))


def verify(
    store: Store,
    author: Author,
    incident: str,
    version: str = "",
    *,
    at: datetime | None = None,
    stated: str = "",
    id: str = "",
) -> Generator[Progress, None, Entry]:
    """Judge what has come in so far, then say that the fix is verified. Raises NotAllowed with why not."""
    from tocsin.operations.detect import detect  # loads the detectors

    store.refuse_read_only()
    stated = stated.strip()
    if len(stated) > _LONGEST:
        raise BadInput(f"evidence has at most {_LONGEST:,} characters.", hint="Attach it as a file.")
    yield from detect(store)
    view = look(store, incident, version, at=at, stated=stated)
    if view.reasons or view.fixed is None:
        raise NotAllowed(
            f"the fix is not verified: {'; '.join(view.reasons)}.", where=view.incident.reference
        )
    body = FixVerified(view.version, view.fixed, _evidence(view, stated))
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = open_incident(write, view.incident.id)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def _likely(table: examples.Table, known: Incident) -> str:
    if table.first_passing is not None:
        return table.first_passing.version
    return known.conduct.verified[-1].body.version if known.conduct.verified else ""


def _of_examples(table: examples.Table, version: str) -> list[str]:
    """Why the examples do not validate the fix; without any, monitoring alone speaks."""
    if not version:
        return ["no version passes the examples yet" if table.examples else "say which version is the fix"]
    if not table.examples:
        return []
    column = table.column(version)
    if column is None:
        return [f"version {version} was not tried on the examples"]
    if not column.whole:
        return [f"version {version} does not pass the whole set: {column.words}"]
    if table.first_failing is None:
        return ["no version fails the examples, so that passing them shows nothing"]
    return []


def _served(
    ran: list[Deployment], version: str, known: Incident, at: datetime | None, now: datetime
) -> tuple[datetime | None, str]:
    """Return since when the fix serves, and why it cannot be one."""
    if at is not None:
        return (None, "the fix cannot serve since a time to come") if at > now else (at, "")
    if not version:
        return None, ""
    mine = [one for one in ran if version in (one.version, one.title) and one.at <= now]
    if not mine:
        return None, f"no deployment of version {version} is known; record it, or state since when it serves"
    last = max(mine, key=lambda one: one.at)
    after = [one for one in ran if one.key == last.key and last.at < one.at <= now]
    if after:
        return last.at, f"{after[0].title} took its place at {iso(after[0].at)}"
    if last.until is not None and last.until <= now:
        return last.at, f"version {version} serves no more since {iso(last.until)}"
    if known.start is not None and last.at < known.start.low:
        return last.at, f"version {version} served before the incident began"
    return last.at, ""


def _later(since: datetime, *, scheme: Scheme, zone: str) -> datetime:
    return due(since, scheme.quiet or USUAL, scheme.calendar, zone)


def _of_watches(
    watches: tuple[WatchState, ...],
    known: Incident,
    fixed: datetime | None,
    long_enough: LongEnough,
    now: datetime,
    stated: str,
) -> list[str]:
    found = []
    for one in watches:
        if one.quiet is Quiet.UNKNOWN and stated:
            continue
        if one.quiet is not Quiet.QUIET:
            until = f" until {iso(one.until)}" if one.until is not None and one.until > now else ""
            found.append(f"{one.watch.title}: {one.why}{until}")
    if fixed is not None and now < long_enough(fixed) and not found:
        found.append(f"it has to stay quiet until {iso(long_enough(fixed))}")
    if not known.alerts and not stated:
        found.append("no detector raised it, so a person has to state what was seen in production")
    elif any(one.quiet is Quiet.UNKNOWN for one in watches) and not stated:
        found.append("for what cannot be seen from here a person may state what was seen")
    return found


def _watches(
    store: Store, known: Incident, fixed: datetime, long_enough: LongEnough, now: datetime
) -> tuple[WatchState, ...]:
    """One for each thing that the incident's alerts are about, in their order."""
    detectors = {one.name: one for one in settings.list_all(store).detectors}
    with store.journal.read() as connection:
        accepted = normals.verdicts(connection).accepted
    found: dict[object, Watch] = {}
    with store.signals.read() as connection:
        every = alerts.list_all(connection)
        for _, alert in known.alerts:
            about = _about(alert)
            if about not in found:
                same = tuple(one for one in every if _about(one) == about) or (alert,)
                watch = _watch(connection, alert, same, detectors, fixed)
                why = watch.unknown or _doubt(alert, same, detectors, known, accepted)
                own = {one.detector for _, one in known.alerts if _about(one) == about}
                mine = tuple(one for one in same if one.detector in own)
                others = tuple(one for one in same if one.detector not in own)
                found[about] = replace(watch, alerts=mine, others=others, unknown=why)
    return tuple(judge(one, fixed, long_enough, now) for one in found.values())


def _about(alert: Alert) -> object:
    """What tells things that raise alerts apart: the signal, else the rule and its labels."""
    if alert.signal:
        return alert.signal
    return alert.system, alert.source, alert.detector, topic(alert.metric, alert.labels)


def _watch(
    connection: Connection,
    alert: Alert,
    same: tuple[Alert, ...],
    detectors: dict[str, Known],
    fixed: datetime,
) -> Watch:
    title = f"{alert.about} · {alert.detector}" if alert.metric else alert.detector
    if alert.signal and (number := series.number_of(connection, alert.signal)) is not None:
        return _on_samples(connection, title, same, number, detectors.get(alert.detector), fixed)
    if alert.source == "tocsin":
        upto = log_marks.reached(connection, alert.system, alert.detector)
        return Watch(title, same, judged=None if upto is None else from_us(upto))
    return _elsewhere(connection, title, alert, same)


def _on_samples(
    connection: Connection,
    title: str,
    same: tuple[Alert, ...],
    number: int,
    detector: Known | None,
    fixed: datetime,
) -> Watch:
    rhythm = coverage.rhythm_us(samples.tail(connection, number, _TAIL)[0])
    late = timedelta() if rhythm is None else timedelta(microseconds=coverage.SILENT_AFTER * rhythm)
    times, _ = samples.read(connection, number, to_us(fixed))
    upto = None
    if detector is not None:
        upto = watermarks.mark(connection, number, detector.name, detector.version).upto_us
    return Watch(title, same, times, late, None if upto is None else from_us(upto))


def _elsewhere(connection: Connection, title: str, alert: Alert, same: tuple[Alert, ...]) -> Watch:
    """A rule of another tool: it is heard only as long as a source that is asked answers."""
    number = alerts.import_of(connection, alert.id)
    feed = imports.get(connection, number).feed if number is not None else ""
    if not feed:
        return Watch(title, same, unknown=f"it came by a file of {alert.source}, which says nothing of later")
    if imports.get(connection, number or 0).importer == "webhook":
        return Watch(title, same, unknown=f"{feed} sends when it likes, so its silence says nothing")
    return Watch(title, same, judged=feeds.get(connection, feed).state.last_success)


def _doubt(
    alert: Alert,
    same: tuple[Alert, ...],
    detectors: dict[str, Known],
    known: Incident,
    accepted: Container[str],
) -> str:
    """Why the quiet of one of our detectors may have another reason than the fix."""
    if any(one.id in accepted for one in same):
        return "it was accepted as the new normal, and is quiet for that"
    if alert.source != "tocsin":
        return ""
    detector = detectors.get(alert.detector)
    if detector is None or not detector.enabled:
        return f"the detector {alert.detector} is switched off"
    if detector.changed is not None and detector.changed.recorded_at > known.detected:
        return f"the detector {alert.detector} was set anew since, and may be quiet for that"
    return ""


def _evidence(view: FixView, stated: str) -> str:
    parts = [f"{one.watch.title} quiet since {iso(one.since)}" for one in view.watches if one.since]
    column = view.table.column(view.version)
    if view.table.examples and column is not None:
        parts.append(f"examples: {column.words}")
    else:
        parts.append("no examples were recorded")
    if stated:
        parts.append(f"stated: {stated}")
    return f"{view.quiet} of quiet; {'; '.join(parts)}"
