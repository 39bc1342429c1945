"""Letters printed: what a batch needs is worked out once, then letter after letter, in one process or two.

A letter depends on nothing but the recipe and its own values: it is the same in whatever process it is made.
"""

import hashlib
import html
import zlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, islice, repeat
from multiprocessing import get_context
from typing import BinaryIO

from tocsin.model.letters import LetterKind, Marks, Order, Values, days, printed
from tocsin.reports import fonts
from tocsin.reports.characters import is_plain
from tocsin.reports.letter_file import Glyphs, LetterFile, Paperwork, Sheets
from tocsin.reports.letter_layout import SIZES, WIDTH, Setter
from tocsin.reports.letter_parts import Spoken, style_fonts
from tocsin.reports.letter_type import Case, Characters

PIECE = 200  # letters a process makes before it hands them over
_AHEAD = 2  # pieces a process has in hand
_BOX = (-100.0, -2000.0, WIDTH + 100, 900.0)  # forms are placed by their upper left corner, or not at all


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all letters of a batch share. `kinds` are by language, `varying` ids that rows may set.

    `twin` asks for each letter as text too: "txt", "html" or nothing; `apart` for each as a file of its own,
    which says of itself what `paperwork` does.
    """

    kinds: Mapping[str, LetterKind]
    shared: Values
    varying: frozenset[str]
    marks: Mapping[str, Marks]
    parts: tuple[tuple[str, Glyphs], ...]
    paperwork: Paperwork
    twin: str = ""
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """One letter made. `shape` tells which blocks it is made of; `sha256` is that of its plain text.

    `twin` is the letter as text, `file` it as a PDF of its own, where these were asked for.
    """

    row: int
    sheets: Sheets
    sha256: str
    shape: str
    twin: str
    file: bytes = b""


class Needs:
    """The characters of a batch, gathered while its list is read."""

    def __init__(self, kinds: Iterable[LetterKind], marks: Iterable[Marks]) -> None:
        self.characters = Characters()
        self._seen: set[str] = set()  # what all fonts draw by themselves and have taken up
        self._fonts = sorted({font for kind in kinds for font in style_fonts(kind).values()})
        self._fonts = sorted({*self._fonts, fonts.SANS, fonts.SANS_BOLD})
        for kind in kinds:
            self.add_all(block.text for block in kind.blocks)
            self.add_all([kind.page_of, *kind.months])
        for mark in marks:
            self.add_all([mark.foot, mark.banner])
        self.add_all([" 0123456789.,:•-"])

    def add_all(self, texts: Iterable[str]) -> None:
        """Take up texts that may be set in any style."""
        for text in texts:
            if self._seen.issuperset(text):
                continue
            flat = text.replace("\n", " ")
            for font in self._fonts:
                self.characters.add(flat, font)
            if all(is_plain(flat, font) for font in self._fonts):
                self._seen.update(text)

    def parts(self) -> tuple[tuple[str, Glyphs], ...]:
        """Return the fonts of the batch."""
        return self.characters.parts()


class Press:
    """Makes letters after a recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._days = {language: days(kind) for language, kind in recipe.kinds.items()}
        self._shared = {
            language: printed(kind, recipe.shared, self._days[language])
            for language, kind in recipe.kinds.items()
        }
        case = Case(recipe.parts)
        self._setters: dict[str, Setter] = {
            language: Setter(
                kind,
                self._shared[language],
                recipe.varying,
                case,
                recipe.marks[language],
                f"B{number}X",
            )
            for number, (language, kind) in enumerate(sorted(recipe.kinds.items()))
        }

    @property
    def forms(self) -> dict[str, bytes]:
        """The contents that letters share."""
        return {name: form for setter in self._setters.values() for name, form in setter.forms.items()}

    def make(self, order: Order) -> Printed:
        """Return one letter."""
        setter = self._setters[order.language]
        own = printed(self.recipe.kinds[order.language], order.values, self._days[order.language])
        values = {**self._shared[order.language], **own}
        letter = setter.set(values, order.paper)
        text = plain_text(letter.spoken)
        twin = {"": "", "txt": text}.get(self.recipe.twin)
        sheets = Sheets(order.title, SIZES[order.paper], letter.pages)
        return Printed(
            order.row,
            sheets,
            hashlib.sha256(text.encode()).hexdigest(),
            f"{order.language} {letter.shape}",
            html_text(letter.spoken, self.recipe.kinds[order.language]) if twin is None else twin,
            self.bound([sheets]) if self.recipe.apart else b"",
        )

    def bound(self, letters: Sequence[Sheets]) -> bytes:
        """Return letters as a file of their own, with the fonts and forms they use and no others."""
        pages = b" ".join(zlib.decompress(page) for one in letters for page in one.pages)
        forms = {name: form for name, form in self.forms.items() if f"/{name} Do".encode() in pages}
        shown = b" ".join([pages, *map(zlib.decompress, forms.values())])
        parts = [(name, part) for name, part in self.recipe.parts if f"/{name} ".encode() in shown]
        target = BytesIO()
        book = LetterFile(target, self.recipe.paperwork, parts, forms, _BOX)
        for one in letters:
            book.add(one)
        book.close()
        return target.getvalue()

    def book(self, target: BinaryIO) -> LetterFile:
        """Return the file that all letters of the batch are added to."""
        return LetterFile(target, self.recipe.paperwork, self.recipe.parts, self.forms, _BOX)


