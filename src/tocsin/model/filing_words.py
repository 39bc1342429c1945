"""What people did with a notice, in a line of the running log and of the timeline."""

from tocsin.model.filing import (
    FilingApproved,
    FilingEdited,
    FilingOpened,
    FilingReturned,
    Fill,
    NoticeFiled,
    ReviewAsked,
)
from tocsin.model.filings import ATTACHMENTS, PHASES

Body = FilingOpened | FilingEdited | ReviewAsked | FilingReturned | FilingApproved | NoticeFiled
KINDS: tuple[type, ...] = (
    FilingOpened,
    FilingEdited,
    ReviewAsked,
    FilingReturned,
    FilingApproved,
    NoticeFiled,
)


def say(body: Body, by: str) -> str:
    """Return what was done, in a line; whole texts of fields stay in their entry."""
    name = body.title or getattr(body, "duty", "") or "a notice"
    match body:
        case FilingOpened():
            return f"Notice begun, {PHASES.get(body.phase, body.phase).lower()}: {name}"
        case FilingEdited():
            return f"Notice edited: {name} ({_fields(body)})"
        case ReviewAsked():
            return f"Review asked of the notice: {name}{_because(body.note)}"
        case FilingReturned():
            return f"Notice returned to draft: {name}{_because(body.reason)}"
        case FilingApproved():
            return f"Notice approved by {by}: {name}{_because(body.note)}"
        case NoticeFiled():
            return _filed(body, name)


def lane(body: Body) -> str:
    """Return the lane of the timeline; drafting is no event of it."""
    match body:
        case NoticeFiled():
            return "told"
        case FilingApproved() | FilingReturned():
            return "decided"
        case ReviewAsked():
            return "done"
        case _:
            return ""


def _fields(body: FilingEdited) -> str:
    told = [name.replace("_", " ") for name in body.fields if name != ATTACHMENTS]
    open_ = sum(one.fill is Fill.UNKNOWN for one in body.fields.values())
    words = ", ".join(told[:6]) + (f" and {len(told) - 6} more" if len(told) > 6 else "")
    if ATTACHMENTS in body.fields:
        words = f"{words}, attachments" if words else "attachments"
    return f"{words}; {open_} not known yet" if open_ else words


def _filed(body: NoticeFiled, name: str) -> str:
    receipt = f", receipt {body.receipt}" if body.receipt else ""
    late = f"; late{_because(body.late)}" if body.late else ""
    corrected = "Record of filing corrected" if body.corrects else "Notice filed"
    begin = corrected if body.filing else "Told without a form"
    note = _because(body.note)
    return f"{begin} by {body.how}: {name}{receipt}{late}{note}"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
