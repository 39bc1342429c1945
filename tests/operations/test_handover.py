"""Hand-overs on a real store: prepared, confirmed by both sides, taken back; and the briefing they leave."""

from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.briefing import BLOCKS
from tocsin.model.handover import State
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import DocumentExported
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import (
    briefing,
    diagnosis,
    documents,
    handover,
    incidents,
    playbook,
    roles,
    timeline,
    undo,
    updates,
)
from tocsin.store.folder import Store

A, B, C = (Author(f"Operator {letter}") for letter in "ABC")
BRIEFING = {"situation": "Declines doubled in the north", "questions": "Who calls legal?\nDoes v12 hold?"}
ANSWERS = {"Who calls legal?": "I do", "Does v12 hold?": "Watched until 15:00"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def incident(store: Store, clock: ManualClock) -> Incident:
    made = incidents.declare(store, A, title="Declines doubled", system="scorer")
    clock.advance(minutes=30)
    return made


def prepared(store: Store, incident: Incident, **more: object) -> str:
    return handover.prepare(store, A, incident.id, "commander", B.name, BRIEFING, **more).id  # type: ignore[arg-type]


def commander(store: Store, incident: Incident) -> str:
    return incidents.get(store, incident.id).commander


@pytest.mark.parametrize("first", [A, B])
def test_the_role_passes_once_both_sides_confirmed_whoever_is_first(
    store: Store, clock: ManualClock, incident: Incident, first: Author
) -> None:
    id = prepared(store, incident)
    second = B if first is A else A
    handover.confirm(store, first, incident.id, id, answers=ANSWERS)
    assert commander(store, incident) == A.name
    clock.advance(minutes=2)
    done = handover.confirm(store, second, incident.id, answers=ANSWERS)
    assert [entry.kind for entry in done] == ["handover.confirmed", "role.assumed"]
    [one] = handover.listed(store, incident.id)
    assert (one.state, one.answers, one.effective) == (State.PASSED, ANSWERS, store.now())
    tenures = roles.look(store, incident.id).ledger
    assert [(each.person, each.assumed, each.handover) for each in tenures] == [
        (A.name, incident.declared, ""), (B.name, store.now(), id),
    ]  # fmt: skip


def test_no_question_is_left_unanswered_by_whoever_takes_over(store: Store, incident: Incident) -> None:
    id = prepared(store, incident)
    for answers in ({}, {"Who calls legal?": "I do"}, {**ANSWERS, "Does v12 hold?": "  "}):
        with pytest.raises(BadInput, match="unanswered"):
            handover.confirm(store, B, incident.id, id, answers=answers)
    with pytest.raises(BadInput, match="no such question"):
        handover.confirm(store, B, incident.id, id, answers={**ANSWERS, "And?": "no"})
    assert handover.listed(store, incident.id)[0].confirmed == {}
    handover.confirm(store, A, incident.id, id)  # the outgoing person has none to answer


def test_each_side_confirms_for_itself_and_once(store: Store, incident: Incident) -> None:
    id = prepared(store, incident)
    with pytest.raises(NotAllowed, match="each at the desk"):
        handover.confirm(store, C, incident.id, id, answers=ANSWERS)
    handover.confirm(store, A, incident.id, id)
    with pytest.raises(NotAllowed, match="confirmed this already"):
        handover.confirm(store, A, incident.id, id)


def test_what_was_written_since_is_counted_without_the_confirmations(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    id = prepared(store, incident)
    clock.advance(minutes=1)
    handover.confirm(store, A, incident.id, id)
    assert briefing.draft(store, incident.id).since == 0
    timeline.log(store, A, incident.id, "/do Rolled back")
    assert briefing.draft(store, incident.id).since == 1


def test_a_retry_confirms_once(store: Store, incident: Incident) -> None:
    prepared(store, incident)
    entry = store.new_id()
    assert handover.confirm(store, A, incident.id, entry=entry)[0].id == entry
    assert handover.confirm(store, A, incident.id, entry=entry) == []
    again = store.new_id()
    assert prepared(store, incident, id=again) == prepared(store, incident, id=again) == again


def test_it_takes_effect_when_stated_but_not_before_the_tenure_nor_ahead(
    store: Store, incident: Incident
) -> None:
    id = prepared(store, incident)
    handover.confirm(store, A, incident.id, id)
    for wrong in (incident.declared - MINUTE, store.now() + 30 * MINUTE):
        with pytest.raises(BadInput):
            handover.confirm(store, B, incident.id, id, answers=ANSWERS, effective=wrong)
    really = store.now() - 10 * MINUTE
    handover.confirm(store, B, incident.id, id, answers=ANSWERS, effective=really)
    assert roles.look(store, incident.id).ledger[-1].assumed == really


def test_what_was_agreed_for_later_is_confirmed_then(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    agreed = store.now() + 20 * MINUTE
    id = prepared(store, incident, planned=agreed)
    handover.confirm(store, A, incident.id, id)
    with pytest.raises(NotAllowed, match="agreed for"):
        handover.confirm(store, B, incident.id, id, answers=ANSWERS)
    clock.advance(minutes=25)
    handover.confirm(store, B, incident.id, id, answers=ANSWERS)
    assert roles.look(store, incident.id).ledger[-1].assumed == agreed


def test_somebody_who_takes_the_role_meanwhile_voids_it(store: Store, incident: Incident) -> None:
    id = prepared(store, incident)
    handover.confirm(store, A, incident.id, id)
    taken = roles.assume_role(store, C, incident.id, "commander", C.name)
    with pytest.raises(NotAllowed, match="somebody else has taken the role"):
        handover.confirm(store, B, incident.id, id, answers=ANSWERS)
    undo.undo(store, C, taken.id)
    handover.confirm(store, B, incident.id, id, answers=ANSWERS)
    assert commander(store, incident) == B.name


def test_undoing_the_passing_gives_the_role_back_and_redoing_it_passes_again(
    store: Store, incident: Incident
) -> None:
    id = prepared(store, incident)
    handover.confirm(store, A, incident.id, id)
    passed = handover.confirm(store, B, incident.id, id, answers=ANSWERS)[-1]
    undone = undo.undo(store, B, passed.id)
    assert commander(store, incident) == A.name
    assert handover.listed(store, incident.id)[0].state is State.TAKEN_BACK
    undo.undo(store, B, undone.id)
    assert commander(store, incident) == B.name
    assert handover.listed(store, incident.id)[0].state is State.PASSED


def test_preparing_anew_asks_both_sides_anew(store: Store, incident: Incident) -> None:
    first = prepared(store, incident)
    handover.confirm(store, A, incident.id, first)
    prepared(store, incident)
    assert [one.state for one in handover.listed(store, incident.id)] == [State.CANCELLED, State.OPEN]
    assert handover.listed(store, incident.id)[1].confirmed == {}
    handover.cancel(store, C, incident.id, reason="Operator B is ill")
    with pytest.raises(NotFound):
        handover.confirm(store, B, incident.id, answers=ANSWERS)


def test_a_role_nobody_has_and_one_the_person_has_are_not_handed_over(
    store: Store, incident: Incident
) -> None:
    with pytest.raises(NotAllowed, match="nobody has"):
        handover.prepare(store, A, incident.id, "scribe", B.name, {})
    with pytest.raises(NotAllowed, match="already"):
        handover.prepare(store, A, incident.id, "commander", A.name, {})
    with pytest.raises(BadInput, match="no such block"):
        handover.prepare(store, A, incident.id, "commander", B.name, {"poem": "x"})
    roles.assume_role(store, A, incident.id, "scribe", C.name)
    handover.prepare(store, A, incident.id, "scribe", B.name, {})
    handover.confirm(store, C, incident.id)
    handover.confirm(store, B, incident.id)
    assert incidents.get(store, incident.id).staff == {"commander": A.name, "scribe": B.name}
    incidents.move(store, A, incident.id, "closed", note="a test")
    with pytest.raises(NotAllowed, match="closed"):
        prepared(store, incident)


def test_the_draft_says_what_is_on_record_and_asks_what_is_open(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    timeline.log(store, A, incident.id, "/do Rolled the scorer back to v12")
    timeline.log(store, A, incident.id, "/tell leadership: rolled back")
    incidents.set_fields(store, A, incident.id, {"scope": "North region", "start": When(store.now())})
    roles.assume_role(store, A, incident.id, "technical", C.name)
    blocks = briefing.draft(store, incident.id).blocks
    assert tuple(blocks) == tuple(BLOCKS)
    assert "Rolled the scorer back to v12 (Operator A)" in blocks["taken"]
    assert "leadership: rolled back" in blocks["communications"]
    assert "Scope: North region" in blocks["situation"]
    assert "Technical lead: Operator C, since 15:07" in blocks["organisation"]
    assert "Deputy: nobody" in blocks["organisation"]
    assert "Contain" in blocks["clocks"]
    assert "not contained" in blocks["questions"]
    assert "start is not estimated" not in blocks["questions"]


def test_the_draft_says_how_things_stand_now_not_what_was_thought_before(
    store: Store, clock: ManualClock, incident: Incident
) -> None:
    diagnosis.judge(store, A, incident.id, "vendor", "suspected", evidence="their status page")
    diagnosis.judge(store, A, incident.id, "inputs", "suspected", evidence="other inputs")
    updates.snooze(store, A, incident.id, store.now() + 20 * MINUTE, "all are in the call")
    playbook.add_task(store, A, incident.id, "Call the vendor", person=C.name)
    blocks = briefing.draft(store, incident.id).blocks
    assert "The next update waits until 15:27: all are in the call" in blocks["communications"]
    assert "Call the vendor" in blocks["planned"]
    clock.advance(minutes=30)
    diagnosis.judge(store, A, incident.id, "vendor", "cleared", evidence="their answer")
    blocks = briefing.draft(store, incident.id).blocks
    assert "waits until" not in blocks["communications"], "that is over"
    assert "Input shift: suspected" in blocks["potential"]
    assert "suspected" not in blocks["potential"].replace("Input shift: suspected", "")


def test_a_draft_of_endless_texts_can_be_prepared_as_it_is(store: Store, incident: Incident) -> None:
    for n in range(20):
        timeline.log(store, A, incident.id, f"/do {n} " + "long\n" * 3000)
    incidents.set_fields(store, A, incident.id, {"scope": "wide " * 3000, "impact": "deep\n" * 3000})
    blocks = briefing.draft(store, incident.id).blocks
    assert "earlier actions, in the timeline" in blocks["taken"]
    assert all(len(line) <= 300 for text in blocks.values() for line in text.splitlines())
    handover.prepare(store, A, incident.id, "commander", B.name, blocks)


def test_a_briefing_is_the_same_file_as_of_the_same_entry_and_does_no_duty_of_a_report(
    store: Store, incident: Incident, tmp_path: Path
) -> None:
    id = prepared(store, incident)
    first = documents.export(store, A, incident.id, tmp_path / "one.pdf", kind="handover")
    assert isinstance(first.body, DocumentExported)
    handover.confirm(store, A, incident.id, id)
    as_of = first.body.as_of
    documents.export(store, B, incident.id, tmp_path / "two.pdf", as_of, kind="handover", item=id)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    documents.export(store, B, incident.id, tmp_path / "three.pdf", kind="handover")
    assert (tmp_path / "three.pdf").read_bytes() != (tmp_path / "one.pdf").read_bytes()
    assert incidents.get(store, incident.id).exports == ()
    with pytest.raises(NotFound):
        briefing.build(store, incident.id, "nothing")
