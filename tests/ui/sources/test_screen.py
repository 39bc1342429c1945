"""The screen of sources by the keys a person presses: see how they go, add, edit, remove, unlock."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.sources.conftest import Put
from tocsin.model.source import State
from tocsin.now import ManualClock
from tocsin.operations import sources
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.sources.running import Running
from tocsin.ui.sources.screen import SourcesScreen
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.sources.words import kind
from tocsin.ui.text import Label, not_plain

KEEP = "correct horse battery"
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: QtBot, widget: QWidget, key: Qt.Key) -> None:
    focus = widget.window().focusWidget() or widget
    qtbot.keyClick(focus, key)


def names(screen: SourcesScreen) -> list[str]:
    return [one.source.name for one in screen.rows.facts]


def choose(screen: SourcesScreen, importer: str) -> None:
    button = next(b for b in screen.form.kind.group.buttons() if b.text() == kind(importer))
    button.click()


def type_source(qtbot: QtBot, screen: SourcesScreen, importer: str, name: str, place: str) -> None:
    choose(screen, importer)
    qtbot.keyClicks(screen.form.name, name)
    qtbot.keyClicks(screen.form.where, place)
    screen.form.system.setEditText("scorer")


def set_to(store: Store, count: int) -> Callable[[], None]:
    def check() -> None:
        assert len(sources.list_all(store)) == count

    return check


def test_without_a_source_it_says_what_one_is_and_how_to_add_one(screen: SourcesScreen) -> None:
    assert "No live source yet" in screen.message.text()
    assert screen.add_first.isVisible()
    screen.resize(1800, 900)
    message = screen.message
    assert message.height() >= message.heightForWidth(message.width())  # nothing of it is cut


def test_sources_are_listed_with_how_they_go_and_the_one_in_hand_in_full(
    qtbot: QtBot, store: Store, clock: ManualClock, put: Put, request: pytest.FixtureRequest
) -> None:
    now = clock.now()
    put("good", State(now, now, now + timedelta(seconds=15), now, 1234))
    put("bad", State(None, now, now, None, 0, "the folder is not there.", 3))
    screen: SourcesScreen = request.getfixturevalue("screen")
    assert names(screen) == ["bad", "good"]
    assert "1 failing" in screen._panel.remark.text()
    assert screen.details.name.text() == "bad"
    assert "3 times in a row" in screen.details.word.text()
    assert screen.details.error.text() == "the folder is not there."
    screen.rows.select("good")
    assert screen.details.name.text() == "good"
    assert screen.details.facts["Rows stored"].text() == "1\u202f234"
    assert not screen.details.error.isVisible()
    assert not_plain(screen) == []


def test_the_next_try_counts_down_with_the_heartbeat(
    desk: Desk, clock: ManualClock, put: Put, request: pytest.FixtureRequest
) -> None:
    now = clock.now()
    put("good", State(now, now, now + timedelta(seconds=15), now, 1))
    screen: SourcesScreen = request.getfixturevalue("screen")
    assert screen.details.facts["Next try"].text() == "in 15 s"
    clock.advance(seconds=4)
    desk.heartbeat.beat()
    assert screen.details.facts["Next try"].text() == "in 11 s"
    assert screen.details.facts["Last success"].text().startswith("4 s ago")


def test_a_source_is_added_by_keys_alone(
    qtbot: QtBot, screen: SourcesScreen, store: Store, tmp_path: Path
) -> None:
    press(qtbot, screen, Qt.Key.Key_N)
    assert screen.form.isVisible()
    type_source(qtbot, screen, "folder", "inbox", str(tmp_path))
    qtbot.keyClicks(screen.form.settings["zone"], "Europe/Berlin")
    with qtbot.waitSignal(screen.form.saved):
        qtbot.keyClick(screen.form.name, Qt.Key.Key_Return, CONTROL)
    [source] = sources.list_all(store)
    assert (source.importer, source.place, source.every_s) == ("folder", str(tmp_path), 15)
    assert source.settings == {"zone": "Europe/Berlin"}
    qtbot.waitUntil(lambda: names(screen) == ["inbox"])
    assert screen.rows.facts[0].system == "scorer"


@pytest.mark.parametrize(
    ("name", "place", "told"),
    [("Inbox!", "/srv/x", "small letters"), ("inbox", "", "needs a place"), ("inbox", "x/y", "whole path")],
)
def test_what_cannot_be_is_refused_in_words_and_stays_typed(
    qtbot: QtBot, screen: SourcesScreen, store: Store, name: str, place: str, told: str
) -> None:
    screen.add()
    type_source(qtbot, screen, "folder", name, place)
    screen.form.save()
    qtbot.waitUntil(lambda: told in screen.form.outcome.text())
    assert screen.form.isVisible()
    assert screen.form.name.text() == name
    assert sources.list_all(store) == []


def test_every_kind_offers_its_own_fields(screen: SourcesScreen) -> None:
    screen.add()
    for importer in ("prometheus_api", "alertmanager_api", "mlflow_api", "folder", "webhook"):
        choose(screen, importer)
        asked = {one.name for one in sources.settings_of(importer)} - {"secret"}
        assert set(screen.form.settings) == asked
        said = [label.text().casefold() for label in screen.form.findChildren(Label) if label.isVisible()]
        assert len(said) == len(set(said)), "no two fields bear one name"
        assert not_plain(screen.form) == []


def test_trying_tells_what_is_there_and_stores_nothing(
    qtbot: QtBot, screen: SourcesScreen, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("x")
    screen.add()
    type_source(qtbot, screen, "folder", "inbox", str(tmp_path))
    qtbot.keyClick(screen.form.where, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "one file waits" in screen.form.outcome.text())
    screen.form.where.setText(str(tmp_path / "gone"))
    screen.form.try_it()
    qtbot.waitUntil(lambda: "not there" in screen.form.outcome.text())
    assert sources.list_all(store) == []


def test_editing_keeps_the_name_and_changes_the_rest(
    qtbot: QtBot, store: Store, put: Put, request: pytest.FixtureRequest
) -> None:
    put("inbox", settings={"zone": "Europe/Berlin"})
    screen: SourcesScreen = request.getfixturevalue("screen")
    press(qtbot, screen, Qt.Key.Key_E)
    assert screen.form.isVisible()
    assert not screen.form.name.isEnabled()
    assert screen.form.settings["zone"].text() == "Europe/Berlin"  # type: ignore[union-attr]
    screen.form.every.setText("1m")
    with qtbot.waitSignal(screen.form.saved):
        screen.form.save()
    [source] = sources.list_all(store)
    assert (source.name, source.every_s, source.settings) == ("inbox", 60, {"zone": "Europe/Berlin"})


def test_removing_asks_before(qtbot: QtBot, store: Store, put: Put, request: pytest.FixtureRequest) -> None:
    put("inbox")
    screen: SourcesScreen = request.getfixturevalue("screen")
    press(qtbot, screen, Qt.Key.Key_Delete)
    assert screen.ask.isVisible()
    press(qtbot, screen, Qt.Key.Key_Escape)
    assert not screen.ask.isVisible()
    assert len(sources.list_all(store)) == 1
    press(qtbot, screen, Qt.Key.Key_Delete)
    screen.ask.save.click()
    qtbot.waitUntil(set_to(store, 0))
    qtbot.waitUntil(lambda: names(screen) == [])


def test_a_webhook_gets_a_token_that_is_shown_once_after_a_passphrase_was_chosen(
    qtbot: QtBot, screen: SourcesScreen, store: Store, strongbox: Strongbox
) -> None:
    screen.add()
    type_source(qtbot, screen, "webhook", "hook", "127.0.0.1:9099")
    screen.form.save()
    qtbot.waitUntil(screen.unlock.isVisible)
    assert screen.unlock.again.isVisible()
    qtbot.keyClicks(screen.unlock.passphrase, KEEP)
    qtbot.keyClicks(screen.unlock.again, KEEP)
    with qtbot.waitSignal(screen.form.saved) as saved:
        qtbot.keyClick(screen.unlock.again, Qt.Key.Key_Return)
    token = (saved.args or ["", ""])[1]
    assert len(token) >= 43
    assert screen.token.isVisible()
    assert token in screen.token.header.text()
    assert strongbox.get("hook, token") == token
    screen.token.dismiss()
    assert token not in screen.token.header.text()
    assert [one.name for one in sources.list_all(store)] == ["hook"]
    qtbot.waitUntil(lambda: names(screen) == ["hook"])
    assert token.encode() not in b"".join(
        file.read_bytes() for file in store.path.rglob("*") if file.is_file() and file.suffix != ".db"
    )
    screen.do("Del")
    screen.ask.save.click()
    qtbot.waitUntil(set_to(store, 0))
    qtbot.waitUntil(lambda: strongbox.get("hook, token") is None)


def test_a_wrong_passphrase_is_told_and_asked_for_again(
    qtbot: QtBot, desk: Desk, screen: SourcesScreen, tmp_path: Path
) -> None:
    first = Strongbox(tmp_path / "secrets.json")
    first.unlock(KEEP)
    first.put("hook, token", "t")
    screen.unlock.ask(new=False)
    qtbot.keyClicks(screen.unlock.passphrase, "wrong and long")
    screen.unlock.unlock()
    qtbot.waitUntil(lambda: "wrong" in screen.unlock.outcome.text())
    assert screen.unlock.isVisible()
    screen.unlock.passphrase.setText(KEEP)
    with qtbot.waitSignal(screen.unlock.unlocked):
        screen.unlock.unlock()
    assert not screen.unlock.isVisible()


def test_two_different_new_passphrases_are_no_passphrase(qtbot: QtBot, screen: SourcesScreen) -> None:
    screen.unlock.ask(new=True)
    qtbot.keyClicks(screen.unlock.passphrase, KEEP)
    qtbot.keyClicks(screen.unlock.again, KEEP + "!")
    screen.unlock.unlock()
    assert "not the same" in screen.unlock.outcome.text()


def test_in_a_store_that_can_only_be_read_nothing_is_asked_or_changed(
    qtbot: QtBot, store: Store, put: Put, request: pytest.FixtureRequest
) -> None:
    put("inbox")
    store.journal.read_only = True
    screen: SourcesScreen = request.getfixturevalue("screen")
    running: Running = request.getfixturevalue("running")
    running.start()
    assert "only be read" in screen._panel.remark.text()
    for key in (Qt.Key.Key_N, Qt.Key.Key_E, Qt.Key.Key_Delete):
        press(qtbot, screen, key)
    assert not screen.form.isVisible()
    assert not screen.ask.isVisible()
    store.journal.read_only = False
