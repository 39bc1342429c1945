"""How often a system is right: realised where outcomes are known, else estimated from its scores (D4)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.proportions import Rate, rate
from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles

CALIBRATED = 0.01  # p-value of Spiegelhalter's test from which scores are taken at their word
_GROUPS = 20  # of the baseline's rows by confidence, whose own rates tell how sure the calibration is
_LEAST = 100  # known outcomes for a calibration
_FEW = 50  # more different answers than that are no decision but a number


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether scores keep their word on rows whose outcome is known.

    `error` is the expected calibration error (Naeini, Cooper and Hauskrecht 2015) over twenty equally full
    groups, `z` and `p` Spiegelhalter's (1986) test; `rows` is how many were known, 0 when none.
    """

    rows: int
    error: float
    z: float
    p: float

    @property
    def held(self) -> bool:
        """Whether the scores may be taken as chances."""
        return self.rows >= _LEAST and self.p >= CALIBRATED


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimated accuracy with a 95 % interval for what it will turn out to be; shares of rows.

    `how` is scores (taken at their word, checked or not, as `calibration` tells) or calibrated.
    """

    rows: int
    accuracy: float
    low: float
    high: float
    how: str
    calibration: Calibration


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """The chance of each row to be right as its score states it, NaN where none does.

    `sides` tells rows apart whose scores may err otherwise: of two decisions, which was taken.
    """

    chances: Values
    sides: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Confidence:
    """The chance of each row to be right, how sure that is by group of confidence, and how it was found.

    `edges` part groups of confidence; `variance` is that of the mean outcome of the baseline in each.
    """

    chances: Values
    how: str
    calibration: Calibration
    edges: Values
    variance: Values


def right(table: Table, roles: Roles) -> Values | None:
    """Return 1 for rows that were right, 0 for wrong, NaN where nobody knows; None without such columns.

    The column `correct`, else whether decision and outcome are the same.
    """
    if name := roles.one("correct"):
        found = table.columns[name]
        return None if isinstance(found, Words) else found
    decision, outcome = (table.columns.get(roles.one(role)) for role in ("decision", "outcome"))
    if decision is None or outcome is None or isinstance(decision, Words) != isinstance(outcome, Words):
        return None
    if isinstance(decision, Words) and isinstance(outcome, Words):
        there = {label: code for code, label in enumerate(outcome.labels)}
        meant = np.array([there.get(label, -2) for label in decision.labels] + [-1])
        same = meant[decision.codes] == outcome.codes
        known = (decision.codes >= 0) & (outcome.codes >= 0)
    else:
        one, other = np.asarray(decision), np.asarray(outcome)
        if len(np.unique(one[~np.isnan(one)])) > _FEW:
            return None
        same, known = one == other, ~(np.isnan(one) | np.isnan(other))
    return np.where(known, same.astype(np.float64), np.nan)


def realised(correct: Values, rows: NDArray[np.bool_]) -> Rate:
    """Return the share right among the rows whose outcome is known, with its Wilson interval (95 %)."""
    known = correct[rows]
    known = known[~np.isnan(known)]
    return rate(int(known.sum()), len(known))


def stated(table: Table, roles: Roles) -> Stated | None:
    """Return the chance that each decision is right as its score states it; None where no score does.

    Of two decisions the score is taken as the chance of the one that goes with higher scores: the other is
    right with one less the score. Of more, or with `correct` alone, as the chance of the decision taken.
    """
    score = table.columns.get(roles.one("score"))
    if score is None or isinstance(score, Words):
        return None
    high = _positive(table.columns.get(roles.one("decision")), score)
    if high is None:
        return Stated(score, np.zeros(len(score), np.int8))
    chances = np.where(np.isnan(high), np.nan, np.where(high == 1, score, 1 - score))
    return Stated(chances, (high == 1).astype(np.int8))


def confidence(said: Stated, correct: Values | None, baseline: NDArray[np.bool_]) -> Confidence | None:
    """Return the chance of each row to be right, checked on the baseline's rows whose outcome is known.

    Scores that keep their word there are taken at it; others are calibrated by isotonic regression of what
    was right on them (Zadrozny and Elkan 2002), either decision by itself. None where scores are no chances
    and nothing is known.
    """
    stated, none = said.chances, np.isnan(said.chances)
    known = np.zeros(len(stated), bool) if correct is None else baseline & ~np.isnan(correct) & ~none
    inside = bool(((stated >= 0) & (stated <= 1) | none).all())
    truth = np.empty(0) if correct is None else correct[known]
    checked = calibration(stated[known], truth) if inside else Calibration(len(truth), np.nan, np.nan, 0.0)
    if len(truth) < _LEAST:
        return Confidence(stated, "scores", checked, np.empty(0), np.zeros(1)) if inside else None
    chances, how = (stated, "scores") if checked.held else (_calibrated(said, known, truth), "calibrated")
    edges = np.unique(np.quantile(chances[known], np.arange(1, _GROUPS) / _GROUPS))
    group = np.searchsorted(edges, chances[known], side="right")
    rows = np.bincount(group, minlength=len(edges) + 1)
    share = (np.bincount(group, weights=truth, minlength=len(rows)) + 0.5) / (rows + 1)
    return Confidence(chances, how, checked, edges, share * (1 - share) / np.maximum(rows, 1))


def estimate(found: Confidence, rows: NDArray[np.bool_]) -> Estimate | None:
    """Return the accuracy of rows without knowing outcomes; None where none has a score.

    Confidence-based performance estimation (CBPE; NannyML 2022, Kivimäki et al. 2025): the mean chance to be
    right. The interval adds how far outcomes stray from their chances (Poisson binomial) to how far the
    baseline leaves these unsure, by group of confidence. It holds while a score means what it meant there;
    that inputs become others it sees, that the same inputs come to mean something else it cannot.
    """
    chances = found.chances[rows]
    chances = chances[~np.isnan(chances)]
    m = len(chances)
    if not m:
        return None
    group = np.searchsorted(found.edges, chances, side="right")
    weight = np.bincount(group, minlength=len(found.variance)) / m
    spread = float((chances * (1 - chances)).sum()) / m**2 + float((weight**2 * found.variance).sum())
    mean, half = float(chances.mean()), 1.959963984540054 * float(np.sqrt(spread))
    return Estimate(m, mean, max(0.0, mean - half), min(1.0, mean + half), found.how, found.calibration)


def calibration(chances: Values, correct: Values) -> Calibration:
    """Return whether chances keep their word: z near 0 and p not small when they do."""
    n = len(chances)
    if not n:
        return Calibration(0, float("nan"), float("nan"), float("nan"))
    from scipy.special import ndtr

    spread = float(((1 - 2 * chances) ** 2 * chances * (1 - chances)).sum())
    strays = float(((correct - chances) * (1 - 2 * chances)).sum())
    z = strays / np.sqrt(spread) if spread > 0 else float("inf") * np.sign(strays) if strays else 0.0
    parts = np.array_split(np.argsort(chances, kind="stable"), min(_GROUPS, n))
    error = sum(abs(float((correct[one] - chances[one]).sum())) for one in parts) / n
    return Calibration(n, error, float(z), float(2 * ndtr(-abs(z))))


def _calibrated(said: Stated, known: NDArray[np.bool_], truth: Values) -> Values:
    """Return the share of truth by chance stated, never falling, for each side; NaN stays NaN."""
    from scipy.optimize import isotonic_regression

    found = np.full(len(said.chances), np.nan)
    for side in np.unique(said.sides[known]):
        own = said.sides == side
        at, place = np.unique(said.chances[known & own], return_inverse=True)
        rows = np.bincount(place).astype(np.float64)
        means = np.bincount(place, weights=truth[own[known]]) / rows
        fitted = isotonic_regression(means, weights=rows).x
        some = own & ~np.isnan(said.chances)
        found[some] = np.interp(said.chances[some], at, fitted)
    return found


def _positive(decision: Column | None, score: Values) -> Values | None:
    """Return 1 where the decision is the one with the higher scores of two, 0 the other; None of no two."""
    if decision is None:
        return None
    codes = decision.codes.astype(np.float64) if isinstance(decision, Words) else decision
    if isinstance(decision, Words):
        codes = np.where(codes < 0, np.nan, codes)
    known = ~(np.isnan(codes) | np.isnan(score))
    values = np.unique(codes[known])
    if len(values) != 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):  # scores that are no chances may be of any size
        means = [float(score[known & (codes == value)].mean()) for value in values]
    return np.where(np.isnan(codes), np.nan, (codes == values[int(np.argmax(means))]).astype(np.float64))
