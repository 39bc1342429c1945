"""Does anything of a hostile text go unseen: the whole console, every widget and every painted word."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.conftest import AddSamples
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.arrangement import OptionRegistered, OptionRehearsed
from tocsin.model.deployment import Deployment
from tocsin.model.incident import Incident
from tocsin.model.instant import When, to_us
from tocsin.model.journal import FieldsSet, RoleAssumed, SystemAdded
from tocsin.model.operator import Author
from tocsin.model.response import FreezeDeclared, FreezeLifted, OptionPulled, PullConfirmed
from tocsin.model.signal import Signal
from tocsin.operations import incidents, timeline
from tocsin.store import alerts, deployments
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.console import App
from tocsin.ui.contain.screen import ContainScreen
from tocsin.ui.signals.placing import PARTS
from tocsin.ui.signals.screen import SignalsScreen
from tocsin.ui.text import visible
from tocsin.ui.timeline.editor import TimelineScreen

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
BAIT = "\u202e\u2066\u200b\ufeff\x1b\x9b"
MARK = "‹U+202E›"
NOBODY = Author(f"Op{BAIT}erator", "account")
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("R\u202eD", "R‹U+202E›D"),
        ("a\x00b\x1b\x9b", "a‹U+0000›b‹U+001B›‹U+009B›"),
        ("\ud800 \ufeff", "‹U+D800› ‹U+FEFF›"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("Grüße, שלום, 你好 👍", "Grüße, שלום, 你好 👍"),
    ],
)
def test_what_hides_or_reorders_is_shown_as_a_mark_and_nothing_else_is(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@pytest.fixture
def incident(store: Store, author: Author, add_samples: AddSamples) -> Incident:
    """An incident whose title, lines, metric, alert, people, system and deployment are all bait.

    The commands refuse some of these names; they are written as another program would write them.
    """
    now, system = store.now(), store.new_id()
    with store.write() as write:
        write.add(author, SystemAdded(f"scorer{BAIT}"), subject=system)
    at = np.array([to_us(now - timedelta(minutes=m)) for m in range(30, 0, -1)])
    signal = Signal(system, f"accu{BAIT}racy", {"region": f"e{BAIT}u"})
    number = add_samples(signal, at, np.linspace(0.9, 0.3, 30))
    found, other = (
        Alert(store.new_id(), system, signal.id, signal.metric, True, AlertSeverity.HIGH, "departure", "1",
              f"it {BAIT} fell", 0.61, 0.9, now, When(now))
        for _ in range(2)
    )  # fmt: skip
    with store.signals.write() as connection:
        for key, one in (("a", found), ("b", other)):
            alerts.add(connection, one, key, series=signal.id)
        rolled = Deployment("d", system, now - timedelta(minutes=9), f"sco{BAIT}rer", f"1{BAIT}2")
        deployments.add(connection, rolled, "d", number)
    made = incidents.declare(store, author, title="x", system=system, alert_ids=(found.id,))
    with store.write() as write:
        for body in (FieldsSet({"title": f"Scores{BAIT}fall"}), RoleAssumed("technical", NOBODY.name)):
            write.add(NOBODY, body, incident=made.id, subject=made.id)
    timeline.log(store, NOBODY, made.id, f"tell{BAIT}tale")
    return made


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every word that a painter of ours is handed."""
    words: list[str] = []
    draw = QPainter.drawText

    def record(painter: QPainter, *given: Any) -> Any:
        words.extend(one for one in given if isinstance(one, str))
        return draw(painter, *given)

    monkeypatch.setattr(QPainter, "drawText", record)
    return words


@pytest.fixture
def app(qtbot: QtBot, qapp: QApplication, store: Store, incident: Incident) -> Iterator[App]:
    made = App(qapp, store, theme="dark")
    made.desk.choose_operator("Operator A")
    made.start()
    made.desk.choose_incident(incident.id)
    made.window.resize(1366, 768)
    qtbot.waitExposed(made.window)
    qtbot.waitUntil(lambda: made.wall.view is not None)
    yield made
    made.window.close()
    made.close()


def said(widget: QWidget) -> Iterator[str]:
    """Every text a widget holds: its own, its tip, its rows."""
    for name in ("text", "toPlainText", "toolTip", "accessibleName", "accessibleDescription", "windowTitle",
                 "placeholderText", "currentText"):  # fmt: skip
        if callable(read := getattr(widget, name, None)):
            yield str(read())
    if isinstance(widget, QAbstractItemView | QComboBox):
        model = widget.model()
        rows = range(model.rowCount(QModelIndex()))
        columns = range(model.columnCount(QModelIndex())) if isinstance(model, QAbstractTableModel) else (0,)
        cells = (model.index(row, column) for row in rows for column in columns)
        yield from (str(cell.data(role)) for cell in cells for role in ROLES)


def look(app: App, painted: list[str], *, marked: bool = True) -> None:
    """Paint the window and read every widget: the marks are there, what they stand for is not."""
    painted.clear()
    app.window.grab()
    words = painted + [text for one in (app.window, *app.window.findChildren(QWidget)) for text in said(one)]
    assert [text for text in words if RAW.search(text)] == []
    if marked:
        assert any(MARK in text for text in painted)


def test_on_the_wall_in_the_sheet_and_in_ctrl_k(qtbot: QtBot, app: App, painted: list[str]) -> None:
    look(app, painted)
    app.wall.grid.setFocus()
    qtbot.waitUntil(lambda: len(app.wall.queue.rows.facts) == 1)
    app.wall.queue.declare()
    qtbot.waitUntil(lambda: MARK in app.sheets.declare.title.text())
    look(app, painted)
    app.sheets.declare.dismiss()
    qtbot.waitUntil(lambda: bool(list(app.bars.watched())))
    app.window.open_finder()
    rows = app.window.finder.list
    assert any(MARK in rows.item(row).text() for row in range(rows.count()))  # work under way stands above
    look(app, painted)
    app.desk.tell(f"no{BAIT}tice", trouble=True)
    look(app, painted)


