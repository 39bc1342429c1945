"""One letter set on its pages: blocks become paragraphs, these stand below each other, pages are filled.

What is the same in every letter is set once and kept as a form of the file; a letter places it. Where a
letter does not fit its page, paragraphs are broken across pages instead; nothing is ever cut.
"""

import zlib
from collections.abc import Iterator, Sequence

from reportlab.lib.units import mm

from tocsin.model.document import Paper
from tocsin.model.letters import (
    ADDRESS,
    DATE,
    ENTRY,
    NAME,
    SENDER,
    SENDER_ADDRESS,
    Block,
    LetterKind,
    Marks,
    Values,
    holds,
    names_in,
)
from tocsin.reports import fonts
from tocsin.reports.letter_parts import Letter, Set, Spoken, Stretch, Style, filled, lines_of, style, styles
from tocsin.reports.letter_type import Case

SIZES = {Paper.A4: (210 * mm, 297 * mm), Paper.LETTER: (612.0, 792.0)}
WIDTH = 160 * mm  # of the text, the same on both papers
_TOP, _BOTTOM, _ADDRESS = 18 * mm, 24 * mm, 40 * mm
_FOOT, _FOOT_SIZE = 12 * mm, 7.5
_FEWEST_ADDRESS_LINES = 5
_POINT = "•"
_LEVEL = 2  # of compression: larger than the default by a sixth, in less than half of the time
_MOST_KNOWN = 20_000  # paragraphs remembered, then they are forgotten and begun anew


_SENDER, _SMALL, _HEAD, _DAY = (
    style(fonts.SANS_BOLD, 11), style(fonts.SANS, 8), style(fonts.SANS, 11), style(fonts.SANS, 11, keep=True)
)  # fmt: skip
_Part = tuple[
    str, Block | None, Stretch | None
]  # name in the shape, the block if it varies, else as it is set


