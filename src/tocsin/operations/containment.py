"""Containing an incident: an option is pulled, its effect confirmed, and it is put back in the end (C1)."""

from datetime import datetime

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import containment
from tocsin.model import steps as playbook_steps
from tocsin.model.callees import People
from tocsin.model.containment import Option, Pull
from tocsin.model.containment_effect import Effect, Verdict, words
from tocsin.model.incident import CLOSED, CONTAINED, Incident
from tocsin.model.instant import When, to_us
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.playbook import Step
from tocsin.model.response import OptionPulled, PullConfirmed, PullReleased
from tocsin.model.severity import Scheme
from tocsin.operations import (
    contacts,
    containment_effect,
    containment_options,
    incidents,
    policies,
    roster,
    strips,
)
from tocsin.operations.strips import Learnt
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents as stored
from tocsin.store import journal, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store


def pull(
    store: Store,
    author: Author,
    incident: str,
    option: str,
    *,
    override: str = "",
    exception: str = "",
    at: datetime | None = None,
    id: str = "",
) -> Entry:
    """Record that an option, by id or by name, was pulled now, or at a time past: its timer runs.

    Raises NotAllowed for one that takes something offline while evidence is not preserved, unless `override`
    says why it cannot wait; for a person who is not among those who may, unless `exception` says why; for one
    that is in effect already; and for an incident that is over.
    """
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = stored.get(write.connection, incident)
        _check_open(known)
        chosen = containment_options.find(write.connection, option, known.system)
        _check_time(store, at)
        hurdles = _hurdles(write.connection, known, chosen, author, store.now())
        _check_hurdles(known, chosen, hurdles, override, exception)
        if any(one.body.option == chosen.id for one in containment.in_effect(containment.pulls(known))):
            raise NotAllowed(
                "it was pulled already and is in effect.", where=chosen.name, hint="Confirm or release it."
            )
        body = OptionPulled(
            option=chosen.id,
            name=chosen.name,
            minutes=chosen.minutes,
            signal=chosen.signal,
            takes_offline=chosen.takes_offline,
            override=checked_text(override) if override.strip() and hurdles[0] else "",
            exception=checked_text(exception) if exception.strip() and not hurdles[1] else "",
            kind=chosen.kind,
            how=chosen.how,
            undo=chosen.undo,
        )
        occurred = None if at is None else When(at, zone=store.zone)
        return write.add(author, body, incident=known.id, subject=known.id, occurred=occurred, id=id)


def confirm(
    store: Store, author: Author, incident: str, pull: str, worked: bool, seen: str = "", *, id: str = ""
) -> Entry:
    """Say whether what was pulled worked; `pull` is named by id, or by the option's name.

    What the live signal shows now is recorded with it; without a word on what was seen it stands alone.
    Raises BadInput when there is neither, NotAllowed for one that was put back.
    """
    found = effect(store, incident, pull)
    known, pulled, live = found
    told = words(live, pulled.at, store.zone) if live.samples else ""
    text = " · ".join(filter(None, (checked_text(seen) if seen.strip() else "", told)))
    if not text:
        raise BadInput("say what was seen.", where=pulled.body.name, hint="No live signal tells.")
    since = live.since if worked and live.verdict is Verdict.BACK else None
    with store.write() as write:
        known = stored.get(write.connection, known.id)
        still = of_name(known, pulled.id)
        if still.released is not None:
            raise NotAllowed("it was put back already.", where=still.body.name, hint="Pull it again.")
        body = PullConfirmed(still.id, worked, text, since, still.body.name)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def release(store: Store, author: Author, incident: str, pull: str, note: str = "", *, id: str = "") -> Entry:
    """Record that what was pulled was put back as it had been. Raises NotFound, NotAllowed when it was."""
    text = checked_text(note) if note.strip() else ""
    with store.write() as write:
        known = stored.get(write.connection, incident)
        pulled = of_name(known, pull)
        if pulled.released is not None and pulled.released.entry != id:
            raise NotAllowed("it was put back already.", where=pulled.body.name)
        body = PullReleased(pulled.id, text, pulled.body.name)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def contain(store: Store, author: Author, incident: str) -> Entry:
    """Move the incident to contained at the time the confirmed pull took effect. Raises NotAllowed."""
    known = incidents.get(store, incident)
    offered = containment.offers_contained(known)
    if offered is None:
        raise NotAllowed(
            "no confirmed pull says that it is contained.",
            where=known.reference,
            hint="Confirm a pull, or move the incident by hand.",
        )
    at = effective(offered)
    if at is not None and known.moves:
        at = max(at, known.moves[-1].at)  # it was re-opened meanwhile
    return incidents.move(store, author, known.id, CONTAINED, at=at, note=offered.body.name)


