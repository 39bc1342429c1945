"""The tables of the regimes' TOML files, as msgspec checks them: unknown keys, types and sizes."""

import re
from datetime import date
from typing import Annotated, Any

import msgspec

from tocsin.model.calendar import Offset, Unit
from tocsin.model.regime import Answers, Kind, Scope
from tocsin.policy.tables import Remark, Table, Text

# Of a regime, stage, field, question or answer: it names things in journal, files and on the command line.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}")
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Short = Annotated[str, msgspec.Meta(max_length=500)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=100)]
NeedsTable = Annotated[dict[Id, Ids], msgspec.Meta(max_length=20)]

REQUIRED = (
    "true", "false", "conditional", "where_possible", "where_available", "where_applicable",
    "where_appropriate", "alternative", "optional",
)  # fmt: skip
_UNITS = {
    "min": Unit.MINUTES,
    "minute": Unit.MINUTES,
    "h": Unit.HOURS,
    "hour": Unit.HOURS,
    "day": Unit.DAYS,
    "week": Unit.WEEKS,
    "month": Unit.MONTHS,
    "year": Unit.MONTHS,
    "business hour": Unit.BUSINESS_HOURS,
    "business day": Unit.BUSINESS_DAYS,
}
_SPAN = re.compile(r"([0-9]{1,7}) ([a-z]+(?: [a-z]+)?)")
_MONTHS = 12


class StageTable(Table):
    """A stage; `from` is its anchor."""

    id: Id
    name: Text
    recipient: Id
    audience: Id
    anchor: Id = msgspec.field(name="from")
    counting: Id
    citation: Text
    offset: Short = ""
    calendar: Short = ""
    not_after: Short = ""
    not_after_from: Short = ""
    standard: Remark = ""
    basis: Short = ""
    note: Remark = ""
    when: Remark = ""
    needs: NeedsTable = msgspec.field(default_factory=dict)
    optional: bool = False
    repeats: bool = False
    settled_by: Ids = msgspec.field(default_factory=list)
    house: Short = ""
    document: Short = ""


class FieldTable(Table):
    """A field of a notice."""

    id: Id
    label: Text
    citation: Text
    stages: Ids
    required: bool | Id = True
    phase_ok: bool = False
    when: Remark = ""
    needs: NeedsTable = msgspec.field(default_factory=dict)
    help: Remark = ""
    basis: Short = ""
    source: Short = ""
    late_only: bool = False


class RegimeTable(Table):
    """A regime with its stages and fields."""

    id: Id
    title: Text
    jurisdiction: Id
    kind: Kind
    enabled: bool | Id
    citation: Text
    authority: Text
    who: Text
    trigger: Remark
    as_of: date
    confirm: Remark = ""
    applies_from: date | None = None
    applies_until: date | None = None
    zone: Short = ""
    language: Short = ""
    thresholds: Remark = ""
    exemptions: Remark = ""
    format: Remark = ""
    sanctions: Remark = ""
    status: Remark = ""
    pending: Remark = ""
    notes: Remark = ""
    confidence: Short = ""
    sources: Annotated[list[Text], msgspec.Meta(max_length=50)] = msgspec.field(default_factory=list)
    portal: Ids = msgspec.field(default_factory=list)
    needs: NeedsTable = msgspec.field(default_factory=dict)
    groups: NeedsTable = msgspec.field(default_factory=dict)
    stages: Annotated[list[StageTable], msgspec.Meta(max_length=50)] = msgspec.field(default_factory=list)
    fields: Annotated[list[FieldTable], msgspec.Meta(max_length=300)] = msgspec.field(default_factory=list)


class ChoiceTable(Table):
    """An answer that may be chosen."""

    id: Id
    title: Text


class QuestionTable(Table):
    """A question."""

    id: Id
    text: Text
    scope: Scope
    answers: Answers = Answers.YES_NO
    choices: Annotated[list[ChoiceTable], msgspec.Meta(max_length=60)] = msgspec.field(default_factory=list)
    help: Remark = ""
    citation: Short = ""


class DayTable(Table):
    """A calendar of working days: the public holidays of a place, and days on which the office is closed."""

    zone: Id
    country: Id
    subdivision: Short = ""
    closed: Annotated[list[date], msgspec.Meta(max_length=500)] = msgspec.field(default_factory=list)
    note: Remark = ""


class FileTable(Table):
    """A file: regimes and questions."""

    regimes: Annotated[list[RegimeTable], msgspec.Meta(max_length=200)] = msgspec.field(default_factory=list)
    questions: Annotated[list[QuestionTable], msgspec.Meta(max_length=500)] = msgspec.field(
        default_factory=list
    )


class CalendarsTable(Table):
    """calendars.toml."""

    as_of: date
    disclaimer: Text
    calendars: Annotated[dict[Id, DayTable], msgspec.Meta(max_length=200)] = msgspec.field(
        default_factory=dict
    )


def offset(text: str) -> Offset:
    """Return a span of time from words such as 72 h, 15 days, 1 month, 4 business days (`Offset.words`).

    Years are months. Raises ValueError saying what is possible.
    """
    words = "1 business day" if text == "next business day" else text
    found = _SPAN.fullmatch(words)
    unit = _UNITS.get(found[2]) or _UNITS.get(found[2].removesuffix("s")) if found else None
    if found is None or unit is None:
        raise ValueError(f"{text!r:.60} is no span of time; write a number and one of {', '.join(_UNITS)}")
    amount = int(found[1]) * (_MONTHS if found[2].startswith("year") else 1)
    return Offset(amount, unit)


def words(value: bool | str) -> str:
    """Return yes, no, true and false as TOML has them as the text the model keeps."""
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else value


def listed(table: Any) -> dict[str, Any]:
    """Return a table's values by their names in the model."""
    return {name: getattr(table, name) for name in table.__struct_fields__}
