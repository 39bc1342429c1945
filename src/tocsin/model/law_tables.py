"""The duties and filings of an incident as tables of a document."""

from collections.abc import Iterator

from tocsin.model.law import DutyLine, FilingLine, Law
from tocsin.model.sheet import Cell, Cells, Digest, Note, Quiet, State, Strong, Table


def duty_table(law: Law) -> Table:
    """Return the duties that apply, with deadline, standing and filing."""
    return Table(
        ("Duty", "To", "Plan to", "Standing", "Filed"),
        (3.0, 1.9, 2.1, 1.5, 2.0),
        tuple(_duty_row(one) for one in law.duties if one.verdict == "applies"),
        "No duty is found to apply by the answers on record.",
    )


def _duty_row(one: DutyLine) -> tuple[Cells, ...]:
    return _named(one), one.recipient, _due(one), State(one.state or "waiting"), _filed(one)


def _named(one: DutyLine) -> tuple[Cell, ...]:
    option = "may be made, is not owed" if one.optional else ""
    return Strong(one.name), *(Quiet(each) for each in (one.regime, one.citation, option) if each)


def _due(one: DutyLine) -> tuple[Cell, ...]:
    if one.due is None:
        return (Quiet("no date yet"),)
    outer = one.outer is not None and one.outer != one.due
    return (one.due, Quiet("the law takes it until"), one.outer) if outer else (one.due,)


def _filed(one: DutyLine) -> tuple[Cell, ...]:
    if one.filed is None:
        return (Quiet("not filed"),)
    receipt = f"receipt {one.receipt}" if one.receipt else ""
    reasons = f"reasons for lateness: {one.reasons}" if one.reasons else ""
    return one.filed, *(Quiet(each) for each in (one.how, receipt, reasons) if each)


def open_law(law: Law) -> Iterator[Note]:
    """Yield what is still open or excluded, in words."""
    if law.undecided:
        asked = f" Decided next by: {' · '.join(law.questions[:3])}" if law.questions else ""
        yield Note(f"{law.undecided} further duties are undecided until questions are answered.{asked}")
    if law.excluded:
        yield Note(f"{law.excluded} duties of the rules do not apply by the answers on record.")


def filing_table(law: Law) -> Table:
    """Return every filing with who wrote, approved and filed it."""
    return Table(
        ("Filing", "State", "Begun", "Approved", "Filed"),
        (2.2, 1.3, 1.9, 1.9, 2.2),
        tuple(_filing_row(one) for one in law.filings),
        "No filing was begun.",
    )


def _filing_row(one: FilingLine) -> tuple[Cells, ...]:
    receipt = f"receipt {one.receipt}" if one.receipt else ""
    more = (Quiet(each) for each in (one.how, receipt, one.reasons) if each)
    return (
        (Strong(one.duty), Quiet(one.phase), Digest(one.digest[:16])),
        State(one.state),
        (one.by, one.opened),
        (one.approved_by, one.approved) if one.approved else None,
        (one.filed_by, one.filed, *more) if one.filed else None,
    )
