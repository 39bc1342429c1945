"""What lies in `resources/`: icons the theme can colour, fonts that both screen and paper can load."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QFontDatabase
from pytestqt.qtbot import QtBot
from reportlab.pdfbase.ttfonts import TTFont

from tocsin.paths import resource

ICONS = sorted(resource("icons").glob("*.svg"))
FONTS = sorted(resource("fonts").glob("*.ttf"))
PLEX = [file for file in FONTS if file.name.startswith("IBMPlex")]
WRITTEN = "0123456789 ÄÖÜäöüß éèçñø ğşłž – — … ± × ≤ ≥ ≠ → § € µ “quoted” ’ ·"
SHAPES = "▲◆■●✓✗⚑☐☑ΔσΩ"


def glyphs(file: Path) -> set[int]:
    return set(TTFont(file.stem, file).face.charToGlyph)


@pytest.mark.parametrize("icon", ICONS, ids=lambda file: file.stem)
def test_an_icon_has_one_size_and_the_one_colour_that_the_theme_replaces(icon: Path) -> None:
    root = ElementTree.fromstring(icon.read_text("utf-8"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke-width") == "1.75"
    colours = re.findall(r'(?:fill|stroke)="([^"]*)"', icon.read_text("utf-8"))
    assert set(colours) <= {"none", "#000"}


@pytest.mark.parametrize("font", FONTS, ids=lambda file: file.stem)
def test_the_screen_can_load_a_font(font: Path, qtbot: QtBot) -> None:
    assert QFontDatabase.addApplicationFont(str(font)) >= 0


@pytest.mark.parametrize("font", PLEX, ids=lambda file: file.stem)
def test_a_font_can_write_what_people_write(font: Path) -> None:
    assert [letter for letter in WRITTEN if ord(letter) not in glyphs(font)] == []


def test_the_stand_in_font_has_the_shapes_that_the_others_lack() -> None:
    known = glyphs(resource("fonts/DejaVuSans.ttf"))
    assert [letter for letter in SHAPES if ord(letter) not in known] == []


def test_every_font_has_its_licence_beside_it() -> None:
    families = {"IBMPlex" if file in PLEX else "DejaVu" for file in FONTS}
    assert {
        file.name.removesuffix("-LICENSE.txt") for file in FONTS[0].parent.glob("*-LICENSE.txt")
    } == families
