"""The duties of an incident: which apply and why, by when, what has to be answered and stated; rulings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from tocsin.errors import NotFound
from tocsin.model import clocks as model_clocks
from tocsin.model import duty_clocks, facts
from tocsin.model.answers import Answer
from tocsin.model.clock_state import ClockState, State
from tocsin.model.clocks import Former
from tocsin.model.deadline import MEMBER_STATE
from tocsin.model.duties import Duty, Verdict, hinges, open_questions
from tocsin.model.filing import DutyRuled
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.regime import Question, Rules
from tocsin.model.severity import Scheme
from tocsin.operations import answers, clocks, policies, regimes
from tocsin.operations.answers import limited
from tocsin.store import incidents, journal
from tocsin.store.folder import Store

_NEVER = datetime.max.replace(tzinfo=UTC)
_LONGEST_REASON = 2000
_VERDICTS = (Verdict.APPLIES, Verdict.UNDECIDED, Verdict.DOES_NOT)


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty with its clock, None where nothing counts.

    `keep_until` is until when a record is kept, which is no deadline; `waits_for` the fact that nobody has
    stated yet and it counts from. `tz` is the zone its days end in, in which its times are told; `stated_by`
    who said that it was done where nothing was filed here.
    """

    duty: Duty
    clock: ClockState | None = None
    keep_until: datetime | None = None
    waits_for: str = ""
    tz: tzinfo = UTC
    stated_by: str = ""

    @property
    def plan_to(self) -> datetime | None:
        """The deadline to work by."""
        return self.clock.due.astimezone(self.tz) if self.clock and self.clock.due else None

    @property
    def legal_outer(self) -> datetime | None:
        """What the law still takes, where that is later."""
        return self.clock.outer.astimezone(self.tz) if self.clock and self.clock.outer else None

    @property
    def state(self) -> str:
        """How it stands: that of its clock, else its verdict."""
        if self.clock is not None:
            return self.clock.state.value
        return "kept" if self.keep_until else self.duty.verdict.value


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fact that duties which apply count from, and nobody has stated yet."""

    fact: str
    title: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DutiesView:
    """The duties of an incident at one moment.

    `rows` come by nearest deadline, then those that apply without one, those undecided, those that do not.
    `questions` are open, the one that decides most first; `deciding` are the duties each has a part in.
    `known` are the facts on record, of a duty's own regime with @REGIME.
    """

    now: datetime
    incident: Incident
    scheme: Scheme
    rules: Rules
    rows: tuple[DutyView, ...]
    questions: tuple[Question, ...]
    deciding: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Answer]
    wanted: tuple[Wanted, ...] = ()
    known: Mapping[str, datetime] = field(default_factory=dict)

    def row(self, duty: str) -> DutyView | None:
        """Return a duty by its id."""
        return next((one for one in self.rows if one.duty.id == duty), None)

    @property
    def applying(self) -> tuple[DutyView, ...]:
        """Those that apply."""
        return tuple(one for one in self.rows if one.duty.applies)


def look(store: Store, incident: str, *, at: datetime | None = None) -> DutiesView:
    """Return the duties of an incident as they stand now, or stood at `at` by the rules in force now.

    Raises NotFound.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        then = known if at is None else model_clocks.as_of(known, at)
        if then is None:
            raise NotFound("the incident was not declared then.", where=known.reference)
        scheme = policies.of(connection, then.policy)
        given = answers.of(connection, then, at)
        rules, former = regimes.current(connection), clocks.former(connection, then)
    return view(then, scheme, rules, given, at or store.now(), store.zone, former)


def view(
    incident: Incident,
    scheme: Scheme,
    rules: Rules,
    given: Mapping[str, Answer],
    now: datetime,
    zone: str,
    former: Former = (),
) -> DutiesView:
    """Return the same of an incident, its pack, the rules and answers handed in: nothing is read."""
    standing = duty_clocks.of(incident, rules, given, now, zone)
    whole = duty_clocks.with_duties(scheme, incident, rules, standing, given, zone)
    states = {one.id: one for one in model_clocks.clock_states(incident, whole, now, zone, former)}
    state = "".join(given[MEMBER_STATE].values) if MEMBER_STATE in given else ""
    known = facts.facts(incident)
    rows = [_row(one, states.get(one.id), incident, rules, state, zone) for one in standing]
    return DutiesView(
        now=now,
        incident=incident,
        scheme=whole,
        rules=rules,
        rows=tuple(sorted(rows, key=_order)),
        questions=_questions(rules, standing, given),
        deciding=hinges(rules, standing, given),
        answers=given,
        wanted=_wanted(rows),
        known=known,
    )


