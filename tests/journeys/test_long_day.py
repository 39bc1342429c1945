"""A console that stays open: its daily backup, a clock that is set, suspend, and the next deadline."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.journal import ClockJumped
from tocsin.now import ManualClock
from tocsin.operations import clocks, incidents
from tocsin.store import backup, journal
from tocsin.store.folder import Store, open_store
from tocsin.ui.console import App


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.fixture
def app(qtbot: QtBot, qapp: QApplication, folder: Path, clock: ManualClock) -> Iterator[App]:
    """The console on a store whose time stands still until it is moved."""
    made = App(qapp, open_store(folder, clock=clock), theme="dark")
    made.desk.choose_operator("Operator A")
    made.start()
    qtbot.waitExposed(made.window)
    yield made
    made.window.close()
    made.close()


def jumps(store: Store) -> list[float]:
    with store.journal.read() as connection:
        found = journal.entries(connection, kinds=["clock.jumped"])
    return [entry.body.seconds for entry in found if isinstance(entry.body, ClockJumped)]


def until(qtbot: QtBot, done: Callable[[], bool]) -> None:
    qtbot.waitUntil(done)


def test_it_is_backed_up_at_the_start_and_a_day_later(qtbot: QtBot, app: App, clock: ManualClock) -> None:
    until(qtbot, lambda: len(backup.listed(app.store.path)) == 1)
    app.back_up()
    until(qtbot, lambda: not app.jobs.busy())
    assert len(backup.listed(app.store.path)) == 1
    clock.advance(hours=25)
    app.back_up()
    until(qtbot, lambda: len(backup.listed(app.store.path)) == 2)


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_was_set_is_recorded_and_said_and_deadlines_stay(
    qtbot: QtBot, app: App, clock: ManualClock, by: timedelta
) -> None:
    made = incidents.declare(app.store, app.desk.author, title="t", system="s")
    due = {state.id: state.due for state in clocks.listed(app.store, made.id)}
    clock.set_wall(clock.now() + by)
    with qtbot.waitSignal(app.desk.noticed) as told:
        app.heartbeat.beat()
    text, trouble = told.args or ["", False]
    assert trouble
    assert ("forward" if by > timedelta(0) else "back") in str(text)
    until(qtbot, lambda: jumps(app.store) == [by.total_seconds()])
    assert {state.id: state.due for state in clocks.listed(app.store, made.id)} == due


def test_time_that_passes_in_suspend_is_no_jump(qtbot: QtBot, app: App, clock: ManualClock) -> None:
    clock.advance(hours=9)
    app.heartbeat.beat()
    until(qtbot, lambda: not app.jobs.busy())
    assert jumps(app.store) == []


def test_the_next_deadline_of_all_is_told(qtbot: QtBot, app: App, clock: ManualClock) -> None:
    made = incidents.declare(app.store, app.desk.author, title="t", system="s", severity="SEV-1")
    until(qtbot, lambda: made.reference in app.window.footer.next.text())
    assert "due in 15 min" in app.window.footer.next.text()
    clock.advance(minutes=20)
    app.heartbeat.beat()
    assert "overdue by 5 min" in app.window.footer.next.text()
