"""An urgent finding interrupts on whatever screen, once, and takes the keys from nobody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When
from tocsin.now import ManualClock
from tocsin.operations import incidents, queue, systems
from tocsin.store import alerts
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.interrupting import Interruption
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
def bar(qtbot: QtBot, desk: Desk, window: Window) -> Interruption:
    made = Interruption(desk)
    window.add_bar(made)
    made.watch()
    qtbot.waitUntil(lambda: made._told is not None)
    return made


def settled(qtbot: QtBot, desk: Desk, bar: Interruption) -> None:
    qtbot.waitUntil(lambda: not (bar._reading or bar._soon.isActive() or desk.jobs.busy()))


def test_what_waited_before_is_no_news(qtbot: QtBot, raise_: Raise, desk: Desk, window: Window) -> None:
    raise_()
    made = Interruption(desk)
    window.add_bar(made)
    made.watch()
    qtbot.waitUntil(lambda: made._told is not None)
    assert not made.isVisible()


def test_a_new_urgent_finding_interrupts_and_takes_no_key(
    qtbot: QtBot, bar: Interruption, window: Window, raise_: Raise
) -> None:
    line = QLineEdit()
    window.stack.addWidget(line)
    line.setFocus()
    raise_()
    qtbot.waitUntil(bar.isVisible)
    assert bar.head.text() == "Urgent: scorer · <b>approvals"
    assert "fell to 0.31" in bar.words.text()
    assert window.focusWidget() is line
    assert not_plain(bar) == []
    bar.later_button.click()
    assert not bar.isVisible()


def test_a_slow_finding_waits_in_the_queue_only(
    qtbot: QtBot, bar: Interruption, desk: Desk, raise_: Raise
) -> None:
    with qtbot.waitSignal(desk.bell.signals_changed):
        raise_(urgent=False)
    qtbot.waitUntil(lambda: bar._soon.isActive())
    settled(qtbot, desk, bar)
    assert not bar.isVisible()


def test_one_that_was_told_comes_no_second_time_and_what_joins_it_does(
    qtbot: QtBot, bar: Interruption, desk: Desk, raise_: Raise, store: Store
) -> None:
    first = raise_()
    qtbot.waitUntil(bar.isVisible)
    bar.later()
    with store.signals.write() as connection:
        alerts.replace(connection, replace(first, message="fell to 0.3"))
    qtbot.waitUntil(lambda: bar._soon.isActive())
    settled(qtbot, desk, bar)
    assert not bar.isVisible()
    raise_("accuracy")
    qtbot.waitUntil(bar.isVisible)
    assert bar.head.text().endswith("and 1 more")


def test_declaring_elsewhere_takes_it_away(
    qtbot: QtBot, bar: Interruption, desk: Desk, raise_: Raise, store: Store
) -> None:
    one = raise_()
    qtbot.waitUntil(bar.isVisible)
    incidents.declare(store, desk.author, title="t", system="scorer", alert_ids=[one.id])
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_it_is_declared_from_and_seen(qtbot: QtBot, bar: Interruption, raise_: Raise) -> None:
    one = raise_()
    qtbot.waitUntil(bar.isVisible)
    with qtbot.waitSignal(bar.declare_wanted) as wanted:
        bar.declare_button.click()
    assert wanted.args == [(one.id,)]
    assert not bar.isVisible()
    with qtbot.waitSignal(bar.look_wanted):
        bar.see()


def test_what_was_snoozed_interrupts_when_its_time_has_come(
    qtbot: QtBot, bar: Interruption, desk: Desk, raise_: Raise, store: Store, clock: ManualClock
) -> None:
    one = raise_()
    qtbot.waitUntil(bar.isVisible)
    bar.later()
    queue.snooze(store, desk.author, [one.id], store.now() + timedelta(hours=4), "known")
    qtbot.waitUntil(lambda: bar._wakes is not None)
    assert not bar.isVisible()
    clock.advance(hours=4)
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(bar.isVisible)
