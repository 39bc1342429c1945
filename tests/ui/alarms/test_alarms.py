"""An alarm is heard and seen on whatever screen, takes the keys from nobody, and is silenced one by one."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from tocsin.model.alarms import Priority, State
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When
from tocsin.model.response import AlarmUnheard
from tocsin.now import ManualClock
from tocsin.operations import alarms as operations
from tocsin.operations import incidents, queue, systems
from tocsin.store import alerts, journal
from tocsin.store.folder import Store
from tocsin.ui.alarms import sound
from tocsin.ui.alarms.alarms import Alarms
from tocsin.ui.alarms.sound import Player
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window

Raise = Callable[..., Alert]


@pytest.fixture
def raise_(store: Store, desk: Desk) -> Raise:
    """A function that stores a lasting alert that began so many hours ago."""
    system = systems.ensure(store, desk.author, "scorer")

    def raised(metric: str = "<b>approvals", *, urgent: bool = True, hours: float = 1) -> Alert:
        at = store.now() - timedelta(hours=hours)
        one = Alert(
            store.new_id(), system.id, "", metric, True, AlertSeverity.HIGH, "departure", "1",
            f"{metric} fell to 0.31", 0.31, 0.5, at, start=When(at), urgent=urgent,
        )  # fmt: skip
        with store.signals.write() as connection:
            alerts.add(connection, one, one.id)
        return one

    return raised


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def made(qtbot: QtBot, desk: Desk, window: Window) -> Iterator[Alarms]:
    """The alarms, begun, sounded through a device that nobody hears."""
    import miniaudio

    alarms = Alarms(desk, window)
    alarms._player = Player([miniaudio.Backend.NULL])
    alarms._player.failed.connect(alarms._not_sounded)
    alarms.watch()
    qtbot.waitUntil(lambda: alarms.watching.view is not None)
    yield alarms
    alarms.stop()


def settled(qtbot: QtBot, desk: Desk, made: Alarms) -> None:
    watch = made.watching
    qtbot.waitUntil(lambda: not (watch._reading or watch._soon.isActive() or desk.jobs.busy()))


def shown(made: Alarms) -> list[State]:
    view = made.watching.view
    return [one.state for one in view.standing] if view is not None else []


def test_a_new_urgent_finding_is_heard_and_seen_and_takes_no_key(
    qtbot: QtBot, made: Alarms, window: Window, raise_: Raise
) -> None:
    line = QLineEdit()
    window.stack.addWidget(line)
    line.setFocus()
    with qtbot.waitSignal(made.player.played) as played:
        raise_()
    assert played.args == [Priority.URGENT]
    assert made.bar.isVisible()
    assert made.bar.head.text() == "scorer · <b>approvals"
    assert "fell to 0.31" in made.bar.words.text()
    assert window.focusWidget() is line
    assert not_plain(made.bar) == []


def test_acknowledging_silences_that_one_and_is_written_down(
    qtbot: QtBot, made: Alarms, raise_: Raise, store: Store
) -> None:
    raise_("accuracy", hours=20)
    raise_()
    qtbot.waitUntil(lambda: len(made.watching.unheard) == 2)
    first = made.bar.alarm
    made.bar.heard_button.click()
    qtbot.waitUntil(lambda: made.bar.alarm not in (None, first))
    made.bar.heard_button.click()
    qtbot.waitUntil(lambda: not made.bar.isVisible())
    standing = operations.look(store).standing
    assert {one.state for one in standing} == {State.ACKNOWLEDGED}
    assert {one.by for one in standing} == {"Operator A"}


def test_one_that_still_stands_sounds_again(
    qtbot: QtBot, made: Alarms, raise_: Raise, desk: Desk, clock: ManualClock
) -> None:
    raise_()
    qtbot.waitUntil(made.bar.isVisible)
    made.bar.acknowledge()
    qtbot.waitUntil(lambda: shown(made) == [State.ACKNOWLEDGED])
    settled(qtbot, desk, made)
    with qtbot.waitSignal(made.watching.rang) as rang:
        clock.advance(minutes=6)
        desk.heartbeat.tick.emit(clock.now())
    assert rang.args[1] is True
    assert "stands since Operator A" in made.bar.words.text()


def test_one_nobody_heard_rings_again_also_when_the_clock_was_set_back(
    qtbot: QtBot, made: Alarms, raise_: Raise, desk: Desk, clock: ManualClock
) -> None:
    raise_()
    qtbot.waitUntil(made.bar.isVisible)
    settled(qtbot, desk, made)
    with qtbot.waitSignal(made.watching.rang):
        clock.set_wall(clock.now() - timedelta(days=1))
        desk.heartbeat.tick.emit(clock.now())


def test_alarms_that_cannot_be_read_are_told_and_read_when_they_can(
    qtbot: QtBot, made: Alarms, desk: Desk, store: Store
) -> None:
    told: list[str] = []
    desk.noticed.connect(lambda text, _trouble: told.append(text))
    settled(qtbot, desk, made)
    with store.journal.write() as connection:
        connection.execute(text("ALTER TABLE incident RENAME TO elsewhere"))
    qtbot.waitUntil(lambda: any("alarms cannot be read" in each for each in told))
    settled(qtbot, desk, made)
    before = made.watching.view
    with store.journal.write() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO incident"))
    qtbot.waitUntil(lambda: made.watching.view is not before)


def test_a_slow_finding_waits_in_the_queue_only(
    qtbot: QtBot, made: Alarms, desk: Desk, raise_: Raise
) -> None:
    with qtbot.waitSignal(desk.bell.signals_changed):
        raise_(urgent=False)
    qtbot.waitUntil(lambda: made.watching._soon.isActive())
    settled(qtbot, desk, made)
    assert not made.bar.isVisible()


def test_one_that_was_heard_comes_no_second_time_and_what_joins_it_does(
    qtbot: QtBot, made: Alarms, desk: Desk, raise_: Raise, store: Store
) -> None:
    first = raise_()
    qtbot.waitUntil(made.bar.isVisible)
    made.bar.acknowledge()
    with store.signals.write() as connection:
        alerts.replace(connection, replace(first, message="fell to 0.3"))
    qtbot.waitUntil(lambda: made.watching._soon.isActive())
    settled(qtbot, desk, made)
    assert not made.bar.isVisible()
    raise_("accuracy")
    qtbot.waitUntil(made.bar.isVisible)
    assert made.bar.head.text().startswith("scorer · ")


def test_what_is_over_is_silent_and_listed_until_somebody_heard_it(
    qtbot: QtBot, made: Alarms, raise_: Raise, store: Store
) -> None:
    one = raise_()
    qtbot.waitUntil(made.bar.isVisible)
    with store.signals.write() as connection:
        alerts.replace(connection, replace(one, ended=store.now()))
    qtbot.waitUntil(lambda: not made.bar.isVisible())
    made.show_all()
    sheet = made._sheet
    assert sheet is not None
    assert [fact.state for fact in sheet.rows.facts] == [State.RETURNED]
    qtbot.keyClick(sheet.rows, Qt.Key.Key_A)
    qtbot.waitUntil(sheet.empty.isVisible)


def test_declaring_from_it_elsewhere_ends_it(
    qtbot: QtBot, made: Alarms, desk: Desk, raise_: Raise, store: Store
) -> None:
    one = raise_()
    qtbot.waitUntil(made.bar.isVisible)
    incidents.declare(
        store, desk.author, title="t", system="scorer", alert_ids=[one.id], detected=store.now()
    )
    qtbot.waitUntil(lambda: not made.bar.isVisible())


def test_it_is_declared_from_and_seen(qtbot: QtBot, made: Alarms, raise_: Raise) -> None:
    one = raise_()
    qtbot.waitUntil(made.bar.isVisible)
    with qtbot.waitSignal(made.look_wanted) as wanted:
        made.bar.look()
    assert wanted.args[0].about == (one.id,)
    with qtbot.waitSignal(made.declare_wanted) as wanted:
        made.bar.declare_button.click()
    assert wanted.args == [(one.id,)]
    qtbot.waitUntil(lambda: not made.bar.isVisible())


def test_what_was_snoozed_rings_when_its_time_has_come(
    qtbot: QtBot, made: Alarms, desk: Desk, raise_: Raise, store: Store, clock: ManualClock
) -> None:
    one = raise_()
    qtbot.waitUntil(made.bar.isVisible)
    queue.snooze(store, desk.author, [one.id], store.now() + timedelta(hours=4), "known")
    qtbot.waitUntil(lambda: not made.bar.isVisible())
    settled(qtbot, desk, made)
    clock.advance(hours=4)
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(made.bar.isVisible)


def test_a_deadline_that_passes_rings_and_leads_to_its_incident(
    qtbot: QtBot, made: Alarms, desk: Desk, store: Store, clock: ManualClock
) -> None:
    incident = incidents.declare(store, desk.author, title="Scorer declines", system="scorer")
    qtbot.waitUntil(lambda: made.watching.view is not None and made.watching.view.wakes is not None)
    settled(qtbot, desk, made)
    with qtbot.waitSignal(made.watching.rang) as rang:
        clock.advance(minutes=16)
        desk.heartbeat.tick.emit(clock.now())
    assert rang.args[0].incident == incident.id
    assert any("overdue" in one.alarm.title for one in made.watching.unheard)
    assert not made.bar.declare_button.isVisible()


def test_a_flood_is_one_line(
    qtbot: QtBot, made: Alarms, desk: Desk, store: Store, clock: ManualClock
) -> None:
    for number in range(8):
        incidents.declare(store, desk.author, title=f"Case {number}", system="scorer")
    settled(qtbot, desk, made)
    clock.advance(minutes=90)
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(lambda: "alarms within ten minutes" in made.bar.head.text())
    with qtbot.waitSignal(made.bar.all_wanted):
        made.bar.look()


def test_muted_is_seen_all_the_time_and_plays_nothing(
    qtbot: QtBot, made: Alarms, window: Window, raise_: Raise
) -> None:
    made.toggle_mute()
    assert window.footer.muted.isVisible()
    with qtbot.assertNotEmitted(made.player.played):
        raise_()
        qtbot.waitUntil(made.bar.isVisible)
        assert not made.player.playing
    made.toggle_mute()
    assert not window.footer.muted.isVisible()


def test_a_sound_that_cannot_be_played_is_written_down_once(
    qtbot: QtBot, made: Alarms, raise_: Raise, store: Store
) -> None:
    import miniaudio

    made._player = Player([miniaudio.Backend.WINMM, miniaudio.Backend.COREAUDIO, miniaudio.Backend.JACK])
    made._player.failed.connect(made._not_sounded)
    raise_()

    def told() -> list[str]:
        with store.journal.read() as connection:
            found = journal.entries(connection, kinds=["alarm.unheard"])
        return [entry.body.what for entry in found if isinstance(entry.body, AlarmUnheard)]

    qtbot.waitUntil(lambda: len(told()) == 1)
    assert "no sound device" in told()[0]


def test_a_library_that_is_not_there_and_a_device_that_takes_nothing_are_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import miniaudio

    player = Player([miniaudio.Backend.NULL])
    monkeypatch.setattr(sound, "_PATIENCE_S", -60.0)
    with qtbot.waitSignal(player.failed) as failed:
        assert player.play(Priority.NOTICE)
    assert "takes nothing" in failed.args[1]
    player.close()
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with qtbot.waitSignal(player.failed) as failed:
        assert player.play(Priority.NOTICE)
    assert "cannot be loaded" in failed.args[1]
    player.close()


def test_closing_does_not_wait_for_the_end_of_a_sound() -> None:
    import miniaudio

    player = Player([miniaudio.Backend.NULL])
    player.play(Priority.URGENT)
    began = time.monotonic()
    player.close()
    assert not player.playing
    assert time.monotonic() - began < len(sound.wave(Priority.URGENT)) / sound.RATE / 2


def test_the_list_shelves_with_a_reason_and_shows_who_said_what(
    qtbot: QtBot, made: Alarms, raise_: Raise, store: Store
) -> None:
    raise_()
    qtbot.waitUntil(made.bar.isVisible)
    made.show_all()
    sheet = made._sheet
    assert sheet is not None
    qtbot.waitUntil(sheet.rows.hasFocus)
    qtbot.keyClick(sheet.rows, Qt.Key.Key_S)
    qtbot.keyClick(sheet.reason, Qt.Key.Key_Return)
    assert "Say why" in sheet.trouble.text()
    qtbot.keyClicks(sheet.reason, "being looked at")
    qtbot.keyClick(sheet.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.state for one in operations.look(store).standing] == [State.SHELVED])
    qtbot.waitUntil(lambda: not made.bar.isVisible())
    assert not_plain(sheet) == []
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
