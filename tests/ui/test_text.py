"""Does a source's text stay text, whatever it holds."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tocsin.ui.text import ElidedLabel, Label, button_text, not_plain, set_tip
from tocsin.ui.theme import Theme

BAIT = '<img src="file:///etc/hostname"><b>bold</b>'


def test_labels_of_the_house_are_plain_and_others_are_found(qtbot: QtBot, theme: Theme) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    layout = QVBoxLayout(root)
    plain, guessing, rich, tipped = Label(BAIT), QLabel(BAIT), QTextEdit(), Label("x")
    for widget in (plain, guessing, rich, tipped):
        layout.addWidget(widget)
    tipped.setToolTip(BAIT)
    assert set(not_plain(root)) == {guessing, rich, tipped}
    set_tip(tipped, BAIT)
    assert set(not_plain(root)) == {guessing, rich}
    assert plain.textFormat() is Qt.TextFormat.PlainText


def test_a_long_line_is_cut_with_an_ellipsis_and_shown_whole_as_a_tip(qtbot: QtBot, theme: Theme) -> None:
    label = ElidedLabel("Credit scorer declines over-60s at twice the rate <b>")
    qtbot.addWidget(label)
    label.show()
    label.resize(90, 20)
    assert "over-60s" in label.toolTip()
    assert "&lt;b&gt;" in label.toolTip()
    label.resize(900, 20)
    assert label.toolTip() == ""


def test_an_ampersand_in_a_name_is_no_shortcut() -> None:
    assert button_text("R&D") == "R&&D"
