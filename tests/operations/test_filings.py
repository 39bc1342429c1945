"""Filings: two pairs of eyes, what is approved stays as it was read, and nothing acknowledged is lost."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.filing_cases import BANK, SA, SUPPLEMENT, A, B, C, Case, breach
from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import chronicle, running_log
from tocsin.model.filing import Fill, Filled
from tocsin.model.filings import ATTACHMENTS, State
from tocsin.model.filings import filings as all_filings
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import evidence, facts, filings, incidents, timeline
from tocsin.operations.filings_view import late_reasons
from tocsin.operations.progress import finish
from tocsin.operations.undo import undo
from tocsin.store import journal
from tocsin.store.folder import Store


@pytest.fixture
def case(store: Store) -> Case:
    return breach(store)


def state(case: Case) -> State:
    view = case.look()
    assert view.filing is not None
    return view.filing.state


def test_draft_review_approved_filed(case: Case) -> None:
    case.begin().fill()
    assert state(case) is State.DRAFT
    filings.ask_review(case.store, A, case.filing)
    assert state(case) is State.IN_REVIEW
    filings.approve(case.store, B, case.filing)
    assert state(case) is State.APPROVED
    entry = filings.file(case.store, A, case.filing, how="portal", receipt="AZ 1")
    view = case.look()
    assert view.filing is not None
    assert view.filing.filed is not None
    assert (state(case), view.filing.filed.body.receipt) == (State.FILED, "AZ 1")
    assert view.clock is not None
    assert view.clock.met_at == entry.happened.at


def test_fields_come_from_the_record_with_their_origin(case: Case) -> None:
    view = case.look(SA)
    found = {one.field.id: one.filled for one in view.fields}
    nature, measures = found["nature"], found["measures"]
    assert nature is not None
    assert "Orders of other customers were shown." in nature.value
    assert "(estimate)" in nature.value  # the start and how many: labelled apart from facts
    assert any("Impact, Operator A" in one for one in nature.origin)
    assert measures is not None
    assert "assistant switched off" in measures.value
    assert found["record_count"] is None  # nothing is made up


@pytest.mark.parametrize("who", [A, Author("operator  a"), C])
def test_who_wrote_or_asked_may_not_approve(case: Case, who: Author) -> None:
    case.begin().fill()
    filings.edit(case.store, C, case.filing, {"mitigation": Filled("Passwords were reset.")})
    filings.ask_review(case.store, A, case.filing)
    with pytest.raises(NotAllowed, match="second person"):
        filings.approve(case.store, who, case.filing)
    assert case.look().may_approve(who.name)
    assert not case.look().may_approve("Operator B")
    filings.approve(case.store, B, case.filing)


def test_an_account_is_nobody_in_particular(case: Case) -> None:
    with pytest.raises(NotAllowed, match="named people"):
        filings.open(case.store, Author("someone@host", "account"), case.incident, SA)


def test_a_change_after_approval_needs_a_new_one_even_when_changed_back(case: Case) -> None:
    case.begin().approved()
    before = case.look()
    own = next(one.own for one in before.fields if one.field.id == "nature")
    assert own is not None
    filings.edit(case.store, A, case.filing, {"nature": Filled("Something else.")})
    assert state(case) is State.DRAFT
    filings.edit(case.store, A, case.filing, {"nature": own})
    assert case.look().digest == before.digest
    assert state(case) is State.DRAFT
    with pytest.raises(NotAllowed, match="only one that is approved"):
        filings.file(case.store, A, case.filing, how="portal")


def test_what_is_under_review_does_not_shift_with_the_record(case: Case) -> None:
    case.begin().fill()
    filings.ask_review(case.store, A, case.filing)
    digest = case.look().digest
    incidents.set_fields(case.store, A, case.incident, {"impact": "Far worse than that."})
    timeline.add(case.store, A, case.incident, "all sessions ended", lane="done")
    view = case.look()
    assert view.digest == digest
    assert state(case) is State.IN_REVIEW
    nature = next(one for one in view.fields if one.field.id == "nature")
    assert nature.filled is not None
    assert "Far worse" not in nature.filled.value
    assert nature.suggested is not None
    assert "Far worse" in nature.suggested.value
    filings.approve(case.store, B, case.filing, digest=digest)
    assert state(case) is State.APPROVED


def test_what_was_not_looked_at_is_not_approved(case: Case) -> None:
    case.begin().fill()
    filings.ask_review(case.store, A, case.filing)
    with pytest.raises(NotAllowed, match="changed since"):
        filings.approve(case.store, B, case.filing, digest="0" * 64)


def test_a_return_needs_a_reason_and_ends_the_review(case: Case) -> None:
    case.begin().approved()
    with pytest.raises(BadInput):
        filings.give_back(case.store, B, case.filing, " ")
    filings.give_back(case.store, B, case.filing, "The number of people is wrong.")
    view = case.look()
    assert view.filing is not None
    assert view.filing.returned is not None
    assert view.filing.returned.body.reason == "The number of people is wrong."
    assert state(case) is State.DRAFT
    filings.ask_review(case.store, A, case.filing)
    assert state(case) is State.IN_REVIEW  # the same contents, asked anew


def test_no_field_that_is_asked_for_is_left_blank(case: Case) -> None:
    case.begin()
    with pytest.raises(NotAllowed, match="may not be blank"):
        filings.ask_review(case.store, A, case.filing)
    assert case.look().may["ask_review"]
    with pytest.raises(BadInput, match="why it does not apply"):
        filings.edit(case.store, A, case.filing, {"nature": Filled(fill=Fill.NOT_APPLICABLE)})


def test_reasons_are_asked_when_it_is_late(case: Case, clock: ManualClock) -> None:
    case.begin()
    assert "delay_reasons" not in {one.field.id for one in case.look().fields}
    case.approved()
    clock.advance(hours=80)
    with pytest.raises(BadInput, match="after its deadline"):
        filings.file(case.store, A, case.filing, how="portal")
    in_time = clock.now() - timedelta(hours=79)
    filings.file(case.store, A, case.filing, how="portal", late="The portal was down for a day.")
    assert case.look().late is True
    view = case.look()
    assert view.filing is not None
    assert view.filing.filed is not None
    assert view.filing.filed.body.late == "The portal was down for a day."
    filings.correct(case.store, A, view.filing.filed.entry, "Mistyped.", at=in_time)
    assert case.look().late is False


def test_a_late_draft_asks_for_the_reasons_among_its_fields(case: Case, clock: ManualClock) -> None:
    clock.advance(hours=80)
    case.begin()
    late = next(one for one in case.look().fields if one.field.id == "delay_reasons")
    assert late.needed
    assert late.missing
    filings.edit(case.store, A, case.filing, {"delay_reasons": Filled("It was found on a weekend.")})
    case.approved()
    filings.file(case.store, A, case.filing, how="portal")
    view = case.look()
    assert view.filing is not None
    assert view.filing.filed is not None
    assert view.filing.filed.body.late == "It was found on a weekend."


def test_an_update_takes_over_what_was_written_and_says_what_changed(case: Case) -> None:
    case.begin()
    filings.edit(case.store, A, case.filing, {"mitigation": Filled("Passwords were reset.")})
    case.approved()
    first = case.filing
    filings.file(case.store, A, first, how="portal", receipt="AZ 1")
    incidents.set_fields(case.store, A, case.incident, {"impact": "Addresses were shown too."})
    case.begin(SUPPLEMENT)
    view = case.look()
    assert view.filing is not None
    assert (view.filing.follows, view.phase) == (first, "update")
    found = {one.field.id: one for one in view.fields}
    assert found["mitigation"].filled == Filled("Passwords were reset.")
    assert found["ds_categories"].filled is not None
    assert found["ds_categories"].filled.fill is Fill.UNKNOWN
    nature = found["nature"].filled
    assert nature is not None
    assert "Addresses were shown too." in nature.value
    changed = {one.field for one in view.changes}
    assert "nature" in changed
    assert "mitigation" not in changed
    assert "ds_categories" not in changed


def test_a_second_draft_of_a_duty_is_refused_and_what_was_filed_stays(case: Case) -> None:
    case.begin()
    with pytest.raises(NotAllowed, match="open already"):
        filings.open(case.store, B, case.incident, SA)
    case.approved()
    filings.file(case.store, A, case.filing, how="portal")
    with pytest.raises(NotAllowed, match="was filed"):
        filings.edit(case.store, A, case.filing, {"nature": Filled("Else.")})
    with pytest.raises(NotAllowed):
        filings.give_back(case.store, B, case.filing, "no")


def test_only_what_has_no_form_is_told_without_one(case: Case) -> None:
    with pytest.raises(NotAllowed, match="must contain"):
        filings.told(case.store, A, case.incident, SA, "Called them.")
    entry = filings.told(case.store, A, case.incident, BANK, "Called the duty officer; call back 555-0100.")
    known = incidents.get(case.store, case.incident)
    (one,) = [each for each in all_filings(known) if each.duty == BANK]
    assert one.formless
    assert one.state is State.FILED
    assert one.id == entry.id


def test_a_record_is_corrected_or_withdrawn_with_a_reason(case: Case) -> None:
    case.begin().approved()
    first = filings.file(case.store, A, case.filing, how="portal")
    second = filings.correct(case.store, B, first.id, "The number came by mail.", receipt="AZ 7")
    view = case.look()
    assert view.filing is not None
    assert view.filing.filed is not None
    assert (view.filing.filed.entry, view.filing.filed.body.receipt) == (second.id, "AZ 7")
    assert second.happened.at == first.happened.at  # when it went out stays
    with pytest.raises(NotFound):
        filings.withdraw(case.store, B, first.id, "gone already")
    filings.withdraw(case.store, B, second.id, "It never left: the portal refused it.")
    assert state(case) is State.APPROVED


def test_the_log_and_the_timeline_tell_of_it(case: Case) -> None:
    case.begin().approved()
    entry = filings.file(case.store, A, case.filing, how="portal", receipt="AZ 1")
    filings.withdraw(case.store, B, entry.id, "The portal refused it.")
    with case.store.journal.read() as connection:
        entries = journal.entries(connection, subject=case.incident)
    log = [line.text for line in running_log.lines(entries, {}, case.incident, {})]
    assert log[0] == "Withdrew the record of a filing: The portal refused it."
    assert "Notice filed by portal: Notification to supervisory authority, receipt AZ 1" in log
    assert "Notice approved by Operator B: Notification to supervisory authority" in log
    (told,) = [line for line in chronicle.lines(entries) if line.lane == "told"]
    assert (told.author, told.withdrawn) == ("Operator A", "The portal refused it.")  # and stays readable


def test_of_an_incident_declared_late_the_awareness_stated_counts(case: Case, clock: ManualClock) -> None:
    """Declared a day after: what was filed meanwhile can be recorded, and no field contradicts it."""
    clock.advance(hours=24)
    late = incidents.declare(case.store, A, title="Told of late", system="shop")
    aware = clock.now() - timedelta(hours=30)
    facts.state(case.store, A, late.id, "awareness", at=aware)
    facts.state(case.store, A, late.id, "classification_major", at=aware + timedelta(hours=6))
    fields = {
        one.field.id: one.filled for one in filings.look(case.store, late.id, "eu-dora-19/initial").fields
    }
    detected, text = fields["f2_2"], fields["f2_4"]
    assert detected is not None
    assert detected.value == f"{aware:%Y-%m-%dT%H:%M:%S}Z"
    assert text is not None
    assert f"Detected: {aware:%Y-%m-%d}" in text.value
    sent = aware + timedelta(hours=20)
    entry = filings.told(case.store, A, late.id, BANK, "Called the duty officer.", at=sent)
    assert entry.happened.at == sent
    with pytest.raises(BadInput, match="before the incident was noticed"):
        filings.told(case.store, A, late.id, BANK, "Called.", at=aware - timedelta(hours=1))


def test_undo_ends_where_something_rests_on_it(case: Case) -> None:
    case.begin()
    edit = filings.edit(case.store, A, case.filing, {"mitigation": Filled("One.")})
    with pytest.raises(NotAllowed):
        undo(case.store, A, case.filing)  # it was edited
    undo(case.store, A, edit.id)
    assert next(one.own for one in case.look().fields if one.field.id == "mitigation") is None
    case.approved()
    approval = case.look().filing
    assert approval is not None
    assert approval.approved is not None
    assert approval.asked is not None
    with pytest.raises(NotAllowed):
        undo(case.store, A, approval.asked.entry)  # it was approved
    undo(case.store, B, approval.approved.entry)
    assert state(case) is State.IN_REVIEW
    filings.approve(case.store, B, case.filing)
    filings.file(case.store, A, case.filing, how="portal")
    with pytest.raises(NotAllowed):
        undo(case.store, A, approval.asked.entry)  # it went out
    assert state(case) is State.FILED


def test_a_retry_writes_nothing_twice(case: Case) -> None:
    store, ids = case.store, [case.store.new_id() for _ in range(5)]
    for _ in range(2):
        case.filing = filings.open(store, A, case.incident, SA, id=ids[0]).id
    case.fill()
    for _ in range(2):
        filings.ask_review(store, A, case.filing, id=ids[1])
    for _ in range(2):
        filings.approve(store, B, case.filing, id=ids[2])
    for _ in range(2):
        assert filings.file(store, A, case.filing, how="portal", id=ids[3]).id == ids[3]
    known = incidents.get(store, case.incident)
    conduct = known.conduct
    assert [len(one) for one in (conduct.opened, conduct.reviews, conduct.approvals, conduct.filed)] == [
        1
    ] * 4


def test_chosen_entries_become_the_text_of_a_field(case: Case) -> None:
    second = timeline.add(case.store, B, case.incident, "sessions ended", lane="done")
    first = timeline.listed(case.store, case.incident)[0]
    chosen = filings.choose(case.store, case.incident, [second.id, first.id])
    assert "assistant switched off" in chosen.value
    assert "sessions ended" in chosen.value
    assert [first.id in chosen.origin[0] or second.id in chosen.origin[0]] == [True]
    timeline.retract(case.store, B, second.id, "a mistake")
    with pytest.raises(NotFound):
        filings.choose(case.store, case.incident, [second.id])


def test_only_evidence_of_the_incident_goes_along(case: Case, tmp_path: Path) -> None:
    case.begin()
    with pytest.raises(NotFound, match="SHA-256"):
        filings.edit(case.store, A, case.filing, {ATTACHMENTS: Filled("0" * 64)})
    file = tmp_path / "proof.txt"
    file.write_text("proof")
    finish(evidence.attach(case.store, A, case.incident, file))
    sha = evidence.of_incident(case.store, case.incident)[0].sha256
    filings.edit(case.store, A, case.filing, {ATTACHMENTS: Filled(sha)})
    view = case.look()
    assert view.filing is not None
    assert view.filing.attachments == (sha,)


def test_limits(case: Case, clock: ManualClock) -> None:
    case.begin()
    for fields in ({}, {"no_such": Filled("x")}, {"nature": Filled("x" * 20_001)},
                   {"nature": Filled("\ud800")}):  # fmt: skip
        with pytest.raises(BadInput):
            filings.edit(case.store, A, case.filing, fields)
    clock.advance(hours=1)
    case.approved()
    with pytest.raises(BadInput, match="lies ahead"):
        filings.file(case.store, A, case.filing, how="post", at=case.store.now() + timedelta(days=1))
    with pytest.raises(BadInput, match="empty"):
        filings.file(case.store, A, case.filing, how=" ")
    with pytest.raises(BadInput, match="approved only afterwards"):
        filings.file(case.store, A, case.filing, how="post", at=case.store.now() - timedelta(minutes=30))


def test_what_follows_a_notice_that_went_out_in_time_is_not_late(case: Case, clock: ManualClock) -> None:
    case.begin().approved()
    filings.file(case.store, A, case.filing, how="portal")
    clock.advance(days=10)
    case.begin()
    assert case.look().late is None
    assert "delay_reasons" not in {one.field.id for one in case.look().fields}
    case.approved()
    filings.file(case.store, A, case.filing, how="portal")
    view = case.look()
    assert view.filing is not None
    assert view.filing.filed is not None
    assert (view.late, view.filing.filed.body.late) == (None, "")


def test_what_the_law_takes_on_the_next_working_day_is_not_late(case: Case) -> None:
    view = case.look(SA)
    assert view.clock is not None
    assert view.clock.due is not None
    monday = view.clock.due + timedelta(days=2)
    rolled = replace(view, clock=replace(view.clock, outer=monday))
    assert late_reasons(rolled, monday, "") == ""
    with pytest.raises(BadInput, match="after its deadline"):
        late_reasons(rolled, monday + timedelta(seconds=1), "")


def test_a_record_corrected_to_a_late_time_needs_the_reasons(case: Case, clock: ManualClock) -> None:
    case.begin().approved()
    first = filings.file(case.store, A, case.filing, how="portal")
    clock.advance(hours=100)
    late = clock.now() - timedelta(hours=1)
    with pytest.raises(BadInput, match="after its deadline"):
        filings.correct(case.store, A, first.id, "The wrong day.", at=late)
    second = filings.correct(case.store, A, first.id, "The wrong day.", at=late, late="A strike.")
    assert case.look().late is True
    filings.correct(case.store, A, second.id, "The right day after all.", at=first.happened.at)
    view = case.look()
    assert view.filing is not None
    assert view.filing.filed is not None
    assert (view.late, view.filing.filed.body.late) == (False, "")


def test_saving_what_another_wrote_does_not_make_it_ones_own(case: Case) -> None:
    case.begin().fill()
    text = {"mitigation": Filled("Passwords were reset.")}
    filings.edit(case.store, C, case.filing, text)
    filings.edit(case.store, A, case.filing, text)
    filings.ask_review(case.store, A, case.filing)
    with pytest.raises(NotAllowed, match="Operator C wrote part of it"):
        filings.approve(case.store, C, case.filing)


def test_a_clock_set_back_does_not_mix_up_which_notice_is_the_last(case: Case, clock: ManualClock) -> None:
    first = case.begin().approved().filing
    filings.file(case.store, A, first, how="portal")
    clock.advance(hours=-30)
    second = case.begin().filing
    view = case.look()
    assert [one.id for one in view.filings] == [first, second]
    assert view.before is not None
    assert view.before.id == first
