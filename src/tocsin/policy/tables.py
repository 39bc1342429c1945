"""The tables of a pack's TOML files, as msgspec checks them: unknown keys, types and sizes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

import msgspec

from tocsin.model.alert import AlertSeverity
from tocsin.model.calendar import Unit

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Remark = Annotated[str, msgspec.Meta(max_length=2000)]
Words = Annotated[list[Text], msgspec.Meta(max_length=50)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=50)]
Span = dict[Unit, int]
# A minute is written 09:00, a day of the week Mon.
Clock = Annotated[str, msgspec.Meta(max_length=5)]
Dates = Annotated[list[date], msgspec.Meta(max_length=2000)]


class Table(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A table in which a key nobody knows is an error, not a setting that does nothing."""


class HolidaysTable(Table):
    """Public holidays of a country, and days of one's own."""

    country: Id
    subdivision: Annotated[str, msgspec.Meta(max_length=20)] = ""
    dates: Dates = []


class CalendarTable(Table):
    """When people work."""

    days: Annotated[list[Id], msgspec.Meta(max_length=7)]
    opens: Clock
    closes: Clock
    zone: Id = "home"
    holidays: Dates | HolidaysTable = []


class LevelTable(Table):
    """A level."""

    id: Id
    meaning: Text
    found_by: Remark = ""
    escalate_to: Words = []
    forum: Remark = ""


class RouteTable(Table):
    """Who takes over incidents of a kind."""

    kind: Id
    title: Text
    to: Words
    types: Ids = []
    layers: Ids = []
    levels: Ids = []


class ClockTable(Table):
    """A deadline."""

    id: Id
    name: Text
    anchor: Id = msgspec.field(name="from")
    within: Span | None = None
    within_by_level: Annotated[dict[Id, Span], msgspec.Meta(max_length=50)] = {}
    met_by: Ids = []
    restarts_on_regrading: bool = False
    repeats: bool = False
    until: Ids = []
    counts_up: bool = False
    when: Annotated[dict[Id, Ids], msgspec.Meta(max_length=10)] = {}
    calendar: str = ""
    pausable: bool = True
    counting: str = ""
    levels: Ids = []
    not_after: Span | None = None
    not_after_from: str = ""


class RoleTable(Table):
    """A role."""

    id: Id
    title: Text
    levels: Ids = []
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 2


class PackTable(Table):
    """pack.toml."""

    id: Id
    title: Text
    version: Id
    calendar: CalendarTable
    detector_severities: dict[AlertSeverity, Id]
    levels: Annotated[list[LevelTable], msgspec.Meta(min_length=1, max_length=12)]
    routes: Annotated[list[RouteTable], msgspec.Meta(max_length=50)]
    clocks: Annotated[list[ClockTable], msgspec.Meta(max_length=100)]
    due_soon: float = 0.25
    extends: str = ""
    calendars: Annotated[dict[Id, CalendarTable], msgspec.Meta(max_length=20)] = {}
    roles: Annotated[list[RoleTable], msgspec.Meta(max_length=30)] = []
    freeze: Ids = []
    closure: Ids = []
    quiet: Span | None = None


class AnswerTable(Table):
    """An answer to choose."""

    id: Id
    text: Text
    key: Annotated[str, msgspec.Meta(max_length=1)] = ""


class QuestionTable(Table):
    """A question."""

    id: Id
    text: Text
    answers: Annotated[list[AnswerTable], msgspec.Meta(min_length=2, max_length=12)]
    help: Remark = ""


class RuleTable(Table):
    """Answers that lead to a level."""

    level: Id
    because: Text
    when: Annotated[dict[Id, Ids], msgspec.Meta(max_length=20)] = {}


class TriageTable(Table):
    """triage.toml."""

    questions: Annotated[list[QuestionTable], msgspec.Meta(max_length=30)] = []
    rules: Annotated[list[RuleTable], msgspec.Meta(max_length=100)] = []
    otherwise: str = ""


class StepTable(Table):
    """A step of the escalation."""

    id: Id
    title: Text
    levels: Ids
    call: Words
    within: Span
    send: Ids = []
    kinds: Ids = []


class EscalationTable(Table):
    """escalation.toml."""

    steps: Annotated[list[StepTable], msgspec.Meta(max_length=50)] = []


class PlaybookStepTable(Table):
    """A step of a playbook."""

    id: Id
    phase: Id
    text: Text
    kind: Id = "do"
    role: str = ""
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    layer: str = ""
    evidence: bool = False
    help: Remark = ""
    categories: Ids = []
    takes_offline: bool = False
    met_by: str = ""
    # Of steps that all types share: whether it stands before those of the type.
    first: bool = False


class PlaybookTable(Table):
    """playbooks/TYPE.toml, or playbooks/common.toml: the steps that all types share, without a title."""

    title: Annotated[str, msgspec.Meta(max_length=500)] = ""
    steps: Annotated[list[PlaybookStepTable], msgspec.Meta(max_length=200)] = []
    reviewed: Annotated[str, msgspec.Meta(max_length=10)] = ""


class UpdateTable(Table):
    """An audience of updates.toml; its text lies in updates/AUDIENCE.md."""

    audience: Id
    title: Text
    outside: bool = False
    to: Remark = ""


class UpdatesTable(Table):
    """updates.toml."""

    updates: Annotated[list[UpdateTable], msgspec.Meta(max_length=30)] = []


def plain(table: Table) -> dict[str, Any]:
    """Return a table as TOML writes it: what is as by default left out."""
    return dict(msgspec.to_builtins(table, builtin_types=(date,), str_keys=True))


def place_of(
    error: msgspec.ValidationError, choices: Mapping[str, Iterable[str]] | None = None
) -> tuple[str, str]:
    """Return the key at which a table is wrong, empty for the whole of it, and the reason.

    `choices` are the words that may stand at a key, where few may.
    """
    # `$.clocks[3].within`, or `key` in `$.clocks[3].within` when the key itself is wrong.
    reason, _, place = str(error).partition(" - at ")
    key = place.strip("`").rpartition("`")[2].removeprefix("$").removeprefix(".")
    if reason.startswith("Invalid enum value") and "detector" not in key:
        named = (choices or {}).get(key.rpartition(".")[2])
        reason += f"; it is one of {', '.join(named)}" if named else f"; spans are given in {', '.join(Unit)}"
    return key, reason
