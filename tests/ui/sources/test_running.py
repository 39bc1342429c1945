"""Sources in an open console: heard by the bell, told in the bottom bar, and never in the way of closing."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.sources.conftest import Put
from tocsin.importers.wire import READ_S
from tocsin.now import ManualClock
from tocsin.store import series
from tocsin.store.folder import Store
from tocsin.ui.console import App
from tocsin.ui.sources.running import Running

CSV = "time,latency\n2026-11-02T10:00:00Z,1.5\n2026-11-02T10:00:10Z,2.5\n"


@pytest.fixture
def hanging() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def app(qapp: QApplication, store: Store, tmp_path: Path) -> Iterator[App]:
    made = App(qapp, store, theme="dark", secrets=tmp_path / "secrets.json")
    made.desk.choose_operator("Operator A")
    made.start()
    yield made
    made.window.close()
    made.close()


def test_what_a_source_brings_is_heard_by_the_bell(
    qtbot: QtBot, running: Running, store: Store, put: Put, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.csv").write_text(CSV)
    put("inbox", place=str(folder), settings={"settle": "0", "record": "samples"}, every_s=1)
    running.start()

    def brought() -> None:
        with store.signals.read() as connection:
            assert [signal.metric for _, signal in series.list_all(connection)] == ["latency"]
        assert running.known is not None
        assert running.known[0].state.rows == 2

    qtbot.waitUntil(brought)
    assert (folder / "done" / "a.csv").exists()


def test_a_failing_source_is_one_word_in_the_bottom_bar_and_its_click_leads_to_the_screen(
    qtbot: QtBot, app: App, put: Put, tmp_path: Path
) -> None:
    put("inbox", place=str(tmp_path / "gone"))
    bar = app.window.footer
    app.sources.start()
    qtbot.waitUntil(lambda: bar.sources.text() == "inbox is failing")
    assert bar.sources_mark.isVisible()
    bar.sources.click()
    assert app.window.stack.currentWidget() is app.window.show_screen("sources")


def test_while_all_go_well_the_bottom_bar_says_nothing_of_sources(qtbot: QtBot, app: App) -> None:
    assert not app.window.footer.sources.isVisible()


def test_the_console_closes_while_a_server_hangs(qtbot: QtBot, app: App, put: Put, hanging: str) -> None:
    for number in range(5):
        put(f"slow{number}", importer="prometheus_api", place=hanging, settings={"query": "up"})
    app.sources.start()
    asking = [f"source slow{number}" for number in range(5)]

    def all_ask() -> None:
        running = {thread.name for thread in threading.enumerate()}
        assert running.issuperset(asking)

    qtbot.waitUntil(all_ask)
    began = time.monotonic()
    app.window.close()
    app.close()
    assert time.monotonic() - began < READ_S / 2, "nobody waits for the server"


def test_trying_a_server_that_hangs_does_not_keep_the_console_open(
    qtbot: QtBot, app: App, put: Put, hanging: str
) -> None:
    source = put("slow", importer="prometheus_api", place=hanging, settings={"query": "up"})
    told: list[str] = []
    app.sources.attempt(source, None, lambda said, _well: told.append(said))
    began = time.monotonic()
    app.window.close()
    app.close()
    assert time.monotonic() - began < READ_S / 2, "nobody waits for the server"
    assert told == []


def test_a_secret_that_is_locked_away_is_the_error_of_its_source_only(
    qtbot: QtBot, app: App, put: Put, clock: ManualClock, tmp_path: Path
) -> None:
    put("hook", importer="webhook", place="127.0.0.1:9098")
    (tmp_path / "inbox").mkdir()
    put("inbox", place=str(tmp_path / "inbox"))
    app.sources.start()

    def told() -> None:
        states = {one.source.name: one.state for one in app.sources.known or []}
        assert set(states) == {"hook", "inbox"}
        assert states["inbox"].last_success is not None
        assert "token" in states["hook"].error

    qtbot.waitUntil(told)
