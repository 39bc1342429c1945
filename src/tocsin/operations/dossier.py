"""The dossier of an incident as of an entry: what the documents about it are made of, gathered once."""

from collections.abc import Iterable

from tocsin.model import containment, diagnosis, filings, report, steps
from tocsin.model.clocks import ClockState, clock_states
from tocsin.model.conduct import Said
from tocsin.model.deployment import Deployment, settled
from tocsin.model.dossier import Dossier
from tocsin.model.filings import Filing
from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.model.judgement import StartJudged
from tocsin.model.law import DutyLine, FilingLine, Law, recipient_words
from tocsin.model.regime import Kind
from tocsin.operations import duties
from tocsin.operations.duties import DutiesView, DutyView
from tocsin.operations.past import Past, drawn, level_of, timeline_lines
from tocsin.store import past as stored
from tocsin.store.folder import Store


def of(store: Store, past: Past, *, charts: bool = True) -> Dossier:
    """Return the dossier of what the journal held; with `charts` those of its signals as they were then."""
    state, now = past.state, past.last.recorded_at
    view = duties_of(past, store.zone)
    clocks = clocks_of(past, view, store.zone)
    done = steps.standing(state, past.scheme, now)
    return Dossier(
        incident=state,
        scheme=view.scheme,
        system=past.system,
        zone=store.zone,
        as_of=report.as_of(past.last, past.drill),
        level=level_of(past.scheme, state),
        entries=len(past.entries),
        lines=timeline_lines(past.entries, state),
        clocks=clocks,
        steps=done,
        layers=diagnosis.layers(state, done),
        pulls=containment.pulls(state),
        related=past.related,
        deployed=tuple(deployed(store, past)),
        law=law(past, view),
        charts=drawn(store, past) if charts else None,
        start_said=_start_said(past.entries),
    )


def duties_of(past: Past, zone: str) -> DutiesView:
    """Return the duties of an incident as they stood then."""
    return duties.view(
        past.state, past.scheme, past.rules, past.answers, past.last.recorded_at, zone, past.former
    )


def deployed(store: Store, past: Past) -> list[Deployment]:
    """Return what served in the incident's system, as far as it was known then, in the order it began."""
    with store.signals.read() as connection:
        limits = stored.limits(connection, past.imports, past.last.recorded_at)
        brought = stored.deployments(connection, past.state.system, limits, past.last.recorded_at)
    return settled([*brought, *past.deployed])


def law(past: Past, view: DutiesView) -> Law:
    """Return what the law asks, in the words of documents."""
    found = filings.filings(past.state)
    rows = [one for one in view.rows if one.duty.applies or one.duty.counts]
    lines = tuple(_duty(one, [each for each in found if each.duty == one.duty.id]) for one in rows)
    names = {one.duty.id: one.duty.stage.name for one in view.rows}
    return Law(
        rules=f"rules as of {view.rules.as_of.isoformat()}",
        duties=lines,
        filings=tuple(_filing(one, names.get(one.duty, one.duty)) for one in found),
        undecided=sum(one.verdict == "undecided" for one in lines),
        excluded=sum(one.verdict == "does not apply" for one in lines),
        questions=tuple(one.text for one in view.questions),
    )


def _duty(row: DutyView, found: list[Filing]) -> DutyLine:
    duty, clock = row.duty, row.clock
    # What came after the first is told in the table of filings; the limit is that of the first.
    filed = min((one.filed for one in found if one.filed is not None), key=lambda one: one.at, default=None)
    stated = clock.met_at if clock is not None and row.stated_by else None
    return DutyLine(
        id=duty.id,
        name=duty.stage.name,
        regime=duty.regime.title,
        citation=duty.stage.citation or duty.regime.citation,
        recipient=recipient_words(duty.stage.recipient),
        verdict=duty.verdict.value,
        because=duty.because,
        state=row.state,
        due=row.plan_to,
        outer=row.legal_outer,
        why=clock.why if clock else "",
        late=bool(clock and clock.late),
        optional=duty.optional,
        filed=filed.at if filed else stated,
        how=filed.body.how if filed else "as stated, no notice is kept here" if stated else "",
        receipt=filed.body.receipt if filed else "",
        reasons=filed.body.late if filed else "",
        individual=duty.regime.kind is Kind.INDIVIDUAL or duty.stage.audience == "individual",
        ruled=duty.ruled,
        counts=duty.counts,
        inside=duty.stage.recipient == "internal",
        short=clock.name if clock else duty.stage.name,
    )


def _filing(one: Filing, name: str) -> FilingLine:
    approved, filed = one.approved, one.filed
    return FilingLine(
        duty=name,
        phase=filings.PHASES.get(one.phase, one.phase),
        state=str(one.state),
        opened=one.opened_at,
        by=one.opened_by,
        digest=one.digest,
        approved=approved.at if approved else None,
        approved_by=approved.by if approved else "",
        filed=filed.at if filed else None,
        filed_by=filed.by if filed else "",
        how=filed.body.how if filed else "",
        receipt=filed.body.receipt if filed else "",
        reasons=filed.body.late if filed else "",
    )


def clocks_of(past: Past, view: DutiesView, zone: str) -> tuple[ClockState, ...]:
    """Return the clocks of an incident as they stood then, those of its duties among them."""
    return tuple(clock_states(past.state, view.scheme, past.last.recorded_at, zone, past.former))


def _start_said(entries: Iterable[Entry]) -> Said[StartJudged] | None:
    found = [
        Said(one.id, one.happened.at, one.author.name, one.body)
        for one in standing(entries)
        if isinstance(one.body, StartJudged)
    ]
    return found[-1] if found else None
