"""Reviewers who stop looking are found, at once or by and by; those who go on are left in peace."""

from collections.abc import Mapping

import msgspec
import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tests.detectors.reviews import (
    DAYS,
    ROLES,
    SPAN,
    START,
    WINDOW,
    Habit,
    Habits,
    gradual,
    reviews,
    sudden,
)  # fmt: skip
from tocsin.detectors.base import DAY, Finding
from tocsin.detectors.oversight import OversightDetector, compared
from tocsin.detectors.oversight_change import design_effect
from tocsin.detectors.oversight_measures import measures, truth
from tocsin.detectors.table import Decisions, Table, Words
from tocsin.model.alert import AlertSeverity
from tocsin.model.decision import Roles

STOPPED = Habit(override=0.01, seconds=3)


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def look(table: Table, chance: float = 0.01) -> list[Finding]:
    found = OversightDetector().find(Decisions(table, ROLES, (START, WINDOW[0]), WINDOW, chance))
    msgspec.json.encode(found)  # plain numbers throughout, as they are stored
    return found


def found(seed: int, changed: Mapping[int, Habits], **said: float) -> list[Finding]:
    return look(reviews(generator(seed), changed=changed, a_day=30, **said))  # type: ignore[arg-type]


def test_one_who_stops_looking_is_found_with_the_day() -> None:
    by_measure = {one.about: one for one in found(1, {4: sudden(STOPPED)})}
    assert set(by_measure) == {"override rate", "quick reviews", "review seconds"}
    for one in by_measure.values():
        assert one.labels == {"layer": "oversight", "reviewer": "r04"}
        assert one.earliest_us - DAY <= START + 29 * DAY <= one.latest_us + DAY
        assert (one.severity, one.urgent) == (AlertSeverity.HIGH, True)
        assert one.p_value < 0.01
    seconds = by_measure["review seconds"]
    assert seconds.message.startswith("review seconds of reviewer r04 fell from 4")
    assert seconds.value == pytest.approx(4.1, abs=1.5), "the geometric mean, a day of the window still good"
    assert seconds.effect < -5
    assert [window.name for window in seconds.windows] == ["baseline", "window"]
    assert sum(window.samples for window in seconds.windows) == pytest.approx(30 * DAYS, rel=0.2)


def test_one_who_looks_less_by_and_by_is_found_and_does_not_interrupt() -> None:
    for seed in range(3):
        slow = [one for one in found(seed, {4: gradual(Habit(override=0.0, seconds=8))})]
        assert {one.labels.get("reviewer") for one in slow} == {"r04"}
        [seconds] = [one for one in slow if one.about == "review seconds"]
        assert "has been falling" in seconds.message
        assert not seconds.urgent


@pytest.mark.parametrize(
    ("habit", "measure"),
    [(Habit(reviewed=0.5), "review rate"), (Habit(right=0.6), "agreement with spot checks")],
)
def test_every_measure_is_watched(habit: Habit, measure: str) -> None:
    assert {one.about for one in found(5, {2: sudden(habit)})} == {measure}


def test_a_team_is_told_in_place_of_its_reviewers_and_all_in_place_of_teams() -> None:
    team = found(2, {number: sudden(STOPPED) for number in (3, 4, 5)})
    assert {tuple(sorted(one.labels.items())) for one in team} == {(("layer", "oversight"), ("team", "t1"))}
    everybody = found(2, {number: sudden(STOPPED) for number in range(12)})
    assert {tuple(one.labels) for one in everybody} == {("layer",)}
    assert len(everybody) == 3


def test_all_a_little_worse_is_told_of_all() -> None:
    told = found(3, {number: sudden(Habit(override=0.08), day=28) for number in range(12)})
    assert {one.about for one in told} == {"override rate"}
    [everybody] = [one for one in told if "reviewer" not in one.labels]
    assert everybody.message.startswith("override rate fell from 15.2 % to 7.9")


@pytest.mark.parametrize("between_days", [0.0, 0.4])
def test_no_change_raises_no_more_than_its_chance(between_days: float) -> None:
    alarms = sum(
        bool(look(reviews(generator(seed), between_days=between_days), chance=0.05)) for seed in range(20)
    )
    assert alarms <= 4, "1 expected; the benchmark looks 200 times"


def test_more_overrides_and_slower_reviews_are_no_collapse() -> None:
    assert found(4, {1: sudden(Habit(override=0.5, seconds=200, reviewed=1.0, right=1.0))}) == []


def test_few_rows_are_not_tested() -> None:
    table = reviews(generator(1), reviewers=2, a_day=1, changed={0: sudden(STOPPED)})
    part = table.between((WINDOW[0] - 5 * DAY, WINDOW[0] + 5 * DAY))
    shifts = compared(part, ROLES, WINDOW)
    assert all(np.isnan(one.p) for one in shifts if one.by == "reviewer")
    assert all(np.isnan(one.q) for one in shifts if np.isnan(one.p))


