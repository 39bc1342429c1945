"""Every script on paper: each letter in a font that has it, standing where the order of reading puts it."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from tocsin.errors import BadInput
from tocsin.reports import fonts, joining, page, runs
from tocsin.reports.page import BODY, Heading
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.text import markup, paragraphs

SAID = {
    "Latin": "Größe, naïve, Łódź, Ğ ş İ ı, Ș ț, ő ű, Việt Nam",
    "Greek": "Ελληνικά, πολυτονικό ᾧ",
    "Cyrillic": "Привет, Україна їжак, Ђорђе",
    "Chinese": "模型拒绝六十岁以上的申请人，調查仍在進行。",
    "Japanese": "申請者を拒否し始めました。ｶﾀｶﾅ「引用」",
    "Korean": "모델이 신청자를 거부하기 시작했습니다",
    "Arabic": "بدأ النموذج في رفض المتقدمين، السلام عليكم",
    "Persian": "گزارش چهارم پژوهش می‌خواهم",
    "Urdu": "یہ رپورٹ ہے، ٹیم ڈاکٹر ڑ ں",
    "Hebrew": "המודל התחיל לדחות שָׁלוֹם",
    "Emoji": "🔥 ⚠️ ✅ 👍 😀 🚨 ▲ ◆ ✓",
}
MIXED = [
    ("name דוד לוי and 12", "name יול דוד and 12"),
    ("דוד 2026 לוי", "יול 2026 דוד"),
    ("דוד (INC-7) לוי", "יול (INC-7) דוד"),
    ("אבג, 14:37.", ".14:37 ,גבא"),
]


def pdf_of(*texts: str) -> bytes:
    def story() -> Iterator[Flowable]:
        for text in texts:
            yield from paragraphs(text, BODY)

    return page.build(story(), furniture())


def furniture(**changes: Any) -> page.Furniture:
    from datetime import UTC, datetime

    given = dict(title="T", subject="S", author="Operator A", left="INC-1", right="R", foot="F",
                 at=datetime(2026, 11, 2, tzinfo=UTC), identity="x")  # fmt: skip
    return page.Furniture(**{**given, **changes})


def placed(pdf: bytes) -> list[tuple[str, float, float]]:
    """Return the letters of the first page, each with its left edge and foot, as another reader sees them."""
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    boxes = [(text.get_text_range(n, 1), *text.get_charbox(n)[:2]) for n in range(text.count_chars())]
    return [(letter, left, foot) for letter, left, foot in boxes if letter.strip()]


def left_to_right(pdf: bytes, letters: str) -> str:
    """Return those of the letters that stand on the first page, as they stand from left to right."""
    found = [one for one in placed(pdf) if one[0] in letters]
    return "".join(letter for letter, _, _ in sorted(found, key=lambda one: one[1]))


@pytest.mark.parametrize("script", SAID)
def test_a_script_is_drawn_whole_and_can_be_copied(script: str) -> None:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf_of(SAID[script]))).pages)
    wanted = SAID[script].replace("\ufe0f", "").replace("\u200c", "")
    assert [letter for letter in wanted if letter not in text] == []
    assert "U+" not in text


@pytest.mark.parametrize(("said", "seen"), MIXED)
def test_a_line_is_written_in_the_order_of_its_scripts(said: str, seen: str) -> None:
    line = runs.line(said, fonts.SANS)
    assert "".join(run.text for run in line) == seen
    (paragraph,) = paragraphs(said, BODY)
    paragraph.wrap(400, 100)
    assert "".join(word.text for word in paragraph.blPara.lines[0].words) == seen


def test_letters_stand_on_the_page_from_right_to_left() -> None:
    assert left_to_right(pdf_of("אבגדה"), "אבגדה") == "הדגבא"
    # Where the letters stand, whatever forms they are drawn in: the name begins at the right.
    assert left_to_right(pdf_of("xy محمد zw"), "xyzw") == "xyzw"
    at = {letter: left for letter, left, _ in placed(pdf_of("ا و ر"))}
    assert at["ا"] > at["و"] > at["ر"]


def test_the_lines_of_a_paragraph_follow_each_other_downwards_in_the_order_of_reading() -> None:
    words = [f"מילה{number}" for number in range(60)]
    (paragraph,) = paragraphs(" ".join(words), BODY)
    paragraph.wrap(300, 1000)
    lines = ["".join(word.text for word in line.words) for line in paragraph.blPara.lines]
    assert len(lines) > 3
    numbers = [[int("".join(filter(str.isdigit, word))) for word in line.split()] for line in lines]
    assert [number for line in numbers for number in reversed(line)] == list(range(60))


def test_a_paragraph_that_begins_in_hebrew_stands_at_the_right_and_one_in_latin_at_the_left() -> None:
    hebrew, latin = placed(pdf_of("אב")), placed(pdf_of("xy"))
    assert min(left for letter, left, _ in hebrew if letter in "אב") > 400
    assert max(left for letter, left, _ in latin if letter in "xy") < 100


def test_arabic_is_joined_and_copied_as_letters() -> None:
    joined = joining.joined("محمد")
    assert [f"{ord(letter):04X}" for letter in joined] == ["FEE3", "FEA4", "FEE4", "FEAA"]
    assert joining.joined("لا") == "\ufefb"
    assert joining.apart("\ufefb") == "لا"
    assert "م" in (text := PdfReader(BytesIO(pdf_of("محمد"))).pages[0].extract_text())
    assert "\ufee3" not in text


def test_text_without_blanks_is_broken_between_letters_but_never_before_a_full_stop() -> None:
    paragraph = Paragraph(markup("模型拒绝六十岁以上的申请人。" * 20, BODY.fontName), BODY)
    _, height = paragraph.wrap(200, 1000)
    lines = ["".join(word.text for word in line.words) for line in paragraph.blPara.lines]
    assert height == len(lines) * BODY.leading
    assert "".join(lines) == "模型拒绝六十岁以上的申请人。" * 20
    assert not any(line.startswith("。") for line in lines)
    assert all(paragraph.blPara.lines[n].extraSpace >= -0.1 for n in range(len(lines)))


def test_a_paragraph_cut_by_the_page_goes_on_where_it_was_cut() -> None:
    text = " ".join(f"מילה{number}" for number in range(200))
    (paragraph,) = paragraphs(text, BODY)
    _, height = paragraph.wrap(300, 10_000)
    first, second = paragraph.split(300, height / 2)
    parts = [part.wrap(300, 10_000)[1] for part in (first, second)]
    assert sum(parts) == pytest.approx(height)
    assert second.direction == 1


@pytest.mark.parametrize("character", ["𒀀", "ह", "ส", "ᚠ"])
def test_the_export_stops_at_a_character_no_font_has_and_says_where(character: str) -> None:
    def story() -> Iterator[Flowable]:
        yield Heading("Impact", "impact")
        yield from paragraphs(f"two words {character} more", BODY)

    with pytest.raises(BadInput) as refused:
        page.build(story(), furniture(title="Report INC-1"))
    assert f"U+{ord(character):04X}" in str(refused.value)
    assert "Report INC-1, section “Impact”" in str(refused.value)
    assert "two words" in str(refused.value)


@pytest.mark.parametrize("field", ["right", "foot", "rules", "left"])
def test_what_stands_around_the_text_is_set_in_every_script_too(field: str) -> None:
    text = (
        PdfReader(BytesIO(page.build(paragraphs("text", BODY), furniture(**{field: "模型 Ω דוד"}))))
        .pages[0]
        .extract_text()
    )
    assert {*"模型Ωדוד"} <= set(text)


def test_a_document_without_chinese_does_not_read_the_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    loaded = fonts.loaded
    monkeypatch.setattr(fonts, "loaded", lambda font: read.append(font) or loaded(font))
    fonts.other.cache_clear()
    pdf_of("plain words, Größe, Привет Ω")
    assert not {fonts.CHINESE, fonts.KOREAN, fonts.EMOJI, fonts.ARABIC} & set(read)


def test_a_line_is_cut_to_its_room_by_what_it_is_in() -> None:
    canvas = Canvas(BytesIO())
    for text in ("W" * 900, "模" * 900, "محمد " * 300, "\u202e" * 900):
        cut = runs.cut(text, fonts.SANS, 7.5, 200)
        assert 150 < runs.width(cut, 7.5) <= 200
        runs.draw(canvas, 0, 0, cut, 7.5)


def test_all_paragraphs_on_paper_are_ours() -> None:
    others = {"paragraph.py", "keeping.py"}  # what ours is made of, and what looks at any
    sources = [file for file in Path(page.__file__).parent.glob("*.py") if file.name not in others]
    wrong = re.compile(r"^from reportlab\.platypus import .*\bParagraph\b", re.MULTILINE)
    assert [file.name for file in sources if wrong.search(file.read_text("utf-8"))] == []
