"""The wall's queue: a candidate is snoozed, woken, accepted and declared from by keys; sleepers fold."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tocsin.model.alert import Alert
from tocsin.model.instant import When
from tocsin.operations import deployments, incidents, observations, queue
from tocsin.operations.queue import Snoozed, Waiting
from tocsin.store import alerts
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain
from tocsin.ui.wall.queue_rows import Fold
from tocsin.ui.wall.screen import WallScreen

Key = Qt.Key


def kinds(wall: WallScreen) -> list[type]:
    return [type(one) for one in wall.queue.rows.facts]


def answer(qtbot: QtBot, wall: WallScreen, reason: str, until: str = "") -> None:
    """Fill in what is asked for and press Enter."""
    ask = wall._ask
    assert ask.isVisible()
    field = ask.findChild(QLineEdit, "ask-reason")
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, reason)
    if until:
        box = ask.findChild(QComboBox, "ask-until")
        assert isinstance(box, QComboBox)
        box.setCurrentText(until)
    qtbot.keyClick(field, Key.Key_Return)


def another(store: Store, alert: Alert, **changes: object) -> Alert:
    made = replace(alert, id=store.new_id(), **changes)  # type: ignore[arg-type]
    with store.signals.write() as connection:
        alerts.add(connection, made, made.id, series=made.signal)
    return made


def test_related_alerts_are_one_row_with_their_likely_cause(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store, desk: Desk
) -> None:
    second = another(store, alert, signal="", metric="approvals", message="approvals fell")
    since = When(alert.time - timedelta(minutes=35))
    deployments.record(store, desk.author, "scorer", "scorer", "v14", since=since)

    def told() -> str:
        model = wall.queue.rows.model()
        return str(model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)) if model.rowCount() else ""

    qtbot.waitUntil(lambda: "likely scorer v14 (model) 35 min before" in told())
    assert "and 1 more" in told()
    assert kinds(wall) == [Waiting]
    assert wall._queue_panel.remark.text() == "1 urgent"
    with qtbot.waitSignal(wall.declare_wanted) as wanted:
        qtbot.keyClick(wall.queue.rows, Key.Key_Return)
    assert set(wanted.args[0]) == {alert.id, second.id}


def test_s_snoozes_folds_away_and_wakes(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store, desk: Desk
) -> None:
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])
    wall.queue.rows.setFocus()
    qtbot.keyClick(wall, Key.Key_S)
    answer(qtbot, wall, "retraining runs", "2 h")
    qtbot.waitUntil(lambda: kinds(wall) == [Fold])
    qtbot.waitUntil(lambda: not wall._ask.isVisible())
    [asleep] = queue.look(store).snoozed
    assert asleep.until == store.now() + timedelta(hours=2)
    wall.queue.rows.setFocus()
    qtbot.keyClick(wall.queue.rows, Key.Key_Return)
    assert kinds(wall) == [Fold, Snoozed]
    qtbot.keyClick(wall.queue.rows, Key.Key_Down)
    assert wall.queue.snooze_button.text() == "Wake"
    qtbot.keyClick(wall, Key.Key_S)
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])
    desk.undo()
    qtbot.waitUntil(lambda: kinds(wall) == [Fold, Snoozed])
    desk.undo()
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])


def test_a_accepts_with_a_reason_and_ctrl_z_takes_it_back(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store, desk: Desk
) -> None:
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])
    qtbot.keyClick(wall, Key.Key_A)
    answer(qtbot, wall, " ")
    qtbot.waitUntil(lambda: not wall._ask.trouble.isHidden())
    assert queue.look(store).candidates, "not without a reason"
    answer(qtbot, wall, "the new model is stricter")
    qtbot.waitUntil(lambda: kinds(wall) == [])
    assert wall.queue.empty.text() == "Nothing waits for a look. 1 alert is history."
    assert wall.view is not None
    assert all(cell.alert is None for row in wall.view.rows for cell in row.cells)
    desk.undo()
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])


def test_nonsense_for_a_time_is_refused_and_the_words_stay(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store
) -> None:
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])
    qtbot.keyClick(wall, Key.Key_S)
    answer(qtbot, wall, "known", "soon")
    qtbot.waitUntil(lambda: not wall._ask.trouble.isHidden())
    assert "not a time" in wall._ask.trouble.text()
    qtbot.keyClick(wall._ask, Key.Key_Escape)
    assert not wall._ask.isVisible()
    assert len(queue.look(store).candidates) == 1


def test_the_buttons_are_those_for_the_row_under_the_cursor(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store, desk: Desk
) -> None:
    observations.report(store, desk.author, system="scorer", text="Calls from one region")
    qtbot.waitUntil(lambda: len(wall.queue.rows.facts) == 2)

    def shown() -> set[str]:
        return {b.objectName() for b in wall.queue.findChildren(QPushButton) if b.isVisible()}

    wall.queue.rows.select(wall.queue.rows.facts[0].observation.id)
    assert shown() == {"open-report", "declare-from-this"}
    wall.queue.rows.select(wall.queue.rows.facts[1].candidate.id)
    assert shown() == {"accept-change", "snooze", "declare-from-this"}
    assert not_plain(wall) == []


def test_what_is_over_is_told_as_such(qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store) -> None:
    with store.signals.write() as connection:
        alerts.replace(connection, replace(alert, ended=alert.time + timedelta(minutes=30)))
    qtbot.waitUntil(lambda: wall._queue_panel.remark.text() == "1 over")


def test_j_joins_the_open_incident_that_began_with_it(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store, desk: Desk
) -> None:
    declared = incidents.declare(store, desk.author, title="t", system="scorer", alert_ids=[alert.id])
    more = [another(store, alert, signal="", metric=name) for name in ("approvals", "nulls")]
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])
    qtbot.waitUntil(wall.queue.join_button.isVisible)
    qtbot.keyClick(wall, Key.Key_J)
    qtbot.waitUntil(lambda: kinds(wall) == [])
    held = {found.id for _, found in incidents.get(store, declared.id).alerts}
    assert held == {alert.id, *(one.id for one in more)}
    desk.undo()
    desk.undo()
    qtbot.waitUntil(lambda: kinds(wall) == [Waiting])
    assert [found.id for _, found in incidents.get(store, declared.id).alerts] == [alert.id]
