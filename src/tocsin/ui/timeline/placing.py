"""Where each mark of the lanes goes on the screen, and how much of its label has room."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.model.axis import Axis
from tocsin.model.instant import to_us
from tocsin.model.lanes import Mark
from tocsin.model.timeline import LANES

DOT = 11  # pixels across
_APART = 7  # dots nearer than this are drawn as one
_GAP = 7  # between a dot and its label
_LEAST = 44  # a label with less room than this is left out
_AIR = 10  # between a label and what comes after it


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Times to pixels: the part of an axis between two places, drawn between two pixels."""

    axis: Axis
    first: float
    last: float
    left: float
    right: float

    @property
    def pixel(self) -> float:
        """How many places one pixel is wide."""
        return (self.last - self.first) / max(self.right - self.left, 1.0)

    def x(self, us: float) -> float:
        """Return the pixel of a time in UTC microseconds."""
        return self.left + (self.axis.place(us) - self.first) / self.pixel

    def x_all(self, us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the pixels of many times."""
        return self.left + (self.axis.place_all(us) - self.first) / self.pixel

    def us(self, x: float) -> int:
        """Return the time at a pixel."""
        return self.axis.time(self.first + (x - self.left) * self.pixel)

    def zoomed(self, factor: float, x: float) -> "Scale":
        """Return the scale that shows `factor` times as much, with what is at pixel `x` staying there."""
        centre = self.first + (x - self.left) * self.pixel
        first = centre - (centre - self.first) * factor
        return replace(self, first=first, last=first + (self.last - self.first) * factor)

    def panned(self, by_px: float) -> "Scale":
        """Return the scale moved along by so many pixels."""
        by = by_px * self.pixel
        return replace(self, first=self.first + by, last=self.last + by)


@dataclass(frozen=True, slots=True)
class Placed:
    """One dot with what it stands for. Pixels within the canvas; `left` and `right` are its outer ends.

    `marks` are all that fall on the same place, `marks[0]` the one shown. The label has no room when
    `label_width` is 0.
    """

    lane: int
    x: float
    left: float
    right: float
    marks: tuple[Mark, ...]
    label: str = ""
    label_x: float = 0.0
    label_width: float = 0.0

    @property
    def mark(self) -> Mark:
        """The mark shown."""
        return self.marks[0]

    @property
    def is_bar(self) -> bool:
        """Whether it is wide enough to show as a range."""
        return self.right - self.left > DOT


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """The times of many marks as arrays of UTC microseconds, read out once."""

    at: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def times_of(marks: Sequence[Mark]) -> Times:
    """Return the times of marks, in their order."""
    columns = (
        [to_us(mark.happened.at) for mark in marks],
        [to_us(mark.happened.low) for mark in marks],
        [to_us(mark.happened.high) for mark in marks],
    )
    return Times(*(np.array(column, np.int64) for column in columns))


def place(
    marks: Sequence[Mark],
    times: Times,
    scale: Scale,
    *,
    measure: Callable[[str], float],
    label_of: Callable[[Mark], str],
) -> list[Placed]:
    """Place the marks that can be seen, lane by lane from left to right, no label over another mark."""
    at = scale.x_all(times.at)
    left = np.minimum(scale.x_all(times.low), at - DOT / 2)
    right = np.maximum(scale.x_all(times.high), at + DOT / 2)
    seen = np.flatnonzero((right >= scale.left) & (left <= scale.right))
    by_lane: dict[str, list[tuple[float, float, float, Mark]]] = {lane: [] for lane in LANES}
    for number in seen[np.argsort(at[seen], kind="stable")].tolist():
        mark = marks[number]
        by_lane[mark.lane].append((float(at[number]), float(left[number]), float(right[number]), mark))
    return [
        placed
        for lane, spots in enumerate(by_lane.values())
        for placed in _labelled(_grouped(lane, spots), scale, measure, label_of)
    ]


def _grouped(lane: int, spots: Sequence[tuple[float, float, float, Mark]]) -> list[Placed]:
    """Join dots that would lie on each other; bars stand alone."""
    groups: list[tuple[float, float, float, list[Mark]]] = []
    for x, left, right, mark in spots:
        if groups and right - left <= DOT and x - groups[-1][0] < _APART:
            _, first_left, first_right, marks = groups[-1]
            if first_right - first_left <= DOT:
                marks.append(mark)
                continue
        groups.append((x, left, right, [mark]))
    return [Placed(lane, x, left, right, tuple(marks)) for x, left, right, marks in groups]


def _labelled(
    spots: Sequence[Placed],
    scale: Scale,
    measure: Callable[[str], float],
    label_of: Callable[[Mark], str],
) -> Iterator[Placed]:
    taken = scale.left - _AIR  # everything up to here is used
    reach = scale.left - _AIR  # how far the widest bar so far goes
    for number, spot in enumerate(spots):
        after = spots[number + 1].left - _AIR if number + 1 < len(spots) else scale.right
        room_right = min(after, scale.right) - spot.right - _GAP
        room_left = spot.left - _GAP - max(taken + _AIR, scale.left)
        done = spot
        if max(room_right, room_left) >= _LEAST and (reach <= spot.left or spot.is_bar):
            done = _with_label(spot, room_left, room_right, measure, label_of)
        reach = max(reach, spot.right)
        taken = max(taken, spot.right, done.label_x + done.label_width)
        yield done


def _with_label(
    spot: Placed,
    room_left: float,
    room_right: float,
    measure: Callable[[str], float],
    label_of: Callable[[Mark], str],
) -> Placed:
    text = label_of(spot.mark)
    if len(spot.marks) > 1:
        text = f"{len(spot.marks)} × {text}"
    wanted = measure(text) + 1
    if room_right >= wanted or room_right >= room_left:
        width, x = min(wanted, room_right), spot.right + _GAP
    else:
        width = min(wanted, room_left)
        x = spot.left - _GAP - width
    return replace(spot, label=text, label_x=x, label_width=width)
