"""Notices on paper: every field with its paragraph, nothing of the inside, the same bytes each time."""

import dataclasses
import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any, get_args, get_type_hints

import pytest
from pypdf import PdfReader

from tests.reports.conftest import NOW, START, a_chart
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.notice import (
    Approval,
    Attachment,
    Change,
    ClockBlock,
    Entry,
    Exhibit,
    InternalNotice,
    Notice,
    Origin,
    Says,
    Sender,
)
from tocsin.model.report import AsOf, Charts
from tocsin.reports import notice, worksheet

DAY = timedelta(days=1)
AROUND = r"(INC-|DRAFT|Version|Rules|Page|Notification)"
HOSTILE = (
    "<b>never closed </para>",
    '<img src="/etc/passwd"/> <img src="https://example.test/x.png">',
    "&lt; &amp; &#99999999;",
    '=HYPERLINK("https://x") @SUM(A1) +1 -1',
    "שלום ערב مرحبا بالعالم",
    "nul \x00 and escape \x1b[31m",
    "\u202eright to left",
    "word " * 2000,
    "x" * 10_000,
)


def a_notice(**values: Any) -> Notice:
    """A notice with one field of every kind."""
    entries = (
        Entry("nature", "What happened to the data", "Art. 33(3)(a)", Says.VALUE, "Orders were shown."),
        Entry("count", "Approximate number of people", "Art. 33(3)(a)", Says.ESTIMATE, "about 1 190"),
        Entry("cause", "Cause", "Art. 33(3)(a)", Says.OPINION, "A prompt injection is suspected."),
        Entry("consequences", "Likely consequences", "Art. 33(3)(c)", Says.UNKNOWN,
              "Not yet available. To be provided in phases.", needed=True),
        Entry("other", "Other authorities", "Art. 33", Says.NOT_APPLICABLE, "Not applicable: none was told"),
        Entry("mitigation", "Limiting harm", "Art. 33(3)(d)", Says.BLANK, "Still empty.", needed=True),
    )  # fmt: skip
    made = Notice(
        reference="INC-2026-WR-0009",
        duty="eu-gdpr-33/notify_sa",
        title="Notification to supervisory authority",
        law="GDPR",
        citation="Art. 33(1)",
        jurisdiction="EU/EEA",
        kind="Initial notice",
        version=1,
        standing=Standing.DRAFT,
        sender=Sender("Example Retail GmbH", (("LEI", "529900T8BM49AURSDO55"),)),
        recipient="Supervisory authority",
        authority="Berlin authority",
        authority_reference="AZ 12/26",
        language="en",
        zone="Europe/Berlin",
        issued=NOW,
        clock=ClockBlock("72 h", "Awareness", NOW - 4 * DAY, "the organisation (commander)", NOW - DAY, None,
                         "",
                         "within 72 h", NOW, True, "The portal was down."),
        entries=entries,
        changes=(Change("Cause", "Art. 33(3)(a)", "Not yet available.", "A prompt injection is suspected."),),
        before="Initial notice, filed 2026-11-01",
        contacts=(("Data protection officer", "dpo@example.test"),),
        attachments=(Attachment("extract.csv", 1234, "ab" * 32),),
        statement=("The system was not altered between the detection and this report (Art. 73(6)).",),
        charts=Charts(NOW - 4 * DAY, NOW, START, NOW, (a_chart(),)),
        rules_as_of=date(2026, 11, 20),
        as_of=AsOf("entry-1", "filing.edited", "site-1", 7, 9, NOW, "3f9a" * 16),
    )  # fmt: skip
    return replace(made, **values)


def inside(made: Notice) -> InternalNotice:
    """The copy kept inside of a notice."""
    return InternalNotice(
        made,
        approvals=(Approval("Approved", "Operator B", "deputy", NOW, "read it twice"),),
        origins=(Origin("Cause", "Operator A", NOW, ("Suspected cause · entry-7",)),),
        evidence=(Exhibit("prompt.log", 99, "cd" * 32, "Operator A", NOW),),
        verdict="Applies: privileged analysis of counsel",
        decided=(Approval("Were data shown? yes", "Operator A", "", NOW, "seen myself"),),
    )


