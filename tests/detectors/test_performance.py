"""How often a system is right: estimates that hold while scores keep their meaning."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tocsin.detectors import performance as p
from tocsin.detectors.base import Values
from tocsin.detectors.performance_detector import Parameters, PerformanceDetector
from tocsin.detectors.table import Column, Decisions, Table, Words
from tocsin.model.decision import Roles

ROLES = Roles({"decision": ("said",), "score": ("score",), "outcome": ("came",)})


def loans(rng: np.random.Generator, n: int, a: float, b: float, bent: float = 1.0) -> dict[str, Column]:
    """Chances are Beta(a, b), outcomes fall by them; scores state them, bent by a power."""
    chance = rng.beta(a, b, n)
    score = chance**bent
    return {
        "said": (score > 0.5) * 1.0,
        "score": score,
        "came": (rng.random(n) < chance) * 1.0,
    }


def joined(*parts: dict[str, Column]) -> Table:
    columns = {name: np.concatenate([np.asarray(part[name]) for part in parts]) for name in parts[0]}
    return Table(np.arange(len(columns["said"]), dtype=np.int64), columns)


def masks(*sizes: int) -> list[np.ndarray]:
    part = np.repeat(np.arange(len(sizes)), sizes)
    return [part == at for at in range(len(sizes))]


@pytest.mark.parametrize(("bent", "how"), [(1.0, "scores"), (2.5, "calibrated")])
def test_an_interval_holds_what_turns_out(bent: float, how: str) -> None:
    rng = np.random.default_rng(1)
    held, hows, runs = 0, set(), 120
    for _ in range(runs):
        table = joined(loans(rng, 3000, 2, 2, bent), loans(rng, 800, 1.5, 3, bent))
        before, after = masks(3000, 800)
        truth = p.right(table, ROLES)
        said = p.stated(table, ROLES)
        assert truth is not None
        assert said is not None
        found = p.confidence(said, np.where(before, truth, np.nan), before)
        assert found is not None
        told = p.estimate(found, after)
        assert told is not None
        hows.add(told.how)
        held += told.low <= truth[after].mean() <= told.high
    assert how in hows
    assert 0.89 * runs <= held


def test_the_interval_is_wide_when_little_is_known_of_the_scores() -> None:
    rng = np.random.default_rng(2)
    widths = []
    for known in (150, 3000):
        table = joined(loans(rng, known, 2, 2, 3.0), loans(rng, 5000, 2, 2, 3.0))
        before, after = masks(known, 5000)
        truth, said = p.right(table, ROLES), p.stated(table, ROLES)
        assert truth is not None
        assert said is not None
        found = p.confidence(said, np.where(before, truth, np.nan), before)
        assert found is not None
        told = p.estimate(found, after)
        assert told is not None
        widths.append(told.high - told.low)
    assert widths[0] > 2 * widths[1]


def test_calibration_is_spiegelhalters_test() -> None:
    rng = np.random.default_rng(3)
    chances = rng.beta(2, 2, 2000)
    correct = (rng.random(2000) < chances) * 1.0
    told = p.calibration(chances, correct)
    by_hand = ((correct - chances) * (1 - 2 * chances)).sum()
    by_hand /= np.sqrt((((1 - 2 * chances) ** 2) * chances * (1 - chances)).sum())
    assert told.z == pytest.approx(by_hand, abs=1e-9)
    assert told.p == pytest.approx(2 * stats.norm.sf(abs(by_hand)), abs=1e-9)
    assert told.held
    assert told.error < 0.05
    bent = p.calibration(chances**3, correct)
    assert not bent.held
    assert bent.error > 0.1


def test_realised_accuracy_has_wilsons_interval() -> None:
    correct = np.array([1.0] * 41 + [0.0] * 9 + [np.nan] * 30)
    told = p.realised(correct, np.ones(80, bool))
    assert (told.events, told.rows) == (41, 50)
    assert (told.low, told.high) == pytest.approx(proportion_confint(41, 50, method="wilson"), abs=1e-9)


def test_words_and_numbers_say_who_was_right() -> None:
    words = Table(
        np.arange(4),
        {
            "said": Words(np.array([0, 1, 1, -1], np.int32), ("no", "yes")),
            "came": Words(np.array([0, 1, 0, 1], np.int32), ("no", "yes", "zero")),
            "score": np.array([0.2, 0.9, 0.7, 0.6]),
        },
    )
    assert np.array_equal(p.right(words, ROLES), [1, 1, 0, np.nan], equal_nan=True)  # type: ignore[arg-type]
    # "yes" goes with the higher scores: the score is its chance.
    said = p.stated(words, ROLES)
    assert said is not None
    assert np.array_equal(said.chances, [0.8, 0.9, 0.7, np.nan], equal_nan=True)
    amounts = Table(np.arange(90), {"said": np.arange(90.0), "came": np.arange(90.0)})
    assert p.right(amounts, ROLES) is None  # a forecast is not right or wrong


def test_scores_that_are_no_chances_need_outcomes() -> None:
    ranks = np.arange(1.0, 11.0)
    assert p.confidence(p.Stated(ranks, np.zeros(10, np.int8)), None, np.ones(10, bool)) is None


def test_scores_of_any_size_break_nothing() -> None:
    table = Table(
        np.arange(4), {"said": np.array([0.0, 0, 1, 1]), "score": np.array([1e308, -1e308, 1e308, 1e308])}
    )
    said = p.stated(table, ROLES)
    assert said is not None
    assert p.confidence(said, None, np.ones(4, bool)) is None


def find(table: Table, window: tuple[int, int], chance: float = 0.01) -> list[str]:
    decisions = Decisions(table, ROLES, (0, window[0]), window, chance)
    return [one.about for one in PerformanceDetector().find(decisions)]


def without(part: dict[str, Column]) -> dict[str, Column]:
    came: Values = np.full(len(part["came"]), np.nan)
    return {**part, "came": came}


def test_a_fall_is_estimated_without_outcomes_and_confirmed_by_them() -> None:
    rng = np.random.default_rng(4)
    sure, unsure = loans(rng, 4000, 0.4, 0.4), loans(rng, 1000, 2, 2)
    assert find(joined(sure, without(unsure)), (4000, 5000)) == ["accuracy, estimated"]
    assert find(joined(sure, unsure), (4000, 5000)) == ["accuracy, realised", "accuracy, estimated"]
    same = loans(rng, 1000, 0.4, 0.4)
    assert find(joined(sure, same), (4000, 5000)) == []


def test_the_fall_of_confidence_is_welchs_test() -> None:
    rng = np.random.default_rng(7)
    table = joined(without(loans(rng, 900, 2, 2)), without(loans(rng, 400, 2, 2)))
    decisions = Decisions(table, ROLES, (0, 900), (900, 1300), 2.0)
    [told] = PerformanceDetector(Parameters(drop=-1.0)).find(decisions)
    score = table.numbers("score")
    sure = np.maximum(score, 1 - score)
    expected = stats.ttest_ind(sure[900:], sure[:900], equal_var=False, alternative="less")
    assert told.p_value == pytest.approx(expected.pvalue, abs=1e-9)


def test_what_scores_cannot_see_is_seen_by_outcomes_alone() -> None:
    rng = np.random.default_rng(5)
    sure, changed = loans(rng, 4000, 0.4, 0.4), loans(rng, 1000, 0.4, 0.4)
    came = np.asarray(changed["came"])
    flipped = {**changed, "came": np.where(rng.random(1000) < 0.2, 1 - came, came)}
    assert find(joined(sure, flipped), (4000, 5000)) == ["accuracy, realised"]


def test_false_alarms_keep_to_their_chance() -> None:
    rng = np.random.default_rng(6)
    runs = 150
    falsely = sum(
        bool(find(joined(loans(rng, 1200, 2, 2), loans(rng, 300, 2, 2)), (1200, 1500), 0.2))
        for _ in range(runs)
    )
    assert falsely <= 0.2 * runs + 3 * np.sqrt(0.16 * runs)
