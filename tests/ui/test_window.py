"""Does the shell show what it is told, and do its keys work everywhere."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tocsin.now import ManualClock
from tocsin.operations import operators
from tocsin.store.folder import Store
from tocsin.ui.bell import Bell
from tocsin.ui.desk import Desk
from tocsin.ui.finder import Choice
from tocsin.ui.heartbeat import Heartbeat
from tocsin.ui.jobs import Jobs, State
from tocsin.ui.palette import LIGHT
from tocsin.ui.text import Label, not_plain
from tocsin.ui.theme import Theme
from tocsin.ui.window import Window


@pytest.fixture
def desk(store: Store, jobs: Jobs, theme: Theme, clock: ManualClock) -> Desk:
    return Desk(store, jobs, Bell(store), Heartbeat(clock), theme)


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    window = Window(desk)
    qtbot.addWidget(window)
    window.add_screen("wall", "Wall", "wall", Label("the wall"), "Ctrl+1")
    window.add_screen("command", "Command", "command", lambda: QLineEdit(), "Ctrl+2")
    window.show_screen("wall")
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def test_a_store_that_can_only_be_read_says_so_beside_its_name(
    qtbot: QtBot, store: Store, desk: Desk, window: Window
) -> None:
    assert window.header.store.text() == f"store: {store.path.name}"
    store.journal.read_only = True
    beside = Window(desk)
    qtbot.addWidget(beside)
    assert beside.header.store.text() == f"store: {store.path.name} · read only"


def test_a_screen_is_made_when_first_shown(qtbot: QtBot, window: Window) -> None:
    assert window.stack.count() == 1
    with qtbot.waitSignal(window.shown) as shown:
        qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert shown.args == ["command"]
    assert isinstance(window.stack.currentWidget(), QLineEdit)
    first = window.show_screen("command")
    assert window.show_screen("command") is first


def test_keys_reach_from_everywhere_but_a_line_being_typed(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.line_wanted):
        qtbot.keyClick(window, Qt.Key.Key_L)
    with qtbot.waitSignal(window.declare_wanted):
        qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    line = window.show_screen("command")
    assert isinstance(line, QLineEdit)
    with qtbot.assertNotEmitted(window.line_wanted):
        qtbot.keyClicks(line, "lull")
    assert line.text() == "lull"


def test_ctrl_k_does_actions_and_finds_what_others_add(qtbot: QtBot, window: Window, theme: Theme) -> None:
    log = list[str]()
    window.add_finds(lambda: [Choice("INC-2026-WR-0001", lambda: log.append("found"), "Credit scorer")])
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.finder.line, "credit")
    qtbot.keyClick(window.finder.line, Qt.Key.Key_Return)
    assert log == ["found"]
    window.open_finder()
    qtbot.keyClicks(window.finder.line, "dark and light")
    qtbot.keyClick(window.finder.line, Qt.Key.Key_Return)
    assert theme.palette is LIGHT


def test_a_newcomer_is_added_and_a_known_operator_chosen(
    qtbot: QtBot, window: Window, desk: Desk, store: Store
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F2)
    qtbot.waitUntil(window.finder.isVisible)
    qtbot.keyClicks(window.finder.line, "Operator B")
    with qtbot.waitSignal(desk.operator_changed):
        qtbot.keyClick(window.finder.line, Qt.Key.Key_Return)
    assert desk.operator == "Operator B"
    assert "Operator B" in operators.names(store)
    assert window.header.operator.text() == "Operator B"


def test_the_time_is_shown_in_the_home_zone_and_utc(window: Window, desk: Desk, clock: ManualClock) -> None:
    desk.heartbeat.beat()
    assert window.header.time.text() == "14:37:12 CET · 13:37 UTC"
    clock.advance(hours=1)
    desk.heartbeat.beat()
    assert window.header.time.text() == "15:37:12 CET · 14:37 UTC"


def test_a_notice_is_read_as_text_and_a_trouble_stays(window: Window, desk: Desk) -> None:
    desk.tell("<b>saved</b>")
    assert window.footer.notice.text() == "<b>saved</b>"
    assert window.footer._fade.isActive()
    desk.tell("the disk is full", trouble=True)
    assert not window.footer._fade.isActive()
    assert not_plain(window) == []


@dataclass(frozen=True)
class At:
    """How far; as operations tell it."""

    done: int
    total: int | None
    note: str = ""


def test_work_shows_a_bar_that_stops_it(qtbot: QtBot, window: Window, jobs: Jobs) -> None:
    def endless() -> Generator[At, None, None]:
        for number in range(10**9):
            yield At(number % 10, 10)

    footer, job = window.footer, jobs.bulk(endless)
    assert not footer.bar.isVisible()
    footer.follow(job, "Importing scores.csv")
    job.start()
    qtbot.waitUntil(lambda: footer.bar.value() > 0)
    assert footer.work.text() == "Importing scores.csv"
    with qtbot.waitSignal(job.ended):
        footer.stop.click()
    assert job.state is State.CANCELLED
    assert not footer.bar.isVisible()


def test_a_click_on_stop_leaves_the_keys_where_they_are(qtbot: QtBot, window: Window, jobs: Jobs) -> None:
    def endless() -> Generator[At, None, None]:
        for number in range(10**9):
            yield At(number % 10, 10)

    field = window.show_screen("command")
    assert field is not None
    field.setFocus()
    job = jobs.bulk(endless)
    window.footer.follow(job, "Importing scores.csv")
    job.start()
    with qtbot.waitSignal(job.ended):
        qtbot.mouseClick(window.footer.stop, Qt.MouseButton.LeftButton)
    assert window.focusWidget() is field


def test_ctrl_k_stops_what_is_under_way(qtbot: QtBot, window: Window, jobs: Jobs) -> None:
    def endless() -> Generator[At, None, None]:
        for number in range(10**9):
            yield At(number % 10, 10)

    def offered() -> list[str]:
        window.open_finder()
        rows = window.finder.list
        return [rows.item(row).text() for row in range(rows.count()) if "Stop" in rows.item(row).text()]

    assert offered() == []
    job = jobs.bulk(endless)
    window.footer.follow(job, "Importing scores.csv")
    job.start()
    assert offered() == ["Stop the work under way   ·   Importing scores.csv"]
    qtbot.keyClicks(window.finder.line, "stop")
    with qtbot.waitSignal(job.ended):
        qtbot.keyClick(window.finder.line, Qt.Key.Key_Return)
    assert job.state is State.CANCELLED
    assert offered() == []


def test_the_journal_line(window: Window, clock: ManualClock) -> None:
    window.footer.show_journal(1284, clock.now() - timedelta(minutes=7))
    assert window.footer.journal.text() == "works offline · journal 1\u202f284 entries, verified 14:30"


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1024, 600)])
def test_nothing_in_the_bars_overlaps(qapp: QApplication, window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.header.show_operator("Operator With A Rather Long Name Indeed")
    qapp.processEvents()
    shown = [w for w in window.header.findChildren(QWidget) if w.isVisible()]
    spans = sorted((w.x(), w.x() + w.width()) for w in shown)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert spans[-1][1] <= size[0]
    assert all(w.width() >= w.minimumSizeHint().width() for w in shown)


@pytest.mark.filterwarnings("ignore:.*QD:DeprecationWarning")  # the older Qt knows no other way to make them
def test_a_file_let_go_over_the_window_is_told_and_a_web_address_is_not_taken(
    qtbot: QtBot, window: Window
) -> None:
    def enter(url: QUrl) -> tuple[QDragEnterEvent, QMimeData]:
        data = QMimeData()
        data.setUrls([url])
        move, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        event = QDragEnterEvent(QPoint(50, 50), move, data, Qt.MouseButton.LeftButton, keys)
        event.ignore()
        QApplication.sendEvent(window, event)
        return event, data

    event, data = enter(QUrl.fromLocalFile("/data/latency.csv"))
    assert event.isAccepted()
    drop = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(window.dropped) as dropped:
        QApplication.sendEvent(window, drop)
    assert dropped.args == ["/data/latency.csv"]
    assert not enter(QUrl("https://example.invalid/latency.csv"))[0].isAccepted()
