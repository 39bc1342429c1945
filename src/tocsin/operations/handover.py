"""Hand-overs: prepare with a briefing, confirm by both sides, cancel. With the last side the role passes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import handover, roles
from tocsin.model.briefing import BLOCKS, LONGEST_BLOCK
from tocsin.model.handover import INCOMING, SIDES, Handover, State
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.instant import iso
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import HandoverCancelled, HandoverConfirmed, HandoverPrepared
from tocsin.operations.operators import checked_name
from tocsin.operations.roles import assume_in, checked_role, when_of
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents
from tocsin.store.folder import Store

_FARTHEST = timedelta(days=7)  # how far ahead a hand-over is planned
_ANEW = "prepared anew"


def prepare(
    store: Store,
    author: Author,
    incident: str,
    role: str,
    person: str,
    briefing: Mapping[str, str],
    *,
    planned: datetime | None = None,
    id: str = "",
) -> Entry:
    """Prepare to hand a role over to a person, with a briefing: ids of `briefing.BLOCKS` to texts.

    One that waits for the same role is cancelled by it: confirmations are of the briefing they were given
    for. `planned` is when it is to take place. Raises BadInput, and NotAllowed for a role nobody has, for
    whoever has it already, and in an incident that is over.
    """
    role, person, blocks = checked_role(role), checked_name(person), _checked_blocks(briefing)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if id and (done := _find(known, id)) is not None:
            return write.add(author, _prepared(known, done.id), incident=known.id, subject=known.id, id=id)
        _check_open(known)
        tenure = roles.current(roles.ledger(known), role)
        if tenure is None:
            raise NotAllowed("nobody has this role, so nobody can hand it over.", where=role,
                             hint="Let somebody assume it.")  # fmt: skip
        if tenure.person == person:
            raise NotAllowed(f"{person} has this role already.", where=role)
        _check_planned(store, planned, tenure.assumed)
        if (waiting := handover.standing(known, role)) is not None:
            write.add(author, HandoverCancelled(waiting.id, _ANEW), incident=known.id, subject=known.id)
        body = HandoverPrepared(role, tenure.person, person, tenure.entry, blocks, planned)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def confirm(
    store: Store,
    author: Author,
    incident: str,
    id: str = "",
    *,
    answers: Mapping[str, str] | None = None,
    effective: datetime | None = None,
    entry: str = "",
) -> list[Entry]:
    """Confirm a hand-over for the side the author is; with the second the role passes, in one transaction.

    `id` is the entry that prepared it, empty for the one that waits. The incoming person answers every open
    question of the briefing. It takes effect at the time stated by the side that confirms last, else by the
    other, else as planned, else now; never before the outgoing person took the role. Raises NotAllowed for
    anybody else, NotFound, and BadInput for an unanswered question or a time that lies ahead.
    """
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if entry and any(one.entry == entry for one in known.conduct.confirmations):
            return []
        waiting = _waiting(known, id)
        side = _side(waiting, author)
        given = {question: text.strip() for question, text in (answers or {}).items()}
        last = len(waiting.confirmed) == len(SIDES) - 1
        if side == INCOMING:
            _check_answers(waiting, given)
        body = HandoverConfirmed(waiting.id, side, effective, given if side == INCOMING else {})
        at = _effective(store, known, waiting, effective, passes=last)
        done = [write.add(author, body, incident=known.id, subject=known.id, id=entry)]
        if last:
            done.append(
                assume_in(write, author, known, waiting.role, waiting.person, at, handover=waiting.id)
            )
        return done


def cancel(store: Store, author: Author, incident: str, id: str = "", *, reason: str = "") -> Entry:
    """Cancel a hand-over that waits; `id` empty for the newest. Raises NotFound and NotAllowed."""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        waiting = _waiting(known, id)
        body = HandoverCancelled(waiting.id, checked_text(reason) if reason.strip() else "")
        return write.add(author, body, incident=known.id, subject=known.id)


def listed(store: Store, incident: str) -> tuple[Handover, ...]:
    """Return every hand-over of an incident, in the order they were prepared. Raises NotFound."""
    with store.journal.read() as connection:
        return handover.handovers(incidents.get(connection, incident))


def _prepared(known: Incident, id: str) -> HandoverPrepared:
    return next(one.body for one in known.conduct.handovers if one.entry == id)


def _find(known: Incident, id: str) -> Handover | None:
    return next((one for one in handover.handovers(known) if one.id == id), None)


def _waiting(known: Incident, id: str) -> Handover:
    found = _find(known, id) if id else handover.standing(known)
    if found is None:
        raise NotFound("there is no such hand-over.", where=id or known.reference,
                       hint="Prepare one first.")  # fmt: skip
    if found.state is not State.OPEN:
        said = {State.OVERTAKEN: "somebody else has taken the role since"}
        raise NotAllowed(f"this hand-over is {said.get(found.state, found.state)}.", where=found.role,
                         hint="Prepare another.")  # fmt: skip
    _check_open(known)
    return found


def _check_open(known: Incident) -> None:
    if known.withdrawn or known.status == CLOSED:
        raise NotAllowed(
            f"this incident is {'withdrawn' if known.withdrawn else CLOSED}; nothing is handed over in it.",
            where=known.reference,
            hint="Re-open it, or let somebody assume the role.",
        )


def _side(waiting: Handover, author: Author) -> str:
    """Return the side the author confirms for."""
    side = next((side for side in SIDES if waiting.name(side) == author.name), "")
    if not side:
        raise NotAllowed(
            f"{waiting.outgoing} and {waiting.person} confirm this hand-over, each at the desk.",
            where=author.name,
            hint="If one of them cannot, let somebody assume the role without a hand-over.",
        )
    if side in waiting.confirmed:
        raise NotAllowed(f"{author.name} has confirmed this already.", where=waiting.role)
    return side


def _check_answers(waiting: Handover, given: Mapping[str, str]) -> None:
    left = waiting.unanswered(given)
    if left:
        more = f" and {len(left) - 1} more" if len(left) > 1 else ""
        raise BadInput(
            f"an open question is unanswered{more}.", where=left[0], hint="Answer each one, then confirm."
        )
    for question, text in given.items():
        if question not in waiting.questions:
            raise BadInput("the briefing has no such question.", where=question[:200])
        if len(text) > LONGEST_BLOCK:
            raise BadInput(f"an answer has at most {LONGEST_BLOCK:,} characters.", where=question[:200])


def _effective(
    store: Store, known: Incident, waiting: Handover, stated: datetime | None, *, passes: bool
) -> datetime | None:
    """Return when the role passes, None for now. A side that confirms first may state a time ahead."""
    at = stated or waiting.effective
    if at is None:
        return None
    tenure = roles.current(roles.ledger(known), waiting.role)
    earliest = tenure.assumed if tenure else known.declared
    if not passes and at > store.now():
        _check_planned(store, at, earliest)
        return at
    if passes and stated is None and at > store.now():
        raise NotAllowed(
            f"it was agreed for {iso(at)}.", where=waiting.role, hint="Confirm then, or state another time."
        )
    when_of(store, at, earliest)
    return at


def _check_planned(store: Store, planned: datetime | None, earliest: datetime) -> None:
    if planned is None:
        return
    if planned > store.now() + _FARTHEST:
        raise BadInput("a hand-over is planned a week ahead at most.", where=iso(planned))
    if planned <= store.now():
        when_of(store, planned, earliest)


def _checked_blocks(briefing: Mapping[str, str]) -> dict[str, str]:
    for block, text in briefing.items():
        if block not in BLOCKS:
            raise BadInput("a briefing has no such block.", where=block, hint=f"Blocks: {', '.join(BLOCKS)}.")
        if len(text) > LONGEST_BLOCK:
            what = f"a block has at most {LONGEST_BLOCK:,} characters; this one has {len(text):,}."
            raise BadInput(what, where=BLOCKS[block])
    return {block: briefing[block].strip() for block in BLOCKS if briefing.get(block, "").strip()}