def read(pdf: bytes) -> str:
    """All text of a PDF without blanks."""
    return re.sub(r"\s", "", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_every_zone_is_there() -> None:
    text = read(notice.render(a_notice(), Printing()))
    for promised in (
        "Example Retail GmbH", "529900T8BM49AURSDO55", "Berlin authority", "AZ 12/26", "INC-2026-WR-0009",
        "Initial notice, version 1", "Stated by", "the organisation (commander)", "late by 1 d",
        "The portal was down.", "3.1 What happened to the data", "Art. 33(3)(a)", "Estimate",
        "Opinion, not established", "Not yet available. To be provided in phases.",
        "Not applicable: none was told", "Still empty.", "4 Changes since the notice before",
        "dpo@example.test", "extract.csv", "ab" * 16, "Rules as of 2026-11-20", "DRAFT", "Page 1 of",
        "approval_rate",
    ):  # fmt: skip
        assert promised.replace(" ", "") in text, promised


@pytest.mark.parametrize(
    ("paper", "standing"), [(Paper.A4, Standing.DRAFT), (Paper.LETTER, Standing.AS_FILED)]
)
def test_the_same_notice_gives_the_same_bytes(paper: Paper, standing: Standing) -> None:
    made, printing = a_notice(standing=standing), Printing(paper)
    pdf = notice.render(made, printing)
    assert pdf == notice.render(a_notice(standing=standing), printing)
    assert standing.value.replace(" ", "") in read(pdf)
    width = float(PdfReader(BytesIO(pdf)).pages[0].mediabox.width)
    assert width == pytest.approx({Paper.A4: 595.28, Paper.LETTER: 612}[paper], abs=0.1)


def test_the_copy_kept_inside_has_what_the_one_that_leaves_lacks() -> None:
    secrets = ("Operator A", "Operator B", "read it twice", "privileged analysis of counsel", "entry-7",
               "prompt.log", "cd" * 16, "seen myself", "internal copy")  # fmt: skip
    outside, kept = (
        read(notice.render(a_notice(), Printing())),
        read(notice.render(inside(a_notice()), Printing())),
    )
    for secret in secrets:
        assert secret.replace(" ", "") in kept, secret
        assert secret.replace(" ", "") not in outside, secret


def test_the_one_that_leaves_has_no_place_for_anything_internal() -> None:
    """By its type: no layout can print what is not there."""
    assert set(shapes(Notice)).isdisjoint({Approval, Origin, Exhibit, InternalNotice})


def shapes(shape: Any) -> set[Any]:
    """Every type a dataclass can hold, however deep."""
    found = {shape}
    if dataclasses.is_dataclass(shape):
        for hint in get_type_hints(shape).values():
            found |= {one for part in (hint, *get_args(hint)) for one in shapes(part) if part is not shape}
    else:
        for part in get_args(shape):
            found |= shapes(part)
    return found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_is_shown_literally(text: str) -> None:
    few = 2 if len(text) == 10_000 else 6  # pages cost time
    entries = tuple(replace(one, text=text, label=text[:200]) for one in a_notice().entries[-few:])
    short = text if few == 6 else text[:1000]
    made = a_notice(
        entries=entries,
        sender=Sender(short, (("LEI", short),)),
        authority=short,
        contacts=(("Contact", short),),
        attachments=(Attachment(text[:250], 1, "ab" * 32),),
        changes=(Change(text[:200], text[:100], short, short),),
        statement=(short,),
        charts=None,
    )
    pdf = notice.render(inside(made), Printing())
    reader = PdfReader(BytesIO(pdf))
    assert not any("/XObject" in page["/Resources"] and _images(page) for page in reader.pages)
    if text.isascii() and "\x00" not in text and len(text) < 200:
        assert re.sub(r"\s", "", text) in read(pdf)
    if "\x00" in text:
        assert "U+0000" in read(pdf)
    if len(text) == 10_000:  # nothing truncated
        letter, times = ("w", 2000) if " " in text else ("x", 10_000)
        assert read(pdf).count(letter) >= times * len(entries)
    if few == 6:
        assert worksheet.render(made, Printing())


def _images(page: Any) -> list[Any]:
    found = page["/Resources"]["/XObject"].values()
    return [one for one in found if one.get_object().get("/Subtype") == "/Image"]


def test_the_worksheet_follows_the_portal_and_says_what_is_due_when() -> None:
    columns = ("Initial", "Final")
    form = (
        Entry("f1_1", "Kind", "field 1.1", Says.VALUE, "Initial", "1.1", stages=columns),
        Entry("f2_1", "Reference", "field 2.1", Says.VALUE, "INC-1", "2.1", stages=columns),
        Entry("f4_1", "Root cause", "field 4.1", Says.NOT_DUE, "Not due.", "4.1", stages=("Final",)),
    )
    made = a_notice(entries=form[:2], form=form, columns=columns, column="Initial", portal=("f2_1", "f1_1"))
    text = read(worksheet.render(made, Printing()))
    assert text.index("Reference") < text.index("Kind") < text.index("Rootcause")
    assert text.count("due") >= 5


def test_no_heading_stands_alone_at_the_foot_of_a_page() -> None:
    """Whatever the length of what comes before: after a numbered label there is text on the same page."""
    for lines in range(6, 40, 11):
        entries = (
            Entry("long", "First", "Art. 1", Says.VALUE, "\n".join(["a line"] * lines) or "-"),
            *a_notice().entries,
        )
        made = a_notice(entries=entries, charts=None)
        for page in PdfReader(BytesIO(notice.render(made, Printing()))).pages:
            body = [line for line in page.extract_text().splitlines() if line.strip()]
            content = [one for one in body if not re.match(AROUND, one)]
            assert not re.match(r"\d+(\.\d+)?\s", content[-1]), (lines, content[-3:])
