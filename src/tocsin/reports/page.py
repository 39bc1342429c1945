"""The one way to paper: a story and its furniture become a checked PDF/A; the same bytes each time."""

import hashlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from threading import Lock

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from tocsin.errors import BadInput
from tocsin.reports import archive, fonts, furniture
from tocsin.reports.furniture import Attachment, Furniture, height_pt, width_pt
from tocsin.reports.keeping import with_what_follows
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.styles import (
    BODY,
    DRILL,
    HEADING,
    INK,
    KICKER,
    LABEL,
    MONO_SMALL,
    NOTE,
    QUIET,
    QUIET_SMALL,
    RULE,
    SMALL,
    SMALL_BOLD,
    SUBHEADING,
    TINT,
    TITLE,
    style,
)
from tocsin.reports.text import markup, plain

__all__ = [
    "BODY", "DRILL", "HEADING", "INK", "KICKER", "LABEL", "MONO_SMALL", "NOTE", "QUIET", "QUIET_SMALL",
    "RULE", "SMALL", "SMALL_BOLD", "SUBHEADING", "TINT", "TITLE", "Attachment", "Furniture", "Heading",
    "Paragraph", "build", "height_pt", "style", "width_pt",
]  # fmt: skip

# Streams are written again on the way into the archive: no need to make text of them before.
rl_config.useA85 = 0
# ReportLab's paragraph parser is one object for the whole process.
_one_at_a_time = Lock()


class Heading(Paragraph):
    """A heading that also stands in the reader's outline; `level` 0 is a section, 1 a part of one."""

    def __init__(self, text: str, key: str, level: int = 0) -> None:
        used = SUBHEADING if level else HEADING
        super().__init__(markup(text, used.fontName), used)
        self.title, self._key, self._level = plain(text), key, level

    def split(self, width: float, height: float) -> list[Flowable]:
        """Return nothing: a heading stands whole on the page of what follows it."""
        return []

    def draw(self) -> None:
        """Draw it and enter it in the outline, never more than one level below the one before."""
        before: int = getattr(self.canv, "outline_level", -1)
        self.canv.outline_level = level = min(self._level, before + 1)
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self.title, self._key, level=level)
        super().draw()


def build(story: Iterable[Flowable], about: Furniture) -> bytes:
    """Lay the story out and return it as PDF/A: the same story and furniture give the same bytes.

    `story` is drawn from only when its turn has come, so hand in a generator that makes its paragraphs then.
    Conditions for that across machines are the same versions of the libraries, which the file names, and of
    the fonts. Raises BadInput naming a character no font has and the section it stands in.
    """
    with _one_at_a_time:
        drawn = _drawn(story, about)
    said = archive.About(about.title, about.author, about.subject, about.language, about.at)
    return archive.sealed(drawn, said, about.attachments)


def _drawn(story: Iterable[Flowable], about: Furniture) -> bytes:
    fonts.register()
    target = BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=furniture.size_pt(about.paper),
        title=plain(about.title),
        author=plain(about.author),
        subject=plain(about.subject),
        creator="Tocsin",
        lang=about.language,
        initialFontName=fonts.SANS,
        pageCompression=1,
        invariant=1,
    )
    document.addPageTemplates(_template(about))
    flowables = with_what_follows(list(_gathered(story, about.title)), width_pt(), height_pt(about.paper))
    with_place = f"{plain(about.title)}, a drawing or a heading"
    try:
        document.build(flowables, canvasmaker=lambda *a, **k: _canvas(about, *a, **k))
    except BadInput as problem:
        raise _placed(problem, with_place) from None
    return target.getvalue()


def _gathered(story: Iterable[Flowable], title: str) -> Iterator[Flowable]:
    """Yield the story; what cannot be drawn is told with the section it stands in."""
    section = "before the first section"
    flowables = iter(story)
    while True:
        try:
            flowable = next(flowables)
        except StopIteration:
            return
        except BadInput as problem:
            raise _placed(problem, f"{plain(title)}, {section}") from None
        if isinstance(flowable, Heading):
            section = f"section “{flowable.title}”"
        yield flowable


def _placed(problem: BadInput, where: str) -> BadInput:
    return BadInput(problem.what, where=problem.where or where, hint=problem.hint)


def _canvas(about: Furniture, *arguments: object, **options: object) -> "_NumberedCanvas":
    canvas = _NumberedCanvas(*arguments, **options)
    # ReportLab starts the file's id from the environment's SOURCE_DATE_EPOCH; start it from the content.
    document = canvas._doc  # noqa: SLF001
    document.signature = hashlib.md5(about.identity.encode(), usedforsecurity=False)
    return canvas


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows the number of pages on every page: as a form that is filled in at the end."""

    def save(self) -> None:
        furniture.draw_total(self, self.getPageNumber() - 1)
        super().save()


def _template(about: Furniture) -> PageTemplate:
    left, bottom = furniture.corner_pt(about.paper)
    frame = Frame(
        left, bottom, width_pt(), height_pt(about.paper),
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    return PageTemplate("page", [frame], onPage=lambda canvas, _: furniture.draw(canvas, about))
