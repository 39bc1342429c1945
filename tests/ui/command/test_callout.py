"""The deputy's call-out on the command screen, and when a mark is called."""

from datetime import timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.model import callouts
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, policies, roles, undo
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.desk import Desk

A = Author("Operator A")


def minutes(store: Store, incident: Incident) -> int:
    known = incidents.get(store, incident.id)
    found = callouts.due(known, policies.scheme(store, known.policy), store.now())
    return found.minutes if found else 0


def test_a_mark_is_reached_every_ten_minutes_and_later_every_hour_until_it_is_contained(
    store: Store, clock: ManualClock, declared: Incident
) -> None:
    reached = []
    for _ in range(28):
        reached.append(minutes(store, declared))
        clock.advance(minutes=5)
    assert reached == [n // 2 * 10 if n < 24 else 120 for n in range(28)]
    clock.advance(hours=1)
    assert minutes(store, declared) == 180
    incidents.move(store, A, declared.id, "contained")
    assert minutes(store, declared) == 0


def test_more_people_or_another_level_is_an_answer_too(
    store: Store, clock: ManualClock, declared: Incident
) -> None:
    clock.advance(minutes=12)
    assert minutes(store, declared) == 10
    roles.assume_role(store, A, declared.id, "deputy", "Operator B")
    assert minutes(store, declared) == 0
    clock.advance(minutes=10)
    assert minutes(store, declared) == 20
    incidents.set_fields(store, A, declared.id, {"severity": "SEV-4"})
    clock.advance(minutes=10)
    assert minutes(store, declared) == 0, "nobody asks for a deputy at this level"


def test_carrying_on_is_one_key_and_an_entry(
    qtbot: QtBot, screen: CommandScreen, desk: Desk, store: Store, clock: ManualClock, declared: Incident
) -> None:
    card = screen.header.callout
    assert card.isHidden()
    clock.advance(minutes=11)
    desk.heartbeat.tick.emit(clock.now())
    assert card.isVisible()
    assert "11 min in, not contained · SEV-1 since 14:37 · 1 person" in card.words.text()
    qtbot.keyClick(screen, Qt.Key.Key_K)
    qtbot.waitUntil(card.isHidden)
    with store.journal.read() as connection:
        last = journal.entries(connection, subject=declared.id)[-1]
    assert (last.kind, last.author) == ("mark.called", A)
    undo.undo(store, A, last.id)
    assert minutes(store, declared) == 10
    clock.advance(minutes=9)
    assert store.now() - declared.declared == timedelta(minutes=20)
    assert minutes(store, declared) == 20
