"""The blast radius of an incident: counted in its system's decision logs, and told with what it rests on."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.model import blast_radius
from tocsin.model.blast_radius import AHEAD_H, Ahead, Count, Off, Part, Radius, Shared, names
from tocsin.model.decision import Roles
from tocsin.model.deployment import Deployment
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.instant import from_us, to_us
from tocsin.operations import decisions, deployments, systems
from tocsin.operations.progress import Progress
from tocsin.store import decision_counts, feeds, incidents, series
from tocsin.store.decision_counts import Counts
from tocsin.store.decisions import DecisionLog
from tocsin.store.folder import Store

_HOUR_US = 3_600_000_000
_WEEK_US = 168 * _HOUR_US
_MOST_PARTS = 12
_MOST_AGE = timedelta(days=4)  # of the newest decision: what is to come is not told from older logs
_STEPS = 6


@dataclass(frozen=True, slots=True)
class _Span:
    """From when to when it is counted: the start with its bounds, and the end."""

    begin: datetime
    earliest: datetime
    latest: datetime
    until: datetime
    contained: bool
    told: str

    def us(self, begin: datetime) -> tuple[int, int]:
        return to_us(begin), max(to_us(self.until), to_us(begin))


def look(store: Store, incident: str) -> Generator[Progress, None, Radius]:
    """Return the blast radius of an incident, by reference or id, telling how far the counting is.

    Raises NotFound, and StoreProblem for a decision log that is gone.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
    now, ran = store.now(), deployments.by_system(store)
    yield Progress(0, _STEPS, "asking who shares its cause")
    shared = tuple(_shared(store, known.system, ran, now))
    logs, roles = decisions.logs(store, known.system), decisions.roles_of(store, known.system)
    return (yield from counted(store, known, now, logs, roles, ran.get(known.system, []), shared))


def counted(
    store: Store,
    known: Incident,
    now: datetime,
    logs: Sequence[DecisionLog],
    roles: Roles,
    ran: Sequence[Deployment],
    shared: tuple[Shared, ...] = (),
) -> Generator[Progress, None, Radius]:
    """Return the blast radius as things stood at `now`, from these logs and deployments of its system.

    Raises StoreProblem for a decision log that is gone.
    """
    span = _span(known, now)
    radius = Radius(
        known.id, known.reference, systems.name_of(store, known.system), now, span.begin, span.earliest,
        span.latest, span.until, span.contained, shared=shared,
    )  # fmt: skip
    if not logs:
        rests = _nothing(f"{blast_radius.UNKNOWN}: no decision log of {radius.system}", span)
        return _with_traffic(replace(radius, rests=rests), known, ran, None)
    files = [store.path / "imports" / log.file for log in logs]
    columns = {name for log in logs for name in log.columns}
    with decision_counts.opened(files) as counts:
        radius = yield from _counted(radius, counts, span)
        yield Progress(2, _STEPS, "counting by part")
        radius = _by_part(store, known, counts, roles, columns, span, radius)
        yield Progress(3, _STEPS, "counting people")
        radius = _with_people(radius, counts, roles, columns, span)
        yield Progress(4, _STEPS, "looking ahead")
        radius = _with_ahead(radius, counts)
        yield Progress(5, _STEPS, "asking what answers now")
        answered = _answered(counts, roles, columns, radius)
        return _with_traffic(radius, known, ran, answered)


def _span(known: Incident, now: datetime) -> _Span:
    ended = [at for status in (CONTAINED, RESOLVED, CLOSED) if (at := known.reached(status)) is not None]
    until = min(ended, default=now)
    start = known.start
    told = "until it was contained" if ended else "until now"
    if start is None:
        begin = min(known.detected, until)
        said = f"from the detection, since no start is estimated, {told}"
        return _Span(begin, begin, begin, until, bool(ended), said)
    begin, earliest, latest = (min(one, until) for one in (start.at, start.low, start.high))
    return _Span(begin, earliest, latest, until, bool(ended), f"from the estimated start, {told}")


def _nothing(why: str, span: _Span) -> dict[str, str]:
    figures = ("decisions", "people", "per_hour", "ahead")
    return dict.fromkeys(figures, why) | {"span": span.told}


def _counted(radius: Radius, counts: Counts, span: _Span) -> Generator[Progress, None, Radius]:
    """Count all decisions between the bounds, the newest and how many there are in an hour."""
    yield Progress(1, _STEPS, "counting decisions")
    least, at, most = (counts.count(span.us(one)) for one in (span.latest, span.begin, span.earliest))
    newest = counts.newest()
    assert newest is not None
    lag = radius.now - from_us(newest)
    ends = f"; the log ends {_ago(lag)} before now" if lag > timedelta(hours=1) else ""
    day = counts.count((newest + 1 - 24 * _HOUR_US, newest + 1))
    rests = dict(radius.rests) | {
        "span": span.told,
        "decisions": f"counted in the decision log {span.told}{ends}",
        "per_hour": "as in the last 24 h of the log",
    }
    return replace(
        radius, decisions=Count(least, at, most), newest=from_us(newest), per_hour=day / 24, rests=rests
    )


