"""Headings stay with what they head: none stands alone at the foot of a page."""

from collections.abc import Iterator, Sequence
from itertools import islice

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer, Table
from reportlab.platypus import Paragraph as AnyParagraph

_LINES = 2  # of a paragraph that follows
_MOST = 0.7  # of a page: a heading never asks for more
_ENOUGH = 150.0  # points
_AHEAD = 6  # flowables looked at after a heading


def with_what_follows(story: Sequence[Flowable], width: float, height: float) -> list[Flowable]:
    """Return the story with a break of the page before each heading that the page has no room for.

    Room is wanted for the heading and what comes first after it: two lines, or the head and first row of a
    table. ReportLab's own way keeps a heading with the whole of a long table and leaves half a page white.
    """
    found: list[Flowable] = []
    for place, flowable in enumerate(story):
        if _heads(flowable) and not (place and _heads(story[place - 1])):
            need = _need(islice(story, place, place + _AHEAD), width)
            found.append(CondPageBreak(min(need, _MOST * height)))
        if _heads(flowable):
            flowable.keepWithNext = 0
        found.append(flowable)
    return found


def _heads(flowable: Flowable) -> bool:
    if isinstance(flowable, AnyParagraph):
        return flowable.style.name == "heading" or bool(flowable.getKeepWithNext())
    return False


def _need(following: Iterator[Flowable], width: float) -> float:
    """Return how high the headings and the beginning of what follows them are, in points."""
    need = 0.0
    for flowable in following:
        need += flowable.getSpaceBefore() + _least(flowable, width)
        if not _heads(flowable) and not isinstance(flowable, Spacer | CondPageBreak):
            break
        need += flowable.getSpaceAfter()
    return need


def _least(flowable: Flowable, width: float) -> float:
    """Return the height of the smallest part of a flowable that stands on a page by itself."""
    if isinstance(flowable, CondPageBreak):
        return 0.0
    if isinstance(flowable, KeepTogether):
        return sum(_whole(inner, width) for inner in flowable._content)  # noqa: SLF001
    if isinstance(flowable, Table):
        return _first_rows(flowable, width)
    if isinstance(flowable, AnyParagraph) and not _heads(flowable):
        return min(_whole(flowable, width), _LINES * float(flowable.style.leading))
    return _whole(flowable, width)


def _first_rows(table: Table, width: float) -> float:
    """Return the height of a table's first part: its head, and the rows that stay together after it."""
    table.wrap(width, _ENOUGH)  # a long table works out no more rows than fill this
    rows = [float(height) for height in table._rowHeights if height is not None]  # noqa: SLF001
    together = [*table._nosplitCmds, *table._spanCmds]  # noqa: SLF001
    last = len(table._rowHeights) - 1  # noqa: SLF001
    end = table.repeatRows + 1
    for first, final in sorted((start[1] % (last + 1), stop[1] % (last + 1)) for _, start, stop in together):
        if first < end <= final:
            end = final + 1
    return min(sum(rows[:end]), max(_ENOUGH, sum(rows[: table.repeatRows + 1])))


def _whole(flowable: Flowable, width: float) -> float:
    return float(flowable.wrap(width, 10_000)[1])
