"""What letters are made of: styles, paragraphs that were set, the same in words, and a letter as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.model.letters import PLACEHOLDER, LetterKind
from tocsin.reports import fonts

HANG = 16.0  # how far the text of an item stands from its number, in points


@dataclass(frozen=True, slots=True)
class Style:
    """How a kind of block is set; in points, `before` the room above it, `keep` what follows on its page."""

    font: str
    size: float
    leading: float
    before: float
    indent: float = 0.0
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """A paragraph that was set: lines as operators, and its label (a number, a bullet)."""

    style: Style
    lines: tuple[str, ...]
    label: str = ""

    @property
    def height(self) -> float:
        """In points, without the room before it."""
        return len(self.lines) * self.style.leading


@dataclass(frozen=True, slots=True)
class Spoken:
    """A paragraph in words, for the twins in plain text and HTML."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One paragraph, or several that always follow each other, with the form that holds them all if one does.

    `height` is in points with the room before; `before` that of the first.
    """

    sets: tuple[Set, ...]
    spoken: tuple[Spoken, ...]
    before: float
    height: float
    form: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was set: pages as compressed content, the same in words, which blocks it is made of."""

    pages: tuple[bytes, ...]
    spoken: tuple[Spoken, ...]
    shape: str


def style(font: str, size: float, before: float = 0.0, indent: float = 0.0, *, keep: bool = False) -> Style:
    """Return a style whose leading follows its size."""
    return Style(font, size, round(size * 1.34, 2), before, indent, keep)


def styles(kind: LetterKind) -> dict[str, Style]:
    """Return the styles of a kind of letter by the kinds of blocks."""
    size = kind.size
    return {
        "subject": style(fonts.SANS_BOLD, size + 1, 10, keep=True),
        "heading": style(fonts.SANS_BOLD, size, 8, keep=True),
        "text": style(fonts.SANS, size, 5),
        "item": style(fonts.SANS, size, 2, HANG),
        "point": style(fonts.SANS, size, 2, HANG),
        "small": style(fonts.SANS, max(size - 2, 8), 4),
        "verbatim": style(fonts.SANS, max(size - 1, 10), 5),
    }


def style_fonts(kind: LetterKind) -> dict[str, str]:
    """Return the font each kind of block is set in."""
    return {name: style.font for name, style in styles(kind).items()}


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled; a list within a sentence is told with commas."""
    if alone := PLACEHOLDER.fullmatch(text):
        return values.get(alone[1], "")
    return PLACEHOLDER.sub(lambda found: values.get(found[1], "").replace("\n", ", "), text)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say anything."""
    return [line for line in text.split("\n") if line and not line.isspace()]
