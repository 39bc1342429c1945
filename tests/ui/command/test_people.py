"""Who does what, in the header of the command screen, and the line about roles that nobody has."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.model.incident import ROLES, Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import handover, incidents, roles
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.desk import Desk

A = Author("Operator A")


def test_those_held_and_those_needed_are_shown_with_since_when(
    qtbot: QtBot, screen: CommandScreen, store: Store, clock: ManualClock, declared: Incident
) -> None:
    people = screen.header.people
    assert people.names["commander"].text() == "Operator A"
    assert people.since["commander"].text() == "14:37"
    assert people.names["technical"].text() == "unassigned"
    clock.advance(minutes=30)
    roles.assume_role(store, A, declared.id, "technical", "Operator B")
    qtbot.waitUntil(lambda: people.names["technical"].text() == "Operator B")
    assert people.since["technical"].text() == "15:07"
    needed = {one.role.id for one in roles.look(store, declared.id).vacancies} | {"commander", "technical"}
    assert {role for role in ROLES if people.names[role].isVisible()} == needed


def test_six_roles_leave_the_title_and_the_stages_their_room_on_a_small_screen(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident
) -> None:
    title = "Credit scorer declines over-60s at twice the rate"
    incidents.set_fields(store, A, declared.id, {"title": title})
    roles.staff(store, A, declared.id, {role: "Operator B" for role in ROLES if role != "commander"})
    header = screen.header
    qtbot.waitUntil(lambda: header.title.text() == title and header.people.names["scribe"].isVisible())
    assert header.title.fontMetrics().horizontalAdvance(title) <= header.title.width()
    assert header.stages.width() >= 6 * 95  # pixels in which "contained" and its tick stand in full


def test_a_missing_role_is_told_from_two_minutes_on_and_again_every_two(
    qtbot: QtBot, screen: CommandScreen, desk: Desk, clock: ManualClock
) -> None:
    line, said = screen.header.missing, []
    line.repeated.connect(said.append)
    assert line.isHidden()
    for _ in range(5):
        clock.advance(minutes=1)
        desk.heartbeat.tick.emit(clock.now())
    assert line.isVisible()
    assert "Technical lead" in line.words.text()
    assert len(said) == 2
    clock.advance(hours=2)
    desk.heartbeat.tick.emit(clock.now())
    assert "Technical lead was due" in line.words.text()


def test_the_line_goes_when_every_role_is_filled_and_a_waiting_hand_over_brings_it_back(
    qtbot: QtBot, show: Callable[[], CommandScreen], store: Store, clock: ManualClock, declared: Incident
) -> None:
    clock.advance(minutes=10)
    names = {role: f"Operator {n}" for n, role in enumerate(ROLES) if role != "commander"}
    roles.staff(store, A, declared.id, names)
    screen = show()
    qtbot.waitUntil(lambda: screen.view is not None)
    assert screen.header.missing.isHidden()
    handover.prepare(store, A, declared.id, "commander", "Operator B", {})
    qtbot.waitUntil(screen.header.missing.isVisible)
    words = screen.header.missing.words.text()
    assert "waits for Operator A and Operator B" in words


def test_a_click_on_the_people_asks_for_them(qtbot: QtBot, screen: CommandScreen) -> None:
    qtbot.mouseClick(screen.header.people, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(screen.ask.isVisible)
    assert screen.ask.title.text() == "Who does what"
