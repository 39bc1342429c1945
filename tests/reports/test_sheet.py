"""Documents of sections: every block shows what it holds, whole and literally, at any length."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.reports.conftest import NOW, START, a_report
from tocsin.model.instant import When
from tocsin.model.report import Line
from tocsin.model.sheet import (
    Blank,
    Block,
    Checks,
    Digest,
    Events,
    Facts,
    Graph,
    Note,
    Part,
    Points,
    Prose,
    Quiet,
    Running,
    Section,
    Sheet,
    State,
    Strong,
    Table,
    redacted,
)
from tocsin.reports.sheet import render

HASH = "3f9a" * 16
AWKWARD = [
    '<img src="http://x/y.png"/>',
    "<b>never closed </para> &lt;",
    "=HYPERLINK(1)",
    "nul \x00 here",
    "Größe → ▲",
]


def sheet_of(*blocks: Block, title: str = "A title") -> Sheet:
    report = a_report()
    sections = (Section("First", blocks), Section("Second", (Note("x"),)), Section("Data", (), annex=True))
    return Sheet(
        "Review", title, report.reference, "about", report.zone, report.as_of, sections, report.level,
        "contained", "Operator A", "rules as of 2026-11-20", "tocsin document",
    )  # fmt: skip


def blocks_of(text: str) -> tuple[Block, ...]:
    """Return every block there is with a text wherever one may stand."""
    at = When(NOW)
    cells = (text, Strong(text), Quiet(text), Digest(HASH), (text, None, NOW, START, timedelta(hours=3)))
    return (
        Prose(text, (text,)),
        Note(text),
        Points((text,)),
        Checks(((text, True), (text, False))),
        Facts(((text[:50], text), ("Other", (State("open"), text)))),
        Part(text[:200]),
        Table((text[:50], "b", "c", "d", "e"), (1, 1, 1, 1, 2), (cells, ("x", Blank(2), None, "y", NOW))),
        Table(("a",), (1,), (), text),
        Events((Line(at, "noted", text, "Operator A", withdrawn=text),)),
        Running(a_report().clocks),
        Graph(a_report().charts),
    )


def squeezed(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize("awkward", AWKWARD, ids=range(len(AWKWARD)))
def test_untrusted_text_is_printed_literally_in_every_block(awkward: str) -> None:
    pdf = render(sheet_of(*blocks_of(awkward), title=awkward))
    shown = "".join(awkward.replace("\x00", "U+0000").split())
    assert squeezed(pdf).count(shown) >= 16
    assert b"/URI" not in pdf
    assert b"/JavaScript" not in pdf


@pytest.mark.parametrize(
    "long", ["W" * 10_000, "word " * 2000, "line\n" * 400], ids=["word", "words", "lines"]
)
def test_texts_of_any_length_are_whole(long: str) -> None:
    table = Table(("a", "b"), (3, 1), ((long, "x"),))
    read = squeezed(render(sheet_of(Prose(long), table, Facts((("a", long),)))))
    letter = long[0]
    assert read.count(letter) >= 3 * long.count(letter)


def test_every_block_takes_a_long_text() -> None:
    long = "word " * 300
    read = squeezed(render(sheet_of(*blocks_of(long))))
    assert read.count("word") >= 14 * 300


def test_nothing_is_cut_from_a_text_in_a_narrow_column() -> None:
    marks = [f"<{number}>" for number in range(400)]
    table = Table(("a", "b"), (1, 9), ((" ".join(marks), "x"),))
    read = squeezed(render(sheet_of(table)))
    assert [mark for mark in marks if mark not in read] == []


def test_heads_are_repeated_sections_numbered_and_in_the_outline() -> None:
    rows = tuple((f"row {number}", "x") for number in range(120))
    reader = PdfReader(BytesIO(render(sheet_of(Table(("Head of it", "b"), (2, 1), rows)))))
    texts = [page.extract_text() for page in reader.pages]
    with_rows = [text for text in texts if "row" in text]
    assert len(with_rows) >= 3
    assert all("Head of it" in text for text in with_rows)
    titles = [str(one.title) for one in reader.outline if not isinstance(one, list)]
    assert titles == ["1 First", "2 Second", "Annex A Data"]


def test_another_text_or_entry_gives_other_bytes_and_the_same_the_same() -> None:
    one = sheet_of(*blocks_of("x"))
    assert render(one) == render(sheet_of(*blocks_of("x")))
    assert render(replace(one, as_of=replace(one.as_of, sha256="00" * 32))) != render(one)


def test_redaction_reaches_every_text_and_no_hash_or_time() -> None:
    made = sheet_of(*blocks_of("said by Operator A"))
    clean = redacted(made, lambda text: text.replace("Operator A", "Person 1"))
    assert "Operator A" not in str(clean)
    assert str(clean).count("Person 1") == str(made).count("Operator A")
    assert clean.as_of == made.as_of
    assert HASH in str(clean)
