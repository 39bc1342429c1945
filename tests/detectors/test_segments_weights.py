"""Weights of inputs in a score, before and after: as statsmodels has them, and only those that changed."""

import numpy as np
import pytest
import statsmodels.api as sm

from tocsin.detectors.segments_weights import weights
from tocsin.detectors.table import Words

ROWS = 3000
LATER = np.arange(ROWS) >= 2000


def inputs(random: np.random.Generator) -> dict[str, np.ndarray | Words]:
    return {
        "distance": 1e6 + random.gamma(2, 3, ROWS),
        "load": random.random(ROWS),
        "van": Words(random.integers(0, 3, ROWS).astype(np.int32), ("big", "mid", "small")),
    }


def test_slopes_and_intervals_are_those_of_least_squares_with_hc1() -> None:
    random = np.random.default_rng(1)
    given = inputs(random)
    score = 2 * given["distance"] + np.where(LATER, 3, 5) * given["load"]
    score = score + random.normal(0, 1, ROWS) * (1 + given["load"])
    found = {(one.name, one.value): one for one in weights(given, score, LATER)}
    codes = given["van"].codes
    common = np.bincount(codes).argmax()
    others = [code for code in range(3) if code != common]
    design = np.column_stack(
        [given["distance"] - 1e6, given["load"], *((codes == code).astype(float) for code in others)]
    )
    before, after = (
        sm.OLS(score[side] - 2e6, sm.add_constant(design[side])).fit(cov_type="HC1")
        for side in (~LATER, LATER)
    )
    names = [("distance", ""), ("load", ""), *(("van", given["van"].labels[code]) for code in others)]
    for at, name in enumerate(names, start=1):
        one = found[name]
        assert one.weight == pytest.approx((before.params[at], after.params[at]), rel=1e-6, abs=1e-6)
        error = np.hypot(before.bse[at], after.bse[at])
        assert (one.high - one.low) / 2 == pytest.approx(1.96 * error, rel=1e-6)
    assert [name for name, one in found.items() if one.changed] == [("load", "")]
    assert found["load", ""].moved == pytest.approx(-2 * given["load"][LATER].mean(), abs=0.2)


def test_a_score_computed_to_the_last_digit_is_no_change_of_weight() -> None:
    random = np.random.default_rng(2)
    given = inputs(random)
    score = 2 * given["distance"] + 5 * given["load"]
    assert not any(one.changed for one in weights(given, score, LATER))


def test_of_a_score_between_0_and_1_the_odds_are_taken() -> None:
    random = np.random.default_rng(3)
    load = random.random(ROWS)
    score = 1 / (1 + np.exp(-(np.where(LATER, 1.0, 2.0) * load - 1)))
    (one,) = weights({"load": load}, score, LATER)
    assert one.changed
    assert one.weight == pytest.approx((2, 1), rel=1e-9)


def test_a_copy_of_an_input_an_empty_one_and_an_id_are_left_out() -> None:
    random = np.random.default_rng(4)
    given = inputs(random)
    given["copy"] = 3 * given["load"] + 1
    given["empty"] = np.full(ROWS, np.nan)
    given["constant"] = np.ones(ROWS)
    given["id"] = Words(np.arange(ROWS, dtype=np.int32), tuple(str(i) for i in range(ROWS)))
    names = {one.name for one in weights(given, random.normal(0, 1, ROWS), LATER)}
    assert names == {"distance", "load", "van"}


def test_too_few_rows_say_nothing() -> None:
    load = np.random.default_rng(5).random(30)
    assert weights({"load": load}, 2 * load, np.arange(30) >= 15) == []
    assert weights({"load": load}, 2 * load, np.zeros(30, bool)) == []
