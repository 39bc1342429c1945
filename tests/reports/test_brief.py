"""The executive brief: one page on either paper, whatever the facts, and it says where the rest is."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.reports.conftest import NOW, a_report
from tocsin.model.brief import Brief, Deadline
from tocsin.model.document import Paper, Printing, Standing
from tocsin.reports import brief as layout
from tocsin.reports.brief import GOES_ON, render

AWKWARD = '<img src="http://x/y.png"/> <b> & \x00 =cmd()|x \u202e'


def a_brief() -> Brief:
    report = a_report()
    return Brief(
        reference=report.reference,
        title=report.title,
        system=report.system,
        level=report.level,
        status=report.status,
        zone=report.zone,
        as_of=report.as_of,
        what="Applications of people over 60.",
        since="estimated start",
        started=NOW,
        estimated=True,
        lasted=timedelta(hours=5),
        ended=False,
        impact="1 240 applicants.",
        doing="Declines are suspended.",
        deadlines=tuple(Deadline(f"Notice {n}", NOW + timedelta(days=n), n > 1, n == 0) for n in range(4)),
        decisions=("Name who answers for compliance.",) * 4,
        more_deadlines=3,
        more_decisions=1,
        charts=report.charts,
    )


def pages(brief: Brief) -> list[str]:
    """Return the text of each page, without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(render(brief))).pages]


LONG = {
    "words": "decision " * 1100,
    "a word": "W" * 10_000,
    "lines": "x\n" * 5000,
    "markup": AWKWARD * 200,
    "no space": "模型" * 5000,
}


@pytest.mark.parametrize(
    ("long", "paper"),
    [(LONG["words"], Paper.A4), *((long, Paper.LETTER) for long in LONG.values())],
    ids=["words on A4", *LONG],
)
def test_texts_of_ten_thousand_letters_stay_on_the_page_and_say_where_they_go_on(
    long: str, paper: Paper
) -> None:
    brief = replace(a_brief(), what=long, impact=long, doing=long, printing=Printing(paper))
    [page] = pages(brief)
    assert page.count("".join(GOES_ON.split())) == 3
    assert "Page1of1" in page


def test_every_field_may_be_long_at_once() -> None:
    long = AWKWARD + "word " * 2000
    [page] = pages(
        replace(
            a_brief(), title=long, system=long, what=long, impact=long, doing=long, author=long,
            decisions=(long,) * 4, deadlines=tuple(
                replace(one, name=long) for one in a_brief().deadlines
            ), printing=Printing(Paper.LETTER, Standing.AS_FILED), rules="rules as of 2026-11-20",
        )
    )  # fmt: skip
    assert "4Nextdeadlines" in page
    assert "5Decisionsneeded" in page


def test_what_fits_is_whole_and_what_is_not_recorded_is_said() -> None:
    [page] = pages(a_brief())
    assert GOES_ON[:10] not in page
    for words in ("Applications of people over 60.", "1 240 applicants.", "3 further deadlines",
                  "1 further decision:", "5 h so far", "overdue", "approval_rate"):  # fmt: skip
        assert "".join(words.split()) in page
    [bare] = pages(replace(a_brief(), what="", impact=" ", deadlines=(), decisions=(), charts=None))
    assert bare.count("Notyetrecorded.") == 2
    assert "Nothingisdue." in bare


@given(st.lists(st.floats(0, 2000), min_size=1, max_size=5), st.floats(-10, 700))
@settings(max_examples=200)
def test_shares_never_exceed_the_room_nor_what_is_wanted_and_leave_none_unused(
    wanted: list[float], room: float
) -> None:
    shares = layout._shares(wanted, room)
    assert sum(shares) <= max(room, 0) + 1e-6
    assert all(-1e-9 <= share <= want + 1e-6 for share, want in zip(shares, wanted, strict=True))
    assert sum(shares) == pytest.approx(min(max(room, 0), sum(wanted)), abs=1e-6)
