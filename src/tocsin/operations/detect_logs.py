"""Detecting in decision logs: each detector looks at the newest window against its past, once a day or so."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import expm1
from typing import Any

import numpy as np

from tocsin.detectors.base import DAY, Finding, Log, Span, version
from tocsin.detectors.table import Decisions, LogDetector, Table
from tocsin.model.alert import Alert
from tocsin.model.decision import Roles
from tocsin.model.instant import to_us
from tocsin.operations import budget, decisions, normals
from tocsin.operations.log_alerts import Topic, about, key_of, merged, topic
from tocsin.operations.progress import Progress
from tocsin.store import alerts, log_marks
from tocsin.store.folder import Store

WEEK = 7 * DAY
_MANY = 60  # looks; history further back is looked at once a window, not once a day
_BATCH = 2  # a batch of looks is read at once: so many times the longest past one of them needs
_MOST_CELLS = 60_000_000  # read at once, 8 bytes each; of more a random part is taken


@dataclass
class LogsDetected:
    """What a run did: looks taken, alerts raised, alerts that went on or ended; detectors that broke.

    One raised and changed in the same run is in `raised`, as it is in the end.
    """

    looks: int = 0
    raised: list[Alert] = field(default_factory=list)
    changed: list[Alert] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Look:
    """One look to take: the window before `end_us`, `step_us` after the look before."""

    end_us: int
    step_us: int


@dataclass
class _Course:
    """The looks one detector takes at one system, and the alerts it has raised there so far."""

    part: Any  # a LogDetector
    looks: list[Look]
    mark: int | None
    per_week: float
    standing: list[Alert]
    accepted: Mapping[Topic, int]
    before: dict[str, Alert] = field(default_factory=dict)
    broken: bool = False


def detect_logs(
    store: Store,
    parts: Sequence[LogDetector],
    shares: budget.Shares,
    *,
    system: str | None = None,
    since: datetime | None = None,
) -> Generator[Progress, None, LogsDetected]:
    """Let detectors of decision logs judge what has come since they last looked, of one system (id) if named.

    A detector looks again once the newest decision is its `every_us` later; at a long history it looks once
    a window. What was never judged is judged from `since` on. Safe to stop at any step and to run in several
    programs at once: alerts and marks of a batch of looks are stored in one transaction.
    """
    done = LogsDetected()
    with store.signals.read() as connection:
        spans = log_marks.spans(connection)
    for id, span in spans.items():
        if system in (None, id):
            roles = decisions.roles_of(store, id)
            able = [part for part in parts if all(map(roles.one, part.needs.roles))]
            courses = [_course(store, part, shares, id, span, since) for part in able]
            yield from _run(store, id, span, [one for one in courses if one.looks], done)
    return done


def looks(needs: Log, span: Span, mark: int | None) -> list[Look]:
    """Return the looks to take at decisions from first to newest (`span`), judged up to `mark`, in order.

    They are counted back from the newest, so that it is always within the last.
    """
    end, least = span[1] + 1, span[0] + 2 * needs.window_us
    from_us = least if mark is None else max(least, mark + 1 + needs.every_us)
    if end < from_us:
        return []
    step = needs.every_us if end - from_us < _MANY * needs.every_us else max(needs.window_us, needs.every_us)
    ends = list(range(end, from_us - 1, -step))
    return [Look(one, step) for one in reversed(ends)]


def _course(
    store: Store, part: LogDetector, shares: budget.Shares, system: str, span: Span, since: datetime | None
) -> _Course:
    with store.signals.read() as connection:
        mark = log_marks.reached(connection, system, part.name)
        known = [one for one in alerts.of_series(connection, "", part.name) if one.system == system]
    with store.journal.read() as connection:
        accepted = normals.verdicts(connection).accepted
    known = [one for one in known if one.source == "tocsin"]
    begins = mark if since is None else max(to_us(since) - 1, mark or 0)
    normal = {
        topic(one.metric, one.labels): to_us(accepted[one.id].at) for one in known if one.id in accepted
    }
    open = [one for one in known if one.id not in accepted]
    found = looks(part.needs, span, begins)
    return _Course(
        part, found, mark, shares.of_log(system, part), open, normal, {one.id: one for one in open}
    )


def _run(
    store: Store, system: str, span: Span, courses: Sequence[_Course], done: LogsDetected
) -> Generator[Progress, None, None]:
    """Take the looks of all detectors at a system, batch by batch, so that one reading serves all."""
    total, count = sum(len(one.looks) for one in courses), 0
    for batch in _batches(store, system, courses):
        yield Progress(count, total, "reading the decisions")
        since = max(min(look.end_us - _past(course.part.needs) for course, look in batch), span[0])
        until = max(look.end_us for _, look in batch)
        one_in = -(-decisions.cells(store, system, since, until) // _MOST_CELLS)
        loaded = yield from decisions.load_system(
            store, system, since, until, ids=True, one_in=max(one_in, 1)
        )
        loaded = _with_verdicts(store, system, loaded)
        for course, look in batch:
            yield Progress(count, total, course.part.title)
            count += 1
            if not course.broken:
                _take(store, system, course, look, loaded.table, loaded.roles, done)
        for course in courses:
            ends = [look.end_us for one, look in batch if one is course]
            if ends and not course.broken:
                _keep(store, system, course, max(ends) - 1, done)


def _past(needs: Log) -> int:
    return needs.window_us + needs.baseline_us


def _batches(store: Store, system: str, courses: Sequence[_Course]) -> Iterator[list[tuple[_Course, Look]]]:
    """Give looks, by time, that are near enough to be read at once, and not too many rows together."""
    pairs = sorted(((c, look) for c in courses for look in c.looks), key=lambda one: one[1].end_us)
    longest = max((_past(course.part.needs) for course in courses), default=0)
    while pairs:
        first = pairs[0][1].end_us
        until = first + _BATCH * longest
        fits = decisions.cells(store, system, first - longest, until) <= _MOST_CELLS
        batch = [one for one in pairs if one[1].end_us <= (until if fits else first)]
        yield batch
        pairs = pairs[len(batch) :]


def _with_verdicts(store: Store, system: str, loaded: decisions.Loaded) -> decisions.Loaded:
    """Return the decisions with what spot checks said of them, where there were any."""
    from tocsin.operations import oversight

    return oversight.with_verdicts(store, system, loaded) if oversight.verdicts(store, system) else loaded


def _take(
    store: Store, system: str, course: _Course, look: Look, table: Table, roles: Roles, done: LogsDetected
) -> None:
    """Take one look, and bring the detector's alerts up to what it finds."""
    handed = _handed(course, look, table, roles)
    if handed is None:
        return
    try:
        found = _found(course, handed)
        standing = merged(store, system, course.part, course.standing, found, handed.window)
    except Exception as error:  # noqa: BLE001 - a guest may raise anything at all
        course.broken = True
        done.problems.append(f"{course.part.name} broke on decisions: {type(error).__name__}: {error}")
        return
    done.looks += 1
    course.standing = standing


