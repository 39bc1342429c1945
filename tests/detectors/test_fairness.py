"""Fairness by group: fairlearn's figures, the intervals of statsmodels, and no verdict from a few rows."""

import math

import fairlearn.metrics as fl
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, ttest_1samp
from sklearn.metrics import accuracy_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tocsin.detectors.fairness import Audit, Gap, audit
from tocsin.detectors.fairness_calibration import calibration
from tocsin.detectors.fairness_decided import groups
from tocsin.detectors.fairness_ratio import differ_p, holm, koopman
from tocsin.detectors.proportions import rate
from tocsin.detectors.table import Words

NAMES = ("a", "b", "c", "d")


def people(random: np.random.Generator, rows: int = 900) -> tuple[np.ndarray, np.ndarray, Words]:
    codes = random.choice(4, rows, p=(0.5, 0.3, 0.15, 0.05)).astype(np.int32)
    outcome = (random.random(rows) < 0.3 + 0.1 * codes).astype(float)
    said = (random.random(rows) < np.where(outcome == 1, 0.7, 0.2) - 0.03 * codes).astype(float)
    return said, outcome, Words(codes, NAMES)


def looked(said: np.ndarray, outcome: np.ndarray | None, groups: Words, **more: object) -> Audit:
    found = audit("group", groups, said, said, outcome, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def gap(found: Audit, measure: str) -> Gap:
    return next(one for one in found.gaps if one.measure == measure)


@pytest.mark.parametrize("seed", range(2))
def test_measures_are_those_of_fairlearn(seed: int) -> None:
    said, outcome, groups = people(np.random.default_rng(seed))
    names = np.array(NAMES)[groups.codes]
    found = looked(said, outcome, groups, least=1)
    told = {"y_true": outcome, "y_pred": said, "sensitive_features": names}
    for measure, difference, ratio in (
        ("demographic parity", fl.demographic_parity_difference, fl.demographic_parity_ratio),
        ("equal opportunity", fl.equal_opportunity_difference, fl.equal_opportunity_ratio),
        ("equalised odds", fl.equalized_odds_difference, fl.equalized_odds_ratio),
    ):
        one = gap(found, measure)
        assert one.difference == pytest.approx(difference(**told), abs=1e-9)
        assert one.ratio == pytest.approx(ratio(**told), abs=1e-9)
        assert one.low <= one.difference <= one.high
        assert one.ratio_low <= one.ratio <= one.ratio_high
    metrics = {
        "favoured": fl.selection_rate,
        "true_positive": fl.true_positive_rate,
        "false_positive": fl.false_positive_rate,
        "false_negative": fl.false_negative_rate,
        "correct": accuracy_score,
    }
    frame = fl.MetricFrame(metrics=metrics, **told).by_group
    for one in found.groups:
        for name in metrics:
            mine = getattr(one, name)
            if mine.rows:
                assert mine.rate == pytest.approx(frame.loc[one.group, name], abs=1e-9)
                wanted = proportion_confint(mine.events, mine.rows, method="wilson")
                assert (mine.low, mine.high) == pytest.approx(wanted, abs=1e-9)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_the_interval_of_a_ratio_is_the_score_interval(n1: int, n0: int, x1: int, x0: int) -> None:
    assume(0 < x1 < n1 and 0 < x0 < n0)
    low, high = confint_proportions_2indep(x1, n1, x0, n0, compare="ratio", method="score", correction=False)
    ratio, mine_low, mine_high = koopman(rate(x1, n1), rate(x0, n0))
    assert ratio == pytest.approx(x1 / n1 / (x0 / n0))
    assert mine_low == pytest.approx(low, rel=1e-6)
    assert mine_high == pytest.approx(high, rel=1e-6)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_ratio_turned_round_has_the_interval_turned_round(n1: int, n0: int, x1: int, x0: int) -> None:
    one, other = rate(min(x1, n1), n1), rate(min(x0, n0), n0)
    assume(one.events + other.events)
    ratio, low, high = koopman(one, other)
    turned = koopman(other, one)
    assert low <= ratio <= high
    assert [math.inf if end == 0 else 1 / end for end in turned] == pytest.approx(
        [ratio, high, low], rel=1e-6
    )


def test_without_events_or_rows_there_is_no_ratio() -> None:
    assert all(math.isnan(one) for one in koopman(rate(0, 5), rate(0, 9)))
    assert all(math.isnan(one) for one in koopman(rate(0, 0), rate(3, 9)))
    assert differ_p(rate(0, 0), rate(3, 9)) == 1


def test_four_fifths_counts_only_with_a_test_and_rows() -> None:
    shares = {"most": (800, 1000), "under": (500, 1000), "near": (700, 1000), "few": (1, 9), "some": (22, 40)}
    codes = np.concatenate([np.full(n, at) for at, (_, n) in enumerate(shares.values())]).astype(np.int32)
    said = np.concatenate([(np.arange(n) < k).astype(float) for k, n in shares.values()])
    found = looked(said, None, Words(codes, tuple(shares)))
    verdicts = {one.group: one.verdict for one in found.impacts}
    assert found.reference == "most"
    assert verdicts == {
        "most": "reference", "under": "under", "near": "within", "few": "too few", "some": "under",
    }  # fmt: skip
    by_name = {one.group: one for one in found.impacts}
    few = by_name["few"]
    assert few.ratio < 0.8
    assert few.p == pytest.approx(fisher_exact([[1, 8], [800, 200]]).pvalue, rel=1e-9)
    others = [one for one in found.impacts if one.group != "most"]
    wanted = multipletests([one.p for one in others], method="holm")[1]
    assert [one.adjusted for one in others] == pytest.approx(wanted.tolist(), rel=1e-9)
    assert found.small == ("few",)
    unsure = looked(said[codes != 1], None, Words(codes[codes != 1], tuple(shares)), reference="some")
    assert {one.verdict for one in unsure.impacts} == {"reference", "within", "too few"}


def test_a_low_ratio_that_may_be_chance_is_unsure() -> None:
    codes = np.repeat([0, 1], [400, 32]).astype(np.int32)
    said = np.concatenate([np.arange(400) < 200, np.arange(32) < 12]).astype(float)
    (_, small) = looked(said, None, Words(codes, ("large", "small"))).impacts
    assert small.ratio == pytest.approx(0.75)
    assert small.verdict == "unsure"
    assert small.low < 0.8 < 1 < small.high


def test_a_small_group_is_no_reference_unless_it_is_named() -> None:
    random = np.random.default_rng(2)
    codes = np.repeat([0, 1, 2], [5000, 3000, 40]).astype(np.int32)
    said = (random.random(len(codes)) < np.array([0.5, 0.4, 0.95])[codes]).astype(float)
    groups = Words(codes, ("a", "b", "tiny"))
    assert looked(said, None, groups).reference == "a"
    assert looked(said, None, groups, reference="tiny").reference == "tiny"
    assert audit("group", groups, said, said, None, reference="nobody") is None


def test_one_group_alone_cannot_be_compared() -> None:
    assert audit("g", Words(np.zeros(100, np.int32), ("a",)), np.ones(100), np.ones(100), None) is None


def test_unknown_groups_decisions_and_outcomes_do_not_count() -> None:
    random = np.random.default_rng(3)
    said, outcome, groups = people(random)
    unknown = random.random(900) < 0.1
    holes = Words(np.where(random.random(900) < 0.1, -1, groups.codes).astype(np.int32), NAMES)
    found = looked(np.where(unknown, np.nan, said), outcome, holes)
    kept = ~unknown & (holes.codes >= 0)
    again = looked(said[kept], outcome[kept], Words(groups.codes[kept], NAMES))
    assert found.groups == again.groups


def test_pairs_of_groups_together_are_covered_as_often_as_said() -> None:
    random = np.random.default_rng(4)
    codes = np.repeat(np.arange(4), [300, 200, 120, 60]).astype(np.int32)
    inside = 0
    for _ in range(80):
        said = (random.random(len(codes)) < 0.4).astype(float)
        inside += gap(looked(said, None, Words(codes, NAMES)), "demographic parity").low <= 0
    assert inside / 80 >= 0.93


def test_calibration_is_the_mean_and_the_share_by_score() -> None:
    random = np.random.default_rng(5)
    codes = random.integers(0, 2, 4000).astype(np.int32)
    score = random.random(4000)
    outcome = (random.random(4000) < np.clip(score + 0.1 * codes, 0, 1)).astype(float)
    one, other = calibration(Words(codes, ("x", "y")), score, outcome)
    rest = (outcome - score)[codes == 1]
    bounds = ttest_1samp(rest, 0).confidence_interval()
    assert (other.gap, other.low, other.high) == pytest.approx((rest.mean(), *bounds), rel=1e-9)
    assert one.low < 0 < one.high
    assert other.low > 0
    assert len(other.bins) == 10
    assert sum(each.outcome.rows for each in other.bins) == other.rows == int((codes == 1).sum())
    first = other.bins[0]
    inside = (score >= first.since) & (score < first.until) & (codes == 1)
    assert first.outcome.rate == pytest.approx(outcome[inside].mean())


def test_scores_that_are_no_chances_have_no_gap() -> None:
    groups = Words(np.tile([0, 1], 50).astype(np.int32), ("x", "y"))
    found = calibration(groups, np.repeat(np.arange(1.0, 11.0), 10), np.ones(100))
    assert all(math.isnan(one.gap) for one in found)
    assert len(found[0].bins) == 10


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_that_of_statsmodels(p: list[float]) -> None:
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1].tolist())


def test_numbers_that_are_nearly_alike_are_groups_of_their_own() -> None:
    found = groups(np.array([1_000_001.0, 1_000_002.0, np.nan, 1_000_001.0]))
    assert found is not None
    assert (found.labels, found.codes.tolist()) == (("1000001", "1000002"), [0, 1, -1, 0])
