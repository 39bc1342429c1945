"""The parts of a notice, out of what stands in its filing: header, clock, fields, changes, attachments."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tocsin.model import answers as answering
from tocsin.model import duty_clocks, facts, preservation, report
from tocsin.model.document import Standing
from tocsin.model.filing import Fill, Filled
from tocsin.model.filing_fields import FieldView, is_empty
from tocsin.model.filings import PHASES, State
from tocsin.model.law import recipient_words
from tocsin.model.notice import Attachment, Change, ClockBlock, Entry, Notice, Says, Sender
from tocsin.model.prefill import stamp
from tocsin.model.redaction import Redaction
from tocsin.model.regime import Kind
from tocsin.model.report import Charts
from tocsin.operations.filings_view import FilingView

# The counting rules as a reader outside knows them.
COUNTED: dict[str, str] = {
    "elapsed_hours": "hours of elapsed time; nights, weekends and holidays run",
    "eu_days": "days after the day of the event, Regulation (EEC, Euratom) No 1182/71",
    "eu_months": "months to the same day number, Regulation (EEC, Euratom) No 1182/71",
    "dora_hours": "hours of elapsed time, Delegated Regulation (EU) 2025/301 Art. 5",
    "dora_months": "months to the same day number, Delegated Regulation (EU) 2025/301 Art. 5",
    "mdr_days": "calendar days after the day of awareness",
    "us_calendar_days": "calendar days after the day of the trigger",
    "sec_business_days": "business days, Form 8-K General Instruction B.1",
    "business_days": "business days after the day of the trigger",
    "business_days_before": "business days before the planned event",
    "au_days": "days after the day of the event, Acts Interpretation Act 1901 (Cth) s 36",
    "sg_calendar_days": "calendar days after the day of the trigger",
    "jp_days": "days, the day of the trigger as the guidance counts it",
    "cn_days": "days after the day of the trigger",
    "promptness": "no number in the rule: without delay, counted up",
    "at_event": "at the event itself",
    "fixed_date": "a fixed date",
    "minimum_retention": "a least time of keeping",
}

# Who files, in the header: question to label. The name comes first, on its own.
_NAME = "legal_name"
_SENDER = {"legal_address": "Address", "registration_number": "Registration number", "lei": "LEI",
           "authorised_representative": "Authorised representative"}  # fmt: skip
_CONTACTS = {"contact_point": "Contact point", "dpo_name": "Data protection officer", "dpo_email": "E-mail",
             "dpo_phone": "Telephone", "second_contact": "Second contact",
             "out_of_hours": "Out of hours"}  # fmt: skip
_SAYS = {Fill.VALUE: Says.VALUE, Fill.ESTIMATE: Says.ESTIMATE, Fill.OPINION: Says.OPINION,
         Fill.UNKNOWN: Says.UNKNOWN, Fill.NOT_APPLICABLE: Says.NOT_APPLICABLE}  # fmt: skip
_CODE = re.compile(r"(?:field\s+)?(\d+(?:\.\d+)+)$")
_STATE = "member_state"
_AUTHORITY = {"supervisory_authority": "supervisory_authority", "ico": "supervisory_authority"}
_MOST_COLUMNS = 4
_FREE = ("false", "optional")


def notice_of(view: FilingView, standing: Standing, charts: Charts | None) -> Notice:
    """Return the notice that stands in a view, for readers outside."""
    regime, stage, past = view.regime, view.stage, view.base.past
    filed = view.filing.filed if view.filing else None
    final = standing is Standing.AS_FILED  # where nobody is to fill in what the rule does not ask for
    shown = tuple(
        _entry(view, one) for one in view.fields if not (final and one.empty and one.field.required in _FREE)
    )
    columns = _columns(view)
    official = stage.audience not in ("individual", "public")  # else no authority reads it
    return Notice(
        reference=view.incident.reference,
        duty=view.duty,
        title=stage.name,
        law=regime.title,
        citation=stage.citation,
        jurisdiction=regime.jurisdiction,
        kind=PHASES.get(view.phase, view.phase),
        version=_version(view),
        standing=standing,
        sender=_sender(view),
        recipient=recipient_words(stage.recipient),
        authority=_said(view, _AUTHORITY.get(stage.recipient, "")) or regime.authority if official else "",
        authority_reference=_authority_reference(view),
        language=regime.language or "en",
        zone=view.base.zone,
        issued=filed.at if filed else view.base.past.last.recorded_at,
        clock=clock_of(view) if official else None,
        entries=shown,
        changes=tuple(_changes(view)),
        before=_before(view),
        contacts=tuple(_labelled(view, _CONTACTS)),
        attachments=tuple(_attachments(view)),
        statement=tuple(_statement(view)),
        charts=charts,
        rules_as_of=view.base.rules.as_of,
        as_of=report.as_of(past.last, past.drill),
        digest=view.digest,
        how=filed.body.how if filed else "",
        receipt=filed.body.receipt if filed else "",
        form=_form(view, shown, columns),
        columns=columns,
        column=stage.name,
        portal=regime.portal,
        format=regime.format,
        confidential=official and regime.kind is not Kind.DISCLOSURE,
    )


def redacted(made: Notice, hidden: Redaction) -> Notice:
    """Return a notice with persons and what is personal replaced; its own contacts stay."""
    say = hidden.text
    contact = {value for _, value in made.contacts}
    entries, form = (
        tuple(one if one.text in contact else replace(one, text=say(one.text)) for one in told)
        for told in (made.entries, made.form)
    )
    changes = tuple(replace(one, before=say(one.before), after=say(one.after)) for one in made.changes)
    clock = None if made.clock is None else replace(made.clock, reasons=say(made.clock.reasons))
    attachments = tuple(replace(one, name=say(one.name)) for one in made.attachments)
    statement = tuple(say(one) for one in made.statement)
    return replace(made, entries=entries, form=form, changes=changes, clock=clock, attachments=attachments,
                   statement=statement)  # fmt: skip


def text_of(filled: Filled | None, when: str, zone: str, *, needed: bool) -> tuple[Says, str]:
    """Return what a field says of itself, and the words: a value, or why there is none."""
    if filled is None or is_empty(filled):
        if needed:
            return Says.BLANK, "Still empty. A value, or why there is none, is required."
        return Says.BLANK, f"Not stated. Asked for only: {when}." if when else "Not stated."
    if filled.fill is Fill.UNKNOWN:
        by = f" Expected by {stamp(filled.expected, zone)}." if filled.expected else ""
        why = f" {filled.reason}" if filled.reason else ""
        return Says.UNKNOWN, f"Not yet available. To be provided in phases.{by}{why}"
    if filled.fill is Fill.NOT_APPLICABLE:
        return Says.NOT_APPLICABLE, f"Not applicable: {filled.reason}"
    return _SAYS[filled.fill], filled.value


def _entry(view: FilingView, one: FieldView) -> Entry:
    field = one.field
    says, text = text_of(one.filled, field.when, view.base.zone, needed=one.needed)
    code = _CODE.search(field.citation)
    named = {stage.id: stage.name for stage in view.regime.stages}
    stages = tuple(named[id_] for id_ in field.stages if id_ in named)
    return Entry(field.id, field.label, field.citation, says, text, code[1] if code else "", field.help,
                 one.needed, stages, field.when)  # fmt: skip


def _version(view: FilingView) -> int:
    """Which notice of its duty it is, counted from 1."""
    own = [one.id for one in view.filings if one.duty == view.duty]
    return own.index(view.filing.id) + 1 if view.filing else len(own) + 1


def _columns(view: FilingView) -> tuple[str, ...]:
    """The stages of the same form: those that ask for fields this one asks for too, in the law's order."""
    own = {one.field.id for one in view.fields}
    columns: dict[frozenset[str], str] = {}  # those that ask for the same are one column
    fullest: frozenset[str] = frozenset()
    for stage in view.regime.stages:
        asked = frozenset(one.id for one in view.regime.fields_of(stage.id))
        grows = bool(asked & own) and asked >= fullest  # each report of a form asks for more than the last
        if stage is view.stage or (grows and asked not in columns):
            columns[asked] = stage.name
            fullest = max(fullest, asked, key=len)
    return tuple(columns.values())[:_MOST_COLUMNS] if len(columns) > 1 else ()


