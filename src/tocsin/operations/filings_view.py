"""One duty's notice in one look: every field with what stands in it, and what may be done next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.errors import BadInput, NotFound
from tocsin.model import filing_fields, filings, preservation
from tocsin.model.clock_state import ClockState
from tocsin.model.evidence import Evidence
from tocsin.model.filing import Fill, Filled
from tocsin.model.filing_fields import FieldView
from tocsin.model.filings import FieldChange, Filing, State
from tocsin.model.incident import Incident
from tocsin.model.prefill import Record, stamp
from tocsin.model.regime import Regime, Stage
from tocsin.operations.filing_record import Ground, ground, record, stage_of
from tocsin.operations.timeline import checked_text
from tocsin.store import journal
from tocsin.store.folder import Store

STEPS = ("edit", "ask_review", "give_back", "approve", "file", "told")


@dataclass(frozen=True, slots=True)
class FilingView:
    """A duty's notice as it stands. `filing` is None while nobody began one, `filings` are the incident's.

    `digest` are the contents looked at, to be handed to `approve`. `may` tells for each of STEPS why not,
    empty where it may be done; who may approve depends on the person, see `may_approve`. `late` tells whether
    it is filed, or would be now, after the last moment the law takes it: None where there is none, and for
    what follows once the duty was met. `notes` are rules to mind.
    """

    incident: Incident
    regime: Regime
    stage: Stage
    duty: str
    phase: str
    filing: Filing | None
    before: Filing | None
    filings: tuple[Filing, ...]
    fields: tuple[FieldView, ...]
    changes: tuple[FieldChange, ...]
    clock: ClockState | None
    late: bool | None
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...]
    may: dict[str, str]
    record: Record
    base: Ground

    @property
    def empty(self) -> int:
        """How many fields say nothing yet."""
        return sum(one.empty for one in self.fields)

    @property
    def missing(self) -> tuple[FieldView, ...]:
        """The fields that say nothing and may not be blank."""
        return tuple(one for one in self.fields if one.missing)

    @property
    def digest(self) -> str:
        """The SHA-256 of what was set, empty while nothing was begun."""
        return self.filing.digest if self.filing else ""

    def may_approve(self, person: str) -> str:
        """Return why a person may not approve it, empty if they may."""
        if self.may["approve"] or self.filing is None:
            return self.may["approve"]
        return filings.not_second(self.filing, person)


def look(store: Store, incident: str, duty: str, filing: str = "") -> FilingView:
    """Return the notice of a duty as it stands now: the filing named, else the open one, else the last.

    Raises NotFound.
    """
    return of(ground(store, incident), duty, filing)


def view_of(store: Store, filing: str) -> FilingView:
    """Return the same of a filing by its id. Raises NotFound."""
    with store.journal.read() as connection:
        entry = journal.entry(connection, filing)
    base = ground(store, entry.incident or filing)
    found = filings.find(base.past.state, filing)
    if found is None:
        raise NotFound("there is no such filing, or it was undone.", where=filing)
    return of(base, found.duty, filing)


def of(base: Ground, duty: str, filing: str = "") -> FilingView:
    """Return the notice of a duty as a ground has it."""
    regime, stage = stage_of(base.rules, duty)
    state = base.past.state
    every = filings.filings(state)
    chosen = _chosen(every, duty, filing)
    filed = [one for one in every if one.duty == duty and one.state is State.FILED]
    phase = chosen.phase if chosen else filing_fields.phase_of(regime, stage, bool(filed))
    before = next((one for one in every if chosen and one.id == chosen.follows), None)
    row = base.duties.row(duty)
    clock = row.clock if row else None
    late = _late(chosen, stage, clock, base.now)
    known = record(base, duty, chosen, phase, late)
    views = filing_fields.views(known, before.fields if before else None)
    stands = {one.field.id: one.filled for one in views if one.filled is not None}
    return FilingView(
        incident=state,
        regime=regime,
        stage=stage,
        duty=duty,
        phase=phase,
        filing=chosen,
        before=before,
        filings=every,
        fields=views,
        changes=filings.changes(stands, _plain(before)) if before else (),
        clock=clock,
        late=late,
        evidence=base.evidence,
        notes=tuple(_notes(base, regime, chosen)),
        may=_may(state, regime, stage, chosen, views),
        record=known,
        base=base,
    )


def set_in(view: FilingView, fields: Mapping[str, Filled]) -> FilingView:
    """Return a view as it would be with fields set that nobody has saved."""
    found = view.filing or Filing("", view.duty, view.phase, "", view.base.now)
    typed = replace(found, fields=found.fields | dict(fields), asked=None, approved=None, filed=None)
    known = replace(view.record, filing=typed)
    views = filing_fields.views(known, view.before.fields if view.before else None)
    stands = {one.field.id: one.filled for one in views if one.filled is not None}
    changes = filings.changes(stands, _plain(view.before)) if view.before else ()
    return replace(view, fields=views, changes=changes, record=known)


def late_reasons(view: FilingView, at: datetime, given: str, own: datetime | None = None) -> str:
    """Return the reasons for lateness of a notice that went out at an instant.

    `own` is when it was said to have gone out before, of a record that is set right. Raises BadInput where
    they are needed and nobody gave them, neither here nor in the notice.
    """
    reasons = checked_text(given) if given.strip() else ""
    if reasons or not is_late(view.clock, at, own):
        return reasons
    for one in view.fields:
        if (
            one.field.late_only
            and one.filled
            and one.filled.fill is not Fill.NOT_APPLICABLE
            and not one.empty
        ):
            return one.filled.value
    limit = view.clock.limit if view.clock else None
    raise BadInput("it was filed after its deadline: say why.",
                   where=stamp(limit, view.base.zone) if limit else "",
                   hint="Give the reasons for the lateness.")  # fmt: skip


def is_late(clock: ClockState | None, at: datetime, own: datetime | None = None) -> bool | None:
    """Whether a notice that goes out at an instant is late; None where there is no limit to keep.

    There is none for what follows once the duty was met; `own` is when this very notice met it.
    """
    if clock is None or clock.limit is None:
        return None
    if clock.met_at is not None and clock.met_at != own and clock.met_at < at:
        return None
    return at > clock.limit


def _chosen(every: tuple[Filing, ...], duty: str, filing: str) -> Filing | None:
    own = [one for one in every if one.duty == duty]
    if filing:
        found = next((one for one in own if one.id == filing), None)
        if found is None:
            raise NotFound("this duty has no such filing.", where=filing)
        return found
    waiting = [one for one in own if one.state is not State.FILED]
    return next(reversed(waiting or own), None)


def _late(filing: Filing | None, stage: Stage, clock: ClockState | None, now: datetime) -> bool | None:
    filed = filing.filed if filing else None
    if filed is not None and stage.repeats:
        return bool(filed.body.late)  # its clock runs to the next one by now
    return is_late(clock, filed.at if filed else now)


def _plain(before: Filing) -> dict[str, Filled]:
    return {name: filled for name, filled in before.fields.items() if name != filings.ATTACHMENTS}


def _notes(base: Ground, regime: Regime, filing: Filing | None) -> list[str]:
    rule = preservation.FORBIDS.get(regime.id)
    if rule is None:
        return []
    told = filing.filed.at if filing and filing.filed else base.now
    found = preservation.alterations(base.past.state, base.deployed, told)
    said = [f"{rule}: do not alter the system in a way that affects a later evaluation of the causes before "
            "the authority was told."]  # fmt: skip
    return said + [f"Altered since the detection: {stamp(one.at, base.zone)}, {one.what}." for one in found]


def _may(
    incident: Incident, regime: Regime, stage: Stage, filing: Filing | None, views: tuple[FieldView, ...]
) -> dict[str, str]:
    """For each step why it may not be taken now, empty where it may."""
    if incident.withdrawn:
        return dict.fromkeys(STEPS, "the declaration was withdrawn")
    state = filing.state if filing else None
    blank = [one.field.label for one in views if one.missing]
    filed = "it was filed" if state is State.FILED else ""
    review = "nobody has begun it" if filing is None else filed
    if state in (State.IN_REVIEW, State.APPROVED):
        review = f"it is {state}"
    elif blank and not review:
        review = f"{len(blank)} field{'s' * (len(blank) > 1)} may not be blank: {'; '.join(blank)}"
    return {
        "edit": filed,
        "ask_review": review,
        "give_back": "" if state in (State.IN_REVIEW, State.APPROVED) else "nobody asked for a review",
        "approve": "" if state is State.IN_REVIEW else "only a notice in review is approved",
        "file": "" if state is State.APPROVED else "only a notice that is approved is filed",
        "told": "" if filing_fields.formless(regime, stage) else "the law says what it must contain",
    }
