"""TCPDBench's scores (van den Burg and Williams 2020), and its series and annotations as they lie here."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MARGIN = 5

Annotations = Mapping[str, Collection[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Annotated:
    """A series with the change points of each annotator, and published scores by `METHOD_MEASURE`."""

    name: str
    values: NDArray[np.float64]
    annotations: Annotations
    published: Mapping[str, float]


def load(folder: Path) -> Iterator[Annotated]:
    """Give the univariate series that there are published scores of."""
    annotations = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
    for name, scores in published.items():
        raw = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["series"][0]["raw"]
        yield Annotated(name, np.array(raw, np.float64), annotations[name], scores)


def f1(annotations: Annotations, predicted: Collection[int]) -> float:
    """Return the harmonic mean of precision over all annotators' points and mean recall over annotators."""
    own = {name: {0, *points} for name, points in annotations.items()}
    found = {0, *predicted}
    precision = _matched(set().union(*own.values()), found) / len(found)
    recall = float(np.mean([_matched(points, found) / len(points) for points in own.values()]))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def cover(annotations: Annotations, predicted: Collection[int], samples: int) -> float:
    """Return the mean over annotators of how well the best segment covers each of theirs (Jaccard)."""
    found = _segments(predicted, samples)
    covers = [
        sum((end - begin) * max(_jaccard((begin, end), other) for other in found) for begin, end in theirs)
        for theirs in (_segments(points, samples) for points in annotations.values())
    ]
    return float(np.mean(covers)) / samples


def _matched(true: Collection[int], found: Collection[int]) -> int:
    """Return how many true points have a found one within the margin, each found one used once."""
    left, matched = set(found), 0
    for point in sorted(true):
        near = min(left, key=lambda other: (abs(other - point), other), default=None)
        if near is not None and abs(near - point) <= MARGIN:
            left.remove(near)
            matched += 1
    return matched


def _segments(points: Collection[int], samples: int) -> list[tuple[int, int]]:
    return list(pairwise(sorted({0, samples, *points})))


def _jaccard(one: tuple[int, int], other: tuple[int, int]) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(common, 0) / (max(one[1], other[1]) - min(one[0], other[0]))
