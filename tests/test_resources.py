"""What lies in `resources/`: icons the theme can colour, fonts that both screen and paper can load."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont as Outlines
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


FAMILIES = ("IBMPlex", "DejaVu", "Noto", "DroidSansFallback", "NanumGothicCoding")


def test_every_font_has_its_licence_beside_it_and_may_be_embedded() -> None:
    families = {family for file in FONTS for family in FAMILIES if file.name.startswith(family)}
    licences = FONTS[0].parent.glob("*-LICENSE.txt")
    assert {file.name.removesuffix("-LICENSE.txt") for file in licences} == families == set(FAMILIES)
    assert all(any(file.name.startswith(family) for family in FAMILIES) for file in FONTS)
    # Bit 1 alone would forbid embedding, bit 8 subsetting (OpenType, OS/2 fsType).
    assert [file.name for file in FONTS if Outlines(file)["OS/2"].fsType & 0x0302] == []


def test_all_fonts_together_stay_small() -> None:
    assert sum(file.stat().st_size for file in FONTS) < 12_000_000
