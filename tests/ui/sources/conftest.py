"""What tests of the screen of sources share: the screen in a window, with secrets in a file of their own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.operations import sources, systems
from tocsin.store import feeds
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.sources.running import Running
from tocsin.ui.sources.screen import SourcesScreen
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.window import Window

Put = Callable[..., LiveSource]


@pytest.fixture
def put(store: Store, author: Author) -> Put:
    """A function that sets a source, with how it goes."""

    def made(name: str = "inbox", state: State | None = None, **more: object) -> LiveSource:
        system = systems.ensure(store, author, "shop").id
        source = LiveSource(name, "folder", f"/srv/{name}", system, 15)
        source = sources.save(store, author, replace(source, **more))  # type: ignore[arg-type]
        if state is not None:
            with store.signals.write() as connection:
                feeds.put(connection, name, state=state)
        return source

    return made


@pytest.fixture
def strongbox(tmp_path: Path) -> Strongbox:
    """Secrets in a file that nobody has chosen a passphrase for yet."""
    return Strongbox(tmp_path / "secrets.json")


@pytest.fixture
def running(desk: Desk, strongbox: Strongbox) -> Iterator[Running]:
    """The sources of the store; a test that wants them asked starts it."""
    made = Running(desk, strongbox)
    yield made
    made.stop()


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, running: Running) -> SourcesScreen:
    """The screen in a window, after its first reading."""
    window = Window(desk)
    qtbot.addWidget(window)
    with qtbot.waitSignal(running.changed):
        made = SourcesScreen(desk, running, window)
        window.add_screen("sources", "Sources", "setup", made)
        window.show_screen("sources")
        window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return made
