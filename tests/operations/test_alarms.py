"""Alarms of a store: deadlines that pass, urgent findings, and what people said of them."""

from datetime import timedelta

import pytest

from tocsin.errors import BadInput, UserError
from tocsin.model.alarms import Alarm, Priority, State
from tocsin.model.operator import Author
from tocsin.model.response import StepAdded
from tocsin.now import ManualClock
from tocsin.operations import (
    alarms,
    containment,
    containment_options,
    deployments,
    freeze,
    incidents,
    playbook,
    undo,
)
from tocsin.operations.alarms import LONGEST_SHELF
from tocsin.store.folder import Store


def titles(store: Store) -> dict[str, State]:
    return {one.alarm.title.partition(" · ")[2]: one.state for one in alarms.look(store).standing}


def test_a_deadline_warns_and_then_presses(store: Store, author: Author, clock: ManualClock) -> None:
    incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")
    view = alarms.look(store)
    assert view.standing == ()
    assert view.wakes is not None
    clock.advance(seconds=(view.wakes - clock.now()).total_seconds())
    while not (soon := [one for one in alarms.look(store).standing if "due soon" in one.alarm.title]):
        clock.advance(minutes=1)
    assert {one.alarm.priority for one in soon} == {Priority.WARNING}
    clock.advance(minutes=15)
    late = [one.alarm for one in alarms.look(store).standing if "overdue" in one.alarm.title]
    assert late
    assert {one.priority for one in late} == {Priority.URGENT}


def test_due_soon_that_was_heard_does_not_silence_overdue(
    store: Store, author: Author, clock: ManualClock
) -> None:
    incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")
    clock.advance(minutes=14)
    for one in alarms.look(store).standing:
        alarms.acknowledge(store, author, one.alarm)
    assert alarms.look(store).sounding == ()
    clock.advance(minutes=2)
    assert [one for one in alarms.look(store).sounding if "overdue" in one.alarm.title]


def test_nothing_turns_before_it_wakes(store: Store, author: Author, clock: ManualClock) -> None:
    incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-2")
    for _ in range(12):
        view = alarms.look(store)
        if view.wakes is None:
            break
        before = titles(store)
        clock.advance(seconds=(view.wakes - clock.now()).total_seconds() - 0.001)
        assert titles(store) == before
        clock.advance(seconds=0.002)
        assert titles(store) != before or alarms.look(store).wakes != view.wakes


def test_shelving_ends_takes_a_reason_and_is_undone(store: Store, author: Author, clock: ManualClock) -> None:
    incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-4")
    clock.advance(days=9)
    one: Alarm = alarms.look(store).standing[0].alarm
    with pytest.raises(BadInput, match="a week at most"):
        alarms.shelve(store, author, one, clock.now() + LONGEST_SHELF + timedelta(seconds=1), "later")
    with pytest.raises(UserError):
        alarms.shelve(store, author, one, clock.now() + timedelta(hours=1), " ")
    entry = alarms.shelve(store, author, one, clock.now() + timedelta(hours=1), "being looked at")
    state = {each.alarm.id: each for each in alarms.look(store).standing}[one.id]
    assert (state.state, state.said, state.by) == (State.SHELVED, "being looked at", author.name)
    undo.undo(store, author, entry.id)
    assert {each.alarm.id: each.state for each in alarms.look(store).standing}[one.id] is State.NEW
    alarms.shelve(store, author, one, clock.now() + timedelta(hours=1), "being looked at")
    clock.advance(hours=2)
    assert {each.alarm.id: each.state for each in alarms.look(store).standing}[one.id] is State.REPEATED


def test_a_task_nobody_finished_and_a_role_nobody_took_ring(
    store: Store, author: Author, clock: ManualClock
) -> None:
    incident = incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")
    task = playbook.add_task(store, author, incident.id, "Read the logs", person="Operator B", minutes=5)
    assert isinstance(task.body, StepAdded)
    playbook.acknowledge(store, author, incident.id, task.body.id, person="Operator B")
    clock.advance(minutes=4)
    assert "Operator B: Read the logs" not in titles(store)
    clock.advance(minutes=2)
    assert titles(store)["Operator B: Read the logs"] is State.NEW
    clock.advance(minutes=30)
    [missing] = [title for title in titles(store) if title.startswith("Nobody is ")]
    assert "Technical lead" in missing
    playbook.done(store, author, incident.id, task.body.id)
    assert "Operator B: Read the logs" not in titles(store)


def test_a_pull_nobody_confirmed_and_a_deployment_in_the_freeze_ring(
    store: Store, author: Author, clock: ManualClock
) -> None:
    incident = incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")
    option = containment_options.register(
        store, author, "scorer", "Back to v13", kind="rollback", who=["Operator A"], how="Set it", minutes=10
    )
    pulled = containment.pull(store, author, incident.id, option.subject)
    clock.advance(minutes=5)
    deployments.record(store, author, "scorer", "features", "2.4", kind="feature pipeline")
    assert "Deployed in the change freeze: features 2.4" in titles(store)
    assert "Did it work? Back to v13" not in titles(store)
    clock.advance(minutes=6)
    assert titles(store)["Did it work? Back to v13"] is State.NEW
    containment.confirm(store, author, incident.id, pulled.id, True, "approvals are back")
    [flagged] = freeze.look(store, incident.id).flagged
    freeze.allow(store, author, incident.id, flagged.deployment.id, "meant")
    assert not [one for one in titles(store) if "Did it work" in one or "Deployed" in one]
