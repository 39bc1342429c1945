"""Every document is PDF/A on either paper, drafted or filed, the same bytes twice, and says what it is."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import pdfa
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from tocsin.errors import UserError
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.report import IncidentReport
from tocsin.reports import archive, incident_report, page
from tocsin.reports.archive import About
from tocsin.reports.page import BODY, Attachment, Furniture, Heading, height_pt, width_pt
from tocsin.reports.text import paragraphs

Make = Callable[..., IncidentReport]
AT = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
SIZES = {Paper.A4: (595.28, 841.89), Paper.LETTER: (612.0, 792.0)}


def furniture(**changes: Any) -> Furniture:
    given = dict(title="Report INC-1", subject="SEV-1", author="Example Bank", left="INC-1", right="R",
                 foot="F", at=AT, identity="x", rules="rules of 20 Nov 2026", head="3f9a" * 16)  # fmt: skip
    return Furniture(**{**given, **changes})


def story(pages: int = 2) -> Iterator[Flowable]:
    for number in range(pages):
        yield Heading(f"Section {number}", f"s{number}")
        yield Heading("Part", f"p{number}", level=1)
        yield from paragraphs("Words of a section. " * 200, BODY)


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("standing", [*Standing, None])
def test_a_document_is_pdfa_and_says_how_it_stands(paper: Paper, standing: Standing | None) -> None:
    about = furniture(paper=paper, standing=standing)
    pdf = page.build(story(), about)
    assert page.build(story(), about) == pdf
    assert pdfa.validate_written(BytesIO(pdf), "2b").passed
    reader = PdfReader(BytesIO(pdf))
    sizes = {tuple(round(float(side), 2) for side in each.mediabox[2:]) for each in reader.pages}
    assert sizes == {SIZES[paper]}
    for number, text in enumerate(text_of(pdf), start=1):
        assert ("DRAFT" in text) == (standing is Standing.DRAFT)
        assert ("AS FILED" in text) == (standing is Standing.AS_FILED)
        assert "rules of 20 Nov 2026" in text
        assert "3f9a3f9a3f9a3f9a" in text
        assert f"Page {number} of" in text


def test_both_papers_break_lines_alike() -> None:
    a4, letter = (page.build(story(1), furniture(paper=paper)) for paper in Paper)
    first = [[line for line in text_of(pdf)[0].splitlines() if "Words" in line][:20] for pdf in (a4, letter)]
    assert first[0] == first[1]
    assert width_pt() == pytest.approx(166 / 25.4 * 72)
    assert height_pt(Paper.LETTER) < height_pt(Paper.A4)


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("standing", Standing)
def test_an_incident_report_is(make: Make, paper: Paper, standing: Standing) -> None:
    report = make(printing=Printing(paper, standing))
    pdf = incident_report.render(report)
    assert archive.checked(pdf) == ()
    assert incident_report.render(report) == pdf


def test_what_the_file_says_of_itself_agrees_in_both_places() -> None:
    pdf = page.build(story(), furniture(title="Bericht 模型 <b> & דוד \u202e", language="de"))
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as found:
        assert found["dc:title"] == "Bericht 模型 <b> & דוד [U+202E]"
        assert found["dc:creator"] == ["Example Bank"]
        assert found["dc:description"] == "SEV-1"
        assert found["dc:language"] == {"de"}
        assert found["xmp:MetadataDate"] == "2026-11-02T13:37:12+00:00"
        assert (found["pdfaid:part"], found["pdfaid:conformance"]) == ("2", "B")
    said = PdfReader(BytesIO(pdf)).metadata
    assert said is not None
    assert (said.title, said.author) == ("Bericht 模型 <b> & דוד [U+202E]", "Example Bank")
    assert "reportlab" in str(said.producer)
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "de"
        assert opened.Root.ViewerPreferences.DisplayDocTitle


def test_the_bookmarks_are_nested() -> None:
    outline = PdfReader(BytesIO(page.build(story(), furniture()))).outline
    titles = [[one.title for one in item] if isinstance(item, list) else item.title for item in outline]
    assert titles == ["Section 0", ["Part"], "Section 1", ["Part"]]


def test_attachments_make_it_3b_and_come_back_whole() -> None:
    json = Attachment("incident.json", b'{"id": "x"}', about="The incident")
    pdf = page.build(story(), furniture(attachments=(json,)))
    assert page.build(story(), furniture(attachments=(json,))) == pdf
    assert archive.checked(pdf, "3b") == ()
    with pikepdf.open(BytesIO(pdf)) as opened:
        carried = opened.attachments["incident.json"]
        assert carried.get_file().read_bytes() == b'{"id": "x"}'
        assert carried.relationship == "/Source"
        assert len(opened.Root.AF) == 1


def test_what_does_not_pass_is_not_given_out() -> None:
    def wrong() -> Iterator[Flowable]:
        yield Paragraph("not embedded", ParagraphStyle("x", fontName="Helvetica"))

    with pytest.raises(UserError, match=r"would not be PDF/A-2b: .*6\.2\.11\.4"):
        page.build(wrong(), furniture())
    with pytest.raises(UserError, match="no pages"):
        page.build([], furniture())


def test_another_process_and_hash_seed_give_the_same_bytes(tmp_path: Path) -> None:
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('sample', {__file__!r})\n"
        "sample = importlib.util.module_from_spec(spec); spec.loader.exec_module(sample)\n"
        "json = sample.Attachment('incident.json', b'{}')\n"
        "about = sample.furniture(attachments=(json,), right='模型 דוד')\n"
        "open(sys.argv[1], 'wb').write(sample.page.build(sample.story(), about))\n"
    )
    there = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)}
    target = tmp_path / "there.pdf"
    subprocess.run([sys.executable, "-c", script, str(target)], env={**os.environ, **there}, check=True)
    json = Attachment("incident.json", b"{}")
    assert target.read_bytes() == page.build(story(), furniture(attachments=(json,), right="模型 דוד"))


@pytest.mark.parametrize("lines", range(47, 56))
def test_no_heading_stands_alone_at_the_foot_of_a_page(lines: int) -> None:
    def grown() -> Iterator[Flowable]:
        yield Spacer(0, lines * 12.0)
        yield Heading("The heading", "h")
        yield Heading("Its part", "p", level=1)
        yield Spacer(0, 6)
        yield Table([["head"], *[[f"row {number}"] for number in range(30)]], repeatRows=1, rowHeights=24,
                    style=[("FONT", (0, 0), (-1, -1), "IBMPlexSans-Regular")])  # fmt: skip

    texts = text_of(page.build(grown(), furniture()))
    (found,) = [text for text in texts if "The heading" in text]
    assert "Its part" in found
    assert "row 0" in found


def test_the_packet_and_the_profile_can_be_had_without_a_page() -> None:
    about = About("T & <t>", "A", "S", "en", AT)
    assert b"T &amp; &lt;t&gt;" in archive.xmp(about)
    assert archive.info(about)["CreationDate"] == "D:20261102133712+00'00'"
    assert archive.icc()[36:40] == b"acsp"
