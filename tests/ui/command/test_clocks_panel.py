"""The clocks panel by its keys, on a real store."""

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from tocsin.model.clocks import State
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, facts
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen

Key = Qt.Key


def _field(screen: CommandScreen, name: str) -> QLineEdit:
    field = screen.ask.findChild(QLineEdit, f"ask-{name}")
    assert isinstance(field, QLineEdit)
    return field


def _clock(store: Store, incident: Incident, id: str) -> clocks.ClockState:
    return next(one for one in clocks.listed(store, incident.id) if one.id == id)


def _shown(screen: CommandScreen, id: str) -> clocks.ClockState:
    found: clocks.ClockState = next(one for one in screen.clocks.rows.facts if one.id == id)
    return found


def test_h_lets_a_clock_stand_still_for_a_reason_and_go_on(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store, clock: ManualClock
) -> None:
    screen.clocks.select("contain")
    qtbot.keyClick(screen.clocks.rows, Key.Key_H)
    qtbot.keyClicks(_field(screen, "reason"), "waits for the vendor")
    qtbot.keyClick(_field(screen, "reason"), Key.Key_Return)
    qtbot.waitUntil(lambda: _shown(screen, "contain").paused is not None)
    left = _shown(screen, "contain").remaining
    assert screen.clocks.remark.text().endswith("1 paused")
    assert screen.clocks.pause.text().startswith("Go on")
    clock.advance(hours=5)
    screen.clocks.show_time(clock.now())
    assert _clock(store, declared, "contain").remaining == left
    qtbot.keyClick(screen.clocks.rows, Key.Key_H)
    qtbot.keyClick(_field(screen, "at"), Key.Key_Return)
    qtbot.waitUntil(lambda: _shown(screen, "contain").paused is None)
    assert left is not None
    assert _clock(store, declared, "contain").due == clock.now() + left


def test_an_overdue_clock_is_not_paused_and_says_why(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store, clock: ManualClock
) -> None:
    clock.advance(hours=2)
    screen.refresh()
    qtbot.waitUntil(lambda: _shown(screen, "contain").state is State.OVERDUE)
    screen.clocks.select("contain")
    qtbot.keyClick(screen.clocks.rows, Key.Key_H)
    assert not screen.ask.isVisible()


def test_f_states_a_fact_with_what_it_rests_on(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store, clock: ManualClock
) -> None:
    qtbot.keyClick(screen, Key.Key_F)
    box = screen.ask.findChild(QComboBox, "ask-fact")
    assert isinstance(box, QComboBox)
    assert box.currentData() == "awareness"
    qtbot.keyClicks(_field(screen, "evidence"), "the call of 14:20")
    qtbot.keyClick(_field(screen, "evidence"), Key.Key_Return)
    qtbot.waitUntil(lambda: any(one.id == "awareness" for one in facts.listed(store, declared.id)))
    stated = next(one for one in facts.listed(store, declared.id) if one.id == "awareness")
    assert (stated.at, stated.by, stated.evidence) == (clock.now(), "Operator A", "the call of 14:20")
    qtbot.waitUntil(lambda: any("Stated: awareness" in line.text for line in screen.log.rows.facts))


def test_words_say_what_counts_up_what_repeats_and_by_how_much_one_was_met(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=10)
    clocks.mark(store, Author("Operator B"), declared.id, "triage", State.MET)
    clock.advance(minutes=40)
    screen.refresh()
    qtbot.waitUntil(lambda: _shown(screen, "triage").ended is not None)
    words = {one.id: screen.clocks.words_of(one) for one in screen.clocks.rows.facts}
    assert "early" in words["triage"]
    assert words["remediate"].startswith("no limit · counts up from detection")
    assert "due since" in words["update"]
    assert _shown(screen, "remediate").elapsed(clock.now()) == timedelta(minutes=50)
