"""The desk: what a screen writes is saved before it says so, and undone by the one who wrote it."""

from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.now import ManualClock
from tocsin.operations import incidents, timeline
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk


@pytest.fixture
def incident(store: Store, desk: Desk) -> Incident:
    return incidents.declare(store, desk.author, title="t", system="s")


def texts(store: Store, incident: Incident) -> list[str]:
    return [item.text for item in timeline.listed(store, incident.id)]


def write(qtbot: QtBot, desk: Desk, incident: Incident, words: str) -> None:
    with qtbot.waitSignal(desk.noticed):
        desk.write(partial(timeline.log, desk.store, desk.author, incident.id, words))


def test_it_says_saved_when_it_is_in_the_store(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident
) -> None:
    stored_when_told: list[list[str]] = []
    desk.noticed.connect(lambda _text, _trouble: stored_when_told.append(texts(store, incident)))
    with qtbot.waitSignal(desk.noticed) as told:
        desk.write(partial(timeline.log, store, desk.author, incident.id, "one"))
    assert told.args == ["Saved", False]
    assert stored_when_told == [["one"]]


def test_a_refusal_is_told_in_words(qtbot: QtBot, desk: Desk, incident: Incident) -> None:
    with qtbot.waitSignal(desk.noticed) as told:
        desk.write(partial(timeline.log, desk.store, desk.author, incident.id, " "))
    text, trouble = told.args or ["", False]
    assert trouble
    assert "empty" in str(text)


def test_undo_and_redo_go_through_the_operators_own_edits(
    qtbot: QtBot, desk: Desk, store: Store, clock: ManualClock, incident: Incident
) -> None:
    for words in ("one", "two"):
        clock.advance(seconds=1)
        write(qtbot, desk, incident, words)
    for step, expected in (
        (desk.undo, ["one"]), (desk.undo, []), (desk.redo, ["one"]), (desk.redo, ["one", "two"]),
        (desk.undo, ["one"]),
    ):  # fmt: skip
        with qtbot.waitSignal(desk.noticed):
            step()
        assert texts(store, incident) == expected


def test_another_operator_does_not_undo_mine(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident
) -> None:
    write(qtbot, desk, incident, "mine")
    desk.choose_operator("Operator B")
    with qtbot.waitSignal(desk.noticed) as told:
        desk.undo()
    assert "nothing of yours" in str((told.args or [""])[0])
    assert texts(store, incident) == ["mine"]


def test_a_new_edit_forgets_what_could_be_redone(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident
) -> None:
    write(qtbot, desk, incident, "one")
    with qtbot.waitSignal(desk.noticed):
        desk.undo()
    write(qtbot, desk, incident, "two")
    with qtbot.waitSignal(desk.noticed) as told:
        desk.redo()
    assert "nothing to bring back" in str((told.args or [""])[0])
    assert texts(store, incident) == ["two"]


def test_nobody_at_the_desk_is_recorded_as_the_account(desk: Desk, store: Store) -> None:
    assert (desk.author.name, desk.author.kind) == ("Operator A", "operator")
    desk.choose_operator("")
    assert desk.author.kind == "account"
    assert "@" in desk.author.name


def test_an_undo_that_the_store_could_not_take_can_be_tried_again(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident
) -> None:
    write(qtbot, desk, incident, "one")
    store.journal.read_only = True
    with qtbot.waitSignal(desk.noticed) as told:
        desk.undo()
    assert "reading only" in str((told.args or [""])[0])
    store.journal.read_only = False
    with qtbot.waitSignal(desk.noticed):
        desk.undo()
    assert texts(store, incident) == []
