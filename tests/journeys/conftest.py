"""What journeys need: the whole console on a store, built as the program builds it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.store.folder import create_store, open_store
from tocsin.ui.console import App

Opener = Callable[[Path], App]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store folder at Berlin, code WR, closed."""
    path = tmp_path / "war-room.tocsin"
    create_store(
        path, code="WR", zone="Europe/Berlin", clock=SystemClock(), author=Author("Operator A")
    ).close()
    return path


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication) -> Iterator[Opener]:
    """Opens the console on a store, Operator A at the desk; closes what is still open afterwards."""
    running: list[App] = []

    def open_(path: Path) -> App:
        app = App(qapp, open_store(path, clock=SystemClock()), theme="dark")
        running.append(app)
        app.desk.choose_operator("Operator A")
        app.start()
        qtbot.waitExposed(app.window)
        app.window.activateWindow()
        return app

    yield open_
    for app in running:
        app.window.close()
        app.close()