def rule(
    store: Store, author: Author, incident: str, duty: str, applies: bool, reason: str, *, id: str = ""
) -> Entry:
    """Rule that a duty applies or does not, whatever the answers say. Raises NotFound, BadInput.

    `id` makes a retry store once. The way back is to undo it, or to rule again.
    """
    reason = limited(reason, _LONGEST_REASON)
    regimes.make_ready(store)
    with store.write() as write:
        if id and (done := journal.find(write.connection, id)) is not None:
            return done
        known = incidents.get(write.connection, incident)
        found = regimes.in_force(write, author).stage(duty.strip())
        if found is None:
            raise NotFound(
                "there is no such duty.", where=duty[:100], hint="`tocsin duties INCIDENT --all` lists them."
            )
        regime, stage = found
        title = f"{stage.name}, {duty_clocks.short(regime)}"
        body = DutyRuled(f"{regime.id}/{stage.id}", applies, reason, title)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def _row(
    duty: Duty, clock: ClockState | None, incident: Incident, rules: Rules, state: str, zone: str
) -> DutyView:
    kept = duty.stage.counting == duty_clocks.RETENTION and duty.applies
    if clock is None and not kept:
        return DutyView(duty)
    days = duty_clocks.days_of(rules, duty, state, zone)
    tz = days.tz(zone)
    if clock is not None:
        waits = duty.stage.anchor if clock.state is State.WAITING else ""
        return DutyView(duty, clock, waits_for=waits, tz=tz, stated_by=_stated_by(duty, clock, incident))
    until = duty_clocks.keep_until(duty, incident, days, zone)
    waits = "" if until else duty.stage.anchor
    return DutyView(duty, keep_until=until and until.astimezone(tz), waits_for=waits, tz=tz)


def _stated_by(duty: Duty, clock: ClockState, incident: Incident) -> str:
    """Who said that a duty was done; empty where it was filed here."""
    ids = {f"{duty.regime.id}/{one}" for one in (duty.stage.id, *duty.stage.settled_by)}
    if clock.met_at is None or not ids.isdisjoint(one.body.duty for one in incident.conduct.filed):
        return ""
    named = {f"{facts.SUBMISSION}{one}" for one in ids}
    said = [one.by for one in incident.conduct.facts if one.body.fact in named]
    return clock.by or (said[-1] if said else "")


def _order(one: DutyView) -> tuple[int, bool, datetime, bool, str]:
    """Ticking ones by deadline, those that count up or wait, those that ended; then the other verdicts."""
    ended = one.clock is not None and one.clock.ended is not None
    return (
        _VERDICTS.index(one.duty.verdict),
        ended,
        one.plan_to or _NEVER,
        one.clock is None or one.clock.started is None,
        one.duty.id,
    )


def _questions(rules: Rules, standing: Sequence[Duty], given: Mapping[str, Answer]) -> tuple[Question, ...]:
    """The open questions; by which holidays days are counted comes last, as it decides no duty."""
    found = open_questions(rules, standing, given)
    state = rules.question(MEMBER_STATE)
    counted = any(one.applies and duty_clocks.by_member_state(one) for one in standing)
    if state is None or state.id in given or not counted or state in found:
        return found
    return (*found, state)


def _wanted(rows: Sequence[DutyView]) -> tuple[Wanted, ...]:
    """The facts duties wait for that a person may state, those of most duties first."""
    found: dict[str, list[str]] = {}
    for one in rows:
        by_hand = facts.may_be_stated(one.waits_for) and not one.waits_for.startswith(facts.SUBMISSION)
        if one.waits_for and by_hand:
            found.setdefault(one.waits_for, []).append(one.duty.id)
    wanted = [Wanted(fact, facts.title(fact), tuple(ids)) for fact, ids in found.items()]
    return tuple(sorted(wanted, key=lambda one: (-len(one.duties), one.fact)))
