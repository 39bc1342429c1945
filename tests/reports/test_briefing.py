"""The briefing as PDF: every block of the form, both sides, the answers; untrusted words as they are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from tocsin.model.briefing import BLOCKS, Briefing, laid_out
from tocsin.model.handover import QUESTIONS, Handover, State
from tocsin.model.report import IncidentReport
from tocsin.reports.briefing import NOT_KNOWN, render

NOW = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
AWKWARD = '<b>never closed </para> & <img src="/etc/passwd"/> \u202e over'


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


def passing_of(sheet: Briefing) -> Handover:
    assert sheet.handover is not None
    return sheet.handover


@pytest.fixture
def sheet(make: Callable[..., IncidentReport]) -> Briefing:
    """A briefing of a hand-over that passed, drawn from the sample of the incident report."""
    report = make()
    blocks = {block: f"What {block} says" for block in BLOCKS} | {QUESTIONS: "Does v12 hold?"}
    passing = Handover(
        "h1", "commander", "Operator A", "Operator B", NOW, "Operator A", State.PASSED, blocks,
        {"outgoing": NOW, "incoming": NOW + timedelta(minutes=1)}, {"Does v12 hold?": "Until 15:00"}, NOW,
    )  # fmt: skip
    return Briefing(
        report.reference, report.title, report.system, report.level, report.status, report.zone, report.as_of,
        report.declared, report.detected, laid_out(blocks), passing, report.charts,
    )  # fmt: skip


def test_all_blocks_sides_and_answers_are_there_as_text(sheet: Briefing) -> None:
    text = squeezed(text_of(render(sheet)))
    promised = [
        "HAND-OVER BRIEFING",
        sheet.reference, "Operator A → Operator B", "5 Situation summary", "7 Objectives",
        "9 Organisation", "10 Resources", "4 Sketch: the signals", "What communications says", "Effective",
        "Does v12 hold?", "Until 15:00", "Page 1 of 2", f"--as-of {sheet.as_of.entry}",
        "2 Nov 2026, 14:01:00",
    ]  # fmt: skip
    assert [words for words in promised if squeezed(words) not in text] == []


def test_what_nobody_confirmed_or_knows_is_said(sheet: Briefing) -> None:
    waiting = replace(passing_of(sheet), state=State.OPEN, confirmed={}, answers={}, effective=None)
    text = text_of(render(replace(sheet, handover=waiting, blocks=laid_out({}), charts=None)))
    assert "not yet confirmed by both sides" in text
    assert text.count("not yet") >= 3
    assert text.count(NOT_KNOWN) == len(BLOCKS) - 1
    draft = text_of(render(replace(sheet, handover=None, charts=None)))
    assert "DRAFTED FROM THE JOURNAL" in draft
    assert "Does v12 hold?" in draft


def test_times_stand_in_a_column_and_untrusted_words_are_printed(sheet: Briefing) -> None:
    lines = f"14:05  {AWKWARD}\ndue 2026-11-03 09:00  {AWKWARD}\n{AWKWARD}\n" + "long " * 700
    passing = replace(passing_of(sheet), person=AWKWARD, by=AWKWARD, answers={"Does v12 hold?": AWKWARD})
    shown = replace(sheet, title=AWKWARD, system=AWKWARD, blocks=laid_out({"taken": lines}), handover=passing)
    pdf = render(shown)
    text = squeezed(text_of(pdf))
    assert text.count(squeezed("<b>never closed </para> &")) >= 7
    assert "U+202E" in text
    assert b"/URI" not in pdf


def test_the_same_briefing_is_the_same_file(sheet: Briefing) -> None:
    assert render(sheet) == render(replace(sheet))