def _handed(course: _Course, look: Look, table: Table, roles: Roles) -> Decisions | None:
    """Return what the detector gets, None where a role is missing or a window has too few rows."""
    needs = course.part.needs
    if not all(roles.one(role) for role in needs.roles):
        return None
    window = (look.end_us - needs.window_us, look.end_us)
    baseline = (window[0] - needs.baseline_us, window[0])
    part = table.between((baseline[0], window[1]))
    before = int(np.searchsorted(part.times_us, window[0]))
    if before < needs.least or len(part) - before < needs.least:
        return None
    chance = -expm1(-course.per_week * look.step_us / WEEK)
    return Decisions(part, roles, baseline, window, chance)


def _found(course: _Course, handed: Decisions) -> list[Finding]:
    """Return the findings; of what was accepted as normal only what differs from what came since (D2)."""
    found: list[Finding] = course.part.find(handed)
    since = {one: at for one, at in course.accepted.items() if at > handed.baseline[0]}
    if not since or not any(about(one) in since for one in found):
        return found
    kept = [one for one in found if about(one) not in since]
    begin = min(max(since.values()), handed.baseline[1])
    table = handed.table.between((begin, handed.window[1]))
    if int((table.times_us < handed.window[0]).sum()) >= course.part.needs.least:
        again = course.part.find(replace(handed, table=table, baseline=(begin, handed.baseline[1])))
        kept += [one for one in again if about(one) in since]
    return kept


def _keep(store: Store, system: str, course: _Course, upto_us: int, done: LogsDetected) -> None:
    """Store what a batch of looks changed, and up to where they came, in one transaction."""
    new = [one for one in course.standing if one.id not in course.before]
    changed = [one for one in course.standing if course.before.get(one.id, one) != one]
    with store.signals.write() as connection:
        if not log_marks.advance(
            connection, system, course.part.name, version(course.part), course.mark, upto_us
        ):
            course.broken = True  # somebody else looks at it, or older decisions came: the next run sees them
            return
        for one in new:
            alerts.add(connection, one, key_of(one))
        for one in changed:
            alerts.replace(connection, one)
    course.mark = upto_us
    course.before = {one.id: one for one in course.standing}
    raised = {one.id: one for one in (*done.raised, *new)}
    done.raised = list((raised | {one.id: one for one in changed if one.id in raised}).values())
    others = {one.id: one for one in (*done.changed, *changed) if one.id not in raised}
    done.changed = list(others.values())
