"""The fields a filing is asked for, and what stands in each: set by a person, on record, or still empty."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.model import answers as answering
from tocsin.model import prefill
from tocsin.model.filing import Fill, Filled
from tocsin.model.filings import FINAL, INITIAL, UPDATE, WITHDRAWAL, Filing, reading
from tocsin.model.prefill import Record
from tocsin.model.regime import Field, Regime, Stage

# What is worked out anew for each filing and never carried over from the one before.
_OF_THE_FILING = "filing."
_NEEDED = ("true", "where_possible")
_UPDATES = ("update", "supplement", "intermediate", "progress", "followup", "complement", "amend")


# What a notice says for which the law prescribes no content.
_NONE = "no content prescribed"
PLAIN: tuple[Field, ...] = (
    Field("what", "What happened", _NONE, (), "false", source="incident.description",
          help="What, since when, and which system."),
    Field("effect", "Effect", _NONE, (), "false", source="incident.impact", help="On whom, and how many."),
    Field("done", "Measures taken or planned", _NONE, (), "false", source="measures incident.remediation"),
    Field("who", "Contact for questions", _NONE, (), "false", source="contact"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a notice as it stands.

    `filled` is what the notice would say: `own` if a person set it, else what is on record (`suggested`).
    `needed` tells that it may not be left blank, `missing` that it is and has to be said: a value, that it is
    not known yet, or why it does not apply. `changed`: it reads otherwise than in the filing before.
    """

    field: Field
    filled: Filled | None
    own: Filled | None = None
    suggested: Filled | None = None
    needed: bool = False
    changed: bool = False
    by: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return self.filled is None or is_empty(self.filled)

    @property
    def missing(self) -> bool:
        """Whether it is blank and may not be."""
        return self.needed and self.empty


def is_empty(filled: Filled) -> bool:
    """Whether a field says nothing: no value, and no reason why there is none."""
    if filled.fill is Fill.UNKNOWN:
        return False
    if filled.fill is Fill.NOT_APPLICABLE:
        return not filled.reason.strip()
    return not filled.value.strip()


def fields_of(regime: Regime, stage: Stage) -> tuple[Field, ...]:
    """Return the fields of a stage in the law's order; plain ones where the law prescribes no content."""
    return regime.fields_of(stage.id) or PLAIN


def asked(record: Record) -> tuple[Field, ...]:
    """Return the fields asked for: those of the stage in the law's order, as far as answers and time go.

    Reasons for lateness are asked only when it is late; what a person has set is shown in any case.
    """
    own = record.filing.fields if record.filing else {}
    fields = fields_of(record.regime, record.stage)
    return tuple(one for one in fields if one.id in own or _wanted(one, record))


def views(record: Record, before: Mapping[str, Filled] | None = None) -> tuple[FieldView, ...]:
    """Return every field asked for; what was approved or filed shows nothing but what was set.

    `before` are the fields of the filing this one follows.
    """
    own = record.filing.fields if record.filing else {}
    editors = record.filing.editors if record.filing else {}
    draft = record.filing is None or record.filing.asked is None
    found = []
    for one in asked(record):
        on_record = prefill.fill(one, record)
        mine = own.get(one.id)
        filled = mine if mine is not None or not draft else on_record
        changed = before is not None and reading(before.get(one.id)) != reading(filled)
        by = editors[one.id].by if one.id in editors else ""
        found.append(FieldView(one, filled, mine, on_record, needed(one, record), changed, by))
    return tuple(found)


def needed(field: Field, record: Record) -> bool:
    """Whether a field may not be left blank: what the rule asks for, always or where possible, and reasons
    when it is late. What is not possible yet is said to be unknown.
    """
    return field.required in _NEEDED or (field.late_only and record.late is True)


def carried(record: Record, before: Filing) -> dict[str, Filled]:
    """Return what a filing takes over from the one before it: what people wrote, and what is still not known.

    What came from the record is read from it anew, and so is what was not known then and is by now.
    """
    kept: dict[str, Filled] = {}
    for one in fields_of(record.regime, record.stage):
        filled = before.fields.get(one.id)
        if filled is None or one.source.startswith(_OF_THE_FILING) or one.late_only:
            continue
        from_record = bool(filled.origin) or filled.fill is Fill.UNKNOWN
        if not (from_record and prefill.fill(one, record) is not None):
            kept[one.id] = filled
    return kept


def phase_of(regime: Regime, stage: Stage, earlier: bool) -> str:
    """Return which phase a filing of a stage is, unless a person says otherwise.

    `earlier` tells that a notice of this very duty was filed before.
    """
    if "final" in stage.id:
        return FINAL
    if stage.id == "reclassify":
        return WITHDRAWAL
    return UPDATE if earlier or any(word in stage.id for word in _UPDATES) else INITIAL


def formless(regime: Regime, stage: Stage) -> bool:
    """Whether a stage may be told without a form: to an office, and the law prescribes no content."""
    return stage.audience not in ("individual", "public") and not any(
        one.required == "true" for one in regime.fields_of(stage.id)
    )


def _wanted(field: Field, record: Record) -> bool:
    if field.late_only and record.late is not True:
        return False
    values = answering.standing(record.rules, record.answers)
    return all(
        question not in values or answering.satisfies(values[question], wanted)
        for question, wanted in field.needs.items()
    )
