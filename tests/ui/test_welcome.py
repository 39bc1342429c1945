"""The first start asks three things, makes the store, and makes nothing when an answer is poor."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.now import ManualClock
from tocsin.operations import operators
from tocsin.store.folder import is_store, open_store
from tocsin.ui.theme import Theme
from tocsin.ui.welcome import Welcome


@pytest.fixture
def welcome(qtbot: QtBot, theme: Theme, clock: ManualClock, tmp_path: Path) -> Welcome:
    made = Welcome(tmp_path / "first.tocsin", clock)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_three_answers_make_a_store(
    qtbot: QtBot, welcome: Welcome, clock: ManualClock, tmp_path: Path
) -> None:
    qtbot.keyClicks(welcome.name, "Operator A")
    welcome.code.setText("ops")
    welcome.zone.setText("Asia/Tokyo")
    qtbot.keyClick(welcome.name, Qt.Key.Key_Return)
    store = open_store(tmp_path / "first.tocsin", clock=clock)
    try:
        assert (store.code, store.zone) == ("OPS", "Asia/Tokyo")
        assert operators.names(store) == ["Operator A"]
        assert welcome.operator == "Operator A"
    finally:
        store.close()


@pytest.mark.parametrize(
    ("name", "code", "zone", "told"),
    [
        ("", "WR", "UTC", "an operator's name"),
        ("  ", "WR", "UTC", "an operator's name"),
        ("Operator A", "", "UTC", "a site code"),
        ("Operator A", "WR", "Mars", "Mars: this is not a time zone"),
    ],
)
def test_a_poor_answer_makes_nothing(
    qtbot: QtBot, welcome: Welcome, tmp_path: Path, name: str, code: str, zone: str, told: str
) -> None:
    welcome.name.setText(name)
    welcome.code.setText(code)
    welcome.zone.setText(zone)
    qtbot.mouseClick(welcome.make, Qt.MouseButton.LeftButton)
    assert welcome.trouble.text().startswith(told)
    assert welcome.isVisible()
    assert not is_store(tmp_path / "first.tocsin")
