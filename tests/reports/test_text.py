"""Text on paper: nothing dropped, nothing read as markup."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.reports import fonts
from tocsin.reports.characters import drawable, normal, unseen
from tocsin.reports.page import SMALL
from tocsin.reports.text import cells, markup, one_line, paragraphs, plain


def shown(markup: str) -> str:
    """What a reader sees of markup: its text without tags."""
    return unescape(re.sub(r"<[^>]*>", "", markup))


@given(st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=200))
def test_printable_ascii_is_printed_as_it_is(text: str) -> None:
    assert shown(markup(text, fonts.SANS)) == text


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_set_with_only_our_own_tags_or_refused_by_name(text: str) -> None:
    missing = [c for c in normal(text) if not drawable(c)]
    if missing:
        with pytest.raises(BadInput, match=r"U\+[0-9A-F]{4,5} "):
            markup(text, fonts.SANS)
        return
    tags = set(re.findall(r"</?(\w+)", markup(text, fonts.SANS)))
    assert tags <= {"font"}
    in_cells = [paragraph for cell in cells(text, SMALL) for paragraph in cell]
    for paragraph in [*paragraphs(text, SMALL), one_line(text, SMALL), *in_cells]:
        paragraph.wrap(200, 10_000)


@given(st.text(st.characters(), min_size=1, max_size=60))
def test_metadata_holds_nothing_unseen(text: str) -> None:
    assert not any(unseen(character) for character in plain(text))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\U00012000b", "“𒀀” (U+12000 CUNEIFORM SIGN A), in “a𒀀b”"),
        ("before हिन्दी", "“ह” (U+0939 DEVANAGARI LETTER HA), in “before हिन्दी”"),
        ("สวัสดี", "U+0E2A THAI CHARACTER SO SUA"),
    ],
)
def test_a_character_no_font_has_stops_the_export_and_is_named(text: str, named: str) -> None:
    with pytest.raises(BadInput) as refused:
        markup(text, fonts.SANS)
    assert named in str(refused.value)


def test_a_glyph_of_the_second_font_is_drawn_in_it() -> None:
    assert markup("▲", fonts.SANS) == f'<font name="{fonts.FALLBACK}">▲</font>'


def test_a_cell_never_grows_beyond_a_page() -> None:
    for text in (
        "W" * 5000,
        ("模" * 95 + "\n") * 20,
        "模 " * 3000,
        "x\n" * 500,
        "\u202e" * 2000,
        ("W" * 190 + " ") * 40,
    ):
        rows = cells(text, SMALL)
        assert len(rows) > 1
        heights = [sum(paragraph.wrap(180, 10_000)[1] for paragraph in row) for row in rows]
        assert max(heights) < 600


def test_a_long_name_is_cut_visibly() -> None:
    assert one_line("n" * 500, SMALL, most=50).getPlainText() == "n" * 50 + "…"
    assert one_line("short", SMALL, most=50).getPlainText() == "short"
