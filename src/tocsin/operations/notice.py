"""Notices: what goes onto paper for a duty, as of an entry; written to a file and recorded as having left."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.document import Printing, Standing
from tocsin.model.filing import Filled
from tocsin.model.filings import ATTACHMENTS, State
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.notice import InternalNotice, Notice
from tocsin.model.operator import Author
from tocsin.operations import exports, record, redaction
from tocsin.operations.filing_checks import checked_fields
from tocsin.operations.filing_record import ground
from tocsin.operations.filings_view import FilingView, of, set_in
from tocsin.operations.notice_inside import internal_of
from tocsin.operations.notice_parts import notice_of, redacted
from tocsin.operations.past import drawn
from tocsin.operations.signing import Signer
from tocsin.store.folder import Store

KIND, WORKSHEET, INTERNAL = "notice", "notice worksheet", "notice, internal copy"

_NOTHING: Mapping[str, Filled] = {}


def model(
    store: Store,
    incident: str,
    duty: str,
    filing: str = "",
    *,
    set: Mapping[str, Filled] = _NOTHING,
    as_of: str | None = None,
    printing: Printing | None = None,
    charts: bool = True,
) -> Notice:
    """Return the notice of a duty for readers outside, as of an entry.

    By default as it stands now; of one that was approved or filed as it stood then.

    `set` are fields typed and not saved: with any it is a draft. With `printing.outside` persons and what is
    marked personal are replaced. Raises NotFound, BadInput, and NotAllowed where it is to say AS FILED and
    nobody approved it.
    """
    return _made(store, incident, duty, filing, set, as_of, printing or Printing(), charts)[0]


def internal(
    store: Store,
    incident: str,
    duty: str,
    filing: str = "",
    *,
    as_of: str | None = None,
    printing: Printing | None = None,
    charts: bool = True,
) -> InternalNotice:
    """Return the copy kept inside: the same notice with approvals, origins, evidence and decisions."""
    made, view = _made(store, incident, duty, filing, _NOTHING, as_of, printing or Printing(), charts)
    return _inside(made, view, printing or Printing())


def render(made: Notice | InternalNotice, printing: Printing, *, worksheet: bool = False) -> bytes:
    """Return a notice, or its worksheet, as PDF; the same one gives the same bytes."""
    if worksheet:
        from tocsin.reports import worksheet as sheet

        return sheet.render(made.notice if isinstance(made, InternalNotice) else made, printing)
    from tocsin.reports import notice as paper

    return paper.render(made, printing)


def export(
    store: Store,
    author: Author,
    incident: str,
    duty: str,
    path: Path,
    *,
    filing: str = "",
    set: Mapping[str, Filled] = _NOTHING,
    printing: Printing | None = None,
    worksheet: bool = False,
    inside: bool = False,
    as_of: str | None = None,
    charts: bool = True,
    id: str = "",
    signer: Signer | None = None,
) -> Entry:
    """Write a notice, its worksheet or the copy kept inside to a file, and record that it left.

    Without a standing of its own it says AS FILED once it is approved, DRAFT before. With a `signer` a
    signature is put below it. Raises as `model` does.
    """
    exports.check_place(store, path)
    how = printing or Printing()
    if how.record and not inside:
        raise BadInput("the record of an incident goes along with the internal copy only.", where="record")
    made, view = _made(store, incident, duty, filing, set, as_of, how, charts)
    content = render(_inside(made, view, how) if inside else made, how, worksheet=worksheet)
    kind = WORKSHEET if worksheet else INTERNAL if inside else KIND
    body = DocumentExported(
        f"{kind} {duty}",
        made.as_of.entry,
        hashlib.sha256(content).hexdigest(),
        str(path.absolute()),
        paper=how.paper.value,
        standing=made.standing.value,
        filing=view.filing.id if view.filing else "",
    )
    return exports.write(store, author, content, path, body, view.incident.id, id=id, signer=signer)


def _made(
    store: Store,
    incident: str,
    duty: str,
    filing: str,
    typed: Mapping[str, Filled],
    as_of: str | None,
    printing: Printing,
    charts: bool,
) -> tuple[Notice, FilingView]:
    base = ground(store, incident, as_of)
    view = of(base, duty, filing)
    if as_of is None and not typed and (settled := _settled(view)):
        # Sender, contacts and deadline are what they were when it was approved, as the fields are.
        base = ground(store, incident, settled)
        view = of(base, duty, view.filing.id if view.filing else "")
    if typed:
        names = [one.field.id for one in view.fields] + [one.id for one in view.regime.fields]
        view = set_in(view, checked_fields(typed, [*names, ATTACHMENTS]))
    shown = drawn(store, base.past) if charts and view.stage.audience == "regulator" else None
    made = notice_of(view, standing(view, printing, bool(typed)), shown)
    if printing.outside:
        with store.journal.read() as connection:
            hidden = redaction.of(connection, base.past.state, base.past.last)
        made = redacted(made, hidden)
    return made, view


def _inside(made: Notice, view: FilingView, printing: Printing) -> InternalNotice:
    """The copy kept inside, with the incident as JSON where it is to carry it."""
    kept = internal_of(made, view)
    return replace(kept, record=record.of(view.base.past)) if printing.record else kept


def _settled(view: FilingView) -> str:
    """The entry by which a notice was filed, else approved; empty before that."""
    if view.filing is None or view.filing.approved is None:
        return ""
    return (view.filing.filed or view.filing.approved).entry


def standing(view: FilingView, printing: Printing, typed: bool = False) -> Standing:
    """Return what the paper says of itself: DRAFT until it is approved.

    Raises NotAllowed where it is to say AS FILED and was not approved: what leaves has been read by two.
    """
    approved = view.filing is not None and view.filing.state in (State.APPROVED, State.FILED) and not typed
    if printing.standing is Standing.AS_FILED and not approved:
        raise NotAllowed("only a notice that a second person approved can say AS FILED.", where=view.duty,
                         hint="Ask for a review, or print it as a draft.")  # fmt: skip
    return Standing.AS_FILED if approved else Standing.DRAFT


def with_printing(printing: Printing, made: Notice) -> Printing:
    """Return how it is printed with the standing the notice has."""
    return replace(printing, standing=made.standing)