def test_on_the_command_screen_and_what_it_asks(qtbot: QtBot, app: App, painted: list[str]) -> None:
    screen = app.window.show_screen("command")
    assert isinstance(screen, CommandScreen)
    qtbot.waitUntil(lambda: screen.view is not None and bool(screen.signals.shown))
    look(app, painted)
    for deed in (screen._deeds.title, screen._deeds.roles, screen._deeds.alert):
        deed()
        qtbot.waitUntil(screen.ask.isVisible)
        look(app, painted)
        screen.ask.dismiss()


def test_a_title_left_as_it_is_shown_stays_as_it_was(qtbot: QtBot, app: App, store: Store) -> None:
    screen = app.window.show_screen("command")
    assert isinstance(screen, CommandScreen)
    qtbot.waitUntil(lambda: screen.view is not None)
    before = incidents.get(store, app.desk.incident).title
    screen._deeds.title()
    field = screen.ask.findChild(QWidget, "ask-title")
    assert isinstance(field, QWidget)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not app.jobs.busy())
    assert incidents.get(store, app.desk.incident).title == before


def test_on_the_timeline_and_in_its_forms(qtbot: QtBot, app: App, painted: list[str]) -> None:
    screen = app.window.show_screen("timeline")
    assert isinstance(screen, TimelineScreen)
    qtbot.waitUntil(lambda: bool(screen.table.entries.items))
    id = screen.table.entries.items[0].id
    screen.select(id)
    qtbot.waitUntil(lambda: bool(screen.side.details.history.steps))
    look(app, painted)
    screen.side.edit(id)
    assert MARK in screen.side.form.text.toPlainText()
    look(app, painted)
    qtbot.mouseClick(screen.side.form.save, Qt.MouseButton.LeftButton)
    assert screen.side.form.isHidden(), "nothing was changed, so nothing is written"
    screen.side.retract(id)
    look(app, painted)
    assert screen.findChildren(QPushButton)


def test_on_the_signals_screen_and_in_its_coverage(qtbot: QtBot, app: App, painted: list[str]) -> None:
    screen = app.window.show_screen("signals")
    assert isinstance(screen, SignalsScreen)
    part, listing = screen.investigate, screen.listing
    qtbot.waitUntil(lambda: part.lanes.picture is not None)
    look(app, painted)
    screen.show_tab("Signals")
    qtbot.waitUntil(lambda: listing.chart.view is not None)
    look(app, painted)
    for key in PARTS:
        listing.place(key)
        assert listing.ask.isVisible()
        look(app, painted)
        listing.ask.dismiss()
    screen.show_tab("Coverage")
    look(app, painted, marked=False)
    assert MARK in listing.pointed.text()


def test_among_the_columns_of_a_file_to_import(
    qtbot: QtBot, app: App, painted: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "columns.csv"
    rows = "".join(f"2026-10-01T00:{minute:02d}:00Z,n{BAIT}e,{minute}\n" for minute in range(20))
    file.write_text(f"time,reg{BAIT}ion,accu{BAIT}racy\n{rows}")
    app.sheets.importing.open_with(file)
    qtbot.waitUntil(app.sheets.importing.table.isVisible)
    columns = app.sheets.importing.table.table.columns
    columns.choose(1, "segment")
    look(app, painted)
    assert MARK in app.sheets.importing.columns.text()
    assert app.sheets.importing._options().mapping["segment"] == f"reg{BAIT}ion"
    app.sheets.importing.system.setEditText("shop")
    app.sheets.importing.preview.click()
    qtbot.waitUntil(lambda: "would be stored" in app.sheets.importing.outcome.text())
    look(app, painted)


def test_in_what_contains_an_incident(
    qtbot: QtBot, app: App, painted: list[str], store: Store, incident: Incident
) -> None:
    option, at = store.new_id(), store.new_id()
    hostile = f"Kill{BAIT}switch"
    with store.write() as write:
        known = OptionRegistered(
            incident.system, hostile, "fallback", (hostile,), hostile, 5, False, incident.alerts[0][1].signal,
            hostile,
        )  # fmt: skip
        write.add(NOBODY, known, subject=option)
        write.add(NOBODY, OptionRehearsed(True, 3, hostile), subject=option)
        for body in (
            OptionPulled(option, hostile, 5, known.signal, undo=hostile, how=hostile, override=hostile),
            PullConfirmed(at, False, hostile, name=hostile),
            FreezeLifted(hostile),
            FreezeDeclared(hostile),
        ):
            pull = at if isinstance(body, OptionPulled) else ""
            write.add(NOBODY, body, incident=incident.id, subject=incident.id, id=pull)
    screen = app.window.show_screen("contain")
    assert isinstance(screen, ContainScreen)
    qtbot.waitUntil(lambda: screen.view is not None and bool(screen.pulls.rows.facts))
    look(app, painted)
    screen.do("R")
    look(app, painted, marked=False)
    screen.ask.dismiss()
    app.sheets.pull.open()
    qtbot.waitUntil(lambda: bool(app.sheets.pull.rows.facts))
    look(app, painted)
    app.sheets.pull.dismiss()
    app.sheets.option.open(option)
    qtbot.waitUntil(lambda: bool(app.sheets.option.name.text()))
    look(app, painted, marked=False)