def _by_part(
    store: Store,
    known: Incident,
    counts: Counts,
    roles: Roles,
    columns: set[str],
    span: _Span,
    radius: Radius,
) -> Radius:
    """Count by segment and group; what the incident is about comes first."""
    told = [name for name in (*roles.all("segment"), *roles.all("group")) if name in columns]
    if not told:
        why = f"{blast_radius.UNKNOWN}: no column of the log is said to be a segment or a group"
        return replace(radius, rests=radius.rests | {"parts": why})
    named = _named_parts(store, known)
    total = radius.decisions.at if radius.decisions else 0
    parts: list[Part] = []
    groups = {}
    for column in told:
        found = counts.by_value(column, span.us(span.begin))
        groups[column] = len(found)
        own = [Part(column, value, n, n / total if total else 0.0, any(names(value, text) for text in named))
               for value, n in found.most_common()]  # fmt: skip
        parts += sorted(own, key=lambda part: not part.hit)[:_MOST_PARTS]
    rests = radius.rests | {"parts": f"by {', '.join(told)}, as the log has them"}
    return replace(radius, parts=tuple(parts), groups=groups, rests=rests)


def _named_parts(store: Store, known: Incident) -> list[str]:
    """Return what the alerts of the incident and its scope say it is about."""
    ids = [alert.signal for _, alert in known.alerts if alert.signal]
    with store.signals.read() as connection:
        signals = [signal for _, signal in series.of_ids(connection, ids).values()]
    texts = [known.text("scope"), *(word for one in signals for word in (one.segment, one.group))]
    texts += [word for one in signals for word in one.labels.values()]
    return [text for text in texts if text]


def _with_people(radius: Radius, counts: Counts, roles: Roles, columns: set[str], span: _Span) -> Radius:
    column = roles.one("person")
    if column not in columns:
        why = f"{blast_radius.UNKNOWN}: no column of the log is said to be whom a decision is about"
        return replace(radius, rests=radius.rests | {"people": why})
    people = counts.distinct(column, span.us(span.begin))
    return replace(radius, people=people, rests=radius.rests | {"people": f"different values of {column}"})


def _with_ahead(radius: Radius, counts: Counts) -> Radius:
    """Tell what more comes if nothing is done: as many as in the same hours a week ago."""
    newest = radius.newest
    if radius.contained or newest is None or radius.now - newest > _MOST_AGE:
        why = "nothing more to come: it is contained" if radius.contained else (
            f"{blast_radius.UNKNOWN}: the log ends {_ago(radius.now - newest)} before now" if newest else ""
        )  # fmt: skip
        return replace(radius, rests=radius.rests | {"ahead": why})
    first, now = to_us(newest) + 1, to_us(radius.now)
    before = counts.count((first - _WEEK_US - 24 * _HOUR_US, first - _WEEK_US))
    hit = sum(part.share for part in radius.hit if part.column == radius.hit[0].column)
    ahead = []
    for hours in AHEAD_H:
        end = now + hours * _HOUR_US
        more = counts.count((first - _WEEK_US, end - _WEEK_US)) if before else 0
        if not before:
            more = round((radius.per_hour or 0.0) * (end - first) / _HOUR_US)
        ahead.append(Ahead(hours, more, round(more * hit) if radius.hit else None))
    basis = "as many as in the same hours a week ago" if before else "at the pace of the last 24 h of the log"
    return replace(radius, ahead=tuple(ahead), rests=radius.rests | {"ahead": basis})


def _answered(
    counts: Counts, roles: Roles, columns: set[str], radius: Radius
) -> tuple[str, dict[str, int]] | None:
    """Return the column that tells which version answered, and how often each did in the log's last hour."""
    column = roles.one("version")
    if column not in columns or radius.newest is None:
        return None
    newest = to_us(radius.newest) + 1
    return column, dict(counts.by_value(column, (newest - _HOUR_US, newest)))


def _with_traffic(
    radius: Radius, known: Incident, ran: Sequence[Deployment], answered: tuple[str, dict[str, int]] | None
) -> Radius:
    """Tell which share of the traffic is off the faulty version: from the log, else from the deployments."""
    named = known.text("version")
    faulty, ground = blast_radius.suspects(ran, named, radius.earliest, radius.latest)
    versions = tuple(dict.fromkeys(one.version for one in faulty)) or ((named,) if named else ())
    if answered is not None and versions and sum(answered[1].values()):
        column, counts = answered
        on = sum(n for value, n in counts.items() if any(names(one, value) for one in versions))
        off = Off(1 - on / sum(counts.values()), versions)
        basis = f"by the column {column} in the last hour of the log; {ground}"
        return replace(radius, off=off, rests=radius.rests | {"off": basis})
    share = blast_radius.traffic_off(ran, faulty, radius.now) if faulty else None
    if share is None:
        why = f"{blast_radius.UNKNOWN}: {'it is open what serves now' if faulty else ground}"
        return replace(radius, rests=radius.rests | {"off": why})
    basis = f"by what is deployed, each place counted alike; {ground}"
    return replace(radius, off=Off(share, versions), rests=radius.rests | {"off": basis})


def _shared(
    store: Store, system: str, ran: dict[str, list[Deployment]], now: datetime
) -> Generator[Shared, None, None]:
    """Yield the other systems that share a live source, a version in service or a vendor with this one."""
    called = {one.id: one.name for one in systems.names(store)}
    with store.signals.read() as connection:
        fed = feeds.systems(connection)
    for source, own in fed.items():
        if system in own:
            yield from (Shared(other, called.get(other, other), "source", source)
                        for other in sorted(own) if other != system)  # fmt: skip
    others = {other: own for other, own in ran.items() if other != system}
    for one in blast_radius.sharing(ran.get(system, []), others, now):
        yield replace(one, name=called.get(one.system, one.system))


def _ago(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.0f} d" if hours >= 48 else f"{hours:.0f} h"
