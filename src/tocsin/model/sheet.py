"""A document before it is laid out, of whatever kind: numbered sections of plain blocks, and nothing else.

It holds exactly what its reader may see; one for outsiders is built without what is internal. Two equal
sheets give the same bytes. Instants are aware UTC; the layout formats them in `zone`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.model.document import Printing
from tocsin.model.instant import When
from tocsin.model.report import AsOf, Charts, ClockLine, Level, Line

NOT_YET = "Not yet recorded."


@dataclass(frozen=True, slots=True)
class State:
    """A state, drawn as its shape and colour with the word."""

    word: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """A remark in smaller, paler type."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """A name that leads a cell."""

    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash or an id, in type of fixed width and never cut."""

    text: str


@dataclass(frozen=True, slots=True)
class Blank:
    """Room to write in by hand, so many lines."""

    lines: int = 3


Cell = str | datetime | timedelta | When | State | Quiet | Strong | Digest | Blank | None
Cells = Cell | tuple[Cell, ...]  # several: below each other


@dataclass(frozen=True, slots=True)
class Prose:
    """A text people wrote, whole. `others` are values somebody set without knowing of this one."""

    text: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A remark of the document itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """A checklist: each item with whether it is done."""

    items: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values."""

    pairs: tuple[tuple[str, Cells], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; `shares` are the widths, relative to each other. `empty` is said without rows."""

    heads: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[Cells, ...], ...]
    empty: str = "None on record."


@dataclass(frozen=True, slots=True)
class Events:
    """Entries of a timeline, by day."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """Clocks with what became of them."""

    clocks: tuple[ClockLine, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """The charts of signals, at most so many."""

    charts: Charts | None
    most: int = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A heading inside a section."""

    title: str


Block = Prose | Note | Points | Checks | Facts | Table | Events | Running | Graph | Part


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section; of an annex the number is a letter."""

    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document. `kind` is its title ("Post-incident review"), `about` what stands under it.

    Of a document of the store `reference` is empty. `author` is who answers for it, empty for outsiders;
    `rules` says which rules it was made by, with their date.
    """

    kind: str
    title: str
    reference: str
    about: str
    zone: str
    as_of: AsOf
    sections: tuple[Section, ...]
    level: Level | None = None
    status: str = ""
    author: str = ""
    rules: str = ""
    again: str = ""
    printing: Printing = field(default_factory=Printing)
    record: bytes = b""


def written(text: str, others: tuple[str, ...] = ()) -> Prose | Note:
    """Return a text people wrote as a block, or that there is none."""
    return Prose(text, others) if text.strip() or others else Note(NOT_YET)


def redacted(value: Any, clean: Callable[[str], str]) -> Any:
    """Return a model with `clean` applied to each text in it, at whatever depth; numbers and times stay."""
    if isinstance(value, Digest | When | AsOf | Level | Printing):
        return value
    if isinstance(value, str) and type(value) is str:
        return clean(value)
    if isinstance(value, tuple):
        return tuple(redacted(one, clean) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: redacted(getattr(value, one.name), clean) for one in fields(value)}
        return replace(value, **changed)
    return value
