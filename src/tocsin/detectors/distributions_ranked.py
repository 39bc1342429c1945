"""Every column of a decision log compared between two windows, the most changed first."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import distributions as measures
from tocsin.detectors.base import Span, Values
from tocsin.detectors.distributions_drawn import bars, tops
from tocsin.detectors.histograms import Counts, histograms
from tocsin.detectors.proportions import discoveries
from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles

_NATURES = ("counter", "time", "name")
_LATE = ("outcome", "correct")  # of these the newest rows know nothing yet, and nothing is wrong
_NUMBER = 0.99
_FEW = 20
_FIRST = 5_000
_ONWARD = 0.99  # of the baseline's rows no less than the row before: a counter, or a time
_NAMES = 0.5  # of the baseline's rows with a word of their own: names of things, no inputs
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a change must be to be one, whatever its p-value; a million rows make any significant."""

    psi: float = field(
        default=0.1, metadata={"unit": "PSI", "says": "population stability index above chance", "least": 0.0}
    )
    shift: float = field(
        default=0.1,
        metadata={"unit": "share", "says": "KS of numbers, change of a word's share", "least": 0.0},
    )
    missing: float = field(
        default=0.05, metadata={"unit": "share", "says": "change of the share without a value", "least": 0.0}
    )
    new: float = field(
        default=0.01,
        metadata={"unit": "share", "says": "words that the baseline does not have", "least": 0.0},
    )


USUAL = Sizes()


