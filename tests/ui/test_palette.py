"""Can everybody read it: contrast in both schemes, and a shape for each tone."""

import pytest

from tocsin.paths import resource
from tocsin.ui.palette import DARK, LIGHT, SHAPES, Palette, Tone, contrast, tone_of_rank

BOTH = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])


def test_contrast_is_21_between_black_and_white_and_1_between_equals() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.01)
    assert contrast("#336699", "#336699") == 1.0


@BOTH
def test_words_can_be_read_on_every_background(palette: Palette) -> None:
    words = {"text", "muted", "accent", *(tone.value for tone in Tone)}
    backs = {"bar", "ground", "panel", "raised", "hover"}
    pairs = {(w, b): contrast(getattr(palette, w), getattr(palette, b)) for w in words for b in backs}
    assert {pair: round(ratio, 2) for pair, ratio in pairs.items() if ratio < 4.5} == {}


@BOTH
def test_words_can_be_read_on_the_fills_made_for_them(palette: Palette) -> None:
    pairs = {tone: contrast(palette.tone(tone), palette.fill(tone)) for tone in Tone}
    assert {tone: round(ratio, 2) for tone, ratio in pairs.items() if ratio < 4.5} == {}
    assert contrast(palette.on_danger, palette.danger) >= 4.5
    assert contrast(palette.text, palette.selected) >= 4.5
    assert contrast(palette.muted, palette.selected) >= 3.0


@BOTH
def test_curves_and_marks_stand_out_from_what_is_usual(palette: Palette) -> None:
    for name in ("curve", "mark", "red", "orange", "yellow"):
        assert contrast(getattr(palette, name), palette.band) >= 3.0
        assert contrast(getattr(palette, name), palette.panel) >= 3.0


def test_severities_differ_in_colour_and_in_shape() -> None:
    tones = [tone_of_rank(rank) for rank in range(4)]
    assert tones == [Tone.RED, Tone.ORANGE, Tone.YELLOW, Tone.BLUE]
    assert [SHAPES[tone] for tone in tones] == ["hexagon", "triangle", "diamond", "circle"]
    assert tone_of_rank(9) is Tone.BLUE


def test_each_shape_is_there() -> None:
    assert [name for name in SHAPES.values() if not resource(f"icons/{name}.svg").is_file()] == []
