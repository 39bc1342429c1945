"""The screen "On call" by its keys: rosters, contacts, channels, and what the rules call that nobody is."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from tests.hooks import hook
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import channels, contacts, roster
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.people.screen import PeopleScreen
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window

Key, Modifier = Qt.Key, Qt.KeyboardModifier
ROSTER = """rota,person,begins,ends
on call,Operator A,2026-11-02 08:00,2026-11-03 08:00
on call,Operator B,2026-11-03 20:00,2026-11-09 08:00
on call,,2026-11-09 08:00,2026-11-16 08:00
"""


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, tmp_path: Path) -> PeopleScreen:
    window = Window(desk)
    qtbot.addWidget(window)
    made = PeopleScreen(desk, Strongbox(tmp_path / "secrets.json"), window)
    window.add_screen("people", "On call", "person", made, "Ctrl+0")
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, Key.Key_0, Modifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(made.contacts.facts))
    return made


def field(screen: PeopleScreen, name: str) -> QLineEdit:
    found = screen.ask.findChild(QLineEdit, f"ask-{name}")
    assert isinstance(found, QLineEdit)
    return found


def lines(screen: PeopleScreen) -> dict[str, str]:
    return {line.text: line.right for line in screen.contacts.facts}


def press(qtbot: QtBot, key: Key, modifier: Modifier = Modifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


def test_a_title_of_the_rules_gets_a_person_and_a_number(
    qtbot: QtBot, screen: PeopleScreen, store: Store
) -> None:
    assert lines(screen)["CISO"] == "nobody"
    screen.contacts.setFocus()
    screen.contacts.select("?CISO")
    press(qtbot, Key.Key_E)
    assert field(screen, "name").text() == "CISO"
    qtbot.keyClicks(field(screen, "person"), "Operator C")
    qtbot.keyClicks(field(screen, "phone"), "call me")
    qtbot.keyClick(field(screen, "phone"), Key.Key_Return)
    qtbot.waitUntil(lambda: "not a telephone number" in screen.ask.trouble.text())
    field(screen, "phone").setText("+49 30 1")
    qtbot.keyClick(field(screen, "phone"), Key.Key_Return)
    qtbot.waitUntil(lambda: lines(screen).get("CISO: Operator C") == "+49 30 1")
    assert contacts.get(store, "ciso").person == "Operator C"


def test_a_roster_file_is_shown_before_it_counts_and_gaps_are_told(
    qtbot: QtBot, screen: PeopleScreen, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    press(qtbot, Key.Key_I)
    qtbot.waitUntil(lambda: "line 4 is refused: the person is missing" in screen.roster.told.text())
    assert "nobody from 03 Nov 08:00 until 03 Nov 20:00" in screen.roster.told.text()
    assert roster.listed(store) == []
    press(qtbot, Key.Key_Return, Modifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(screen.rotas.facts))
    assert screen.rotas.facts[0].text == "on call: Operator A"
    assert "nobody from Tue 08:00 until Tue 20:00 (12 h)" in screen.gaps.text()


def test_who_is_on_duty_changes_as_the_first_shift_begins(
    qtbot: QtBot,
    screen: PeopleScreen,
    desk: Desk,
    store: Store,
    author: Author,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("rota,person,begins,ends\non call,Operator A,2026-11-03T08:00Z,2026-11-04T08:00Z\n")
    roster.take(store, author, roster.preview(store, file))
    qtbot.waitUntil(lambda: [line.text for line in screen.rotas.facts] == ["on call: nobody"])
    clock.set_wall(datetime(2026, 11, 3, 8, tzinfo=UTC))
    desk.heartbeat.tick.emit(clock.now())
    qtbot.waitUntil(lambda: [line.text for line in screen.rotas.facts] == ["on call: Operator A"])


def test_a_channel_is_added_tested_and_removed(
    qtbot: QtBot, screen: PeopleScreen, store: Store, desk: Desk
) -> None:
    told: list[str] = []
    desk.noticed.connect(lambda text, _trouble: told.append(text))
    with hook() as web:
        press(qtbot, Key.Key_W)
        field(screen, "place").setText("http://elsewhere.example.org/hook")
        qtbot.keyClick(field(screen, "place"), Key.Key_Return)
        qtbot.waitUntil(lambda: "needs https" in screen.ask.trouble.text())
        field(screen, "place").setText(web.url)
        qtbot.keyClick(field(screen, "place"), Key.Key_Return)
        qtbot.waitUntil(lambda: bool(screen.channels.facts))
        screen.channels.setFocus()
        press(qtbot, Key.Key_T)
        qtbot.waitUntil(lambda: any("took a test message" in text for text in told))
        assert web.got[0]["test"] is True
    press(qtbot, Key.Key_Delete)
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: not screen.channels.facts)
    assert channels.listed(store) == []


def test_a_test_message_is_let_go_when_the_console_closes(
    qtbot: QtBot, screen: PeopleScreen, store: Store, author: Author, desk: Desk
) -> None:
    told: list[str] = []
    desk.noticed.connect(lambda text, _trouble: told.append(text))
    reached, over = threading.Event(), threading.Event()
    with hook(lambda _body: (reached.set(), over.wait(30)) and 500) as web:
        channels.save(store, author, "hook", "webhook", web.url, {})
        screen.deeds.test(channels.get(store, "hook"))
        assert reached.wait(30)
        [thread] = [one for one in threading.enumerate() if one.name == "test hook"]
        screen.deeds.stop()
        over.set()
        thread.join()
    QApplication.processEvents()
    assert told == ["hook: sending a test …"]


def test_a_secret_is_typed_unseen_and_waits_for_its_passphrase(qtbot: QtBot, screen: PeopleScreen) -> None:
    press(qtbot, Key.Key_W)
    assert field(screen, "secret").echoMode() is QLineEdit.EchoMode.Password
    field(screen, "place").setText("https://hooks.example.org/services")
    field(screen, "secret").setText("T0/s3cret")
    qtbot.keyClick(field(screen, "secret"), Key.Key_Return)
    qtbot.waitUntil(screen.unlock.isVisible)


def test_what_people_wrote_stays_words(
    qtbot: QtBot, screen: PeopleScreen, store: Store, author: Author
) -> None:
    contacts.save(store, author, "<b>bold</b>", phone="+49 30 2")
    qtbot.waitUntil(lambda: "<b>bold</b>" in lines(screen))
    assert not_plain(screen) == []