def test_the_levels_and_tests_are_those_of_scipy_and_statsmodels() -> None:
    table = reviews(generator(6), changed={3: sudden(STOPPED)})
    shifts = {(one.by, one.who, one.measure): one for one in compared(table, ROLES, WINDOW)}
    own = table.words("reviewer").codes == 3
    after = table.times_us >= WINDOW[0]
    differ = table.numbers("final") != table.numbers("recommendation")
    effect = design_effect(
        table.words("reviewer").codes[~after].astype(np.int64), differ[~after].astype(float),
        table.times_us[~after], 12,
    )  # fmt: skip
    assert effect == 1, "the rows are independent, so that nothing is divided"
    one = shifts["reviewer", "r03", "override rate"]
    k, n = int(differ[own & after].sum()), int((own & after).sum())
    before = int(differ[own & ~after].sum()), int((own & ~after).sum())
    assert (one.after.value, one.after.rows) == (k / n, n)
    assert (one.after.low, one.after.high) == pytest.approx(proportion_confint(k, n, method="wilson"))
    theirs = stats.fisher_exact([[k, n - k], [before[0], before[1] - before[0]]], "less").pvalue
    assert one.p == pytest.approx(theirs, rel=1e-7)
    t = (table.times_us - table.times_us[0]) / 1e12
    assert one.trend_p == pytest.approx(_armitage(t[own], differ[own]), rel=1e-7)


def test_seconds_are_compared_by_their_geometric_means() -> None:
    table = reviews(generator(8), changed={3: sudden(Habit(seconds=25))})
    [one] = [
        one for one in compared(table, ROLES, WINDOW) if (one.who, one.measure) == ("r03", "review seconds")
    ]
    own, after = table.words("reviewer").codes == 3, table.times_us >= WINDOW[0]
    logs = np.log(table.numbers("review_seconds"))
    theirs = stats.ttest_ind(logs[own & after], logs[own & ~after], equal_var=False)
    low, high = np.exp(theirs.confidence_interval())
    assert one.change == pytest.approx(stats.gmean(np.exp(logs[own & after])) / one.before.value)
    # The design effect of the days widens it a little where it is above 1.
    assert one.low <= low * 1.001
    assert one.high >= high * 0.999
    assert (one.low, one.high) == pytest.approx((low, high), rel=0.1)


def _armitage(t: np.ndarray, yes: np.ndarray) -> float:
    """Cochran and Armitage's one-sided p that a share falls, written out."""
    p, centred = yes.mean(), t - t.mean()
    z = (centred * yes).sum() / np.sqrt(p * (1 - p) * (centred**2).sum())
    return float(stats.norm.cdf(z))


def test_alike_rows_of_a_day_count_for_less() -> None:
    shaken = reviews(generator(3), between_days=1.0)
    values = (shaken.numbers("final") != shaken.numbers("recommendation")).astype(float)
    everybody = np.zeros(len(shaken), np.int64)
    assert design_effect(everybody, values, shaken.times_us, 1) > 5
    assert design_effect(everybody[:50], values[:50], shaken.times_us[:50], 1) == 1, "one day only"
    assert design_effect(everybody[:0], values[:0], shaken.times_us[:0], 1) == 1


@pytest.mark.parametrize(
    ("final", "advised", "some", "differ"),
    [
        ([0.0, 1, 2, np.nan], [0.0, 1, 1, 1], False, [0, 0, 1, np.nan]),
        ([0.0, 1, 2, 0], [0.0, 1, 1, 1], True, [0, 0, 0, 1]),
        (Words(np.array([0, 1, -1], np.int32), ("Approve", "deny")),
         Words(np.array([1, 1, 0], np.int32), ("approve", "refer")), False, [1, 1, np.nan]),
        (Words(np.array([0, 1], np.int32), ("Approve", "deny")),
         Words(np.array([0, 0], np.int32), ("approve",)), False, [0, 1]),
        (Words(np.array([0, 1], np.int32), ("1", "x")), [1.0, 1], False, [0, 1]),
    ],
)  # fmt: skip
def test_an_override_is_a_decision_that_differs(
    final: object, advised: object, some: bool, differ: list[float]
) -> None:
    columns = {name: value if isinstance(value, Words) else np.array(value, float)
               for name, value in (("final", final), ("recommendation", advised))}  # fmt: skip
    table = Table(np.arange(len(differ)), columns)  # type: ignore[arg-type]
    [one] = measures(table, Roles({"final": ("final",), "recommendation": ("recommendation",)}), some=some)
    assert one.values == pytest.approx(differ, nan_ok=True)


def test_a_truth_is_read_from_words_and_numbers() -> None:
    words = Words(np.array([0, 1, 2, 3, -1], np.int32), ("No", "Right", "TRUE", "unsure"))
    assert truth(words) == pytest.approx([0, 1, 1, np.nan, np.nan], nan_ok=True)
    assert truth(np.array([0.0, 1, 2, np.nan])) == pytest.approx([0, 1, np.nan, np.nan], nan_ok=True)


def test_what_has_no_reviewers_columns_is_left_alone() -> None:
    table = Table(np.arange(SPAN[0], SPAN[0] + 300), {"score": np.zeros(300)})
    none = OversightDetector().find(Decisions(table, Roles(), (SPAN[0], WINDOW[0]), WINDOW, 0.05))
    assert none == []
