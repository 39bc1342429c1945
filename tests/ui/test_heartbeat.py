"""Does the beat tell the clock's time, at once when woken, and notice a clock that was set."""

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.now import ManualClock, SystemClock
from tocsin.ui.heartbeat import Heartbeat


def test_a_beat_tells_the_time_of_the_clock_handed_in(qtbot: QtBot, clock: ManualClock) -> None:
    heartbeat, seen = Heartbeat(clock), list[datetime]()
    heartbeat.tick.connect(seen.append)
    heartbeat.start()
    clock.advance(hours=2)
    heartbeat.beat()
    heartbeat.stop()
    assert seen == [clock.now() - timedelta(hours=2), clock.now()]


def test_setting_the_clock_is_told_before_the_tick(qtbot: QtBot, clock: ManualClock) -> None:
    heartbeat, seen = Heartbeat(clock), list[object]()
    heartbeat.tick.connect(seen.append)
    heartbeat.jumped.connect(seen.append)
    clock.set_wall(clock.now() + timedelta(minutes=10))
    heartbeat.beat()
    heartbeat.beat()
    heartbeat.stop()
    assert seen == [timedelta(minutes=10), clock.now(), clock.now()]


def test_coming_back_to_the_window_beats_at_once(qtbot: QtBot, clock: ManualClock) -> None:
    heartbeat = Heartbeat(clock)
    heartbeat.start()
    with qtbot.waitSignal(heartbeat.tick):
        heartbeat._woken(Qt.ApplicationState.ApplicationActive)
    with qtbot.assertNotEmitted(heartbeat.tick):
        heartbeat._woken(Qt.ApplicationState.ApplicationInactive)
    heartbeat.stop()
    with qtbot.assertNotEmitted(heartbeat.tick):
        heartbeat._woken(Qt.ApplicationState.ApplicationActive)


def test_beats_come_just_after_the_full_second(qtbot: QtBot) -> None:
    heartbeat, seen = Heartbeat(SystemClock()), list[datetime]()
    heartbeat.start()
    heartbeat.tick.connect(seen.append)
    qtbot.waitUntil(lambda: len(seen) >= 2)
    heartbeat.stop()
    assert seen[1].second != seen[0].second
    assert seen[1].microsecond < 500_000
