"""Status updates: drafted from facts, recorded as told, corrected, withdrawn, put off (M1 to M3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import updates, wording
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import Entry, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.response import UpdateSnoozed, UpdateTold
from tocsin.model.updates import Template
from tocsin.model.wording import RULES, Breach
from tocsin.operations import policies, update_facts
from tocsin.operations.timeline import checked_text
from tocsin.operations.update_draft import Draft, Told, audience_of, draft, history, next_due
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

__all__ = ["Draft", "Told", "check", "correct", "draft", "listed", "snooze", "tell", "withdraw"]

_LONGEST_LINE = 500
_AHEAD = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_LONGEST_SNOOZE = timedelta(days=7)


def tell(
    store: Store,
    author: Author,
    incident: str,
    audience: str,
    text: str,
    *,
    to: str,
    by: str = "",
    at: datetime | None = None,
    reasons: Mapping[str, str] | None = None,
    corrects: str = "",
    reason: str = "",
    id: str = "",
) -> Entry:
    """Record that an update was told to an audience: to whom, by what way, when (None: now).

    `reasons` says for each rule of wording it breaks why it was told anyway. `corrects` names an update that
    it sets right, with the `reason`; both stay. Raises BadInput, NotFound, and NotAllowed for a breach
    without a reason, and an incident that was withdrawn.
    """
    vendors = _vendors(store, incident)
    text, to, by = checked_text(text), _line(to, "to"), _line(by, "by", needed=False)
    with store.write() as write:
        known = _open(write, incident)
        occurred = None if at is None else When(_past(store, known, at), zone=store.zone)
        template, _ = audience_of(policies.of(write.connection, known.policy), audience)
        if corrects:
            reason = checked_text(reason)
            _told(write.connection, known, corrects)
        found = wording.breaches(text, outside=template.outside, vendors=vendors)
        moment = at or store.now()
        parts = updates.parts(text)
        body = UpdateTold(
            template.audience,
            text,
            to,
            by,
            parts.conditions,
            parts.actions,
            parts.needs,
            _reasons(found, reasons or {}),
            next_due(write.connection, known, template, moment, store.zone),
            corrects,
            reason if corrects else "",
        )
        return write.add(author, body, incident=known.id, subject=known.id, occurred=occurred, id=id)


def correct(
    store: Store,
    author: Author,
    entry: str,
    reason: str,
    *,
    to: str = "",
    by: str = "",
    at: datetime | None = None,
    text: str = "",
) -> Entry:
    """Correct what was recorded of an update: to whom, by what way, when, or its words as they really went.

    The record before is withdrawn with the reason and stays readable. Raises NotFound and BadInput.
    """
    reason = checked_text(reason)
    if not (to or by or at or text):
        raise BadInput("nothing to correct was given.", where=entry)
    with store.write() as write:
        old = journal.entry(write.connection, entry)
        known = _open(write, old.incident or entry)
        body = _told(write.connection, known, entry)
        words = checked_text(text) if text else body.text
        parts = updates.parts(words)
        new = replace(
            body,
            text=words,
            to=_line(to, "to") if to else body.to,
            by=_line(by, "by") if by else body.by,
            conditions=parts.conditions,
            actions=parts.actions,
            needs=parts.needs,
            corrects=entry,
            reason=reason,
        )
        occurred = old.happened if at is None else When(_past(store, known, at), zone=store.zone)
        write.add(author, Withdrawn(entry, reason), incident=known.id, subject=known.id)
        return write.add(author, new, incident=known.id, subject=known.id, occurred=occurred)


def withdraw(store: Store, author: Author, entry: str, reason: str) -> Entry:
    """Take the record of an update back, with a reason: it was not told. Raises NotFound and BadInput."""
    with store.write() as write:
        old = journal.entry(write.connection, entry)
        known = incidents.get(write.connection, old.incident or entry)
        _told(write.connection, known, entry)
        return write.add(author, Withdrawn(entry, checked_text(reason)), incident=known.id, subject=known.id)


def snooze(
    store: Store, author: Author, incident: str, until: datetime, reason: str, *, id: str = ""
) -> Entry:
    """Put the next status update off until then, which is an entry too. Raises BadInput and NotAllowed."""
    now = store.now()
    if not now < until <= now + _LONGEST_SNOOZE:
        raise BadInput(
            "an update is put off for at most a week.", where=iso(until), hint="Write 20 min or 15:30."
        )
    with store.write() as write:
        known = _open(write, incident)
        body = UpdateSnoozed(until, checked_text(reason))
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def listed(store: Store, incident: str) -> tuple[Told, ...]:
    """Return what was told to whom and what was put off, newest first. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        return history(journal.entries(connection, incident=known.id))


def check(store: Store, incident: str, template: Template, text: str) -> tuple[Breach, ...]:
    """Return where a text breaks the rules of wording for an audience, vendors' names known."""
    return wording.breaches(text, outside=template.outside, vendors=_vendors(store, incident))


def _vendors(store: Store, incident: str) -> tuple[str, ...]:
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
    return update_facts.vendors(store, known)


def _open(write: Write, incident: str) -> Incident:
    known = incidents.get(write.connection, incident)
    if known.withdrawn:
        raise NotAllowed("the declaration was withdrawn.", where=known.reference)
    return known


def _told(connection: Connection, known: Incident, entry: str) -> UpdateTold:
    """The update told in an entry. Raises NotFound for anything else, and for one withdrawn already."""
    found = next((one.body for one in known.conduct.updates if one.entry == entry), None)
    if found is None:
        raise NotFound("this is no update that was told, or it was withdrawn.", where=entry)
    return found


def _reasons(found: Sequence[Breach], given: Mapping[str, str]) -> dict[str, str]:
    """Return the reason for each rule that is broken. Raises NotAllowed where one is missing."""
    for one in found:
        if not given.get(one.rule, "").strip():
            hint = f"Change it, or say why it is told anyway (rule {one.rule})."
            raise NotAllowed(one.reason, where=RULES[one.rule], hint=hint)
    broken = [rule for rule in RULES if any(one.rule == rule for one in found)]
    return {rule: _line(given[rule], rule) for rule in broken}


def _line(text: str, name: str, *, needed: bool = True) -> str:
    line = " ".join(text.split())
    if needed and not line:
        raise BadInput("it is empty.", where=name, hint="Say whom it was told." if name == "to" else "")
    if len(line) > _LONGEST_LINE:
        raise BadInput(f"it has {len(line):,} letters; the limit is {_LONGEST_LINE}.", where=name)
    return line


def _past(store: Store, known: Incident, at: datetime) -> datetime:
    """Return when it was told. A mistyped year would let the next update be overdue for that long."""
    if at > store.now() + _AHEAD:
        raise BadInput("this time lies ahead.", where=iso(at), hint="Facts are recorded after they happened.")
    noticed = min(known.detected, known.declared)
    if at < noticed - _MINUTE:  # people say when in minutes
        hint = f"It was noticed {iso(noticed)}. Check day and year."
        raise BadInput("this is before the incident was noticed.", where=iso(at), hint=hint)
    return at
