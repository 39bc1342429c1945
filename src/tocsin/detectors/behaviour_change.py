"""Did answers change between two versions or two windows: in which task, how far, better or worse?"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.answers import plain, similarities
from tocsin.detectors.base import Values
from tocsin.detectors.behaviour_measures import ALIKE, SAME, Measured, measured
from tocsin.detectors.oversight_measures import coded
from tocsin.detectors.paired import Codes, Moved, means_moved, number_moved, share_moved
from tocsin.detectors.proportions import discoveries, wilson
from tocsin.detectors.table import Column, Table, Words, cut
from tocsin.model.decision import Roles

ALL = "all"
Mask = NDArray[np.bool_]
_LEAST_REPEATED = 10  # prompts asked again before the change, to know how alike answers were anyway
_MOST_PAIRS = 20_000  # of answers compared letter by letter


@dataclass(frozen=True, slots=True)
class Shift:
    """How one measure of one task moved; `q` is its p held against all that was tested.

    `better` is 1 where more is better, 0 where nobody can say. Of "same answer" and "similarity" the value
    before is how alike answers to one prompt were among themselves, the value after how alike those after
    are to those before. Where nothing was asked twice, what was before, change and p are NaN and the
    interval is that of the value after.
    """

    task: str
    measure: str
    better: int
    share: bool
    moved: Moved
    q: float = float("nan")

    @property
    def direction(self) -> str:
        """Whether it is better or worse, or where nobody can say, more or less.

        "unclear" where the interval of the mean holds 0 (ranks may have moved all the same), else "same".
        """
        if self.moved.change == 0 or np.isnan(self.moved.change):
            return "same"
        if self.moved.low < 0 < self.moved.high:
            return "unclear"
        rose = self.moved.change > 0
        if self.better:
            return "better" if rose else "worse"
        return "more" if rose else "less"


def compare(
    table: Table, roles: Roles, before: Mask, after: Mask, random: np.random.Generator
) -> list[Shift]:
    """Return how every measure of every task moved between two sets of rows, with false discoveries held.

    Answers to the same prompt of the same task are compared with each other (detectors.paired). With several
    tasks, all together come first. `random` draws bootstrap samples.
    """
    rows = before | after
    table, before, after = narrowed(table, rows), before[rows], after[rows]
    prompts = asked(table, roles)
    measures, likenesses = measured(table, roles), _likenesses(table, roles, (before, after), prompts)
    found: list[Shift] = []
    for task, rows in _tasks(table, roles, before | after):
        sides = before & rows, after & rows
        for each in measures:
            if (moved := _moved(each, sides, prompts, random)) is not None:
                found.append(Shift(task, each.name, each.better, each.share, moved))
        for one in likenesses:
            if (alike := _likeness(one.within(rows), prompts, random)) is not None:
                found.append(Shift(task, one.name, 0, one.share, alike))
    q = discoveries([one.moved.p for one in found]) if found else np.empty(0)
    return [replace(one, q=value) for one, value in zip(found, q.tolist(), strict=True)]


def narrowed(table: Table, rows: Mask) -> Table:
    """Return some rows of a table whose columns of words hold no others: each answer is looked at once."""
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        part = cut(column, rows)
        if isinstance(part, Words):
            used, codes = np.unique(part.codes, return_inverse=True)
            missing = int(used[0] < 0) if len(used) else 0
            labels = tuple(part.labels[code] for code in used[missing:].tolist())
            part = Words((codes - missing).astype(np.int32), labels)
        columns[name] = part
    return Table(table.times_us[rows], columns)


def asked(table: Table, roles: Roles) -> Codes:
    """Return which prompt of which task each row asked, -1 where there is none."""
    if roles.one("prompt") not in table.columns:
        return np.full(len(table), -1, np.int64)
    codes = coded(table.columns[roles.one("prompt")])[1]
    if roles.one("task") not in table.columns:
        return codes
    labels, tasks = coded(table.columns[roles.one("task")])
    return np.where(codes < 0, -1, codes * (len(labels) + 1) + tasks + 1)


def _tasks(table: Table, roles: Roles, rows: Mask) -> list[tuple[str, Mask]]:
    everything = [(ALL, np.ones(len(table), np.bool_))]
    if roles.one("task") not in table.columns:
        return everything
    labels, codes = coded(table.columns[roles.one("task")])
    there = np.unique(codes[rows & (codes >= 0)]).tolist()
    single = [(labels[code], np.asarray(codes == code)) for code in there]
    return single if len(single) == 1 else [*everything, *single]


def _moved(
    each: Measured, sides: tuple[Mask, Mask], prompts: Codes, random: np.random.Generator
) -> Moved | None:
    known = ~np.isnan(each.values)
    one, two = (side & known for side in sides)
    values, codes = (each.values[one], each.values[two]), (prompts[one], prompts[two])
    return share_moved(*values, codes) if each.share else number_moved(*values, codes, random)


@dataclass(frozen=True, slots=True, eq=False)
class _Likeness:
    """How alike two answers to one prompt are: pairs of rows both before, and of one before and one after."""

    name: str
    share: bool
    itself: NDArray[np.intp]
    across: NDArray[np.intp]
    among: Values  # of `itself`
    between: Values  # of `across`

    def within(self, rows: Mask) -> "_Likeness":
        """Return the pairs of some rows; prompts of one task are asked in no other."""
        kept = [rows[pairs[:, 1]] for pairs in (self.itself, self.across)]
        return _Likeness(
            self.name, self.share, self.itself[kept[0]], self.across[kept[1]], self.among[kept[0]],
            self.between[kept[1]],
        )  # fmt: skip


def _likenesses(table: Table, roles: Roles, sides: tuple[Mask, Mask], prompts: Codes) -> list[_Likeness]:
    answers = table.columns.get(roles.one("answer"))
    if not isinstance(answers, Words) or not answers.labels:
        return []
    rows = [np.flatnonzero(side & (prompts >= 0) & (answers.codes >= 0)) for side in sides]
    across, itself = _across(rows[0], rows[1], prompts), _again(rows[0], prompts)
    texts = [plain(label) for label in answers.labels]
    places = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    text_of = np.array([places[text] for text in texts])[answers.codes]
    same = [(text_of[pairs[:, 0]] == text_of[pairs[:, 1]]).astype(np.float64) for pairs in (itself, across)]
    alike = [similarities(answers.labels, answers.codes[pairs].astype(np.intp)) for pairs in (itself, across)]
    return [_Likeness(SAME, True, itself, across, *same), _Likeness(ALIKE, False, itself, across, *alike)]


def _likeness(one: _Likeness, prompts: Codes, random: np.random.Generator) -> Moved | None:
    """Return how alike answers were among themselves and are to those before, a mean a prompt."""
    if not len(one.across):
        return None
    first, last = prompts[one.itself[:, 1]], prompts[one.across[:, 1]]
    repeated = np.intersect1d(first, last)
    rows = len(one.itself), len(one.across)
    if len(repeated) >= _LEAST_REPEATED:
        before, after = (_means(values, codes, repeated) for values, codes in
                         ((one.among, first), (one.between, last)))  # fmt: skip
        return means_moved(before, after, rows, random)
    nan, pairs, mean = float("nan"), len(np.unique(last)), float(one.between.mean())
    told = means_moved(np.zeros(len(one.between)), one.between, rows, random)
    low, high = told.low, told.high
    if one.share:
        low, high = (float(bound) for bound in wilson(one.between.sum(), len(one.between)))
    return Moved(rows, pairs, nan, mean, nan, low, high, nan, "none asked twice")


def _means(values: Values, codes: Codes, wanted: Codes) -> Values:
    kept = np.isin(codes, wanted)
    places = np.searchsorted(wanted, codes[kept])
    return np.asarray(np.bincount(places, values[kept]) / np.bincount(places))


def _across(before: NDArray[np.intp], after: NDArray[np.intp], prompts: Codes) -> NDArray[np.intp]:
    """Return pairs of rows, one before and one after, of the same prompt: each after with one before."""
    ordered = before[np.argsort(prompts[before], kind="stable")]
    keys = prompts[ordered]
    first, end = (np.searchsorted(keys, prompts[after], side) for side in ("left", "right"))
    there = end > first
    after, first, count = after[there], first[there], (end - first)[there]
    partner = ordered[first + np.arange(len(after)) % count] if len(after) else after
    return np.column_stack((partner, after))[:_MOST_PAIRS]


def _again(before: NDArray[np.intp], prompts: Codes) -> NDArray[np.intp]:
    """Return pairs of rows before that asked the same prompt one after the other."""
    ordered = before[np.argsort(prompts[before], kind="stable")]
    again = np.flatnonzero(prompts[ordered[1:]] == prompts[ordered[:-1]]) if len(ordered) else ordered
    return np.column_stack((ordered[again], ordered[again + 1]))[:_MOST_PAIRS]
