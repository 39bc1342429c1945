"""How reviewers decide, by group and over time; the Dane County experiment as its authors count it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tests.detectors.reviews import ROLES, WINDOW, Habit, reviews, sudden
from tocsin.detectors.base import DAY
from tocsin.detectors.oversight import OversightDetector
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.model.instant import from_us, iso
from tocsin.model.operator import Author
from tocsin.operations import budget, decisions, oversight, spotcheck
from tocsin.operations.detect_logs import detect_logs
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

DANE = Roles({"final": ("D",), "recommendation": ("DMF",)})


def test_how_often_judges_departed_from_the_recommendation(shared_data: Path) -> None:
    """Dane County (Imai et al. 2023): 24.5 % where the score was shown, 30.1 % where not."""
    file = shared_data / "aihuman_dane_psa" / "dane_psa_decisions.csv"
    table, _, _ = finish(decisions.read_file(file, row_order=True))
    told = oversight.report(table, DANE, by=("Z",), some=True)
    hidden, shown = told.groups
    assert [(one.who, round(one.level.value, 3)) for one in (hidden, shown)] == [("0", 0.301), ("1", 0.245)]
    assert (shown.level.low, shown.level.high) == pytest.approx(proportion_confint(232, 948, method="wilson"))
    assert shown.high < 0
    assert shown.q < 0.01
    only = oversight.where(table, "Z", "1")
    by = {(one.by, one.who): one for one in
          oversight.report(only, DANE, by=("White", "Sex"), some=True).groups}  # fmt: skip
    assert [round(by["White", who].level.value, 3) for who in "01"] == [0.295, 0.201]
    assert by["White", "0"].low > 0.03
    assert by["White", "0"].q < 0.01
    assert by["Sex", "1"].q > 0.5
    assert by["Sex", "1"].low < 0 < by["Sex", "1"].high


def test_a_group_is_compared_with_all_others() -> None:
    table = reviews(np.random.default_rng(3), changed={2: sudden(Habit(override=0.5), day=0)})
    told = oversight.report(table, ROLES)
    assert [one.measure for one in told.overall] == [
        "override rate", "review rate", "quick reviews", "review seconds", "agreement with spot checks"
    ]  # fmt: skip
    by = {(one.who, one.measure): one for one in told.groups if one.by == "reviewer"}
    odd = by["r02", "override rate"]
    assert odd.q < 1e-6
    differ = table.numbers("final") != table.numbers("recommendation")
    own = table.words("reviewer").codes == 2
    counts = [int(differ[own].sum()), int(own.sum()), int(differ[~own].sum()), int((~own).sum())]
    assert odd.level.value == counts[0] / counts[1]
    assert odd.change == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    one_sided = stats.fisher_exact([[counts[0], counts[1] - counts[0]], [counts[2], counts[3] - counts[2]]],
                                   "greater").pvalue  # fmt: skip
    assert odd.p == pytest.approx(2 * one_sided)
    assert np.isnan(by["r02", "review seconds"].p)
    assert {one.by for one in told.groups} == {"team", "reviewer"}


def test_a_collapse_is_told_with_all_that_was_compared() -> None:
    table = reviews(np.random.default_rng(3), changed={2: sudden(Habit(seconds=3), day=28)})
    told = oversight.collapse(table, ROLES, WINDOW)
    assert {(one.shift.who, one.shift.measure) for one in told.found} == {
        ("r02", "quick reviews"), ("r02", "review seconds")
    }  # fmt: skip
    assert len(told.shifts) == 5 * (1 + 4 + 12)


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        (lambda table: oversight.report(table, Roles()), "no column tells"),
        (lambda table: oversight.report(table, ROLES, by=("nothing",)), "no such column"),
        (lambda table: oversight.report(table, ROLES, by=("review_seconds",)), "too many to be groups"),
        (lambda table: oversight.where(table, "reviewer", "r99"), "no decision has this value"),
        (lambda table: oversight.collapse(table, ROLES, (2**61, 2**62)), "window has no decision"),
        (lambda table: oversight.collapse(table, ROLES, (0, 2**62)), "baseline has no decision"),
        (lambda table: oversight.collapse(table, ROLES, WINDOW, chance=7), "between 0 and 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused(call: Callable[..., object], wrong: str) -> None:
    with pytest.raises(BadInput, match=wrong):
        call(reviews(np.random.default_rng(3), a_day=3))


def test_verdicts_of_spot_checks_are_the_agreement(run: Callable[..., object], store: Store) -> None:
    rows = "".join(f"d{n:02},2026-10-01T{n % 24:02}:00:00Z,{'ann' if n % 2 else 'bob'}\n" for n in range(40))
    run("id,time,reviewer\n" + rows, name="log.csv", record="decisions")
    author = Author("Operator A")
    before = finish(oversight.of_system(store, "shop"))
    with pytest.raises(BadInput, match="no column tells"):
        oversight.report(before.table, before.roles)
    draw = spotcheck.draw(store, author, "shop", size=20, seed=1).id
    ids = spotcheck.get(store, draw).drawn.drawn
    for number, one in enumerate(ids[:12]):
        bad = int(one[1:]) % 2 == 0 and number % 3 == 0
        spotcheck.record(store, author, draw, one, "wrong" if bad else "right")
    spotcheck.record(store, author, draw, ids[12], "unsure")
    loaded = finish(oversight.of_system(store, "shop"))
    told = oversight.report(loaded.table, loaded.roles)
    [overall] = told.overall
    assert (overall.measure, overall.level.rows) == ("agreement with spot checks", 12)
    wrong = sum(said == 0 for said in oversight.verdicts(store, "shop").values())
    assert overall.level.value == pytest.approx(1 - wrong / 12)
    by = {one.who: one.level for one in told.groups}
    assert by["ann"].value == 1
    assert by["bob"].value < 1


def test_a_reviewer_who_stops_looking_is_an_alert(run: Callable[..., object], store: Store) -> None:
    table = reviews(np.random.default_rng(5), changed={2: sudden(Habit(override=0.0, seconds=2))})
    rows = zip(
        table.times_us.tolist(), table.numbers("final").tolist(), table.numbers("recommendation").tolist(),
        table.numbers("review_seconds").tolist(), table.words("reviewer").codes.tolist(), strict=True,
    )  # fmt: skip
    text = "id,time,final,recommendation,review_seconds,reviewer\n" + "".join(
        f"{n},{iso(from_us(at))},{final:.0f},{advice:.0f},{seconds:.2f},r{who:02}\n"
        for n, (at, final, advice, seconds, who) in enumerate(rows)
    )
    run(text, name="log.csv", record="decisions")
    part = OversightDetector()
    done = finish(detect_logs(store, [part], budget.shares(store, [part])))
    assert not done.problems
    lasting = [one for one in done.raised if one.ended is None]
    assert {one.metric for one in lasting} == {"override rate", "quick reviews", "review seconds"}
    assert {one.labels["reviewer"] for one in lasting} == {"r02"}
    began = from_us(WINDOW[0] + DAY)
    assert all(one.start is not None and abs(one.start.at - began) < timedelta(days=2) for one in lasting)
    assert finish(detect_logs(store, [part], budget.shares(store, [part]))).looks == 0
