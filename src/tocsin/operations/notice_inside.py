"""What the copy of a notice kept inside has more: who approved, where fields come from, why."""

from collections.abc import Iterator

from tocsin.model import answers as answering
from tocsin.model.duties import needs_of
from tocsin.model.notice import Approval, Exhibit, InternalNotice, Notice, Origin
from tocsin.operations.filings_view import FilingView
from tocsin.operations.notice_parts import clock_of


def internal_of(made: Notice, view: FilingView) -> InternalNotice:
    """Return the copy kept inside of a notice."""
    row = view.base.duties.row(view.duty)
    return InternalNotice(
        notice=made,
        approvals=tuple(_approvals(view)),
        origins=tuple(_origins(view)),
        evidence=tuple(Exhibit(one.name, one.size, one.sha256, one.author, one.at) for one in view.evidence),
        verdict=f"{row.duty.verdict.value.capitalize()}: {row.duty.because}" if row else "",
        decided=tuple(_decided(view)),
        clock=clock_of(view),
        notes=view.notes,
    )


def _approvals(view: FilingView) -> Iterator[Approval]:
    """Everything done with the contents, in the order it was done; also what did not stand."""
    if view.filing is None:
        return
    conduct, own = view.incident.conduct, view.filing.id
    found = [("Begun", one.by, one.at, "") for one in conduct.opened if one.entry == own]
    found += [("Edited", one.by, one.at, "") for one in conduct.edits if one.body.filing == own]
    found += [("Review asked", one.by, one.at, one.body.note) for one in conduct.reviews
              if one.body.filing == own]  # fmt: skip
    found += [("Returned", one.by, one.at, one.body.reason) for one in conduct.returned
              if one.body.filing == own]  # fmt: skip
    found += [("Approved", one.by, one.at, one.body.note) for one in conduct.approvals
              if one.body.filing == own]  # fmt: skip
    found += [("Filed", one.by, one.at, f"{one.body.how} {one.body.note}".strip()) for one in conduct.filed
              if one.body.filing == own or one.entry == own]  # fmt: skip
    roles = {person: role for role, person in view.incident.staff.items()}
    for what, by, at, note in sorted(found, key=lambda one: one[2]):
        yield Approval(what, by, roles.get(by, ""), at, note)


def _origins(view: FilingView) -> Iterator[Origin]:
    editors = view.filing.editors if view.filing else {}
    for one in view.fields:
        if one.filled is not None:
            edit = editors.get(one.field.id)
            who = edit.by if edit else "from the record"
            yield Origin(one.field.label, who, edit.at if edit else None, one.filled.origin)


def _decided(view: FilingView) -> Iterator[Approval]:
    """The answers and rulings that led to the verdict."""
    for question in dict(needs_of(view.regime, view.stage)):
        answer = view.base.answers.get(question)
        asked = answering.question_of(view.base.rules, question)
        if answer is None or asked is None or answer.at is None:
            continue
        words = f"{asked.text} {answering.said(asked, answer.values)}"
        yield Approval(words, answer.by, "", answer.at, answer.note)
    for said in view.incident.conduct.rulings:
        if said.body.duty == view.duty:
            words = "Ruled that it applies" if said.body.applies else "Ruled that it does not apply"
            yield Approval(words, said.by, "", said.at, said.body.reason)
