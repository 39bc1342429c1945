"""The law as data: regimes with their stages and fields, and the questions that decide which of them apply.

Made of the files in `resources/policies/regimes`, one a jurisdiction. Nothing here says that a duty applies:
that follows from answers (`duties.py`).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tocsin.model.calendar import Calendar, Offset

# Question id to the answers that satisfy it; all questions must be satisfied, each by one of its answers.
# For a number an answer is "<500", "<=500", ">500" or ">=500".
Needs = dict[str, tuple[str, ...]]


class Scope(StrEnum):
    """What a question is asked of, and so how long its answer holds."""

    ORGANISATION = "organisation"
    SYSTEM = "system"
    INCIDENT = "incident"


class Answers(StrEnum):
    """What an answer may be: yes or no, one of the choices, any of them, a whole number, a text."""

    YES_NO = "yes_no"
    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    TEXT = "text"


class Kind(StrEnum):
    """What a regime asks for. Only the first three start countdowns by themselves."""

    NOTIFICATION = "notification"
    INDIVIDUAL = "individual_notice"
    DISCLOSURE = "public_disclosure"
    RIGHTS = "rights"
    RECORDS = "record_keeping"
    VOLUNTARY = "voluntary"
    FUTURE = "future"
    SUPERSEDED = "superseded"
    WATCH = "watch"


COUNTING_KINDS = frozenset({Kind.NOTIFICATION, Kind.INDIVIDUAL, Kind.DISCLOSURE})


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be chosen."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of law or fact, asked once. `citation` is the rule that makes it matter."""

    id: str
    text: str
    scope: Scope
    answers: Answers = Answers.YES_NO
    choices: tuple[Choice, ...] = ()
    help: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One filing or duty of a regime, due `offset` from `anchor` (a fact of `facts.py`) by a counting rule.

    `offset` is None where the law gives no number; `house` is then the target we set ourselves. `needs`
    narrows it and `when` says the same in words. One that `repeats` begins anew from each filing until the
    incident is resolved; stages of the same regime in `settled_by` do its duty too, once they are filed.
    Anchors of other stages are written out: submission:REGIME/STAGE, with submission:REGIME/GROUP for the
    groups of a regime. `document` is how it is made on paper: notice, letter, or empty where it is no
    document (an assessment, a retention).
    """

    id: str
    name: str
    recipient: str
    audience: str
    anchor: str
    counting: str
    citation: str
    offset: Offset | None = None
    calendar: str = ""
    not_after: Offset | None = None
    not_after_from: str = ""
    standard: str = ""
    basis: str = ""
    note: str = ""
    when: str = ""
    needs: Needs = field(default_factory=dict)
    optional: bool = False
    repeats: bool = False
    settled_by: tuple[str, ...] = ()
    house: Offset | None = None
    document: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a notice must say, in the law's order. `source` names the fact on record that fills it
    (`prefill.py`); `required` is true, false, conditional, where_possible and so on, as the law qualifies it.

    `late_only` fields are asked for when the filing is late. `phase_ok` may follow in a later phase.
    """

    id: str
    label: str
    citation: str
    stages: tuple[str, ...]
    required: str = "true"
    phase_ok: bool = False
    when: str = ""
    needs: Needs = field(default_factory=dict)
    help: str = ""
    basis: str = ""
    source: str = ""
    late_only: bool = False


@dataclass(frozen=True, slots=True)
class Regime:
    """One regime. `enabled` is yes, no or confirm; `confirm` is the reason for asking.

    `basis` of stages and fields and `confidence` say how sure it is, `status` and `pending` what is in force
    and what is coming. `groups` name several stages that a later one runs from: of any_ groups the earliest
    submission counts, of _latest ones the newest. `zone` is the IANA zone in which its days end, empty: the
    place of filing. `portal` are field ids in the order of the authority's portal where that differs from the
    law's. `origin` is shipped or team.
    """

    id: str
    title: str
    jurisdiction: str
    kind: Kind
    enabled: str
    citation: str
    authority: str
    who: str
    trigger: str
    as_of: date
    needs: Needs = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    fields: tuple[Field, ...] = ()
    confirm: str = ""
    applies_from: date | None = None
    applies_until: date | None = None
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = ""
    language: str = ""
    portal: tuple[str, ...] = ()
    thresholds: str = ""
    exemptions: str = ""
    format: str = ""
    sanctions: str = ""
    status: str = ""
    pending: str = ""
    notes: str = ""
    confidence: str = ""
    sources: tuple[str, ...] = ()
    origin: str = "shipped"

    def stage(self, id_: str) -> Stage | None:
        """Return a stage by its id."""
        return next((one for one in self.stages if one.id == id_), None)

    def fields_of(self, stage: str) -> tuple[Field, ...]:
        """Return the fields of a stage in the law's order."""
        return tuple(one for one in self.fields if stage in one.stages)


@dataclass(frozen=True, slots=True)
class Rules:
    """All regimes in force, as of a date. `calendars` are by name, of member states `eu:DE` and so on."""

    as_of: date
    disclaimer: str
    questions: tuple[Question, ...] = ()
    regimes: tuple[Regime, ...] = ()
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def regime(self, id_: str) -> Regime | None:
        """Return a regime by its id."""
        return next((one for one in self.regimes if one.id == id_), None)

    def question(self, id_: str) -> Question | None:
        """Return a question by its id."""
        return next((one for one in self.questions if one.id == id_), None)

    def stage(self, duty: str) -> tuple[Regime, Stage] | None:
        """Return regime and stage of a duty's id, REGIME/STAGE."""
        id_, _, stage_id = duty.partition("/")
        regime = self.regime(id_)
        stage = regime.stage(stage_id) if regime else None
        return (regime, stage) if regime and stage else None
