"""What people do with a playbook: give, acknowledge, finish, skip, add, attach; and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound, UserError
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.operator import Author
from tocsin.model.running_log import lines
from tocsin.model.steps import StepState
from tocsin.now import ManualClock
from tocsin.operations import diagnosis, incidents, playbook, scribe, timeline, undo
from tocsin.operations.command import look
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

OTHER = Author("Operator B")
PULL, KEEP, ASK = "suspend-group", ("keep-served", "keep-cases", "keep-state"), "ask-threshold"


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    known = incidents.declare(store, author, title="t", system="s")
    incidents.set_fields(store, author, known.id, {"type": "bias"})
    return known


def step(store: Store, incident: Incident, id: str) -> StepState:
    return next(one for one in playbook.look(store, incident.id).steps if one.step.id.startswith(id))


def test_a_step_is_given_acknowledged_and_done(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    playbook.assign(store, author, incident.id, "keep-served", " Operator  B ")
    assert step(store, incident, "keep-served").person == "Operator B"
    playbook.acknowledge(store, OTHER, incident.id, "keep-served")
    one = step(store, incident, "keep-served")
    assert one.due == clock.now() + timedelta(minutes=5)
    with pytest.raises(NotAllowed, match="acknowledged already"):
        playbook.acknowledge(store, OTHER, incident.id, "keep-served")
    clock.advance(minutes=6)
    assert step(store, incident, "keep-served").over
    playbook.acknowledge(store, OTHER, incident.id, "keep-served")  # another box
    with pytest.raises(BadInput, match="rests on"):
        playbook.done(store, OTHER, incident.id, "keep-served")
    playbook.done(store, OTHER, incident.id, "keep-served", evidence="scorer v14")
    assert step(store, incident, "keep-served").state == "done"
    for again in (playbook.assign, playbook.skip):
        with pytest.raises(NotAllowed, match="done already"):
            again(store, author, incident.id, "keep-served", "Operator B")
    playbook.reopen(store, author, incident.id, "keep-served")
    assert step(store, incident, "keep-served").evidence == "scorer v14"


def test_evidence_comes_before_taking_offline(store: Store, author: Author, incident: Incident) -> None:
    with pytest.raises(NotAllowed, match="not preserved yet"):
        playbook.done(store, author, incident.id, PULL)
    for id in KEEP[:2]:
        playbook.done(store, author, incident.id, id, evidence="saved")
    with pytest.raises(NotAllowed, match="Stop deletion"):
        playbook.done(store, author, incident.id, PULL)
    playbook.skip(store, author, incident.id, KEEP[2], "nothing is deleted here")
    playbook.done(store, author, incident.id, PULL)
    assert step(store, incident, PULL).state == "done"


def test_harm_may_not_wait_but_says_why(store: Store, author: Author, incident: Incident) -> None:
    playbook.done(store, author, incident.id, PULL, note="people are refused loans now")
    assert step(store, incident, PULL).note == "people are refused loans now"


def test_a_question_ends_in_a_finding_and_may_be_answered_anew(
    store: Store, author: Author, incident: Incident
) -> None:
    with pytest.raises(BadInput, match="finding"):
        playbook.done(store, author, incident.id, ASK, evidence="x")
    with pytest.raises(BadInput, match="only a question"):
        playbook.done(store, author, incident.id, "see-contained", finding="cleared", evidence="x")
    playbook.done(store, author, incident.id, ASK, finding="suspected", evidence="moved on Monday")
    with pytest.raises(BadInput, match="rests on"):  # what the former finding rested on does not do
        playbook.done(store, author, incident.id, ASK, finding="confirmed")
    playbook.done(store, author, incident.id, ASK, finding="confirmed", evidence="diff of the setting")
    assert playbook.look(store, incident.id).layers[0].finding == "confirmed"


def test_a_file_is_evidence(store: Store, author: Author, incident: Incident, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("{}")
    finish(playbook.attach(store, author, incident.id, "keep-cases", tmp_path / "cases.jsonl"))
    playbook.done(store, author, incident.id, "keep-cases")
    view = playbook.look(store, incident.id)
    [id] = step(store, incident, "keep-cases").files
    assert view.files[id].name == "cases.jsonl"
    other = incidents.declare(store, author, title="o", system="s")
    with pytest.raises(BadInput, match="attached nothing"):
        playbook.note(store, author, other.id, "keep-cases", files=[id])
    with pytest.raises(NotFound):
        finish(playbook.attach(store, author, incident.id, "no-such", tmp_path / "cases.jsonl"))
    assert len(playbook.look(store, incident.id).files) == 1


def test_a_layer_needs_evidence(store: Store, author: Author, incident: Incident) -> None:
    for layer, finding in (("moon", "cleared"), ("inputs", "green")):
        with pytest.raises(BadInput, match="no such"):
            diagnosis.judge(store, author, incident.id, layer, finding, evidence="x")
    with pytest.raises(BadInput, match="rests on"):
        diagnosis.judge(store, author, incident.id, "inputs", "cleared")
    diagnosis.judge(store, author, incident.id, "inputs", "cleared", evidence="PSI under 0.02 for all")
    layer = playbook.look(store, incident.id).layers[1]
    assert (layer.finding, layer.by, layer.judged) == ("cleared", "Operator A", True)


def test_nothing_goes_on_in_a_closed_incident(store: Store, author: Author, incident: Incident) -> None:
    incidents.move(store, author, incident.id, CLOSED, note="a test")
    tries: list[Callable[[], object]] = [
        lambda: playbook.skip(store, author, incident.id, PULL, "x"),
        lambda: playbook.add_task(store, author, incident.id, "x"),
        lambda: diagnosis.judge(store, author, incident.id, "inputs", "cleared", evidence="x"),
    ]
    for each in tries:
        with pytest.raises(NotAllowed, match="closed"):
            each()


def test_what_is_sent_twice_is_stored_once(store: Store, author: Author, incident: Incident) -> None:
    id = store.new_id()
    for _ in range(2):
        playbook.done(store, author, incident.id, KEEP[0], evidence="x", id=id)
    task = store.new_id()
    for _ in range(2):
        playbook.add_task(store, author, incident.id, "call", id=task)
    known = incidents.get(store, incident.id).conduct
    assert (len(known.steps), len(known.added)) == (1, 1)


def test_steps_and_tasks_are_undone_unless_somebody_took_them_up(
    store: Store, author: Author, incident: Incident
) -> None:
    done = playbook.done(store, author, incident.id, KEEP[0], evidence="x")
    undone = undo.undo(store, author, done.id)
    assert step(store, incident, KEEP[0]).state == "open"
    undo.undo(store, author, undone.id)
    assert step(store, incident, KEEP[0]).state == "done"
    task = playbook.add_task(store, author, incident.id, "call", person="Operator B")
    id = incidents.get(store, incident.id).conduct.added[0].body.id
    playbook.acknowledge(store, OTHER, incident.id, id)
    with pytest.raises(NotAllowed, match="since"):
        undo.undo(store, author, task.id)


def test_texts_are_limited(store: Store, author: Author, incident: Incident) -> None:
    for call in (
        lambda: playbook.add_task(store, author, incident.id, "x" * 501),
        lambda: playbook.add_task(store, author, incident.id, "x", minutes=0),
        lambda: playbook.add_task(store, author, incident.id, "x", phase="sleep"),
        lambda: playbook.skip(store, author, incident.id, PULL, " "),
        lambda: playbook.skip(store, author, incident.id, PULL, "x" * 4001),
        lambda: playbook.note(store, author, incident.id, PULL),
        lambda: playbook.skip(store, author, incident.id, "keep", "several begin so"),
    ):
        with pytest.raises(UserError):
            call()
    assert incidents.get(store, incident.id).conduct.steps == ()


@pytest.mark.parametrize(
    ("line", "person", "minutes", "text"),
    [
        ("!task @Operator B 5m roll back the index", "Operator B", 5, "roll back the index"),
        ("!TASK @operator b: 2h check the 5m window", "Operator B", 120, "check the 5m window"),
        ("!task @Operator B check the 5m window", "Operator B", None, "check the 5m window"),
        ("!task @me 10 min call", "Operator A", 10, "call"),
        ("!task @Operator Bravo 5m call", "Operator Bravo", 5, "call"),
        ("!task @Kim call the vendor", "Kim", None, "call the vendor"),
        ("!task 15m write it down", "", 15, "write it down"),
        ("!task write it down", "", None, "write it down"),
    ],
)
def test_the_scribe_makes_tasks(
    store: Store, author: Author, incident: Incident, line: str, person: str, minutes: int | None, text: str
) -> None:
    with store.write() as write:
        from tocsin.model.journal import OperatorAdded

        write.add(OTHER, OperatorAdded("Operator B"))
    scribe.write(store, author, incident.id, line)
    [one] = [one for one in playbook.look(store, incident.id).steps if one.task]
    assert (one.person, one.step.minutes, one.step.text, one.step.phase) == (
        person,
        minutes,
        text,
        "containment",
    )


def test_the_scribe_writes_decisions_and_plain_lines(
    store: Store, author: Author, incident: Incident, clock: ManualClock
) -> None:
    scribe.write(store, author, incident.id, "!decision @14:20 roll back, not forward")
    scribe.write(store, author, incident.id, "!!! it burns")
    scribe.write(store, author, incident.id, "!taskforce meets at noon")
    scribe.write(store, author, incident.id, "/tell legal informed")
    found = [(one.lane, one.text) for one in timeline.listed(store, incident.id)]
    assert ("decided", "roll back, not forward") in found
    assert ("noted", "!!! it burns") in found
    assert ("noted", "!taskforce meets at noon") in found
    assert ("told", "legal informed") in found
    for empty in ("!task", "!task @Kim", "!task 5m", "!decision"):
        with pytest.raises(BadInput):
            scribe.write(store, author, incident.id, empty)


def test_the_log_and_the_timeline_say_it(store: Store, author: Author, incident: Incident) -> None:
    playbook.assign(store, author, incident.id, KEEP[0], "Operator B")
    playbook.done(store, author, incident.id, KEEP[0], evidence="scorer v14")
    playbook.skip(store, author, incident.id, KEEP[1], "none kept")
    scribe.write(store, author, incident.id, "!task @me 5m call")
    diagnosis.judge(store, author, incident.id, "inputs", "cleared", evidence="PSI low")
    view = look(store, incident.id)
    assert view is not None
    said = [line.text for line in view.lines]
    for words in ("Operator B is to do: Record which", "Done: Record which model", "scorer v14",
                  "Skipped: Save inputs", "none kept", "Task for Operator A, 5 min: call",
                  "Input shift cleared: PSI low"):  # fmt: skip
        assert any(words in line for line in said), words
    assert lines([], {}, incident.id, {}) == []
