"""Filings: begun, edited, put to review, approved by a second person, filed; every step an entry."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import filing_fields, filings, prefill
from tocsin.model.filing import (
    FilingApproved,
    FilingEdited,
    FilingOpened,
    FilingReturned,
    Filled,
    ReviewAsked,
)
from tocsin.model.filings import ATTACHMENTS, INITIAL, PHASES, Filing, State
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.operations import regimes
from tocsin.operations.filing_checks import (
    checked_fields,
    checked_line,
    done_before,
    evidence_of,
    filing_in,
    named,
    standing_in,
)
from tocsin.operations.filings_sent import correct, file, told, withdraw
from tocsin.operations.filings_view import FilingView, look, view_of
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, timeline
from tocsin.store.folder import Store

__all__ = ["FilingView", "approve", "ask_review", "choose", "correct", "edit", "file", "give_back", "look",
           "open", "told", "withdraw"]  # fmt: skip


def open(
    store: Store,
    author: Author,
    incident: str,
    duty: str,
    *,
    phase: str = "",
    follows: str = "",
    id: str = "",
) -> Entry:
    """Begin a notice for a duty; return the entry whose id is the filing's.

    Unless said otherwise it follows the last notice filed under the same regime, whose fields it takes over,
    and its phase is that of the stage. Raises NotFound for a duty nobody knows, NotAllowed while another
    draft of the same duty is open, BadInput.
    """
    named(author)
    view = look(store, incident, duty)
    earlier = [one for one in view.filings if one.state is State.FILED]
    same = [one for one in earlier if one.duty == duty]
    phase = phase or filing_fields.phase_of(view.regime, view.stage, bool(same))
    if phase not in PHASES:
        raise BadInput("there is no such phase.", where=phase, hint=f"Phases: {', '.join(PHASES)}.")
    before = _before(view, follows, earlier, phase)
    regimes.make_ready(store)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known = standing_in(write.connection, view.incident.id)
        waiting = next((one for one in filings.of_duty(known, duty) if one.state is not State.FILED), None)
        if waiting is not None:
            raise NotAllowed(f"a notice of this duty is open already: {waiting.state}.", where=waiting.id,
                             hint="Go on with that one.")  # fmt: skip
        regimes.in_force(write, author)
        body = FilingOpened(duty, phase, before.id if before else "", _title(view))
        opened = write.add(author, body, incident=known.id, subject=known.id, id=id)
        kept = filing_fields.carried(replace(view.record, phase=phase), before) if before else {}
        if kept:
            write.add(
                author, FilingEdited(opened.id, kept, _title(view)), incident=known.id, subject=known.id
            )
        return opened


def edit(store: Store, author: Author, filing: str, fields: Mapping[str, Filled], *, id: str = "") -> Entry:
    """Set fields of a filing; one under review or approved is a draft again by it.

    `fields` are by field id, with `@attachments` for files of the evidence that go along, by SHA-256. Raises
    NotFound, BadInput for a field the stage does not have, NotAllowed for what was filed.
    """
    named(author)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known, found = filing_in(write.connection, filing)
        _not_filed(found)
        stage = regimes.in_force(write, author).stage(found.duty)
        names = () if stage is None else tuple(one.id for one in filing_fields.fields_of(*stage))
        checked = checked_fields(fields, names)
        evidence_of(write.connection, known.id, checked.get(ATTACHMENTS, Filled()).value.split())
        body = FilingEdited(found.id, checked, stage[1].name if stage else "")
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def ask_review(store: Store, author: Author, filing: str, note: str = "", *, id: str = "") -> Entry:
    """Ask for a second pair of eyes. What the record filled is frozen, so that it cannot shift meanwhile.

    Raises NotAllowed for one that is no draft, and while a field that may not be blank says nothing.
    """
    named(author)
    view = view_of(store, filing)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known, found = filing_in(write.connection, filing)
        if found.state is not State.DRAFT:
            raise NotAllowed(f"this notice is {found.state}.", where=found.id)
        if view.filing is None or found.digest != view.filing.digest:
            raise NotAllowed("somebody has just changed it.", where=found.id, hint="Look at it again.")
        blank = [one.field.label for one in view.fields if one.missing]
        if blank:
            hint = "Say the value, that it is not known yet and when it will be, or why it does not apply."
            raise NotAllowed(f"{len(blank)} fields may not be blank: {'; '.join(blank)[:400]}.", hint=hint)
        frozen = {one.field.id: one.filled for one in view.fields if one.own is None and one.filled}
        last = found.last_edit
        if frozen:
            body = FilingEdited(found.id, frozen, _title(view))
            last = write.add(author, body, incident=known.id, subject=known.id).id
        contents = filings.digest(found.duty, found.phase, found.fields | frozen)
        review = ReviewAsked(found.id, contents, checked_line(note, "note"), last, _title(view))
        return write.add(author, review, incident=known.id, subject=known.id, id=id)


def give_back(store: Store, author: Author, filing: str, reason: str, *, id: str = "") -> Entry:
    """Return a filing under review, or approved and not filed yet, to draft, with the reason."""
    named(author)
    reason = checked_text(reason)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known, found = filing_in(write.connection, filing)
        if found.asked is None or found.state is State.FILED:
            raise NotAllowed(f"this notice is {found.state}; there is nothing to return.", where=found.id)
        body = FilingReturned(found.id, reason, found.asked.entry, found.asked.body.title)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def approve(
    store: Store, author: Author, filing: str, note: str = "", *, digest: str = "", id: str = ""
) -> Entry:
    """Approve the contents of a filing under review, as a second person.

    `digest` are the contents that were looked at: others are refused. Raises NotAllowed for whoever wrote any
    of it or asked for the review, and for one that is not under review.
    """
    named(author)
    with store.write() as write:
        if (done := done_before(write, id)) is not None:
            return done
        known, found = filing_in(write.connection, filing)
        if found.state is not State.IN_REVIEW or found.asked is None:
            raise NotAllowed(f"this notice is {found.state}; only one in review is approved.", where=found.id)
        if why := filings.not_second(found, author.name):
            raise NotAllowed(f"a second person approves: {why}.", where=author.name,
                             hint="Let somebody approve who has written nothing of it.")  # fmt: skip
        if digest and digest != found.digest:
            raise NotAllowed("it was changed since you looked at it.", where=found.id, hint="Look again.")
        body = FilingApproved(found.id, found.digest, checked_line(note, "note"), found.asked.entry,
                              found.asked.body.title)  # fmt: skip
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def choose(store: Store, incident: str, entries: Sequence[str]) -> Filled:
    """Return chosen entries of the timeline as the text of a field, with their times and origins.

    Raises NotFound for an entry that is not of this incident, or was withdrawn.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        items = [timeline.get(connection, one) for one in dict.fromkeys(entries)]
    wrong = next((one for one in items if one.incident != known.id or one.withdrawn), None)
    if wrong is not None:
        raise NotFound("this is no standing entry of the incident's timeline.", where=wrong.id)
    return prefill.chosen(items, store.zone)


def _before(view: FilingView, follows: str, earlier: Sequence[Filing], phase: str) -> Filing | None:
    """The filing that a new one follows."""
    if follows:
        found = next((one for one in view.filings if one.id == follows), None)
        if found is None:
            raise NotFound("there is no such filing in this incident.", where=follows)
        return found
    own = [one for one in earlier if one.duty.startswith(f"{view.regime.id}/") and not one.formless]
    return own[-1] if own and phase != INITIAL else None


def _not_filed(found: Filing) -> None:
    if found.state is State.FILED:
        raise NotAllowed("it was filed; what went out stays as it is.", where=found.id,
                         hint="Begin an update that follows it.")  # fmt: skip


def _title(view: FilingView) -> str:
    return view.stage.name
