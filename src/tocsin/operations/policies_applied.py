"""Another pack for incidents that are open: which of their clocks it would change, and applying it to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.clocks import ClockState, State, clock_states
from tocsin.model.fields import replaced_by
from tocsin.model.incident import CLOSED, Grade, Incident
from tocsin.model.journal import Entry, FieldsSet
from tocsin.model.operator import Author
from tocsin.model.response import PolicyApplied
from tocsin.model.severity import Scheme
from tocsin.operations import clocks, freeze, policies
from tocsin.operations.timeline import checked_text
from tocsin.policy.expand import as_written, expanded
from tocsin.policy.freeze import freeze as frozen
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write


@dataclass(frozen=True, slots=True)
class Change:
    """One clock of an open incident that another pack would change: `before` and `after` it, None without.

    `level` is the incident's, `to_level` what it would have under the pack, which may know other levels.
    """

    incident: str
    reference: str
    title: str
    level: str
    to_level: str
    clock: str
    name: str
    before: ClockState | None
    after: ClockState | None

    @property
    def what(self) -> str:
        """Whether the clock begins, ends, moves, or only reads otherwise."""
        if self.before is None:
            return "begins"
        if self.after is None or self.after.state is State.SUPERSEDED:
            return "ends"
        return "moves" if self.before.due != self.after.due else "reads otherwise"


def preview(store: Store, scheme: Scheme) -> tuple[Change, ...]:
    """Return which clocks of which open incidents would change if their commanders applied a pack now."""
    now = store.now()
    then = expanded(as_written(scheme), store.zone, now)
    with store.journal.read() as connection:
        found = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        return tuple(change for one in found for change in _changes(connection, one, then, now, store.zone))


def preview_of(store: Store, incident: str, scheme: Scheme, *, level: str = "") -> tuple[Change, ...]:
    """Return which clocks of one incident would change; `level` is what it would be graded as with it."""
    now = store.now()
    then = expanded(as_written(scheme), store.zone, now)
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        return tuple(_changes(connection, known, then, now, store.zone, level))


def apply(
    store: Store,
    author: Author,
    incident: str,
    pack: Scheme | str,
    reason: str,
    *,
    level: str = "",
    id: str = "",
) -> Entry:
    """Let another pack rule an open incident from now on: clocks that ended stay, those that run count by it.

    `pack` is a scheme, or the SHA-256 of one in the journal, or what `policies.current` says of the one in
    force. One that lacks the incident's level needs `level`, to which the incident is re-graded. Raises
    NotAllowed for anybody but the commander and for an incident that is over, BadInput without a reason or a
    level.
    """
    reason = checked_text(reason)
    with store.write() as write:
        if id and (done := journal.find(write.connection, id)) is not None:
            return done
        known = incidents.get(write.connection, incident)
        _may(known, author)
        scheme, sha256 = _frozen(write, author, pack)
        if sha256 == known.policy:
            raise NotAllowed(f"{policies.words(scheme)} rules it already.", where=known.reference)
        level = _level(known, policies.of(write.connection, known.policy), scheme, level)
        body = PolicyApplied(sha256, reason, policies.words(scheme))
        entry = write.add(author, body, incident=known.id, subject=known.id, id=id)
        if level != known.severity:
            replaces = replaced_by(known.fields, ("severity",))
            fields = FieldsSet({"severity": level})
            write.add(author, fields, incident=known.id, subject=known.id, replaces=replaces)
        freeze.with_level_in(write, author, known, scheme, level)
        return entry


def suggested_level(incident: Incident, before: Scheme, after: Scheme) -> str:
    """Return the level an incident would have under another pack: its own, else the one of the same rank."""
    if after.level(incident.severity) is not None:
        return incident.severity
    return after.levels[min(before.rank(incident.severity), len(after.levels) - 1)].id


def _may(incident: Incident, author: Author) -> None:
    if incident.status == CLOSED or incident.withdrawn:
        over = "withdrawn" if incident.withdrawn else CLOSED
        raise NotAllowed(f"it is {over}; its clocks count no more.", where=incident.reference)
    if incident.commander != author.name:
        raise NotAllowed(
            f"only {incident.commander} commands, and may let other rules count.", where=incident.reference
        )


def _frozen(write: Write, author: Author, pack: Scheme | str) -> tuple[Scheme, str]:
    """The pack with holidays and zones written out as of now, and its name in the journal."""
    if isinstance(pack, str):
        scheme, now = policies.in_force(write, author)
        if pack == now:
            return scheme, now
        pack = policies.of(write.connection, pack)
    written = expanded(policies.checked(as_written(pack)), write.store.zone, write.store.now())
    return written, policies.freeze_into(write, author, written)


def _level(incident: Incident, before: Scheme, after: Scheme, level: str) -> str:
    if after.level(level or incident.severity) is None:
        raise BadInput(
            f"{after.title} has no level {level or incident.severity}: say which one it is.",
            where=incident.reference,
            hint=f"Perhaps {suggested_level(incident, before, after)}; "
            f"it has {', '.join(one.id for one in after.levels)}.",
        )
    return level or incident.severity


def _changes(
    connection: Connection, incident: Incident, after: Scheme, now: datetime, zone: str, level: str = ""
) -> list[Change]:
    before = policies.of(connection, incident.policy)
    to_level = level or suggested_level(incident, before, after)
    if frozen(after)[0] == incident.policy and to_level == incident.severity:
        return []
    former = clocks.former(connection, incident)
    old = clock_states(incident, before, now, zone, former)
    new = clock_states(_as_applied(incident, now, to_level), after, now, zone, (*former, (before, now)))
    return [
        Change(incident.id, incident.reference, incident.title, incident.severity, to_level, *pair)
        for pair in _pairs(old, new)
    ]


def _as_applied(incident: Incident, now: datetime, level: str) -> Incident:
    applied = replace(incident, policy="", former=(*incident.former, (incident.policy, now)))
    if level == incident.severity:
        return applied
    return replace(applied, grades=(*applied.grades, Grade("", level, now)))


def _pairs(
    old: Sequence[ClockState], new: Sequence[ClockState]
) -> list[tuple[str, str, ClockState | None, ClockState | None]]:
    """The clocks that count, by id, where the two differ in what people see of them."""
    first, second = ({one.id: one for one in some} for some in (old, new))
    ids = [*second, *(id_ for id_ in first if id_ not in second)]
    pairs = [(first.get(id_), second.get(id_)) for id_ in ids]
    return [
        (id_, (after or before).name, before, after)  # type: ignore[union-attr]
        for id_, (before, after) in zip(ids, pairs, strict=True)
        if (_counts(before) or _counts(after)) and _seen(before) != _seen(after)
    ]


def _counts(clock: ClockState | None) -> bool:
    return clock is not None and clock.ended is None


def _seen(clock: ClockState | None) -> tuple[object, ...]:
    """What people see of a clock; one that another pack would replace is there no more."""
    if clock is None or clock.state is State.SUPERSEDED:
        return ()
    return clock.name, clock.due, clock.target, clock.state, clock.ended