_press: Press | None = None  # of a process of its own


def _prepare(recipe: Recipe) -> None:
    global _press
    _press = Press(recipe)


def _piece(orders: Sequence[Order]) -> list[Printed]:
    assert _press is not None
    return [_press.make(order) for order in orders]


def made(recipe: Recipe, orders: Iterable[Order], processes: int) -> Generator[list[Printed], None, None]:
    """Yield the letters in the order asked for, some at a time; close it to stop. Memory stays bounded."""
    pieces = _pieces(orders)
    if processes <= 1:
        press = Press(recipe)
        for piece in pieces:
            yield [press.make(order) for order in piece]
        return
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _prepare, (recipe,))
    held: deque[list[Order]] = deque()
    futures: deque[Future[list[Printed]]] = deque()
    try:
        for piece in chain(pieces, repeat([])):  # empty ones at the end, until all in hand has come
            if piece:
                held.append(piece)
                futures.append(pool.submit(_piece, piece))
            if not futures:
                return
            if not piece or len(futures) > processes * _AHEAD:
                done = futures.popleft().result()
                held.popleft()
                yield done
    except BrokenProcessPool:  # a process was ended from outside, or could not start: go on in this one
        press = Press(recipe)
        for left in chain(held, pieces):
            yield [press.make(order) for order in left]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pieces(orders: Iterable[Order]) -> Iterator[list[Order]]:
    source = iter(orders)
    while piece := list(islice(source, PIECE)):
        yield piece


def plain_text(spoken: Iterable[Spoken]) -> str:
    """Return a letter as plain text, for those who have it read out or enlarged."""
    return "\n\n".join([f"{one.label} {one.text}" if one.label else one.text for one in spoken]) + "\n"


def html_text(spoken: Iterable[Spoken], kind: LetterKind) -> str:
    """Return a letter as a page of HTML, without style, script or anything that is loaded."""
    names = {"subject": "h1", "heading": "h2"}
    parts = [f'<!doctype html>\n<html lang="{kind.language}">\n<head><meta charset="utf-8">']
    parts.append(f"<title>{html.escape(kind.title)}</title></head>\n<body>")
    for one in spoken:
        name, label = names.get(one.kind, "p"), f"{one.label} " if one.label else ""
        text = html.escape(f"{label}{one.text}").replace("\n", "<br>\n")
        parts.append(f"<{name}>{text}</{name}>")
    return "\n".join([*parts, "</body>", "</html>", ""])
