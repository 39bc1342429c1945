"""Letters in one batch, against the best ways of bare ReportLab to print the same lines.

The bare ways get all lines ready-made: nothing is read, checked, filled in or broken into lines for them, and
nothing is validated. Ours is the whole of `tocsin letters`: list read twice, every row checked, letters set,
proof written, PDF/A validated, batch recorded.

Run: python tests/benchmarks/bench_letters.py [--quick] [--count N].
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from tests import letter_lists
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, letters
from tocsin.operations.letters import Asked
from tocsin.operations.progress import finish
from tocsin.reports import fonts, letter_archive
from tocsin.store.folder import Store, create_store

FONT, SIZE, LEADING, LEFT, TOP, WIDTH = fonts.SANS, 10.5, 14, 71, 790, 453
BY = Author("Operator A")
Lines = Sequence[str]


def bare_canvas(every: Sequence[Lines]) -> bytes:
    """Every line drawn on every page."""
    target = BytesIO()
    canvas = Canvas(target, A4, invariant=1, pageCompression=1, initialFontName=FONT)
    for lines in every:
        canvas.setFont(FONT, SIZE)
        for number, line in enumerate(lines):
            canvas.drawString(LEFT, TOP - number * LEADING, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def template(every: Sequence[Lines]) -> bytes:
    """What all letters share as one form, the other lines written as operators of the page."""
    target = BytesIO()
    canvas = Canvas(target, A4, invariant=1, pageCompression=1, initialFontName=FONT)
    document, font = canvas._doc, pdfmetrics.getFont(FONT)
    shared = [len(set(column)) == 1 for column in zip(*every[:50], strict=True)]
    canvas.beginForm("shared")
    canvas.setFont(FONT, SIZE)
    for number, line in enumerate(every[0]):
        if shared[number]:
            canvas.drawString(LEFT, TOP - number * LEADING, line)
    canvas.endForm()
    for lines in every:
        canvas.doForm("shared")
        code = []
        for number, line in enumerate(lines):
            if not shared[number]:
                code.append(f"BT 1 0 0 1 {LEFT} {TOP - number * LEADING} Tm")
                for subset, text in font.splitString(line, document):
                    name = font.getSubsetInternalName(subset, document)
                    code.append(f"{name} {SIZE} Tf ({canvas._escape(text)}) Tj")
                code.append("ET")
        canvas._code.append(" ".join(code))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def platypus(every: Sequence[Lines]) -> bytes:
    """Paragraphs, laid out for every letter."""
    style = ParagraphStyle("text", fontName=FONT, fontSize=SIZE, leading=LEADING)
    story = [part for lines in every for part in (*(Paragraph(line, style) for line in lines), PageBreak())]
    target = BytesIO()
    SimpleDocTemplate(target, pagesize=A4, invariant=1, initialFontName=FONT).build(story)
    return target.getvalue()


def lines_of(texts: Path, count: int) -> list[Lines]:
    """Return the lines of letters that were made, as many as the first has."""
    found = []
    for path in sorted(texts.glob("*.txt"))[:count]:
        text = path.read_text(encoding="utf-8").strip().replace("\n\n", "\n")
        found.append([part for line in text.split("\n") for part in simpleSplit(line, FONT, SIZE, WIDTH)])
    return [lines for lines in found if len(lines) == len(found[0])]


def ours(store: Store, incident: str, people: Path, target: Path, processes: int, twin: str = "") -> None:
    asked = Asked("adverse-action", people, given=letter_lists.CREDIT, processes=processes, twin=twin)
    finish(letters.make(store, BY, incident, asked, target))


class Took(NamedTuple):
    """What one letter takes, in seconds: by the clock, and of processors (this process and its children)."""

    wall_s: float
    cpu_s: float


def cpu() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def each(call: Callable[[], object], count: int) -> Took:
    start, used = time.perf_counter(), cpu()
    call()
    return Took((time.perf_counter() - start) / count, (cpu() - used) / count)


def main(count: int) -> None:
    fonts.register()
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), ManualClock(datetime(2026, 11, 2, 9, tzinfo=UTC))
        store = create_store(folder / "b.tocsin", code="B", zone="UTC", clock=clock, author=BY)
        try:
            measured(store, folder, count)
        finally:
            store.close()


def measured(store: Store, folder: Path, count: int) -> None:
    known = incidents.declare(store, BY, title="Wrong reasons", system="Loan scoring", severity="SEV-2")
    few, people = listed(folder / "few.csv", 200), listed(folder / "people.csv", count)
    ours(store, known.id, few, folder / "few-letters.pdf", 1, "txt")
    every = lines_of(folder / "few-letters-text", 200)
    every = (every * (count // len(every) + 1))[:count]
    bare = {"platypus": (platypus, 20), "plain canvas": (bare_canvas, 5), "laid-out template": (template, 1)}
    rates = {}
    for title, (call, share) in bare.items():
        some = every[: max(count // share, 50)]
        rates[title] = each(partial(call, some), len(some))
    for processes in (1, 2):
        title = f"ours, {processes} process{'es' * (processes > 1)}"
        made = partial(ours, store, known.id, people, folder / f"{processes}.pdf", processes)
        rates[title] = each(made, count)
    one, two = (folder / f"{processes}.pdf" for processes in (1, 2))
    validated = each(partial(letter_archive.validate, (folder / "few-letters.pdf").read_bytes()), 200)
    told(rates, count, one.stat().st_size, validated.wall_s, same=one.read_bytes() == two.read_bytes())


def listed(path: Path, count: int) -> Path:
    return letter_lists.write(path, "adverse-action", map(letter_lists.person, range(1, count + 1)))


def told(rates: dict[str, Took], count: int, size: int, validating: float, *, same: bool) -> None:
    bare = [took for title, took in rates.items() if not title.startswith("ours")]
    wall, used = min(took.wall_s for took in bare), min(took.cpu_s for took in bare)
    print(f"{count:,} letters of one page   letters/s   of the best bare way   µs of processor   of the best")
    for title, took in rates.items():
        print(
            f"{title:<27} {1 / took.wall_s:10,.0f} {wall / took.wall_s:22.2f} {took.cpu_s * 1e6:17,.0f}"
            f" {used / took.cpu_s:13.2f}"
        )
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"file {size / 1e6:.1f} MB, most memory of a process {most / 1024:.0f} MB (bare ways and all in it)"
    )
    print(f"validating every page would take {validating * 1000:.1f} ms a page, {validating * count:.0f} s")
    print(f"the same bytes with 1 process and with 2: {'yes' if same else 'NO'}")


if __name__ == "__main__":
    chosen = int(sys.argv[sys.argv.index("--count") + 1]) if "--count" in sys.argv else 10_000
    main(400 if "--quick" in sys.argv else chosen)