def _form(view: FilingView, entries: tuple[Entry, ...], columns: tuple[str, ...]) -> tuple[Entry, ...]:
    """The whole form: the fields this report asks for, and those due in another one of its columns."""
    if not columns:
        return entries
    known = {one.id: one for one in entries}
    named = {stage.id for stage in view.regime.stages if stage.name in columns}
    asked = {one.field.id for one in view.fields}
    found = []
    for field in view.regime.fields:
        if field.id in known:
            found.append(known[field.id])
        elif field.id not in asked and not named.isdisjoint(field.stages):
            later = _entry(view, FieldView(field, None))
            found.append(replace(later, says=Says.NOT_DUE, text="Not due in this report."))
    return tuple(found)


def _said(view: FilingView, question: str) -> str:
    answer = view.base.answers.get(question)
    asked = answering.question_of(view.base.rules, question)
    if answer is None or asked is None or not answer.values:
        return ""
    return answering.said(asked, answer.values)


def _sender(view: FilingView) -> Sender:
    return Sender(_said(view, _NAME), tuple(_labelled(view, _SENDER)))


def _labelled(view: FilingView, questions: dict[str, str]) -> Iterator[tuple[str, str]]:
    for question, label in questions.items():
        if value := _said(view, question):
            yield label, value


def _authority_reference(view: FilingView) -> str:
    """The number the authority gave the first notice under this regime."""
    numbers = (one.filed.body.receipt for one in view.filings
               if one.filed and one.duty.startswith(f"{view.regime.id}/"))  # fmt: skip
    return next((one for one in numbers if one), "")


