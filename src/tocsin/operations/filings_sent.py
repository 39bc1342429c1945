"""Notices that went out: recorded as filed or told, set right, taken back; later duties count from them."""

from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import facts, filing_fields
from tocsin.model.filing import NoticeFiled
from tocsin.model.filings import Filing, State
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import Entry, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.prefill import stamp
from tocsin.operations import regimes
from tocsin.operations.filing_checks import (
    checked_line,
    done_before,
    evidence_of,
    filing_in,
    named,
    standing_in,
)
from tocsin.operations.filings_view import FilingView, is_late, late_reasons, look, view_of
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

_AHEAD = timedelta(minutes=5)


def file(
    store: Store,
    author: Author,
    filing: str,
    *,
    how: str,
    at: datetime | None = None,
    receipt: str = "",
    attachment: str = "",
    late: str = "",
    note: str = "",
    document: str = "",
    id: str = "",
) -> Entry:
    """Record how an approved notice went out, when (None: now), its receipt. Later duties count from it.

    `attachment` is a file of the evidence by its SHA-256, `document` the SHA-256 of the paper kept. `late`
    are the reasons, asked for when it went out after its deadline and the notice does not give them; `note`
    says why, where it went out before it was approved. Raises NotAllowed for what is not approved, BadInput.
    """
    named(author)
    view = view_of(store, filing)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known, found = filing_in(write.connection, filing)
        if found.state is not State.APPROVED or found.approved is None:
            raise NotAllowed(f"this notice is {found.state}; only one that is approved is filed.",
                             where=found.id, hint=_next_step(found))  # fmt: skip
        when = at or store.now()
        _check_time(store, known, when)
        if when < found.approved.at - _AHEAD and not note.strip():
            raise BadInput("it was approved only afterwards.", where=iso(when),
                           hint=f"Approved {stamp(found.approved.at, store.zone)}. If it did go out before, "
                           "say why in a note.")  # fmt: skip
        reasons = late_reasons(view, when, late)
        evidence_of(write.connection, known.id, [attachment] if attachment else [])
        body = NoticeFiled(found.id, found.duty, found.digest, checked_line(how, "how", needed=True),
                           checked_line(receipt, "receipt"), attachment, reasons, document,
                           checked_line(note, "note"), title=view.stage.name)  # fmt: skip
        return _filed(write, store, author, known, body, at, id)


def told(
    store: Store,
    author: Author,
    incident: str,
    duty: str,
    note: str,
    *,
    how: str = "telephone",
    at: datetime | None = None,
    receipt: str = "",
    late: str = "",
    id: str = "",
) -> Entry:
    """Record a notice that was given without a form, such as a call within 36 hours; `note` is what was said.

    Only for duties for which the law prescribes no content: nothing is filed with one pair of eyes. Raises
    NotAllowed, NotFound and BadInput.
    """
    named(author)
    note = checked_text(note)
    view = look(store, incident, duty)
    if not filing_fields.formless(view.regime, view.stage):
        raise NotAllowed("the law says what this notice must contain, so a second person approves it.",
                         where=duty, hint="Draft it, and ask for a review.")  # fmt: skip
    regimes.make_ready(store)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known = standing_in(write.connection, view.incident.id)
        when = at or store.now()
        _check_time(store, known, when)
        regimes.in_force(write, author)
        body = NoticeFiled("", duty, "", checked_line(how, "how", needed=True),
                           checked_line(receipt, "receipt"), late=late_reasons(view, when, late),
                           note=note, title=view.stage.name)  # fmt: skip
        return _filed(write, store, author, known, body, at, id)


def correct(
    store: Store,
    author: Author,
    entry: str,
    reason: str,
    *,
    how: str = "",
    at: datetime | None = None,
    receipt: str = "",
    attachment: str = "",
    late: str = "",
) -> Entry:
    """Set right what was recorded of a filing, such as a receipt number that came later; the contents stay.

    The record before is withdrawn with the reason and stays readable. Of another time it is asked anew
    whether it was late. Raises NotFound and BadInput.
    """
    named(author)
    reason = checked_text(reason)
    if not (how or at or receipt or attachment or late):
        raise BadInput("nothing to correct was given.", where=entry)
    view = _view_of_record(store, entry)
    with store.write() as write:
        old = journal.entry(write.connection, entry)
        known, body = _record(write.connection, old, entry)
        when = at or old.happened.at
        reasons = late_reasons(view, when, late or body.late, own=old.happened.at)
        if at is not None and not late and not is_late(view.clock, when, old.happened.at):
            reasons = ""  # they were those of the time that was wrong
        evidence_of(write.connection, known.id, [attachment] if attachment else [])
        new = replace(
            body,
            how=checked_line(how, "how") or body.how,
            receipt=checked_line(receipt, "receipt") or body.receipt,
            attachment=attachment or body.attachment,
            late=reasons,
            corrects=entry,
        )
        if at is not None:
            _check_time(store, known, at)
        write.add(author, Withdrawn(entry, reason), incident=known.id, subject=known.id)
        return _filed(write, store, author, known, new, when, "")


def withdraw(store: Store, author: Author, entry: str, reason: str) -> Entry:
    """Take the record of a filing back, with a reason: it did not go out. Raises NotFound and BadInput."""
    named(author)
    reason = checked_text(reason)
    with store.write() as write:
        known, _ = _record(write.connection, journal.entry(write.connection, entry), entry)
        return write.add(author, Withdrawn(entry, reason), incident=known.id, subject=known.id)


def _filed(
    write: Write,
    store: Store,
    author: Author,
    known: Incident,
    body: NoticeFiled,
    at: datetime | None,
    id: str,
) -> Entry:
    occurred = None if at is None else When(at, zone=store.zone)
    return write.add(author, body, incident=known.id, subject=known.id, occurred=occurred, id=id)


def _view_of_record(store: Store, entry: str) -> FilingView:
    """The notice of a record as it stands."""
    with store.journal.read() as connection:
        known, body = _record(connection, journal.entry(connection, entry), entry)
    return view_of(store, body.filing) if body.filing else look(store, known.id, body.duty, entry)


def _record(connection: Connection, old: Entry, entry: str) -> tuple[Incident, NoticeFiled]:
    known = incidents.get(connection, old.incident or entry)
    said = next((one.body for one in known.conduct.filed if one.entry == entry), None)
    if said is None:
        raise NotFound("this is no record of a filing, or it was withdrawn.", where=entry)
    return known, said


def _next_step(found: Filing) -> str:
    return "Ask for a review." if found.state is State.DRAFT else "Let a second person approve it."


def _check_time(store: Store, known: Incident, at: datetime) -> None:
    if at > store.now() + _AHEAD:
        raise BadInput("this time lies ahead.", where=iso(at), hint="It is recorded after it went out.")
    # Of one declared late, what was stated tells since when there was something to tell of.
    begins = [said.at for said in known.conduct.facts if not facts.lies_ahead(said.body.fact)]
    begins += [known.start.low] if known.start else []
    first = min([known.detected, known.declared, *begins])
    if at < first - timedelta(minutes=1):
        hint = f"The first that is on record of it was {iso(first)}. Check day and year."
        raise BadInput("this is before the incident was noticed.", where=iso(at), hint=hint)