@dataclass(frozen=True, slots=True)
class Feature:
    """One column in two windows; pairs are (baseline, window).

    `psi` and `js` are over baseline deciles (words: over each word), `noise` is what PSI comes to by chance.
    `ks` is the statistic, `wasserstein` in the column's unit, both None for words; `chi2` None for numbers.
    `missing` are shares of rows, `new` the share of the window's words that the baseline does not have,
    `moved` the word whose share changed most, and its shares.
    `p` is of KS (words: chi-square, missing ones a category); where numbers are missing, twice the smaller of
    it and that of the missing. `q` controls false discoveries over all columns. `schema` is "", gone, come or
    kind. `before` and `after` are shares of the bars between `edges_or_labels`, for drawing: of numbers one
    edge more than bars, of words the most frequent and "others". `rows` have a value. `role` is that of the
    column, else counter, time or name for what grows row by row, is a date or is told apart by it: these
    differ always and never count as changed.
    """

    name: str
    kind: str
    psi: float
    js: float
    wasserstein: float | None
    ks: float | None
    chi2: float | None
    p: float
    q: float
    missing: tuple[float, float]
    new: float
    edges_or_labels: tuple[float, ...] | tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    changed: bool
    noise: float = 0.0
    rows: tuple[int, int] = (0, 0)
    schema: str = ""
    role: str = ""
    why: tuple[str, ...] = ()
    moved: tuple[str, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All columns, the most changed first; `rows` of (baseline, window). `changed` are those that did."""

    features: tuple[Feature, ...]
    baseline: Span
    window: Span
    rows: tuple[int, int]
    fdr: float

    @property
    def changed(self) -> tuple[Feature, ...]:
        """The columns that changed."""
        return tuple(one for one in self.features if one.changed)


def ranked(
    table: Table,
    roles: Roles,
    baseline: Span,
    window: Span,
    *,
    fdr: float = 0.05,
    columns: Collection[str] | None = None,
    sizes: Sizes = USUAL,
) -> Comparison:
    """Return how each column of the window differs from the baseline.

    A column changed when its q-value is at most `fdr` and the change has a size: with a million rows the
    p-value alone flags everything, with a hundred the size alone does. `sizes` tell which; besides, a column
    that is gone, come or of another kind changed. Rows are taken to be independent.
    """
    old, new = table.between(baseline), table.between(window)
    meant = {name: role for role, told in roles.columns.items() for name in told}
    found = [
        replace(
            _feature(name, old.columns[name], new.columns[name]),
            role=meant.get(name) or _nature(old.columns[name]),
        )
        for name in (table.columns if columns is None else columns)
    ]
    q = discoveries([one.p for one in found]) if found else np.empty(0)
    judged = [_judged(one, float(chance), fdr, sizes) for one, chance in zip(found, q, strict=True)]
    judged.sort(key=lambda one: (not one.changed, -_size(one), one.name))
    return Comparison(tuple(judged), baseline, window, (len(old), len(new)), fdr)


def _feature(name: str, before: Column, after: Column) -> Feature:
    if isinstance(before, Words):
        return _of_words(name, before, after)  # type: ignore[arg-type]  # both are cut from one column
    return _of_numbers(name, before, after)  # type: ignore[arg-type]


def _of_numbers(name: str, before: Values, after: Values) -> Feature:
    one, other = histograms(before, after)
    parts = measures.deciles(one.counts)
    a, b = measures.grouped(one.counts, parts), measures.grouped(other.counts, parts)
    ks = measures.kolmogorov_smirnov(one.counts, other.counts)
    p = measures.kolmogorov_smirnov_p(ks, one.rows, other.rows)
    if one.missing or other.missing:
        _, lacking = measures.chi_square((one.missing, one.rows), (other.missing, other.rows))
        p = min(1.0, 2 * lacking) if np.isnan(p) else min(1.0, 2 * min(p, lacking))
    edges, shares = bars(one.counts, one.sums, other.counts, other.sums)
    missing = (_share(one.missing, len(before)), _share(other.missing, len(after)))
    return Feature(
        name, "numbers", measures.psi(a, b), measures.jensen_shannon(a, b), measures.wasserstein(one, other),
        ks, None, p, float("nan"), missing, 0.0, edges, *shares, False,
        measures.psi_noise(a, b), (one.rows, other.rows), _presence(one.rows, other.rows, missing),
    )  # fmt: skip


def _of_words(name: str, before: Words, after: Words) -> Feature:
    size = len(before.labels)
    one, other = (np.bincount(words.codes + 1, minlength=size + 1) for words in (before, after))
    a, b = one[1:], other[1:]
    n, m = int(a.sum()), int(b.sum())
    pooled = measures.pooled(*(np.append(counts[1:], counts[0]) for counts in (one, other)))
    chi2, p = measures.chi_square(*pooled)
    # Rare words are put together for PSI too: one row more or less of each would add up to a shift.
    c, d = measures.pooled(a, b)
    labels, shares = tops(before.labels, a, b)
    missing = (_share(int(one[0]), len(before)), _share(int(other[0]), len(after)))
    schema = _presence(n, m, missing) or _kinds(before.labels, a, b)
    return Feature(
        name, "words", measures.psi(c, d), measures.jensen_shannon(c, d), None, None, chi2, p, float("nan"),
        missing, _share(int(b[a == 0].sum()), m), labels, *shares, False, measures.psi_noise(c, d), (n, m),
        schema, moved=_moved(before.labels, a, b),
    )  # fmt: skip


def _judged(found: Feature, q: float, fdr: float, sizes: Sizes) -> Feature:
    """Return the feature with its q-value and the sizes that make it a change, in words."""
    if found.role in _NATURES:
        return replace(found, q=q)
    why: tuple[str, ...] = ()
    if not np.isnan(found.psi) and found.psi - found.noise >= sizes.psi:
        why += (f"PSI {found.psi:.2g}",)
    if found.ks is not None and found.ks >= sizes.shift:
        why += (f"KS {found.ks:.2g}",)
    if found.moved is not None and abs(found.moved[2] - found.moved[1]) >= sizes.shift:
        why += ("{:.40} {:.1%} before, {:.1%} now".format(*found.moved),)
    if found.role not in _LATE:
        if abs(found.missing[1] - found.missing[0]) >= sizes.missing:
            why += (f"missing {found.missing[0]:.1%} before, {found.missing[1]:.1%} now",)
        if found.new >= sizes.new:
            why += (f"{found.new:.1%} in words that are new",)
        if found.schema:
            why += (
                {"gone": "no value any more", "come": "no value before", "kind": "another kind"}[
                    found.schema
                ],
            )
    return replace(found, q=q, why=why, changed=bool(why) and q <= fdr)


def _size(found: Feature) -> float:
    """Return how far a feature changed, by PSI above chance and what came or went."""
    psi = 0.0 if np.isnan(found.psi) else found.psi - found.noise
    lost = 0.0 if found.role in _LATE else abs(found.missing[1] - found.missing[0])
    return psi + lost


def _share(count: int, rows: int) -> float:
    return count / rows if rows else float("nan")


def _presence(n: int, m: int, missing: tuple[float, float]) -> str:
    """Whether a column went or came; a window without any row tells nothing."""
    if np.isnan(missing).any() or bool(n) == bool(m):
        return ""
    return "come" if m else "gone"


def _kinds(labels: tuple[str, ...], before: Counts, after: Counts) -> str:
    """Whether words that were all numbers are none any more, or the other way round."""
    number = np.array([_is_number(label) for label in labels], bool)
    if not number.any() or not before.sum() or not after.sum():
        return ""
    a, b = float(before[number].sum() / before.sum()), float(after[number].sum() / after.sum())
    return "kind" if max(a, b) >= _NUMBER and min(a, b) <= 0.5 else ""


def _is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True


def _moved(labels: tuple[str, ...], before: Counts, after: Counts) -> tuple[str, float, float] | None:
    """Return the word whose share changed most, and its shares."""
    if not before.sum() or not after.sum():
        return None
    a, b = before / before.sum(), after / after.sum()
    most = int(np.argmax(np.abs(b - a)))
    return labels[most], float(a[most]), float(b[most])


def _counts_on(values: NDArray[Any]) -> bool:
    """Whether values hardly ever fall and never stand still for long; a rare flag does not count on."""
    for part in (values[:_FIRST], values):
        if not float((part[1:] >= part[:-1]).mean()) >= _ONWARD:
            return False
    parts = np.array_split(values, 8)
    return all(bool(np.median(b) > np.median(a)) for a, b in pairwise(parts) if len(b))


def _nature(baseline: Column) -> str:
    """Return whether a column counts on, tells the time or names its row, empty for none of these."""
    values = baseline.codes if isinstance(baseline, Words) else baseline
    if len(values) < 2 or (values[0] == values).all():
        return ""
    if _counts_on(values):
        return "counter"
    if not isinstance(baseline, Words):
        return ""
    used = np.bincount(baseline.codes + 1, minlength=len(baseline.labels) + 1)[1:]
    if (used > 0).sum() > _NAMES * max(int(used.sum()), 1) and used.sum() > _FEW:
        return "name"
    dates = np.array([_DATE.fullmatch(label) is not None for label in baseline.labels], bool)
    return "time" if dates.size and used[dates].sum() >= _NUMBER * max(int(used.sum()), 1) else ""