def clock_of(view: FilingView) -> ClockBlock:
    """Return the deadline of a notice as the law counts it."""
    stage, clock = view.stage, view.clock
    filed = view.filing.filed if view.filing else None
    rule = COUNTED.get(stage.counting, stage.counting)
    offset = f"{stage.offset.words}; " if stage.offset else ""
    return ClockBlock(
        rule=f"{offset}{rule}",
        trigger=_trigger(view),
        start=clock.started if clock else None,
        set_by=_set_by(view),
        due=clock.due if clock else None,
        outer=clock.outer if clock else None,
        why=clock.why if clock else "",
        standard=stage.standard,
        filed=filed.at if filed else None,
        late=view.late,
        reasons=_reasons(view),
        target=clock.target if clock else None,
        zone=_zone(view),
    )


def _zone(view: FilingView) -> str:
    """The zone in which the days of a deadline end."""
    row = view.base.duties.row(view.duty)
    state = "".join(view.base.answers[_STATE].values) if _STATE in view.base.answers else ""
    if row is None:
        return ""
    return duty_clocks.days_of(view.base.rules, row.duty, state, view.base.zone).zone


def _trigger(view: FilingView) -> str:
    """What the deadline counts from, with the earlier notice by its name."""
    stem, colon, rest = view.stage.anchor.partition(":")
    named = view.base.rules.stage(rest) if colon else None
    if named is not None and f"{stem}:" == facts.SUBMISSION:
        return f"Filing of “{named[1].name}”"
    if named is not None:
        return f"{stem.capitalize()} time of “{named[1].name}”"
    return facts.title(view.stage.anchor).capitalize()


def _set_by(view: FilingView) -> str:
    """The office of whoever stated the trigger: who it was stays inside."""
    anchor = view.stage.anchor
    own = (anchor, f"{anchor}@{view.regime.id}")
    stated = [one for one in view.incident.conduct.facts if one.body.fact in own]
    if stated:
        roles = [role for role, person in view.incident.staff.items() if person == stated[-1].by]
        return f"the organisation ({', '.join(roles)})" if roles else "the organisation"
    if anchor in facts.DERIVED:
        return "the incident record"
    return "an earlier filing" if anchor.startswith(facts.SUBMISSION) else ""


def _reasons(view: FilingView) -> str:
    filed = view.filing.filed if view.filing else None
    if filed is not None and filed.body.late:
        return filed.body.late
    given = (one.filled for one in view.fields if one.field.late_only and one.filled and not one.empty)
    return next((one.value for one in given if one.fill is not Fill.NOT_APPLICABLE), "")


def _changes(view: FilingView) -> Iterator[Change]:
    labels = {one.id: one for one in view.regime.fields}
    for change in view.changes:
        field = labels.get(change.field)
        if field is None:
            continue
        before, after = (
            "not there" if one is None else text_of(one, field.when, view.base.zone, needed=False)[1]
            for one in (change.before, change.after)
        )
        yield Change(field.label, field.citation, before, after)


def _before(view: FilingView) -> str:
    """Which notice this one follows, in words."""
    if view.before is None:
        return ""
    found = view.base.rules.stage(view.before.duty)
    name = found[1].name if found else view.before.duty
    filed = view.before.filed
    at = f", filed {stamp(filed.at, view.base.zone)}" if filed else ", not filed yet"
    return f"{PHASES.get(view.before.phase, view.before.phase)}: {name}{at}"


def _attachments(view: FilingView) -> Iterator[Attachment]:
    chosen = view.filing.attachments if view.filing else ()
    for sha in chosen:
        one = next((each for each in view.evidence if each.sha256 == sha), None)
        if one is not None:
            yield Attachment(one.name, one.size, one.sha256)


def _statement(view: FilingView) -> Iterator[str]:
    """What the law wants said beside the fields: that the report is not complete, that evidence was kept."""
    rule = preservation.FORBIDS.get(view.regime.id)
    if rule is None:
        return
    if any(one.filled and one.filled.fill is Fill.UNKNOWN for one in view.fields):
        yield "INCOMPLETE INITIAL REPORT (Art. 73(5)). The missing parts follow as they become known."
    if any(one.field.source == "preservation" and not one.empty for one in view.fields):
        return  # said in its own field
    filed = view.filing.filed if view.filing and view.filing.state is State.FILED else None
    found = preservation.alterations(view.incident, view.base.deployed, filed.at if filed else view.base.now)
    if not found:
        yield f"The system was not altered between the detection and this report ({rule})."
        return
    yield f"Alterations of the system between the detection and this report ({rule}):"
    yield from (f"{stamp(one.at, view.base.zone)}: {one.what}" for one in found)
