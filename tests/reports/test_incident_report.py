"""The incident report as PDF: all of it there as text, fonts embedded, the same bytes each time."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tocsin.model.instant import When
from tocsin.model.report import IncidentReport, Line, Text
from tocsin.reports.incident_report import NOT_YET, render

Make = Callable[..., IncidentReport]
SAMPLE = Path(__file__).with_name("conftest.py")

# What people and machines may write; each must be on paper as it is, or with a visible mark.
AWKWARD = {
    "CPU < 5 & > 3, login from <host> failed": "CPU < 5 & > 3, login from <host> failed",
    "<b>never closed </para>": "<b>never closed </para>",
    '<img src="/etc/passwd"/> <a href="javascript:x">y</a>': 'passwd"/> <a href="javascript:x">y</a>',
    '<font color="[].append(1)">x</font> <onDraw name="f"/> <seq/>': '<onDraw name="f"/> <seq/>',
    "&#99999999; &lt; &amp;": "&#99999999; &lt; &amp;",
    "nul \x00 escape \x1b[31m": "nul U+0000 escape U+001B [31m",
    "right \u202eto left": "U+202E",
    "zero\u200bwidth": "U+200B",
    "lone \ud800 half": "U+D800",
    "模型 and 🔥": "模型 and 🔥",
    "variant\ufe01 filler\u3164": "variantU+FE01 fillerU+3164",
    '=HYPERLINK("https://x") @SUM(A1) +1 -1': '=HYPERLINK("https://x") @SUM(A1) +1 -1',
    "Größe café Ωσ ✓ ▲ →": "Größe café Ωσ ✓ ▲ →",
    "a" + "\u0301" * 5000: "[+4995 marks]",
}


def text_of(pdf: bytes) -> str:
    """Return all text of a PDF with single blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_everything_a_reader_is_promised_is_there_as_text(make: Make) -> None:
    text = squeezed(text_of(render(make())))
    promised = [
        "INC-2026-WR-0007", "SEV-1", "contained", "1 h 39 min", "credit-scorer", "scorer-v14", "Operator B",
        "About 3 100 decisions.", "Group suspended", "corrected 2×", "60 min from detection", "late by 9 min",
        "duplicate of: INC-2026-WR-0006", "approval_rate", "scorer v14", "baseline", "3f9a" * 16, "Page 1 of",
        "between 31 Oct 2026, 11:37:12 UTC+01:00 and 31 Oct 2026, 17:37:12 UTC+01:00", "1 d 22 h 21 min",
        "2 Nov 2026, 12:58:12 UTC+01:00", "11:58:12 UTC",
    ]  # fmt: skip
    assert [words for words in promised if squeezed(words) not in text] == []


def test_what_is_not_recorded_is_said_and_not_left_blank(make: Make) -> None:
    bare = make(
        narrative=(Text("Impact", " "),),
        timeline=(),
        clocks=(),
        alerts=(),
        related=(),
        charts=None,
        start=None,
    )
    text = text_of(render(bare))
    assert text.count(NOT_YET) >= 5
    assert "No clock runs" in text
    assert "Declared without an alert" in text


@pytest.mark.parametrize("awkward", AWKWARD, ids=range(len(AWKWARD)))
def test_untrusted_text_is_printed_wherever_it_may_stand(make: Make, awkward: str) -> None:
    line = Line(When(make().as_of.at), "noted", awkward, awkward, withdrawn=awkward)
    everywhere = make(
        title=awkward, system=awkward, version=awkward, channel=awkward, roles=((awkward, awkward),),
        declared_by=awkward, conflicts=(awkward,), narrative=(Text(awkward, awkward, (awkward,)),),
        timeline=(line,), withdrawn=awkward,
        alerts=(replace(make().alerts[0], message=awkward, metric=awkward, detector=awkward),),
        clocks=(replace(make().clocks[0], name=awkward, reason=awkward, by=awkward, state=awkward),),
    )  # fmt: skip
    pdf = render(everywhere)
    assert squeezed(text_of(pdf)).count(squeezed(AWKWARD[awkward])) >= 8
    assert b"/URI" not in pdf
    assert b"/JavaScript" not in pdf


@pytest.mark.parametrize(
    "long",
    ["W" * 20_000, "word " * 4000, "line\n" * 3000, "模" * 5000, "模 " * 1500, "\u202e" * 3000],
    ids=["word", "words", "lines", "glyphless word", "glyphless words", "marks"],
)
def test_text_of_any_length_fits_its_pages(make: Make, long: str) -> None:
    at = When(make().as_of.at)
    report = make(
        version=long, roles=((long, long),), narrative=(Text("Impact", long),), conflicts=(long,),
        timeline=(Line(at, "noted", long, long, withdrawn=long),),
        alerts=(replace(make().alerts[0], message=long, metric=long),),
        clocks=(replace(make().clocks[0], name=long, reason=long, by=long),),
    )  # fmt: skip
    assert len(PdfReader(BytesIO(render(report))).pages) > 3


