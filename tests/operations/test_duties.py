"""Which duties the shipped rules find, corrections of common errors first; and duties in a real store."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.model.duty_stories import DETECTED, at, incident, real_rules, seen
from tocsin.errors import BadInput, Missing, NotAllowed, NotFound
from tocsin.model.alarms import Priority
from tocsin.model.counting import count
from tocsin.model.duties import Verdict
from tocsin.model.filing import NoticeFiled
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import Undone, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.running_log import lines
from tocsin.now import ManualClock
from tocsin.operations import alarms, answers, clocks, closure, command, duties, facts, incidents, undo, wall
from tocsin.operations.clocks import State
from tocsin.store import journal
from tocsin.store.folder import Store

DORA = "eu-dora-19"
DECISION = {"jurisdictions": "eu us uk", "data_role": "controller", "automated_decision": "yes"}


def verdicts(said: Mapping[str, str], now: datetime = DETECTED, **known: datetime) -> dict[str, Verdict]:
    return {one.duty.id: one.duty.verdict for one in seen(incident(known), said, now=now).rows}


def applying(said: Mapping[str, str], now: datetime = DETECTED, **known: datetime) -> set[str]:
    return {id_ for id_, verdict in verdicts(said, now, **known).items() if verdict is Verdict.APPLIES}


def test_from_it_is_an_ai_incident_alone_no_duty_applies() -> None:
    for known in (
        incident(),
        incident({fact: DETECTED for fact in ("awareness", "discovery", "decision_made")}),
    ):
        found = seen(known)
        assert not found.applying
        assert not [one for one in found.rows if one.clock is not None or one.keep_until is not None]


def test_a_solely_automated_decision_starts_no_breach_notice() -> None:
    """GDPR Art. 22 is a right of the person and names no authority and no 72 hours."""
    found = seen(incident({"awareness": DETECTED}), DECISION)
    rights = [one for one in found.applying if one.duty.regime.id == "eu-gdpr-22"]
    assert rights
    assert not [one for one in rights if one.clock is not None]
    assert not {"eu-gdpr-33", "eu-gdpr-34"} & {one.duty.regime.id for one in found.applying}
    article_22 = real_rules().regime("eu-gdpr-22")
    assert article_22 is not None
    assert not [one for one in article_22.stages if one.offset and "72" in one.offset.words]


def test_a_biased_decision_is_no_breach_of_personal_data() -> None:
    said = {**DECISION, "adverse_action": "taken", "personal_data_breach": "no"}
    found = seen(incident({"awareness": DETECTED}), said)
    for duty in ("eu-gdpr-33/notify_sa", "eu-gdpr-34/letter", "uk-gdpr-33/notify_ico"):
        one = found.row(duty)
        assert one is not None
        assert one.duty.verdict is Verdict.DOES_NOT
        assert one.duty.because.endswith("? No.")


def test_the_fcra_asks_only_where_a_consumer_report_or_third_parties_informed_the_decision() -> None:
    said = {"jurisdictions": "us", "adverse_action": "taken", "decision_area": "credit"}
    assert "us-fcra-1681m/notice" not in applying({**said, "decision_information": "none"})
    assert "us-fcra-1681m/notice" in applying({**said, "decision_information": "consumer_report"})
    fcra = seen(incident({"adverse_action": DETECTED}), {**said, "decision_information": "consumer_report"})
    one = fcra.row("us-fcra-1681m/notice")
    assert one is not None
    assert one.clock is not None
    assert (one.clock.counts_up, one.plan_to) == (True, None)  # the law has no day count here


def test_the_thirty_days_are_of_the_ecoa_and_apart_from_the_fcra() -> None:
    said = {"jurisdictions": "us", "entity_us": "creditor", "decision_area": "credit",
            "decision_information": "none", "credit_application": "completed"}  # fmt: skip
    found = seen(incident({"application_complete": at("2026-11-20T09:00:00+01:00")}), said)
    assert {one.duty.regime.id for one in found.applying} == {"us-ecoa-regb-1002-9"}
    assert found.applying[0].plan_to == at("2026-12-20T23:59:59+01:00")


def test_a_wrong_notice_is_corrected_as_soon_as_possible_counted_up_from_its_discovery() -> None:
    said = {"jurisdictions": "us", "entity_us": "creditor", "decision_area": "credit", "notice_error": "yes"}
    one = seen(incident({"error_discovered": DETECTED}), said).row("us-ecoa-regb-1002-9/correct_error")
    assert one is not None
    assert one.clock is not None
    assert (one.clock.counts_up, one.clock.started, one.plan_to) == (True, DETECTED, None)
    assert "house target" in one.clock.basis


def test_article_30_of_the_ai_act_is_nowhere() -> None:
    for regime in real_rules().regimes:
        if regime.id.startswith("eu-ai-act"):
            cited = [regime.citation, *(stage.citation for stage in regime.stages),
                     *(field.citation for field in regime.fields)]  # fmt: skip
            assert not [one for one in cited if "Art. 30" in one]


@pytest.mark.parametrize(("harm", "stage", "days"), [
    ("widespread", "report_critical", 2), ("critical_infrastructure", "report_critical", 2),
    ("death", "report_death", 10), ("serious_health", "report_general", 15),
])  # fmt: skip
def test_the_ai_act_has_two_ten_and_fifteen_days_and_no_working_days(
    harm: str, stage: str, days: int
) -> None:
    said = {
        "jurisdictions": "eu",
        "ai_act_class": "annex_iii",
        "ai_act_role": "provider",
        "serious_harm": harm,
    }
    aware = {"awareness": at("2026-11-20T09:00:00+01:00")}
    undecided = seen(incident(aware), said).row(f"eu-ai-act-73/{stage}")
    assert undecided is not None
    assert (undecided.duty.verdict, undecided.duty.question) == (Verdict.UNDECIDED, "confirm:eu-ai-act-73")
    found = seen(incident(aware), {**said, "confirm:eu-ai-act-73": "yes"})
    mandatory = [one for one in found.applying if one.plan_to is not None]
    assert [one.duty.stage.id for one in mandatory] == [stage]
    assert mandatory[0].plan_to == at("2026-11-20T23:59:59+01:00") + timedelta(days=days)


def test_the_gdpr_has_72_hours_and_never_96() -> None:
    said = {
        "jurisdictions": "eu",
        "data_role": "controller",
        "personal_data_breach": "yes",
        "breach_risk": "risk",
    }
    one = seen(incident({"awareness": DETECTED}), said).row("eu-gdpr-33/notify_sa")
    assert one is not None
    assert one.plan_to == DETECTED + timedelta(hours=72)
    assert not [
        stage for regime in real_rules().regimes if regime.id.startswith(("eu-gdpr", "uk-gdpr"))
        for stage in regime.stages if stage.offset and stage.offset.words == "96 h"
    ]  # fmt: skip


def test_colorado_counts_only_by_the_new_act_and_from_2027() -> None:
    said = {"jurisdictions": "us-co", "decision_area": "credit", "adverse_action": "taken",
            "algorithmic_discrimination": "yes", "confirm:us-co-sb26-189": "yes"}  # fmt: skip
    assert not [id_ for id_ in applying(said, discovery=DETECTED, decision_made=DETECTED) if "us-co" in id_]
    later = at("2027-02-01T12:00")
    found = applying(said, later, discovery=DETECTED, decision_made=at("2027-01-20T12:00"))
    assert {id_ for id_ in found if "us-co" in id_} == {"us-co-sb26-189/adverse", "us-co-sb26-189/pou"}
    before = verdicts(said, later, decision_made=at("2026-12-31T12:00"))
    assert before["us-co-sb26-189/adverse"] is Verdict.DOES_NOT
    assert before["us-co-sb24-205/ag"] is Verdict.DOES_NOT


# --- in a real store ---------------------------------------------------------------------------------------


@pytest.fixture
def declared(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="Scores fell", system="loans", severity="SEV-1")


def major(store: Store, author: Author, known: Incident) -> None:
    for question, value in (
        ("jurisdictions", "eu"),
        ("dora_entity", "credit_institution"),
        ("nis2_entity", "none"),
    ):
        answers.answer(store, author, question, [value])
    answers.answer(store, author, "classified_major", ["major"], incident=known.id)


def test_a_question_is_asked_once_for_its_scope(store: Store, author: Author, declared: Incident) -> None:
    other = incidents.declare(store, author, title="Again", system="cards", severity="SEV-2")
    answers.answer(store, author, "jurisdictions", ["eu", "us"], note="counsel says so")
    answers.answer(store, author, "data_role", ["controller"], incident=declared.id)
    answers.answer(store, author, "personal_data_breach", ["yes"], incident=declared.id)
    first, second = (duties.look(store, one.id).answers for one in (declared, other))
    assert set(first) == {"jurisdictions", "data_role", "personal_data_breach"}
    assert set(second) == {"jurisdictions"}
    assert (first["jurisdictions"].by, first["jurisdictions"].note) == ("Operator A", "counsel says so")
    answers.answer(store, author, "personal_data_breach", [], incident=declared.id)
    assert "personal_data_breach" not in duties.look(store, declared.id).answers


@pytest.mark.parametrize(("question", "values", "error"), [
    ("personal_data_breach", ["maybe"], BadInput), ("personal_data_breach", ["yes", "no"], BadInput),
    ("jurisdictions", ["atlantis"], BadInput), ("jurisdictions", ["eu", "none"], BadInput),
    ("people_affected", ["-1"], BadInput), ("people_affected", ["many"], BadInput),
    ("legal_name", ["x" * 3000], BadInput), ("nothing", ["yes"], NotFound),
])  # fmt: skip
def test_what_is_no_answer_is_refused_and_nothing_is_written(
    store: Store, author: Author, declared: Incident, question: str, values: list[str], error: type[Exception]
) -> None:
    with store.journal.read() as connection:
        before = journal.count(connection)
    with pytest.raises(error):
        answers.answer(store, author, question, values, incident=declared.id)
    with store.journal.read() as connection:
        assert journal.count(connection) == before
    with pytest.raises(Missing):
        answers.answer(store, author, "personal_data_breach", ["yes"])


def test_a_retry_stores_an_answer_once_and_undo_takes_it_back(
    store: Store, author: Author, declared: Incident
) -> None:
    id_ = store.new_id()
    first = answers.answer(store, author, "people_affected", ["1,200"], incident=declared.id, id=id_)
    assert answers.answer(store, author, "people_affected", ["7"], incident=declared.id, id=id_) == first
    assert duties.look(store, declared.id).answers["people_affected"].values == ("1200",)
    undo.undo(store, author, id_)
    assert not duties.look(store, declared.id).answers
    company = answers.answer(store, author, "jurisdictions", ["eu"])
    undo.undo(store, author, company.id)
    assert not duties.look(store, declared.id).answers


def test_a_ruling_makes_a_clock_and_takes_it_away(store: Store, author: Author, declared: Incident) -> None:
    duty = "eu-gdpr-33/notify_sa"
    facts.state(store, author, declared.id, "awareness", store.now())
    ruled = duties.rule(store, author, declared.id, duty, True, "the processor told us")
    found = {one.id: one for one in clocks.listed(store, declared.id)}
    assert found[duty].due == store.now() + timedelta(hours=72)
    assert not found[duty].pausable
    with pytest.raises(NotAllowed, match="cannot be paused"):
        clocks.pause(store, author, declared.id, duty, "a holiday")
    duties.rule(store, author, declared.id, duty, False, "it was another's")
    assert duty not in {one.id for one in clocks.listed(store, declared.id)}
    with pytest.raises(BadInput):
        duties.rule(store, author, declared.id, duty, True, "  ")
    with pytest.raises(NotFound):
        duties.rule(store, author, declared.id, "eu-gdpr-33/nothing", True, "why")
    with store.journal.read() as connection:
        told = lines(journal.entries(connection, incident=declared.id), {}, declared.id, {})
    said = [one.text for one in told if one.id == ruled.id]
    assert said == ["Ruled: Notification to supervisory authority, GDPR applies: the processor told us"]


def test_wall_alarms_actions_matrix_and_command_show_the_nearest_duty(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    major(store, author, declared)
    for one in clocks.listed(store, declared.id):
        if one.ended is None and one.rule == one.id and "/" not in one.id:
            clocks.mark(store, author, declared.id, one.id, State.WAIVED, reason="not now")
    view = command.look(store, declared.id)
    assert view is not None
    assert "fact:classification_major" in {action.place for action in view.actions}
    facts.state(store, author, declared.id, "awareness", store.now())
    facts.state(store, author, declared.id, "classification_major", store.now())
    watched = wall.look(store).watched[0]
    assert watched.nearest is not None
    assert watched.nearest.id == f"{DORA}/initial"
    view = command.look(store, declared.id)
    assert view is not None
    first = next(action for action in view.actions if action.place == f"duty:{DORA}/initial")
    assert first.text == "Prepare notice: Initial notification · DORA"
    assert any(action.text.startswith("Answer: ") for action in view.actions)
    clock.advance(hours=5)
    ringing = [one.alarm for one in alarms.look(store).standing if one.alarm.about == (f"{DORA}/initial",)]
    assert [one.title for one in ringing] == ["INC-2026-WR-0001 · Initial notification · DORA is overdue"]


def test_closing_names_open_duties_and_says_how_many_are_undecided(
    store: Store, author: Author, declared: Incident
) -> None:
    def why() -> str:
        return next(one.why for one in closure.look(store, declared.id) if one.id == "duties")

    assert why().endswith("duties are undecided")
    assert next(one.settled for one in closure.look(store, declared.id) if one.id == "duties")
    major(store, author, declared)
    assert "waits for classification as major" in why()
    facts.state(store, author, declared.id, "classification_major", store.now())
    assert "neither filed nor waived: Initial notification · DORA" in why()
    clocks.mark(store, author, declared.id, f"{DORA}/initial", State.WAIVED, reason="filed by the group")
    assert "Initial notification" not in why()


def test_duties_as_of_a_time_past(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    clock.advance(hours=1)
    before = store.now()
    clock.advance(hours=1)
    major(store, author, declared)
    assert duties.look(store, declared.id).applying
    then = duties.look(store, declared.id, at=before)
    assert (then.applying, then.answers) == ((), {})
    assert not [one for one in clocks.listed(store, declared.id, at=before) if "/" in one.id]


def test_a_duty_of_a_mild_incident_rings_before_it_is_due_and_is_urgent_after(
    store: Store, author: Author, clock: ManualClock
) -> None:
    mild = incidents.declare(store, author, title="A copy lay open", system="loans", severity="SEV-4")
    duty = "eu-gdpr-33/notify_sa"
    duties.rule(store, author, mild.id, duty, True, "personal data")
    facts.state(store, author, mild.id, "awareness", store.now())

    def ringing() -> list[tuple[Priority, str]]:
        found = [one.alarm for one in alarms.look(store).standing if one.alarm.about == (duty,)]
        return [(one.priority, one.title.rpartition(" is ")[2]) for one in found]

    clock.advance(hours=53)
    assert ringing() == []
    clock.advance(hours=2)
    assert ringing() == [(Priority.NOTICE, "due soon")]
    clock.advance(hours=18)
    assert ringing() == [(Priority.URGENT, "overdue")]


def test_of_months_only_the_last_two_days_are_due_soon(
    store: Store, author: Author, clock: ManualClock
) -> None:
    one = incidents.declare(store, author, title="Weights copied", system="loans", severity="SEV-1")
    duties.rule(store, author, one.id, "us-hipaa-breach/individuals", True, "health data")
    facts.state(store, author, one.id, "discovery", store.now())
    found = next(each for each in clocks.listed(store, one.id) if each.id == "us-hipaa-breach/individuals")
    assert found.due is not None
    assert found.soon == found.due - timedelta(days=2)


def test_a_duty_marked_met_by_hand_was_filed_then(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    major(store, author, declared)
    facts.state(store, author, declared.id, "classification_major", store.now())
    clock.advance(hours=3)
    when = store.now() - timedelta(hours=1)
    clocks.mark(store, author, declared.id, f"{DORA}/initial", State.MET, reason="in the portal", at=when)
    found = {one.id: one for one in clocks.listed(store, declared.id)}
    assert (found[f"{DORA}/initial"].state, found[f"{DORA}/initial"].late) == (State.MET, False)
    assert found[f"{DORA}/intermediate"].due == when + timedelta(hours=72)
    view = duties.look(store, declared.id)
    assert {one.duty.id: one.stated_by for one in view.rows if one.stated_by} == {
        f"{DORA}/initial": "Operator A"
    }
    facts.state(store, author, declared.id, f"submission:{DORA}/intermediate", store.now())
    one = duties.look(store, declared.id).row(f"{DORA}/intermediate")
    assert one is not None
    assert (one.state, one.stated_by) == ("met", "Operator A")


@pytest.mark.parametrize("hours", [None, 2])
def test_what_is_due_at_a_planned_event_is_met_before_it(
    store: Store, author: Author, declared: Incident, clock: ManualClock, hours: int | None
) -> None:
    for duty, fact in (("us-fcra-1681b-preadverse/pre_adverse", "before_adverse_action"),
                       ("us-nyc-ll144/candidate_notice", "use_planned")):  # fmt: skip
        duties.rule(store, author, declared.id, duty, True, "so it is")
        facts.state(store, author, declared.id, fact, store.now() + timedelta(days=40))
    clock.advance(hours=5)
    at_ = None if hours is None else store.now() - timedelta(hours=hours)
    for one in [each for each in clocks.listed(store, declared.id) if "/" in each.id]:
        clocks.mark(store, author, declared.id, one.id, State.MET, at=at_)
        met = next(each for each in clocks.listed(store, declared.id) if each.id == one.id)
        assert (met.state, met.late, met.ended) == (State.MET, False, at_ or store.now())


def test_a_fact_may_be_stated_for_a_regime_there_is(store: Store, author: Author, declared: Incident) -> None:
    facts.state(store, author, declared.id, "awareness@eu-gdpr-33", store.now(), "the call of the processor")
    known = {one.id: one.title for one in facts.listed(store, declared.id)}
    assert known["awareness@eu-gdpr-33"] == "awareness (eu-gdpr-33)"
    for wrong in ("awareness@nowhere", "awareness@", "detection@eu-gdpr-33", "submission:no/such"):
        with pytest.raises((BadInput, NotAllowed)):
            facts.state(store, author, declared.id, wrong, store.now())
    with pytest.raises(BadInput, match="too far back"):
        facts.state(store, author, declared.id, "awareness", at("0001-01-01T00:00"))


def test_a_clock_set_back_takes_no_duty_away(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    clock.advance(hours=2)
    major(store, author, declared)
    clock.advance(hours=-1)
    assert f"{DORA}/initial" in {one.id for one in clocks.listed(store, declared.id)}
    assert f"{DORA}/initial" in {one.id for one in wall.look(store).watched[0].clocks}
    assert duties.look(store, declared.id).applying


class Chain(RuleBasedStateMachine):
    """DORA's chain through a real store: each limit runs from what was really filed, also after an undo."""

    store: Store
    clock: ManualClock
    author: Author
    one: Incident

    @initialize()
    def begin(self) -> None:
        major(self.store, self.author, self.one)
        self.filed: list[tuple[str, str, datetime]] = []
        self.known: dict[str, datetime] = {}

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule(fact=st.sampled_from(["awareness", "classification_major", "recovery"]))
    def state(self, fact: str) -> None:
        self.known[fact] = self.store.now()
        facts.state(self.store, self.author, self.one.id, fact, self.store.now())

    @rule(stage=st.sampled_from(["initial", "intermediate", "intermediate_update"]), ago=st.integers(0, 5))
    def file(self, stage: str, ago: int) -> None:
        when = self.store.now() - timedelta(hours=ago)
        body = NoticeFiled("", f"{DORA}/{stage}", "", "portal")
        with self.store.write() as write:
            entry = write.add(
                self.author, body, incident=self.one.id, subject=self.one.id, occurred=When(when)
            )
        self.filed.append((entry.id, stage, when))

    @precondition(lambda self: self.filed)
    @rule(withdrawn=st.booleans(), data=st.data())
    def take_back(self, withdrawn: bool, data: st.DataObject) -> None:
        gone = self.filed.pop(data.draw(st.integers(0, len(self.filed) - 1)))
        body = Withdrawn(gone[0], "filed by mistake") if withdrawn else Undone(gone[0])
        with self.store.write() as write:
            write.add(self.author, body, incident=self.one.id, subject=self.one.id)

    def times(self, *stages: str) -> list[datetime]:
        return sorted(when for _, stage, when in self.filed if stage in stages)

    def teardown(self) -> None:
        if not hasattr(self, "filed"):
            return
        rules = real_rules()
        view = duties.look(self.store, self.one.id)
        due = {one.duty.stage.id: one for one in view.rows if one.duty.regime.id == DORA}
        first, all_ = self.times("initial"), self.times("intermediate", "intermediate_update")
        assert due["intermediate"].plan_to == (first[0] + timedelta(hours=72) if first else None)
        starts = all_[-1] if all_ else None
        assert due["final"].clock.started == starts  # type: ignore[union-attr]
        if starts is not None:
            final = rules.stage(f"{DORA}/final")
            assert final is not None
            calendar = view.scheme.calendars[f"duty {DORA}/final"]
            assert due["final"].plan_to == count(starts, final[1].offset, "dora_months", calendar, "").plan_to
        classified = self.known.get("classification_major")
        if classified is not None:
            expected = classified + timedelta(hours=4)
            cap = self.known.get("awareness")
            if cap is not None and classified <= cap + timedelta(hours=24):
                expected = min(expected, cap + timedelta(hours=24))
            assert due["initial"].plan_to == expected
            late = bool(first) and first[0] > expected
            assert (due["initial"].clock.late and bool(first)) == late  # type: ignore[union-attr]
        assert (due["initial"].state == State.MET) == bool(first)


def test_the_chain_of_dora_runs_from_actual_submissions(
    tmp_path_factory: pytest.TempPathFactory, author: Author
) -> None:
    from tocsin.store.folder import create_store

    class Real(Chain):
        def __init__(self) -> None:
            super().__init__()
            self.clock, self.author = ManualClock(at("2026-11-02T13:37:12")), author
            path = tmp_path_factory.mktemp("chain") / "war-room.tocsin"
            self.store = create_store(path, code="WR", zone="Europe/Berlin", clock=self.clock, author=author)
            self.one = incidents.declare(self.store, author, title="Down", system="loans", severity="SEV-1")

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                self.store.close()

    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Real, settings=settings(max_examples=8, stateful_step_count=10, deadline=None))
