"""Letters as they are set: lines, pages, bytes."""

import io
import re
from datetime import UTC, datetime

import pikepdf
import psutil
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics

from tocsin.model.document import Paper, Standing
from tocsin.model.letters import Block, LetterKind, Marks, Order, standing_banner
from tocsin.reports import fonts, letter_archive, letters
from tocsin.reports.letter_type import Case, Characters, undrawable
from tocsin.reports.letters import Needs, Press, Recipe

AT = datetime(2026, 11, 2, 13, tzinfo=UTC)
LETTERS = "abcXYZäß Ωжשб1. "
PLAIN = st.text(LETTERS, max_size=300)


def case_of(*texts: str) -> Case:
    needed = Characters()
    for text in texts:
        needed.add(text, fonts.SANS)
    return Case(needed.parts())


@given(PLAIN, st.sampled_from([3000.0, 20_000.0, 60_000.0]))
def test_lines_fit_and_hold_every_word(text: str, room: float) -> None:
    lines = case_of(text + " ").wrapped(text, fonts.SANS, room)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line in lines:
        if fonts.glyphs(fonts.SANS).issuperset(line):
            wide = pdfmetrics.stringWidth(line, fonts.SANS, 1) * 1000
            assert wide <= room + 1 or len(line) == 1


def test_chinese_breaks_between_letters() -> None:
    text = "山田太郎は東京都千代田区に住んでいます" * 5
    lines = case_of(text, " ").wrapped(text, fonts.SANS, 20_000)
    assert len(lines) > 3
    assert "".join(lines) == text


def test_what_cannot_be_printed_is_named() -> None:
    assert undrawable("Zoé Ωmega 山田 محمد דוד\nnext") == ""
    assert "U+0000" in undrawable("a\0b")
    assert "U+10380 (UGARITIC LETTER ALPA)" in undrawable("a\U00010380")


def press(kind: LetterKind, *values: dict[str, str], twin: str = "") -> Press:
    marks = {"en": Marks("INC-1", standing_banner(Standing.DRAFT, ""), kind.page_of)}
    needs = Needs([kind], marks.values())
    for one in values:
        needs.add_all(one.values())
    paperwork = letter_archive.paperwork("Letters", "Sender", "duty", "en", AT, "test")
    varying = frozenset(name for one in values for name in one)
    return Press(Recipe({"en": kind}, {}, varying, marks, needs.parts(), paperwork, twin))


def kind_of(*blocks: Block) -> LetterKind:
    return LetterKind("test", "Test", "en", (), (), blocks)


def test_items_are_numbered_and_begin_anew_after_other_text() -> None:
    kind = kind_of(
        Block("item", "{entry}", each="reasons"),
        Block("text", "and"),
        Block("item", "{entry}", each="reasons"),
    )
    made = press(kind, {"reasons": "one\ntwo"}, twin="txt")
    letter = made.make(Order(1, "en", Paper.A4, {"reasons": "one\ntwo"}, "1"))
    assert letter.twin.split("\n\n")[-5:] == ["1. one", "2. two", "and", "1. one", "2. two\n"]


def test_a_heading_is_never_the_last_line_of_a_page() -> None:
    blocks = [Block("heading" if number % 3 == 0 else "text", "{long}") for number in range(40)]
    for words in range(1, 40):
        value = {"long": "word " * words}
        made = press(kind_of(*blocks), value)
        letter = made.make(Order(1, "en", Paper.LETTER, value, "1"))
        bold = next(name for name, part in made.recipe.parts if part.font == fonts.SANS_BOLD)
        with pikepdf.open(io.BytesIO(made.bound([letter.sheets]))) as found:
            for page in list(found.pages)[:-1]:
                chosen = [
                    str(one.operands[0])
                    for one in pikepdf.parse_content_stream(page)
                    if str(one.operator) == "Tf" and float(one.operands[1]) > 9
                ]
                assert chosen[-1] != f"/{bold}"


def test_the_same_letters_are_the_same_bytes_and_differ_by_what_they_say() -> None:
    kind = kind_of(Block("text", "Dear {name}"))

    def bytes_of(name: str) -> bytes:
        made = press(kind, {"name": name})
        return made.bound([made.make(Order(1, "en", Paper.A4, {"name": name}, name)).sheets])

    assert bytes_of("Ann") == bytes_of("Ann")
    assert bytes_of("Ann") != bytes_of("Ben")
    reader = PdfReader(io.BytesIO(bytes_of("Ann")))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author, reader.metadata.subject) == (
        "Letters", "Sender", "duty",
    )  # fmt: skip
    assert reader.root_object["/Lang"] == "en"


def test_names_that_look_like_operators_are_text() -> None:
    value = {"name": "(Ann) Tj ET \\ <00> %"}
    made = press(kind_of(Block("text", "Dear {name}")), value)
    content = made.bound([made.make(Order(1, "en", Paper.A4, value, "1")).sheets])
    letter_archive.validate(content)
    assert value["name"] in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_a_process_that_dies_costs_no_letter() -> None:
    kind = kind_of(Block("text", "Dear {name}"))
    orders = [Order(n, "en", Paper.A4, {"name": str(n % 10)}, str(n)) for n in range(1, 900)]
    made = press(kind, {"name": "0123456789"})
    found: list[int] = []
    for piece in letters.made(made.recipe, orders, 2):
        found += [one.row for one in piece]
        for child in psutil.Process().children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
    assert found == list(range(1, 900))
