"""A status update as PDF: every word as it stands, its state on each page, nothing of the house outside."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tocsin.model.document import Paper
from tocsin.model.updates import UpdateSheet
from tocsin.reports import archive
from tocsin.reports.characters import drawable
from tocsin.reports.update import render

NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
TEXT = (
    "# SEV-1: Scorer declines\n\nIntro\n\n## Conditions\n- 2,400 people\n## Actions\n- switched off\n"
    "## Needs\n- you"
)
SHEET = UpdateSheet("INC-2026-WR-0001", "scorer", "Leadership", False, TEXT, NOW, "Europe/Berlin", NOW,
                    "Operator A", "VP Engineering, Legal", "mail")  # fmt: skip


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_those_inside_read_to_whom_it_went_and_when() -> None:
    text = text_of(render(SHEET))
    for words in ("STATUS UPDATE TO LEADERSHIP", "Scorer declines", "Intro", "Conditions", "• 2,400 people",
                  "Needs", "VP Engineering, Legal by mail", "Operator A", "2 Nov 2026, 14:37:12",
                  "Page 1 of"):  # fmt: skip
        assert words in text
    assert "DRAFT" not in text
    assert text.count("SEV-1: Scorer declines") == 1


def test_a_draft_says_so() -> None:
    text = text_of(render(replace(SHEET, told=None)))
    assert text.count("DRAFT, NOT TOLD") == 2
    assert "not told" in text


def test_those_outside_read_the_words_alone() -> None:
    pdf = render(replace(SHEET, outside=True, audience="Public"))
    text = text_of(pdf)
    assert "2,400 people" in text
    for words in ("Operator A", "VP Engineering", "mail", "scorer ", "PUBLIC"):
        assert words not in text
    assert "Operator A" not in str(PdfReader(BytesIO(pdf)).metadata)


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert render(SHEET) == render(SHEET)
    assert render(SHEET) != render(replace(SHEET, text=f"{TEXT}."))


@settings(max_examples=12)
@given(
    st.lists(st.text(st.characters(codec="utf-8").filter(drawable), max_size=200), max_size=8).map("\n".join)
)
@example("# <b>t</b>\n## <para>\n- &lt; <img src='/etc/passwd'/> \ud800 \u202e\n<font color='x'>y</font>")
@example("- " + "word " * 6000)
@example("## " + "long" * 3000 + "\n" * 50 + "# second # title")
def test_any_words_can_be_printed(text: str) -> None:
    pdf = render(replace(SHEET, text=text, to=text[:500], by=text[:100], system=text[:100]))
    assert len(PdfReader(BytesIO(pdf)).pages) >= 1
    if "<b>t</b>" in text:
        printed = text_of(pdf)
        for words in (
            "<b>t</b>",
            "<para>",
            "&lt; <img src='/etc/passwd'/> U+D800 U+202E",
            "<font color='x'>y</font>",
        ):
            assert words in printed


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("told", [None, NOW])
def test_it_is_pdfa_on_either_paper_the_same_twice(paper: Paper, told: datetime | None) -> None:
    sheet = replace(SHEET, told=told)
    assert archive.checked(render(sheet, paper)) == ()
    assert render(sheet, paper) == render(sheet, paper) != render(sheet, next(o for o in Paper if o != paper))
