"""The draft of a status update: what is known now, what changed since the last, when the next is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.errors import NotFound
from tocsin.model import incident as incidents_model
from tocsin.model import updates
from tocsin.model.clocks import ClockState
from tocsin.model.conduct import Said
from tocsin.model.drafting import Around, values
from tocsin.model.incident import Incident, standing
from tocsin.model.journal import Entry, Withdrawn
from tocsin.model.response import UpdateSnoozed, UpdateTold
from tocsin.model.severity import Scheme
from tocsin.model.situation import Change, changes, situation, told_audiences
from tocsin.model.updates import Template
from tocsin.operations import clocks
from tocsin.operations.update_facts import StoreFacts, store_facts
from tocsin.policy.load import load_shipped
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_KINDS = ("update.told", "update.snoozed", "withdrawn", "undone")


@dataclass(frozen=True, slots=True)
class Told:
    """One update that was told, or a snooze where `body` is one: when, by whom, and whether it stands.

    `number` counts the updates to its audience, from 1; 0 for a snooze. `withdrawn` is the reason, empty
    while it stands.
    """

    entry: str
    at: datetime
    by: str
    body: UpdateTold | UpdateSnoozed
    number: int = 0
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft for one audience, and what whoever sends it wants to know.

    `to` is whom it usually goes to. `changes` are since the last one to this audience, all that is known when
    there was none. `due` is when the next update is due as things stand, `next_due` when the one after this
    will be; None where no clock asks. `history` comes newest first. `vendors` are names no message blames.
    """

    incident: Incident
    scheme: Scheme
    template: Template
    audiences: tuple[Template, ...]
    text: str
    to: str
    number: int
    changes: tuple[Change, ...]
    history: tuple[Told, ...]
    now: datetime
    last: datetime | None = None
    due: ClockState | None = None
    next_due: datetime | None = None
    vendors: tuple[str, ...] = ()

    @property
    def audience(self) -> str:
        """The audience's id."""
        return self.template.audience


def draft(store: Store, incident: str, audience: str = "") -> Draft:
    """Return the draft for an audience, by default the pack's first. Raises NotFound."""
    now, zone = store.now(), store.zone
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme, standing_now = clocks.states(connection, known, now, zone)
        template, audiences = audience_of(scheme, audience)
        entries = journal.entries(connection, incident=known.id)
        found = history(entries)
        mine = [one for one in found if one.number and _audience(one) == template.audience]
        last = next((one for one in mine if not one.withdrawn), None)
        changed = _changed(connection, known, entries, last, scheme, standing_now, now, zone)
        following = next_due(connection, known, template, now, zone)
    more = store_facts(store, known)
    number = len([one for one in mine if not one.withdrawn]) + 1
    around = _around(more, number, last, following, changed)
    filled = values(known, scheme, standing_now, now, zone, around)
    return Draft(
        incident=known,
        scheme=scheme,
        template=template,
        audiences=audiences,
        text=updates.fill(template.text, filled),
        to=updates.fill(template.to, filled).replace("; ", ", "),
        number=number,
        changes=changed,
        history=found,
        now=now,
        last=last.at if last else None,
        due=due_clock(standing_now, scheme, template.audience),
        next_due=following,
        vendors=more.vendors,
    )


def audience_of(scheme: Scheme, audience: str) -> tuple[Template, tuple[Template, ...]]:
    """Return a template by its audience, and all of the pack. Raises NotFound.

    An incident whose pack was frozen before packs had templates gets those that come with Tocsin.
    """
    known = scheme.updates or load_shipped().updates
    found = next((one for one in known if audience in ("", one.audience)), None)
    if found is None:
        there = ", ".join(one.audience for one in known) or "none"
        raise NotFound("the pack has no such audience.", where=audience, hint=f"Audiences: {there}.")
    return found, known


def history(entries: Sequence[Entry]) -> tuple[Told, ...]:
    """Return what was told and put off, newest first, out of the entries of one incident in order."""
    kept = standing(entries)
    withdrawn = {entry.body.entry: entry.body.reason for entry in kept if isinstance(entry.body, Withdrawn)}
    found: list[Told] = []
    numbers: dict[str, int] = {}
    for entry in kept:
        number = 0
        if not isinstance(entry.body, UpdateTold | UpdateSnoozed):
            continue
        if isinstance(entry.body, UpdateTold):
            number = numbers.get(entry.body.audience, 0) + 1
            if entry.id not in withdrawn:
                numbers[entry.body.audience] = number
        why = withdrawn.get(entry.id, "")
        found.append(Told(entry.id, entry.happened.at, entry.author.name, entry.body, number, why))
    return tuple(found[::-1])


def due_clock(states: Sequence[ClockState], scheme: Scheme, audience: str) -> ClockState | None:
    """Return the clock that telling an audience would meet: the nearest due time, else one that counts up."""
    counting = [one for one in states if one.ticking and _is_for(one, scheme, audience)]
    timed = [(one.due, one) for one in counting if one.due is not None]
    return min(timed, key=lambda each: each[0])[1] if timed else next(iter(counting), None)


def _is_for(clock: ClockState, scheme: Scheme, audience: str) -> bool:
    audiences = told_audiences(clock, scheme)
    return audiences is not None and (not audiences or audience in audiences)


def _is_own(clock: ClockState, scheme: Scheme, audience: str) -> bool:
    return audience in (told_audiences(clock, scheme) or ())


def next_due(
    connection: Connection, known: Incident, template: Template, at: datetime, zone: str
) -> datetime | None:
    """Return when the next update is due once this audience has been told at `at`.

    Those outside are promised one only where a clock of their own asks for it.
    """
    telling = Said("", at, "", UpdateTold(template.audience, "", ""))
    told = replace(known, conduct=replace(known.conduct, updates=(*known.conduct.updates, telling)))
    scheme, states = clocks.states(connection, told, at, zone)
    clock = due_clock(states, scheme, template.audience)
    if clock is None or (template.outside and not _is_own(clock, scheme, template.audience)):
        return None
    return clock.due


def _audience(told: Told) -> str:
    return told.body.audience if isinstance(told.body, UpdateTold) else ""


def _changed(
    connection: Connection,
    known: Incident,
    entries: Sequence[Entry],
    last: Told | None,
    scheme: Scheme,
    states: Sequence[ClockState],
    now: datetime,
    zone: str,
) -> tuple[Change, ...]:
    """What is known now and was not, or was otherwise, when this audience was told last."""
    if last is None:
        return ()
    told = next(entry for entry in entries if entry.id == last.entry)
    until = [one for one in entries if _order(one) < _order(told) and one.subject == known.id]
    if told.occurred is not None:  # told before it was written down, or corrected since
        until = [one for one in until if one.recorded_at <= last.at]
    then = incidents_model.fold(until)
    if then is None:
        return ()
    at = last.at
    before_scheme, before_states = clocks.states(connection, then, at, zone, at)
    before = situation(then, before_scheme, before_states, at, zone)
    return changes(before, situation(known, scheme, states, now, zone))


def _order(entry: Entry) -> tuple[int, str, int]:
    return entry.lamport, entry.site, entry.seq


def _around(
    more: StoreFacts, number: int, last: Told | None, following: datetime | None, changed: Sequence[Change]
) -> Around:
    words = tuple(change.words for change in changed)
    if last is not None and not words:
        words = ("Nothing has changed",)
    return Around(
        system=more.system,
        decisions=more.decisions,
        segments=more.segments,
        number=number,
        last=last.at if last else None,
        next_due=following,
        changes=words,
    )