def effective(pulled: Pull) -> datetime | None:
    """Return when a confirmed pull took effect: when its signal came back, else when somebody said so."""
    said = pulled.effect
    if said is None or not said.body.worked:
        return None
    since = said.body.since
    return said.at if since is None else max(since, pulled.at)


def effect(
    store: Store, incident: str, pull: str, learnt: Learnt | None = None
) -> tuple[Incident, Pull, Effect]:
    """Return the incident, a pull of it by id or name, and what its live signal shows. Raises NotFound."""
    with store.journal.read() as connection:
        known = stored.get(connection, incident)
    pulled = of_name(known, pull)
    with store.signals.read() as connection:
        return known, pulled, live(connection, known, pulled, learnt or Learnt(), store.now())


def live(connection: Connection, known: Incident, pulled: Pull, learnt: Learnt, now: datetime) -> Effect:
    """Return what the signal of a pull shows by now, on an open connection to the signals."""
    found = series.of_ids(connection, [pulled.body.signal]) if pulled.body.signal else {}
    if not found:
        return Effect(Verdict.NO_SIGNAL)
    number, _ = found[pulled.body.signal]
    usual = strips.usual(connection, number, learnt, to_us(strips.began(known)))
    until = to_us(pulled.released.at) if pulled.released else samples.LATEST
    step_us = usual.step_us if usual else 0
    needs_us = max(
        containment_effect.to_us_span(containment_effect.NEEDS), containment_effect.LEAST * step_us
    )
    times, values = samples.read(connection, number, to_us(pulled.at) - 2 * needs_us, until)
    if not len(times):
        times, values = samples.tail(connection, number, 1)
    asked = None if pulled.released else now
    return containment_effect.seen(times, values, usual, pulled.at, asked)


def of_name(known: Incident, pull: str) -> Pull:
    """Return a pull of an incident by its id, or the newest one in effect by its option's name."""
    pulled = containment.pulls(known)
    by_id = [one for one in pulled if one.id == pull]
    named = [one for one in pulled if one.body.name.casefold() == pull.casefold()]
    found = by_id or [one for one in named if one.released is None] or named
    if not found:
        names = ", ".join(one.body.name for one in pulled) or "nothing was pulled"
        raise NotFound("there is no such pull.", where=pull, hint=f"Pulled so far: {names}.")
    return found[-1]


def hurdles(store: Store, incident: str, option: str, author: Author) -> tuple[tuple[Step, ...], bool]:
    """Return the evidence not yet preserved (of an option that takes something offline), and whether a person
    is among those who may pull it."""
    with store.journal.read() as connection:
        known = stored.get(connection, incident)
        chosen = containment_options.find(connection, option, known.system)
        return _hurdles(connection, known, chosen, author, store.now())


def people(connection: Connection, known: Incident, scheme: Scheme) -> People:
    """Return what tells whom titles, rotas and roles stand for; its `callees` are those who may pull now."""
    return People(known, scheme, roster.duty(connection), contacts.book(connection))


def _hurdles(
    connection: Connection, known: Incident, chosen: Option, author: Author, now: datetime
) -> tuple[tuple[Step, ...], bool]:
    scheme = policies.of(connection, known.policy)
    steps = playbook_steps.preserved(known, scheme) if chosen.takes_offline else ()
    named = [one.person for one in people(connection, known, scheme).callees(chosen.who, now)]
    return steps, containment.may_pull(chosen, author.name, known, named)


def _check_hurdles(
    known: Incident, chosen: Option, found: tuple[tuple[Step, ...], bool], override: str, exception: str
) -> None:
    steps, may = found
    if steps and not override.strip():
        first = "; ".join(step.text.rstrip(".") for step in steps[:3])
        more = f" and {len(steps) - 3} more" if len(steps) > 3 else ""
        raise NotAllowed(
            f"it takes something offline, and evidence is not preserved yet: {first}{more}.",
            where=chosen.name,
            hint="Do these steps first, or say why it cannot wait (override).",
        )
    if not may and not exception.strip():
        raise NotAllowed(
            f"it may be pulled by {', '.join(chosen.who)}.",
            where=chosen.name,
            hint="Let one of them do it, or say why you do (exception).",
        )


def _check_open(known: Incident) -> None:
    if known.withdrawn or known.status == CLOSED:
        state = "withdrawn" if known.withdrawn else CLOSED
        raise NotAllowed(f"this incident is {state}.", where=known.reference, hint="Re-open it first.")


def _check_time(store: Store, at: datetime | None) -> None:
    if at is not None and at > store.now():
        raise BadInput(
            "this time lies ahead.", where=at.isoformat(), hint="A pull is recorded when it is done."
        )
