"""Every column of a decision log compared between two windows, the most changed first."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from tocsin.detectors import distributions as measures
from tocsin.detectors.base import Span, Values
from tocsin.detectors.histograms import Counts, histograms
from tocsin.detectors.proportions import discoveries
from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles

PSI = 0.1  # above what chance makes of it
SHIFT = 0.1  # of KS, or of the share of one word
MISSING = 0.05  # change of the share without a value
NEW = 0.01  # share of words that the baseline does not have
BARS = 30
_LABELS = 12
_DRAWN = (0.005, 0.5, 0.995)
_SKEW = 0.05  # bars grow by a ratio where half of the rows lie in the lowest part of the drawn range
_LATE = ("outcome", "correct")  # of these the newest rows know nothing yet, and nothing is wrong
_NUMBER = 0.99


@dataclass(frozen=True, slots=True)
class Feature:
    """One column in two windows; pairs are (baseline, window).

    `psi` and `js` are over baseline deciles (words: over each word), `noise` is what PSI comes to by chance.
    `ks` is the statistic, `wasserstein` in the column's unit, both None for words; `chi2` None for numbers.
    `missing` are shares of rows, `new` the share of the window's words that the baseline does not have.
    `p` is of KS (words: chi-square, missing ones a category); where numbers are missing, twice the smaller of
    it and that of the missing. `q` controls false discoveries over all columns. `schema` is "", gone, come or
    kind. `before` and `after` are shares of the bars between `edges_or_labels`, for drawing: of numbers one
    edge more than bars, of words the most frequent and "others". `rows` have a value.
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
) -> Comparison:
    """Return how each column of the window differs from the baseline.

    A column changed when its q-value is at most `fdr` and the change has a size: with a million rows the
    p-value alone flags everything, with a hundred the size alone does. Sizes are PSI 0.1 above chance, KS (a
    word's share) 0.1, five points of missing values, one of new words, or a column gone, come or of
    another kind. Rows are taken to be independent.
    """
    old, new = table.between(baseline), table.between(window)
    meant = {name: role for role, told in roles.columns.items() for name in told}
    found = [
        replace(_feature(name, old.columns[name], new.columns[name]), role=meant.get(name, ""))
        for name in (table.columns if columns is None else columns)
    ]
    q = discoveries([one.p for one in found]) if found else np.empty(0)
    judged = [_judged(one, float(chance), fdr) for one, chance in zip(found, q, strict=True)]
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
    edges, shares = _bars(one.counts, one.sums, other.counts, other.sums)
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
    labels, shares = _tops(before.labels, a, b)
    missing = (_share(int(one[0]), len(before)), _share(int(other[0]), len(after)))
    schema = _presence(n, m, missing) or _kinds(before.labels, a, b)
    return Feature(
        name, "words", measures.psi(c, d), measures.jensen_shannon(c, d), None, None, chi2, p, float("nan"),
        missing, _share(int(b[a == 0].sum()), m), labels, *shares, False, measures.psi_noise(c, d), (n, m),
        schema, why=_moved(before.labels, a, b),
    )  # fmt: skip


def _judged(found: Feature, q: float, fdr: float) -> Feature:
    """Return the feature with its q-value and the sizes that make it a change, in words."""
    why = found.why
    if not np.isnan(found.psi) and found.psi - found.noise >= PSI:
        why = (f"PSI {found.psi:.2g}", *why)
    if found.ks is not None and found.ks >= SHIFT:
        why += (f"KS {found.ks:.2g}",)
    if found.role not in _LATE:
        if abs(found.missing[1] - found.missing[0]) >= MISSING:
            why += (f"missing {found.missing[0]:.1%} before, {found.missing[1]:.1%} now",)
        if found.new >= NEW:
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


def _moved(labels: tuple[str, ...], before: Counts, after: Counts) -> tuple[str, ...]:
    """Return in words the label whose share changed most, where it changed by enough."""
    if not before.sum() or not after.sum():
        return ()
    a, b = before / before.sum(), after / after.sum()
    most = int(np.argmax(np.abs(b - a)))
    if abs(b[most] - a[most]) < SHIFT:
        return ()
    return (f"{labels[most][:40]} {a[most]:.1%} before, {b[most]:.1%} now",)


def _tops(
    labels: tuple[str, ...], before: Counts, after: Counts
) -> tuple[tuple[str, ...], tuple[tuple[float, ...], tuple[float, ...]]]:
    """Return the words to draw, the most frequent of either window first, and their shares."""
    shares = [counts / max(int(counts.sum()), 1) for counts in (before, after)]
    order = np.argsort(-np.maximum(*shares), kind="stable")[:_LABELS]
    rest = [float(one.sum() - one[order].sum()) for one in shares]
    shown = tuple(labels[i] for i in order)
    parts = [tuple(float(one[i]) for i in order) for one in shares]
    if len(labels) > _LABELS:
        return (*shown, "others"), ((*parts[0], rest[0]), (*parts[1], rest[1]))
    return shown, (parts[0], parts[1])


def _bars(
    before: Counts, before_sums: Values, after: Counts, after_sums: Values
) -> tuple[tuple[float, ...], tuple[tuple[float, ...], tuple[float, ...]]]:
    """Return the edges of bars to draw, and what share of each window is in each; the ends take the rest."""
    both = before + after
    used = both > 0
    if not used.any():
        return (), ((), ())
    at = (before_sums[used] + after_sums[used]) / both[used]
    low, middle, high = _drawn(at, before[used], after[used])
    skewed = low > 0 and middle - low < _SKEW * (high - low)
    edges = (np.geomspace if skewed else np.linspace)(low, high, BARS + 1)
    place = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, BARS - 1)
    shares = [
        tuple((np.bincount(place, weights=one[used], minlength=BARS) / max(int(one.sum()), 1)).tolist())
        for one in (before, after)
    ]
    return tuple(edges.tolist()), (shares[0], shares[1])


def _drawn(at: Values, before: Counts, after: Counts) -> tuple[float, float, float]:
    """Return the range to draw, what all but the outermost of either window lie in, and the lower median."""
    ends: list[tuple[float, ...]] = []
    for counts in (before, after):
        if total := counts.sum():
            inner = np.searchsorted(np.cumsum(counts), np.array(_DRAWN) * total)
            ends.append(tuple(at[np.minimum(inner, len(at) - 1)].tolist()))
    low, middle, high = min(e[0] for e in ends), min(e[1] for e in ends), max(e[2] for e in ends)
    return (low, middle, high) if high > low else (low - 0.5, low, high + 0.5)
