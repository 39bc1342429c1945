"""Two windows of decisions compared column by column: what changed is named, what did not is not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.table import Column, Table, Words
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.operations import decisions
from tocsin.operations.compare import Comparison, compare
from tocsin.operations.progress import finish

NONE = Roles()


def words(codes: np.ndarray, labels: str) -> Words:
    return Words(codes.astype(np.int32), tuple(labels))


def table(
    before: dict[str, Column], after: dict[str, Column]
) -> tuple[Table, tuple[int, int], tuple[int, int]]:
    """One window after the other, a row a microsecond."""
    columns: dict[str, Column] = {}
    for name, old in before.items():
        new = after[name]
        if isinstance(old, Words):
            assert isinstance(new, Words)
            columns[name] = Words(np.concatenate([old.codes, new.codes]), old.labels)
        else:
            columns[name] = np.concatenate([old, np.asarray(new)])
    n, m = (len(next(iter(one.values()))) for one in (before, after))
    return Table(np.arange(n + m, dtype=np.int64), columns), (0, n), (n, n + m)


def found(before: dict[str, Column], after: dict[str, Column], roles: Roles = NONE) -> Comparison:
    whole, baseline, window = table(before, after)
    return compare(whole, roles, baseline, window)


def test_a_million_rows_are_not_flagged_for_their_number() -> None:
    rng = np.random.default_rng(1)
    n = 400_000
    before = {f"f{i}": rng.standard_normal(n) for i in range(4)}
    after = {f"f{i}": rng.standard_normal(n) + (0.02, 0, 0, 0.4)[i] for i in range(4)}
    result = found(before, after)
    assert [one.name for one in result.changed] == ["f3"]
    small = next(one for one in result.features if one.name == "f0")
    assert small.q < 1e-6  # significant, and of no size


def test_a_few_rows_are_not_flagged_for_their_noise() -> None:
    rng = np.random.default_rng(2)
    falsely = 0
    for _ in range(40):
        before = {f"f{i}": rng.standard_normal(60) for i in range(10)}
        after = {f"f{i}": rng.standard_normal(40) for i in range(10)}
        result = found(before, after)
        assert max(one.psi for one in result.features) > 0.1  # by chance alone
        falsely += bool(result.changed)
    assert falsely <= 4  # 5 % of the times are allowed


def test_each_kind_of_change_is_named() -> None:
    rng = np.random.default_rng(3)
    n, m = 3000, 2000
    lost = rng.standard_normal(m)
    lost[: m // 5] = np.nan
    before: dict[str, Column] = {
        "same": rng.standard_normal(n),
        "wider": rng.standard_normal(n),
        "lost": rng.standard_normal(n),
        "gone": rng.standard_normal(n),
        "come": np.full(n, np.nan),
        "late": (rng.random(n) < 0.5) * 1.0,
        "mix": words(rng.integers(0, 3, n), "abcd"),
        "fresh": words(rng.integers(0, 3, n), "abcd"),
        "kind": words(rng.integers(0, 2, n), "12xy"),
    }
    after: dict[str, Column] = {
        "same": rng.standard_normal(m),
        "wider": 2 * rng.standard_normal(m),
        "lost": lost,
        "gone": np.full(m, np.nan),
        "come": rng.standard_normal(m),
        "late": np.full(m, np.nan),
        "mix": words(np.minimum(rng.integers(0, 4, m), 2), "abcd"),
        "fresh": words(np.where(rng.random(m) < 0.03, 3, rng.integers(0, 3, m)), "abcd"),
        "kind": words(rng.integers(2, 4, m), "12xy"),
    }
    result = found(before, after, Roles({"outcome": ("late",)}))
    by_name = {one.name: one for one in result.features}
    assert {one.name for one in result.changed} == set(before) - {"same", "late"}
    assert {name: one.schema for name, one in by_name.items() if one.schema} == {
        "gone": "gone",
        "come": "come",
        "kind": "kind",
        "late": "gone",
    }
    assert by_name["lost"].missing == (0, 0.2)
    assert by_name["fresh"].new == pytest.approx(0.03, abs=0.01)
    assert all(one.why for one in result.changed)
    assert by_name["wider"].psi > by_name["mix"].psi > by_name["same"].psi


def test_what_differs_always_is_no_change() -> None:
    """Counters, times and names of rows are others in every window; a flag that is rare is none of these."""
    rng = np.random.default_rng(5)
    n = 2000
    days = tuple(f"2026-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(336))
    names = tuple(f"n{i:05}" for i in range(2 * n))
    flag = (rng.random(n) < 0.004) * 1.0
    before: dict[str, Column] = {
        "row": np.arange(n) * 1.0,
        "day": Words(rng.integers(0, 168, n).astype(np.int32), days),
        "name": Words(rng.permutation(n).astype(np.int32), names),
        "flag": flag,
    }
    after: dict[str, Column] = {
        "row": np.arange(n, 2 * n) * 1.0,
        "day": Words(rng.integers(168, 336, n).astype(np.int32), days),
        "name": Words((n + rng.permutation(n)).astype(np.int32), names),
        "flag": np.where(rng.random(n) < 0.3, 1.0, flag),
    }
    result = found(before, after)
    assert {one.name: one.role for one in result.features} == {
        "row": "counter",
        "day": "time",
        "name": "name",
        "flag": "",
    }
    assert [one.name for one in result.changed] == ["flag"]


def test_what_is_drawn_adds_up() -> None:
    rng = np.random.default_rng(4)
    for values in (rng.standard_normal(500), np.exp(3 * rng.standard_normal(500)), np.ones(500)):
        [one] = found({"x": values}, {"x": values[:200] + 0.5}).features
        assert len(one.edges_or_labels) == len(one.before) + 1 == len(one.after) + 1
        assert (np.diff(np.array(one.edges_or_labels, float)) > 0).all()
        assert (sum(one.before), sum(one.after)) == pytest.approx((1, 1))
    many = words(rng.integers(0, 26, 500), "abcdefghijklmnopqrstuvwxyz")
    [one] = found({"x": many}, {"x": many}).features
    assert one.edges_or_labels[-1] == "others"
    assert (sum(one.before), len(one.before)) == pytest.approx((1, len(one.edges_or_labels)))


NUMBERS = st.lists(st.floats(allow_infinity=False) | st.integers(0, 2).map(float), min_size=8, max_size=30)
CODES = st.lists(st.integers(-1, 3), min_size=8, max_size=30)


@given(NUMBERS, CODES, st.integers(1, 7))
def test_any_columns_are_compared(numbers: list[float], codes: list[int], first: int) -> None:
    rows = min(len(numbers), len(codes))
    columns: dict[str, Column] = {
        "x": np.array(numbers[:rows]),
        "w": words(np.array(codes[:rows]), "12ab"),
    }
    whole = Table(np.arange(rows, dtype=np.int64), columns)
    for one in compare(whole, NONE, (0, first), (first, rows)).features:
        assert 0 <= one.p <= 1 or np.isnan(one.p)
        assert np.isnan(one.psi) or one.psi >= 0
        assert np.isnan(one.js) or 0 <= one.js <= 1
        assert all(0 <= share <= 1 + 1e-9 for share in (*one.before, *one.after, *one.missing, one.new or 0))


@pytest.mark.parametrize("rows", [20, 50_000])
def test_no_number_is_too_large(rows: int) -> None:
    values = np.random.default_rng(6).choice([1.7e308, -1.7e308, 1.0, np.nan, 5e-324], rows)
    [one] = found({"x": values[: rows // 2]}, {"x": values[rows // 2 :]}).features
    assert not one.changed
    assert np.isfinite(
        [one.psi, one.ks or 0, one.wasserstein or 0, *np.array(one.edges_or_labels, float)]
    ).all()


def test_a_window_without_decisions_is_refused() -> None:
    whole, baseline, _ = table({"x": np.ones(3)}, {"x": np.ones(3)})
    with pytest.raises(BadInput, match="window has no decision"):
        compare(whole, NONE, baseline, (100, 200))


def test_the_car_loans_that_came_after_are_others(shared_data: Path) -> None:
    """The five inputs that NannyML's makers shifted, and none of those they did not."""
    log = finish(
        decisions.load_file(
            shared_data / "nannyml_car_loan" / "synthetic_car_loan_analysis.csv", row_order=True
        )
    )
    result = compare(log.table, log.roles, (1, 25_001), (25_001, 50_001))
    unchanged = {"id_", "debt_to_income_ratio", "size_of_downpayment", "driver_tenure", "y_pred"}
    assert [one.name for one in result.changed] == [
        "car_value",
        "loan_length",
        "repaid_loan_on_prev_car",
        "y_pred_proba",
        "salary_range",
    ]
    assert {one.name for one in result.features if not one.changed} == unchanged
    calm = compare(log.table, log.roles, (1, 12_501), (12_501, 25_001))
    assert not calm.changed
