"""Does the look follow its choice, and do icons and fonts come along."""

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.paths import resource
from tocsin.ui.icons import icon
from tocsin.ui.palette import DARK, LIGHT, Palette, Tone
from tocsin.ui.stylesheet import stylesheet
from tocsin.ui.text import Label
from tocsin.ui.theme import Theme, mono


def test_switching_dresses_the_application_and_tells_once(
    qtbot: QtBot, qapp: QApplication, theme: Theme
) -> None:
    assert theme.palette is DARK
    with qtbot.waitSignal(theme.changed):
        theme.toggle()
    assert theme.palette is LIGHT
    assert LIGHT.ground in qapp.styleSheet()
    assert qapp.palette().window().color() == QColor(LIGHT.ground)
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("light")


def test_the_system_decides_unless_told(qapp: QApplication, theme: Theme) -> None:
    theme.choose("system")
    assert theme.palette in (DARK, LIGHT)


def test_figures_have_one_width(theme: Theme) -> None:
    widths = {QFontMetrics(mono()).horizontalAdvance(digit) for digit in "0123456789"}
    assert len(widths) == 1
    assert QFontInfo(mono()).family() == "IBM Plex Mono"


def test_an_icon_takes_the_colour_asked_for(theme: Theme) -> None:
    image = icon("hexagon", "#ff0000", 24).pixmap(24, 24).toImage()
    assert image.pixelColor(12, 12) == QColor("#ff0000")
    assert image.pixelColor(0, 0).alpha() == 0


def test_a_tone_colours_a_label(qtbot: QtBot, theme: Theme) -> None:
    label = Label("overdue")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().windowText().color() == QColor(DARK.text)
    label.set_tone(Tone.RED)
    assert label.palette().windowText().color() == QColor(DARK.red)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_the_arrow_of_a_list_has_the_muted_colour_of_its_scheme(palette: Palette) -> None:
    name = f"controls/unfold-{'dark' if palette.dark else 'light'}.svg"
    assert resource(name).as_posix() in stylesheet(palette)
    assert f'stroke="{palette.muted}"' in resource(name).read_text("utf-8")