class Setter:
    """Sets the letters of one kind. `varying` are the ids that differ from letter to letter."""

    def __init__(
        self,
        kind: LetterKind,
        shared: Values,
        varying: frozenset[str],
        case: Case,
        marks: Marks,
        prefix: str = "B",
    ) -> None:
        self._case, self._marks, self._prefix = case, marks, prefix
        self._styles = styles(kind)
        self._varying = varying | {ENTRY, DATE}
        self.forms: dict[str, bytes] = {}
        self._known: dict[tuple[str, str, str], Stretch] = {}
        self._heads: dict[tuple[str, str], tuple[tuple[Set, ...], Spoken]] = {}
        self._feet: dict[tuple[int, int, Paper], str] = {}
        self._parts = self._arranged(kind.blocks, shared)
        for paper in Paper:
            self.forms[f"{prefix}{paper}"] = zlib.compress(self._margins(paper).encode(), 9)

    def set(self, values: Values, paper: Paper) -> Letter:
        """Return a letter; `values` are as they are printed."""
        sections: list[list[Stretch]] = [[]]
        shape = []
        for name, block, fixed in self._parts:
            if block is not None and not holds(block.where, values):
                continue
            if block is not None and block.fresh and sections[-1]:
                sections.append([])
            if fixed is not None:
                sections[-1].append(fixed)
            elif block is not None:
                sections[-1] += self._varied(block, values, sections[-1])
            shape.append(name)
        head, told = self._heading(values)
        pages = [page for section in sections for page in self._pages(section, head, paper)]
        content = tuple(
            [
                zlib.compress(f"{body} {self._foot(number, len(pages), paper)}".encode(), _LEVEL)
                for number, body in enumerate(pages, 1)
            ]
        )
        spoken = [
            word for section in sections for word in (*told, *[w for one in section for w in one.spoken])
        ]
        return Letter(content, tuple(spoken), f"{paper} {len(pages)} {' '.join(shape)}")

    def _arranged(self, blocks: Sequence[Block], shared: Values) -> list[_Part]:
        """Return the blocks that may stand in a letter; those in all letters that never vary as one form."""
        parts: list[_Part] = []
        run: list[Stretch] = []
        for number, block in enumerate(blocks):
            where = {name: words for name, words in block.where.items() if name in self._varying}
            if not holds({name: words for name, words in block.where.items() if name not in where}, shared):
                continue
            fixed = self._fixed(block, shared)
            if fixed is not None and not where and not block.fresh:
                run += fixed
                continue
            parts += self._joined(run, len(parts))
            run = []
            asked = Block(block.kind, block.text, where, block.each, block.fresh)
            # What is fixed but conditional is set once too; what begins a page keeps its block.
            one = self._joined(fixed, len(parts)) if fixed is not None else []
            parts.append((str(number), asked, one[0][2] if one else None))
        return parts + self._joined(run, len(parts))

    def _joined(self, run: Sequence[Stretch], number: int) -> list[_Part]:
        """Return paragraphs that follow each other as one form."""
        if not run:
            return []
        name = f"{self._prefix}{number}"
        sets = tuple(made for one in run for made in one.sets)
        self.forms[name] = zlib.compress(" ".join(self._stacked(sets, 0, 0)).encode(), 9)
        spoken = tuple(word for one in run for word in one.spoken)
        joined = Stretch(sets, spoken, sets[0].style.before, sum(one.height for one in run), name)
        return [(f"f{number}", None, joined)]

    def _fixed(self, block: Block, shared: Values) -> list[Stretch] | None:
        """Return the paragraphs of a block that is the same in all letters; None for one that is not."""
        varies = block.each or block.kind == "item" or not self._varying.isdisjoint(names_in(block.text))
        return None if varies else self._paragraphs(block.kind, filled(block.text, shared), 0)

    def _varied(self, block: Block, values: Values, before: Sequence[Stretch]) -> list[Stretch]:
        """Return the paragraphs of a block with a person's own values."""
        if not block.each:
            return self._paragraphs(block.kind, filled(block.text, values), _counted(before))
        entries = [entry for entry in values.get(block.each, "").split("\n") if entry]
        counted = _counted(before)
        return [
            one
            for number, entry in enumerate(entries, counted)
            for one in self._paragraphs(block.kind, filled(block.text, {**values, ENTRY: entry}), number)
        ]

    def _paragraphs(self, kind: str, text: str, counted: int) -> list[Stretch]:
        """Return a text as paragraphs, one a line; of an item the first has the number after `counted`."""
        label = f"{counted + 1}." if kind == "item" else _POINT if kind == "point" else ""
        found = []
        for line in lines_of(text):
            found.append(self._paragraph(kind, label, line))
            label = ""
        return found

    def _paragraph(self, kind: str, label: str, text: str) -> Stretch:
        """Return a paragraph set and in words; those that come again and again are remembered."""
        key = (kind, label, text)
        known = self._known.get(key)
        if known is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            made = self._set(self._styles[kind], text, label)
            height = made.height + made.style.before
            known = Stretch((made,), (Spoken(kind, label, text),), made.style.before, height)
            self._known[key] = known
        return known

    def _set(self, style: Style, text: str, label: str = "") -> Set:
        case, font, size = self._case, style.font, style.size
        lines = case.wrapped(text, font, (WIDTH - style.indent) / size * 1000)
        shown = tuple([case.line(line, font, size) for line in lines])
        return Set(style, shown, case.line(label, font, size) if label else "")

    def _heading(self, values: Values) -> "tuple[_Head, tuple[Spoken, ...]]":
        """Return sender, recipient and day, as they head a letter and each enclosure; and these in words."""
        sender, lines = values.get(SENDER, ""), values.get(SENDER_ADDRESS, "")
        if (sender, lines) not in self._heads:
            where = ", ".join(lines_of(lines))
            named = [self._set(_SENDER, sender)] if sender else []
            made = (*named, *([self._set(_SMALL, where)] if where else []))
            self._heads[sender, lines] = made, Spoken("head", "", f"{sender}\n{lines}".strip("\n"))
        head, told = self._heads[sender, lines]
        address = f"{values.get(NAME, '')}\n{values.get(ADDRESS, '')}".strip("\n")
        day = values.get(DATE, "")
        to = tuple([self._set(_HEAD, line) for line in lines_of(address)])
        return (head, to, self._right(day)), (told, Spoken("head", "", address), Spoken("head", "", day))

    def _right(self, text: str) -> str:
        offset = WIDTH - self._case.width(text, _HEAD.font) * _HEAD.size / 1000
        return f"{offset:.2f} 0 Td {self._case.line(text, _HEAD.font, _HEAD.size)}"

    def _pages(self, section: Sequence[Stretch], head: "_Head", paper: Paper) -> Iterator[str]:
        """Yield the pages of a section: one with whole paragraphs, or as many as its lines need."""
        width, height = SIZES[paper]
        left = (width - WIDTH) / 2
        parts, at = self._drawn_head(head, left, height)
        if at - sum([one.height for one in section]) < _BOTTOM:
            sets = [made for one in section for made in one.sets]
            yield from self._broken(sets, left, at, parts, height - _TOP)
            return
        for one in section:
            at -= one.before
            if one.form:
                parts.append(f"q 1 0 0 1 {left:.2f} {at:.2f} cm /{one.form} Do Q")
            else:
                parts.append(self._shown(one.sets[0], left, at))
            at -= one.height - one.before
        yield " ".join(parts)

    def _broken(
        self, section: Sequence[Set], left: float, at: float, parts: list[str], fresh: float
    ) -> Iterator[str]:
        """Yield pages of paragraphs broken between lines; a heading stays with what it heads."""
        for number, one in enumerate(section):
            rest = one
            at -= one.style.before
            if one.style.keep and at - _kept(section[number:]) < _BOTTOM and parts:
                yield " ".join(parts)
                parts, at = [], fresh
            while rest.lines:
                count = _share(len(rest.lines), int((at - _BOTTOM + 0.01) // rest.style.leading))
                if count:
                    parts.append(self._shown(Set(rest.style, rest.lines[:count], rest.label), left, at))
                    at -= count * rest.style.leading
                    rest = Set(rest.style, rest.lines[count:])
                if rest.lines:
                    yield " ".join(parts)
                    parts, at = [], fresh
        yield " ".join(parts)

    def _drawn_head(self, head: "_Head", left: float, height: float) -> tuple[list[str], float]:
        """Return the head as operators, and where the text begins below it."""
        sender, to, day = head
        parts, at = self._stacked(sender, left, height - _TOP), height - _TOP
        at = min(at - sum(one.height for one in sender) - 12, height - _ADDRESS)  # an envelope's window
        parts += self._stacked(to, left, at)
        at -= max(sum([len(one.lines) for one in to]), _FEWEST_ADDRESS_LINES) * _HEAD.leading
        parts.append(self._shown(Set(_DAY, (day,)), left, at))
        return parts, at - _DAY.leading

    def _stacked(self, sets: Sequence[Set], left: float, top: float) -> list[str]:
        """Return paragraphs below each other, the first without the room before it."""
        parts: list[str] = []
        for one in sets:
            top -= one.style.before if parts else 0
            parts.append(self._shown(one, left, top))
            top -= one.height
        return parts

    def _shown(self, one: Set, left: float, top: float) -> str:
        """Return the operators of a paragraph whose upper left corner is given."""
        style = one.style
        y = top - style.size
        label = f"1 0 0 1 {left:.2f} {y:.2f} Tm {one.label} " if one.label else ""
        return (
            f"BT {self._case.set(style.font, style.size)} {style.leading} TL {label}"
            f"1 0 0 1 {left + style.indent:.2f} {y:.2f} Tm {' T* '.join(one.lines)} ET"
        )

    def _foot(self, page: int, pages: int, paper: Paper) -> str:
        """Return what stands in the margins of a page."""
        key = (page, pages, paper)
        if key not in self._feet:
            case, font = self._case, fonts.SANS
            number = self._marks.page_of.format(page=page, pages=pages)
            right = (SIZES[paper][0] + WIDTH) / 2 - case.width(number, font) * _FOOT_SIZE / 1000
            self._feet[key] = (
                f"/{self._prefix}{paper} Do BT {case.set(font, _FOOT_SIZE)} "
                f"1 0 0 1 {right:.2f} {_FOOT:.2f} Tm {case.line(number, font, _FOOT_SIZE)} ET"
            )
        return self._feet[key]

    def _margins(self, paper: Paper) -> str:
        """Return what stands in the margins of every page, from the page's lower left corner."""
        width, height = SIZES[paper]
        case, font, bold = self._case, fonts.SANS, fonts.SANS_BOLD
        parts = [f"BT {case.set(font, _FOOT_SIZE)} 1 0 0 1 {(width - WIDTH) / 2:.2f} {_FOOT:.2f} Tm"]
        parts.append(case.line(self._marks.foot, font, _FOOT_SIZE))
        if banner := self._marks.banner:
            middle = (width - case.width(banner, bold) * 9 / 1000) / 2
            parts.append(f"{case.set(bold, 9)} 1 0 0 1 {middle:.2f} {height - 28:.2f} Tm")
            parts.append(case.line(banner, bold, 9))
        return " ".join([*parts, "ET"])


_Head = tuple[tuple[Set, ...], tuple[Set, ...], str]


def _kept(sets: Sequence[Set]) -> float:
    """Return the room a heading needs with the headings and the first two lines that follow it."""
    room = 0.0
    for number, one in enumerate(sets):
        lines = len(one.lines) if one.style.keep else min(len(one.lines), 2)
        room += lines * one.style.leading + (one.style.before if number else 0)
        if not one.style.keep:
            break
    return room


def _share(lines: int, fits: int) -> int:
    """Return how many lines of a paragraph stand on this page: no single line alone on either."""
    if lines <= fits:
        return lines
    count = min(fits, lines - 2)
    return count if count >= 2 else 0


def _counted(before: Sequence[Stretch]) -> int:
    """Return the number of the last item, where what is before is one."""
    for one in reversed(before):
        spoken = one.spoken[-1]
        if spoken.kind != "item":
            return 0
        if spoken.label:
            return int(spoken.label[:-1])
    return 0
