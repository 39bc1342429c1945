"""The list of signals by its keys: found by typing, sorted, placed in bulk, undone; what nobody watches."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from tocsin.model.coverage import Watching
from tocsin.model.signal import Layer
from tocsin.now import ManualClock
from tocsin.operations import signals
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.signals.listing import ListingPart
from tocsin.ui.signals.screen import SignalsScreen
from tocsin.ui.signals.words import Column
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window

Key = Qt.Key


def shown(screen: ListingPart) -> list[str]:
    return [f"{one.system} {one.signal.metric}" for one in screen.table.signals.rows]


def press(qtbot: QtBot, screen: ListingPart, text: str) -> None:
    """Type where the keyboard is."""
    keyed = screen.window().focusWidget()
    assert keyed is not None
    qtbot.keyClicks(keyed, text)


def find(qtbot: QtBot, screen: ListingPart, text: str) -> None:
    press(qtbot, screen, "/")
    assert screen.search.hasFocus()
    press(qtbot, screen, text)
    qtbot.keyClick(screen.search, Key.Key_Return)


def layers(store: Store) -> dict[str, str]:
    return {f"{one.system} {one.signal.metric}": one.signal.layer.value for one in signals.look(store).rows}


def test_every_signal_is_listed_with_its_pulse(screen: ListingPart) -> None:
    assert shown(screen) == ["router latency", "router cost", "scorer latency", "scorer accuracy"]
    model = screen.table.signals
    states = [model.index(row, Column.STATE).data() for row in range(4)]
    assert states == ["on time", "late 4 min", "silent 10 h", "on time"]
    assert [model.index(0, column).data() for column in (Column.SYSTEM, Column.LAYER, Column.RHYTHM)] == [
        "router", "infrastructure", "1 min",
    ]  # fmt: skip
    assert not_plain(screen) == []


def test_typing_finds_and_escape_lets_go(qtbot: QtBot, screen: ListingPart) -> None:
    find(qtbot, screen, "LATENCY silent")
    assert shown(screen) == ["scorer latency"]
    assert "1 of 4" in screen.panel.remark.text()
    assert screen.table.hasFocus()
    qtbot.keyClick(screen.table, Key.Key_Escape)
    assert len(shown(screen)) == 4


def test_a_column_sorts_both_ways_and_the_cursor_stays_on_its_signal(
    qtbot: QtBot, screen: ListingPart
) -> None:
    screen.table.selectRow(3)
    screen.table.sort_by(Column.STATE)
    assert shown(screen)[:2] == ["scorer latency", "router cost"]
    assert screen.table.current is not None
    assert screen.table.current.signal.metric == "accuracy"
    screen.table.sort_by(Column.STATE)
    assert shown(screen)[-1] == "scorer latency"
    before = shown(screen)
    press(qtbot, screen, "o")
    assert shown(screen) != before


def test_the_chosen_are_placed_by_one_entry_and_undone_by_one_key(
    qtbot: QtBot, screen: ListingPart, store: Store, desk: Desk
) -> None:
    find(qtbot, screen, "latency")
    qtbot.keyClick(screen.table, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, screen, "l")
    box = screen.findChild(QComboBox, "ask-layer")
    assert isinstance(box, QComboBox)
    box.setCurrentText(Layer.OVERSIGHT.value)
    qtbot.keyClick(box, Key.Key_Return)
    qtbot.waitUntil(lambda: not screen.ask.isVisible())
    placed = layers(store)
    assert placed["router latency"] == placed["scorer latency"] == "oversight"
    with store.journal.read() as connection:
        [entry] = journal.entries(connection, kinds=["signals.placed"])
    assert entry.author.name == "Operator A"
    qtbot.waitUntil(lambda: screen.table.signals.index(0, Column.LAYER).data() == "oversight")
    assert len(screen.table.chosen) == 2, "what was chosen stays chosen"
    desk.undo()
    qtbot.waitUntil(lambda: layers(store)["scorer latency"] == "infrastructure")
    qtbot.waitUntil(lambda: screen.table.signals.index(0, Column.LAYER).data() == "infrastructure")


@pytest.mark.parametrize(
    ("key", "field", "column"), [("s", "segment", 3), ("g", "group", 4), ("m", "system", 0)]
)
def test_segment_group_and_system_are_asked_for_by_their_keys(
    qtbot: QtBot, screen: ListingPart, key: str, field: str, column: int
) -> None:
    find(qtbot, screen, "accuracy")
    press(qtbot, screen, key)
    line = screen.findChild(QLineEdit, f"ask-{field}")
    assert isinstance(line, QLineEdit)
    line.setText("region NE")
    qtbot.keyClick(line, Key.Key_Return)
    qtbot.waitUntil(lambda: not screen.ask.isVisible())
    find(qtbot, screen, "region")
    qtbot.waitUntil(lambda: len(shown(screen)) == 1)
    assert screen.table.signals.index(0, column).data() == "region NE"


def test_a_refusal_stays_in_what_asked(qtbot: QtBot, screen: ListingPart, store: Store) -> None:
    find(qtbot, screen, "router latency")
    press(qtbot, screen, "m")
    line = screen.findChild(QLineEdit, "ask-system")
    assert isinstance(line, QLineEdit)
    line.setText("scorer")
    qtbot.keyClick(line, Key.Key_Return)
    qtbot.waitUntil(lambda: "already" in screen.ask.trouble.text())
    assert signals.placements(store) == {}


def test_l_is_the_layer_here_and_logs_no_line(qtbot: QtBot, screen: ListingPart, window: Window) -> None:
    wanted: list[bool] = []
    window.line_wanted.connect(lambda: wanted.append(True))
    qtbot.keyClick(screen.table, Key.Key_L)
    assert screen.ask.isVisible()
    assert wanted == []


def test_the_chart_shows_the_signal_under_the_cursor(qtbot: QtBot, screen: ListingPart) -> None:
    qtbot.waitUntil(lambda: screen.chart.view is not None)
    screen.table.selectRow(3)
    qtbot.waitUntil(lambda: screen.chart.view is not None and screen.chart.view.signal.metric == "accuracy")
    assert "scorer" in screen.chart.remark.text()
    assert screen.chart.view is not None
    assert len(screen.chart.view.times_us) == 30
    before = screen.chart.range
    press(qtbot, screen, "r")
    assert screen.chart.range != before


def test_coverage_tells_who_watches_and_leads_to_the_signals(qtbot: QtBot, screen: ListingPart) -> None:
    press(qtbot, screen, "3")
    assert screen.matrix.isVisible()
    assert not screen.chart.isVisible()
    assert "of 16 layers blind" in screen.panel.remark.text()
    model = screen.matrix.coverage
    scorer = next(one for one in model.systems if one.system.name == "scorer")
    assert scorer.of(Watching.SILENT) == (Layer.INFRASTRUCTURE,)
    screen.matrix.setCurrentIndex(model.index(1, 0))
    assert "Nothing was heard since" in screen.pointed.text()
    qtbot.keyClick(screen.matrix, Key.Key_Return)
    assert shown(screen) == ["scorer latency"]
    assert screen.table.isVisible()


def test_a_signal_falls_silent_while_the_screen_is_open(
    qtbot: QtBot, screen: ListingPart, clock: ManualClock, desk: Desk
) -> None:
    clock.advance(minutes=6)
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(lambda: screen.table.signals.index(0, Column.STATE).data() == "silent 6 min")


def test_an_empty_store_says_what_to_do(qtbot: QtBot, desk: Desk, window: Window) -> None:
    made = SignalsScreen(desk)
    window.add_screen("signals", "Signals", "signals", made)
    window.show_screen("signals")
    made.show_tab("Signals")
    qtbot.waitUntil(lambda: "Ctrl I" in made.listing.message.text())
    assert made.listing.message.isVisible()