def test_every_font_is_embedded(make: Make) -> None:
    line = Line(When(make().as_of.at), "noted", "✓ ▲ 漢 plain", "Operator A")
    reader = PdfReader(BytesIO(render(make(timeline=(line,)))))
    fonts = [font for page in reader.pages for font in _fonts(page["/Resources"])]
    assert fonts
    assert [font["/BaseFont"] for font in fonts if "/FontFile2" not in font["/FontDescriptor"]] == []


def _fonts(resources: Any) -> list[Any]:
    """Return the fonts of a page and of the forms drawn on it."""
    found = [font.get_object() for font in resources.get("/Font", {}).values()]
    for form in resources.get("/XObject", {}).values():
        found += _fonts(form.get_object()["/Resources"])
    return found


def test_the_file_says_what_it_is_and_when_it_speaks_of(make: Make) -> None:
    reader = PdfReader(BytesIO(render(make())))
    assert reader.metadata is not None
    assert reader.metadata.title == f"Incident report INC-2026-WR-0007: {make().title}"
    assert reader.metadata.author == "Operator A"
    assert "SEV-1" in str(reader.metadata.subject)
    assert reader.metadata.creation_date == make().as_of.at
    assert reader.metadata.modification_date == make().as_of.at
    assert str(reader.root_object["/Lang"]) == "en"
    titles = [str(item.title) for item in reader.outline if not isinstance(item, list)]
    assert titles[0].endswith("Overview")


def test_pages_are_numbered_to_the_last(make: Make) -> None:
    lines = tuple(Line(When(make().as_of.at), "noted", f"line {n}", "Operator A") for n in range(200))
    reader = PdfReader(BytesIO(render(make(timeline=lines))))
    total = len(reader.pages)
    assert total > 5
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page{number}of{total}" in squeezed(page.extract_text())


def test_another_fact_gives_other_bytes(make: Make) -> None:
    first = render(make())
    assert render(make()) == first
    assert render(make(status="resolved")) != first
    later = replace(make().as_of, sha256="00" * 32)
    assert render(make(as_of=later)) != first


def test_another_process_seed_zone_and_day_give_the_same_bytes(make: Make, tmp_path: Path) -> None:
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('sample', {str(SAMPLE)!r})\n"
        "sample = importlib.util.module_from_spec(spec); spec.loader.exec_module(sample)\n"
        "from tocsin.reports.incident_report import render\n"
        "open(sys.argv[1], 'wb').write(render(sample.a_report()))\n"
    )
    there = {"PYTHONHASHSEED": "42", "TZ": "Pacific/Auckland", "SOURCE_DATE_EPOCH": "86400", "LC_ALL": "C"}
    target = tmp_path / "there.pdf"
    path = os.pathsep.join(sys.path)
    subprocess.run(
        [sys.executable, "-c", script, str(target)],
        env={**os.environ, **there, "PYTHONPATH": path},
        check=True,
    )
    assert target.read_bytes() == render(make())


def test_a_withdrawn_entry_stays_readable_with_its_reason(make: Make) -> None:
    line = Line(
        When(make().as_of.at), "told", "Leadership told", "Operator B", withdrawn="nobody was reached"
    )
    text = text_of(render(make(timeline=(line,))))
    assert "Leadership told" in text
    assert "withdrawn: nobody was reached" in text


def test_times_of_another_utc_day_say_so(make: Make) -> None:
    at = make().as_of.at.replace(hour=23, minute=30)
    text = text_of(render(make(timeline=(Line(When(at), "noted", "late", "Operator A"),))))
    assert "Tuesday 3 Nov 2026" in text
    assert "23:30:12 2 Nov 2026" in text


def test_a_store_at_home_in_utc_says_each_time_once(make: Make) -> None:
    text = text_of(render(make(zone="Etc/UTC", timeline=(Line(make().start, "noted", "x", "Operator A"),))))
    assert "UTC+00:00" not in text
    assert "Local time" not in text
    assert "13:37:12 noted x" in text


def test_thousands_of_entries_lie_in_order(make: Make) -> None:
    at = make().as_of.at - timedelta(days=2)
    lines = tuple(
        Line(When(at + timedelta(minutes=n)), "noted", f"entry-{n:05d}", "Operator A") for n in range(1200)
    )
    found = re.findall(r"entry-(\d{5})", text_of(render(make(timeline=lines))))
    assert [int(number) for number in found] == list(range(1200))
