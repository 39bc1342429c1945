"""Did behaviour change between these versions or dates, where, better or worse? (vendor change)"""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Span
from tocsin.detectors.behaviour_change import Mask, Shift, asked, compare
from tocsin.detectors.oversight_measures import coded
from tocsin.detectors.table import Table
from tocsin.errors import BadInput
from tocsin.model.decision import Roles

_SEED = 2026  # of the bootstrap: the same rows give the same interval


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """What is said of one task: whether it changed, and better, worse, mixed, or neither ("differently")."""

    task: str
    changed: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Two sets of answers compared. `prompts` were asked in both; `rows` are those before and after.

    `versions` are the versions named on either side, the most frequent first, empty where no column tells.
    """

    before: str
    after: str
    rows: tuple[int, int]
    prompts: int
    versions: tuple[tuple[str, ...], tuple[str, ...]]
    tasks: tuple[TaskAnswer, ...]
    shifts: tuple[Shift, ...]
    fdr: float

    def changed(self, shift: Shift) -> bool:
        """Whether a shift is no chance."""
        return shift.q <= self.fdr


def compare_versions(table: Table, roles: Roles, before: str, after: str, *, fdr: float = 0.05) -> Behaviour:
    """Return how answers of one version differ from those of another. Raises BadInput for one unknown."""
    labels, codes = _versions(table, roles)
    for version in (before, after):
        if version not in labels:
            there = ", ".join(labels[:20])
            raise BadInput("no answer is of this version.", where=version, hint=f"There are {there}.")
    sides = [np.asarray(codes == labels.index(version)) for version in (before, after)]
    return _behaviour(table, roles, (before, after), (sides[0], sides[1]), fdr)


def compare_windows(table: Table, roles: Roles, before: Span, after: Span, *, fdr: float = 0.05) -> Behaviour:
    """Return how answers within one span of time differ from those within another. Raises BadInput."""
    sides = [(table.times_us >= span[0]) & (table.times_us < span[1]) for span in (before, after)]
    for name, side in zip(("before", "after"), sides, strict=True):
        if not side.any():
            hint = "Times run from the first to before the last."
            raise BadInput(f"there are no answers in the span “{name}”.", hint=hint)
    return _behaviour(table, roles, ("before", "after"), (sides[0], sides[1]), fdr)


def versions(table: Table, roles: Roles) -> tuple[str, ...]:
    """Return the versions that answered, by name. Raises BadInput where no column tells."""
    return _versions(table, roles)[0]


def _versions(
    table: Table, roles: Roles
) -> tuple[tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    name = roles.one("version")
    if name not in table.columns:
        raise BadInput("no column tells the version.", hint="Name it: version=COLUMN, or compare spans A..B.")
    return coded(table.columns[name])


def _behaviour(
    table: Table, roles: Roles, names: tuple[str, str], sides: tuple[Mask, Mask], fdr: float
) -> Behaviour:
    random = np.random.Generator(np.random.PCG64(_SEED))
    shifts = compare(table, roles, *sides, random)
    if not shifts:
        raise BadInput(
            "no column tells anything of the answers.",
            hint="Name the roles: answer, prompt, reference, correct, score, refused, task, version.",
        )
    prompts = asked(table, roles)
    common = np.intersect1d(prompts[sides[0]], prompts[sides[1]])
    tasks = tuple(_answer(task, [one for one in shifts if one.task == task], fdr)
                  for task in dict.fromkeys(one.task for one in shifts))  # fmt: skip
    return Behaviour(
        before=names[0],
        after=names[1],
        rows=(int(sides[0].sum()), int(sides[1].sum())),
        prompts=int((common >= 0).sum()),
        versions=(_named(table, roles, sides[0]), _named(table, roles, sides[1])),
        tasks=tasks,
        shifts=tuple(shifts),
        fdr=fdr,
    )


def _answer(task: str, shifts: list[Shift], fdr: float) -> TaskAnswer:
    changed = [one for one in shifts if one.q <= fdr]
    said = {one.direction for one in changed} & {"better", "worse"}
    if len(said) == 1:
        return TaskAnswer(task, True, said.pop())
    return TaskAnswer(task, bool(changed), "mixed" if said else "differently" if changed else "no change")


def _named(table: Table, roles: Roles, side: Mask) -> tuple[str, ...]:
    if roles.one("version") not in table.columns:
        return ()
    labels, codes = _versions(table, roles)
    counts = np.bincount(codes[side & (codes >= 0)], minlength=len(labels))
    return tuple(labels[at] for at in np.argsort(-counts, kind="stable").tolist() if counts[at])
