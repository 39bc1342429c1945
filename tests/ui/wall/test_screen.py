"""The wall: opened, walked through and declared from by keys and mouse; live; calm when nothing is open."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tocsin.model.alert import Alert
from tocsin.model.coverage import State
from tocsin.model.incident import Incident
from tocsin.model.signal import Layer
from tocsin.now import ManualClock
from tocsin.operations import incidents
from tocsin.operations.wall import Cell
from tocsin.store import alerts
from tocsin.store.folder import Store
from tocsin.ui.declare import DeclareSheet
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.text import not_plain
from tocsin.ui.wall.cells import looks, shown_word
from tocsin.ui.wall.screen import WallScreen
from tocsin.ui.window import Window

Key = Qt.Key


def declare(store: Store, desk: Desk, title: str = "Scorer declines", severity: str = "SEV-2") -> Incident:
    return incidents.declare(store, desk.author, title=title, system="scorer", severity=severity)


def cards(wall: WallScreen) -> list[str]:
    return [card.id for card in wall.cards.cards if card.isVisible()]


def test_a_calm_wall_says_how_to_declare_and_to_import(wall: WallScreen) -> None:
    assert "Ctrl D" in wall.cards.empty.text()
    assert wall.cards.empty.isVisible()
    assert not wall.grid.isVisible()


def test_what_is_declared_elsewhere_appears(qtbot: QtBot, wall: WallScreen, store: Store, desk: Desk) -> None:
    declared = declare(store, desk)
    qtbot.waitUntil(lambda: cards(wall) == [declared.id])
    assert "Scorer declines" in wall.cards.cards[0].accessibleName()
    button = wall.matrix.findChild(QPushButton, "matrix-open")
    assert isinstance(button, QPushButton)
    assert button.text() == "1 open"


def test_a_hidden_wall_reads_when_it_is_shown_again(
    qtbot: QtBot, wall: WallScreen, store: Store, desk: Desk
) -> None:
    wall.hide()
    with qtbot.waitSignal(desk.bell.journal_changed):
        declared = declare(store, desk)
    before = wall.view
    wall.refresh()
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    assert wall.view is before
    wall.show()
    qtbot.waitUntil(lambda: cards(wall) == [declared.id])


def test_countdowns_follow_the_clock_and_turn_overdue(
    qtbot: QtBot, wall: WallScreen, store: Store, desk: Desk, clock: ManualClock
) -> None:
    declare(store, desk)
    qtbot.waitUntil(lambda: len(cards(wall)) == 1)
    card = wall.cards.cards[0]
    assert (card.words.what, card.words.left, card.words.tone) == ("Triage in", "00:15:00", None)
    for minutes, left, tone in ((12, "00:03:00", Tone.ORANGE), (5, "−00:02:00", Tone.RED)):
        clock.advance(minutes=minutes)
        desk.heartbeat.tick.emit(clock.now())
        assert (card.words.left, card.words.tone) == (left, tone)


def test_cards_beyond_the_edge_come_by_keys(
    qtbot: QtBot, wall: WallScreen, store: Store, desk: Desk, clock: ManualClock, window: Window
) -> None:
    window.resize(1024, 700)
    ids = []
    for number in range(6):
        ids.append(declare(store, desk, f"n {number}").id)
        clock.advance(minutes=1)
    qtbot.waitUntil(lambda: wall.cards.more.text() == "+4 more" and wall.cards.more.isVisible())
    assert cards(wall) == ids[:2]
    wall.cards.cards[0].setFocus()
    for _ in range(2):
        qtbot.keyClick(wall.cards.focusWidget(), Key.Key_Right)
    assert cards(wall) == ids[1:3]
    assert wall.cards.before.isVisible()
    with qtbot.waitSignal(wall.opened) as opened:
        qtbot.keyClick(wall.cards.focusWidget(), Key.Key_Return)
    assert opened.args == [ids[2]]
    qtbot.mouseClick(wall.cards.more, Qt.MouseButton.LeftButton)
    assert cards(wall)[0] == ids[3]


def test_a_click_on_a_card_takes_the_incident_in_hand(
    qtbot: QtBot, wall: WallScreen, store: Store, desk: Desk
) -> None:
    declared = declare(store, desk)
    qtbot.waitUntil(lambda: cards(wall) == [declared.id])
    with qtbot.waitSignals([wall.opened, desk.incident_chosen]):
        qtbot.mouseClick(wall.cards.cards[0], Qt.MouseButton.LeftButton)
    assert desk.incident == declared.id


def test_the_cell_with_the_alert_leads_to_declaring(qtbot: QtBot, alert: Alert, wall: WallScreen) -> None:
    box = wall.grid.box(0, 1)  # output quality
    qtbot.mouseClick(wall.grid.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert wall.grid.cursor_at == (0, 1)
    with qtbot.waitSignal(wall.declare_wanted) as wanted:
        qtbot.keyClick(wall.grid, Key.Key_Return)
    assert wanted.args == [(alert.id,), "", ""]


def test_arrows_walk_the_grid_and_say_what_is_there(qtbot: QtBot, alert: Alert, wall: WallScreen) -> None:
    wall.grid.setFocus()
    qtbot.keyClick(wall.grid, Key.Key_Right)
    assert "scorer · output quality: shifted" in wall.grid.accessibleDescription()
    assert "fell" in wall.grid.accessibleDescription()
    qtbot.keyClick(wall.grid, Key.Key_Right)
    assert "nobody is watching" in wall.grid.accessibleDescription()
    with qtbot.waitSignal(wall.declare_wanted) as wanted:
        qtbot.keyClick(wall.grid, Key.Key_Return)
    assert wanted.args == [(), alert.system, ""]


def test_the_cell_of_an_incident_opens_it(
    qtbot: QtBot, alert: Alert, wall: WallScreen, store: Store, desk: Desk
) -> None:
    declared = incidents.declare(store, desk.author, title="t", system="scorer", alert_ids=[alert.id])
    qtbot.waitUntil(lambda: cards(wall) == [declared.id])
    center = wall.grid.box(0, 1).center().toPoint()
    with qtbot.waitSignal(wall.opened) as opened:
        qtbot.mouseDClick(wall.grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(center))
    assert opened.args == [declared.id]


def test_d_declares_from_the_queue(
    qtbot: QtBot, alert: Alert, wall: WallScreen, sheet: DeclareSheet, store: Store
) -> None:
    wall.declare_wanted.connect(sheet.open_for)
    qtbot.keyClick(wall, Key.Key_D)
    qtbot.waitUntil(lambda: bool(sheet.title.text()))
    assert sheet.system.currentText() == "scorer"
    assert "0.61" in sheet.title.text()
    qtbot.keyClicks(sheet.title, "Accuracy fell")
    with qtbot.waitSignal(sheet.declared):
        qtbot.keyClick(sheet.title, Key.Key_Return)
    [declared] = incidents.listed(store)
    assert (declared.title, declared.severity, declared.commander) == ("Accuracy fell", "SEV-2", "Operator A")
    assert [found.id for _, found in declared.alerts] == [alert.id]
    qtbot.waitUntil(lambda: not wall.queue.rows.facts)
    assert not wall.queue.button.isVisible()


def test_an_alert_that_tells_no_metric_goes_by_the_rule_that_fired(
    qtbot: QtBot, alert: Alert, wall: WallScreen, sheet: DeclareSheet, store: Store
) -> None:
    told = replace(
        alert, id=store.new_id(), signal="", metric="", detector="LatencyHigh", value=None, start=None,
        time=alert.time - timedelta(hours=20),
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, told, "another")
    wall.declare_wanted.connect(sheet.open_for)
    qtbot.waitUntil(lambda: len(wall.queue.rows.facts) == 2)
    model = wall.queue.rows.model()
    heard = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
    assert any("scorer LatencyHigh: " in words for words in heard)
    sheet.open_for(told.id)
    qtbot.waitUntil(lambda: sheet.title.text() == "LatencyHigh")


def test_r_lets_the_curves_go_further_back(qtbot: QtBot, alert: Alert, wall: WallScreen) -> None:
    assert wall.view is not None
    before = wall.view.rows[0].cells[1].curve
    qtbot.keyClick(wall, Key.Key_R)
    qtbot.waitUntil(lambda: wall.view is not None and wall.view.rows[0].cells[1].curve is not before)
    assert [button.isChecked() for button in wall.findChildren(QPushButton) if button.isCheckable()] == [
        False, False, True,
    ]  # fmt: skip


def test_a_signal_falls_silent_though_nothing_is_written(
    qtbot: QtBot, alert: Alert, wall: WallScreen, desk: Desk, clock: ManualClock
) -> None:
    assert wall.view is not None
    assert not wall.view.rows[0].cells[1].silent
    clock.advance(hours=2)
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(lambda: wall.view is not None and wall.view.rows[0].cells[1].silent)


def test_the_wall_says_in_how_many_layers_nobody_watches_or_something_is_silent(
    qtbot: QtBot, alert: Alert, wall: WallScreen, desk: Desk, clock: ManualClock
) -> None:
    assert wall._watching.text() == "hatched: nobody watches 7 of 8 layers"
    clock.advance(hours=2)
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(lambda: wall._watching.text().endswith("· something is silent in 1"))


def test_a_cell_says_how_many_are_silent_where_others_still_come() -> None:
    some = Cell(Layer.QUALITY, State.SILENT, signals=14, gone=2, silent=True)
    assert shown_word(some) == "2 silent"
    assert looks(some) != looks(replace(some, gone=3)), "another count is painted anew"
    assert shown_word(replace(some, gone=14)) == "silent"
    assert shown_word(replace(some, state=State.SHIFTED)) == "shifted"


def test_a_clock_set_back_is_followed(
    qtbot: QtBot, wall: WallScreen, store: Store, desk: Desk, clock: ManualClock
) -> None:
    declare(store, desk)
    qtbot.waitUntil(lambda: len(cards(wall)) == 1)
    clock.set_wall(clock.now() - timedelta(minutes=10))
    desk.heartbeat.tick.emit(clock.now())
    assert wall.cards.cards[0].words.left == "00:25:00"


def test_nothing_draws_markup(alert: Alert, wall: WallScreen, sheet: DeclareSheet, window: Window) -> None:
    assert not_plain(window) == []


def test_on_a_low_screen_the_queue_gets_the_room_of_the_matrix_words(
    qtbot: QtBot, wall: WallScreen, window: Window
) -> None:
    heights = []
    for size in ((1366, 1060), (1366, 768), (1366, 1060)):
        window.resize(*size)
        qtbot.waitUntil(lambda size=size: window.size().height() == size[1])  # type: ignore[misc]
        heights.append(wall.matrix.height())
    assert heights[1] < 0.8 * heights[0]
    assert heights[1] > 150
    assert heights[2] == heights[0]
