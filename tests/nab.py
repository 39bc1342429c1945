"""The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, 10.1109/ICMLA.2015.141), all thresholds.

A detector gives every row of every file a score; the threshold that is best for all files together counts.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_PROBATION = 0.15  # of a file, of its first 5000 rows at most, is not scored
_STEEPNESS = 5.0
_FAR = 3.0  # widths after a window a false alarm costs all it can


@dataclass(frozen=True, slots=True)
class Profile:
    """What a detected window earns, a missed one costs, and a false alarm costs at most."""

    hit: float
    miss: float
    false: float


PROFILES = {
    "standard": Profile(1.0, 1.0, 0.11),
    "low FP": Profile(1.0, 1.0, 0.22),
    "low FN": Profile(1.0, 2.0, 0.11),
}


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """One series of the corpus; `windows` are the first and last row of each labelled anomaly."""

    name: str
    times: NDArray[np.datetime64]
    values: Values
    windows: tuple[tuple[int, int], ...]

    @property
    def probation(self) -> int:
        """How many rows at the start are not scored."""
        return int(_PROBATION * min(len(self.values), 5000))


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What lowering the threshold to each score (descending) changes in the sum, from `nothing` on."""

    scores: Values
    changes: Values
    nothing: float
    windows: int


@dataclass(frozen=True, slots=True)
class Result:
    """The score of a corpus (0: nothing is ever detected, 100: all at once) and the threshold it took."""

    score: float
    threshold: float


def read(folder: Path) -> list[File]:
    """Return the corpus of a folder with `data/` and `labels/combined_windows.json`, by name."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text())
    return [_file(folder / "data" / name, name, windows) for name, windows in sorted(labels.items())]


def _file(path: Path, name: str, windows: Iterable[tuple[str, str]]) -> File:
    with path.open(newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    times = np.array([row[0] for row in rows], "datetime64[us]")
    spans = (np.flatnonzero((times >= np.datetime64(a)) & (times <= np.datetime64(b))) for a, b in windows)
    return File(
        name, times, np.array([float(row[1]) for row in rows]), tuple((int(s[0]), int(s[-1])) for s in spans)
    )


def worth(file: File, scores: Sequence[float] | Values, profile: Profile) -> Worth:
    """Return what each threshold would earn in one file whose rows have these scores."""
    scored = np.asarray(scores, float)
    rows = np.arange(len(scored))
    kept = rows >= file.probation
    inside = np.zeros(len(scored), bool)
    pieces: list[tuple[Values, Values]] = []
    for first, last in file.windows:
        inside[first : last + 1] = True
        within = np.flatnonzero(kept[first : last + 1]) + first
        pieces.append(_hits(scored[within], _early(within, first, last), profile))
    outside = kept & ~inside
    pieces.append((scored[outside], profile.false * _late(rows[outside], file.windows)))
    together = np.concatenate([piece[0] for piece in pieces])
    changes = np.concatenate([piece[1] for piece in pieces])
    missed = -profile.miss * len(file.windows)
    return Worth(together, changes, missed, len(file.windows))


def total(parts: Sequence[Worth], profile: Profile, at: float | None = None) -> Result:
    """Return the score of files together with the best threshold, or with the one given."""
    scores = np.concatenate([part.scores for part in parts])
    changes = np.concatenate([part.changes for part in parts])
    order = np.argsort(-scores, kind="stable")
    ordered, sums = scores[order], np.cumsum(changes[order])
    ends = np.append(
        np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1
    )  # equal ones pass together
    nothing = sum(part.nothing for part in parts)
    most = profile.hit * sum(part.windows for part in parts)
    reached, threshold = 0.0, np.inf
    if at is not None:
        passed = int((ordered >= at).sum())
        reached, threshold = (float(sums[passed - 1]) if passed else 0.0), at
    elif (best := int(np.argmax(sums[ends]))) >= 0 and sums[ends[best]] > 0:
        reached, threshold = float(sums[ends[best]]), float(ordered[ends[best]])
    return Result(100 * reached / (most - nothing), threshold)


def score(files: Sequence[File], scores: Mapping[str, Values], profile: Profile) -> Result:
    """Return what scores by file name reach with the threshold that is best for all files."""
    return total([worth(file, scores[file.name], profile) for file in files], profile)


def crossed(settings: Sequence[Sequence[Worth]], profile: Profile, splits: int = 25) -> tuple[float, float]:
    """Return mean and standard deviation of what is reached on files that nothing was chosen by.

    Of many random halves of the files one chooses the best setting (each the files' worth, in the same order)
    and its threshold, the other is scored by them.
    """
    rng, reached = np.random.default_rng(1), []
    for _ in range(splits):
        order = rng.permutation(len(settings[0]))
        half = len(order) // 2
        for known, rest in ((order[:half], order[half:]), (order[half:], order[:half])):
            found = [total([one[i] for i in known], profile) for one in settings]
            best = max(range(len(settings)), key=lambda i: found[i].score)
            other = [settings[best][i] for i in rest]
            reached.append(total(other, profile, at=found[best].threshold).score)
    return float(np.mean(reached)), float(np.std(reached))


def _sigmoid(position: Values) -> Values:
    """Return what a detection is worth, by its place: 1 at -1, where a window opens, 0 where it ends."""
    return np.where(position > _FAR, -1.0, 2 / (1 + np.exp(_STEEPNESS * np.minimum(position, _FAR))) - 1)


def _early(rows: NDArray[np.int64], first: int, last: int) -> Values:
    width = last - first + 1
    return _sigmoid(-(last - rows + 1) / width) / float(_sigmoid(np.array(-1.0)))


def _late(rows: NDArray[np.int64], windows: Sequence[tuple[int, int]]) -> Values:
    """Return the weight (-1 to 0) of rows outside of windows: little shortly after one."""
    place = np.full(len(rows), np.inf)
    for first, last in sorted(windows):
        after = rows > last
        place[after] = (rows[after] - last) / max(last - first, 1)
    return _sigmoid(place)


def _hits(scores: Values, weights: Values, profile: Profile) -> tuple[Values, Values]:
    """Return the scores at which more of a window is earned, and how much: only its best detection counts."""
    if not len(scores):
        return scores, scores
    order = np.argsort(-scores, kind="stable")
    best = np.maximum.accumulate(weights[order]) * profile.hit
    return scores[order], np.diff(best, prepend=-profile.miss)
