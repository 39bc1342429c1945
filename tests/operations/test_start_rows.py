"""When decisions changed: on made tables, and on the car-loan data, whose change is known to the row."""

import csv
from pathlib import Path

import numpy as np
import pytest

from tocsin.detectors.table import Column, Table, Words
from tocsin.operations.decisions import load_file
from tocsin.operations.progress import finish
from tocsin.operations.start_rows import estimate_of_rows

N = 4000


def table(**columns: Column) -> Table:
    return Table(np.arange(N) * 1_000_000, columns)


def words(rng: np.random.Generator, before: list[float], after: list[float], at: int) -> Words:
    labels = ("card", "cash", "loan")
    codes = np.concatenate([rng.choice(3, at, p=before), rng.choice(3, N - at, p=after)])
    return Words(codes.astype(np.int32), labels)


def test_a_column_of_each_kind_is_dated() -> None:
    rng = np.random.default_rng(1)
    after = np.arange(N) >= 2500
    heavy = np.exp(rng.standard_normal(N) * 3) * np.where(after, 4, 1)
    wide = rng.standard_normal(N) * np.where(after, 2, 1)
    truth = (rng.random(N) < np.where(after, 0.3, 0.1)).astype(float)
    spoken = words(rng, [0.6, 0.3, 0.1], [0.4, 0.3, 0.3], 2500)
    for name, column in {"heavy": heavy, "wide": wide, "truth": truth, "spoken": spoken}.items():
        found = finish(estimate_of_rows(table(**{name: column})))
        assert abs(found.row - 2500) < 60, name
        assert found.low <= found.row <= found.high < found.low + 250, name
        assert found.view.when is not None
        assert found.view.when.low < found.view.when.high
    together = finish(
        estimate_of_rows(table(heavy=heavy, wide=wide, truth=truth, spoken=spoken, idle=rng.random(N)))
    )
    assert abs(together.row - 2500) < 30
    assert together.high - together.low < 40
    changed = {one.signal.metric for one in together.view.series if one.chance > 0.8}
    assert {"heavy", "spread of wide", "truth"} <= changed
    assert not {"idle", "spread of idle", "wide"} & changed


def test_rows_without_a_value_say_nothing() -> None:
    rng = np.random.default_rng(2)
    column = rng.standard_normal(N) + 1.0 * (np.arange(N) >= 2500)
    column[rng.random(N) < 0.3] = np.nan
    column[2400:2450] = np.nan
    found = finish(estimate_of_rows(table(x=column)))
    assert found.low <= 2500 <= found.high


def test_where_nothing_changed_there_is_no_evidence() -> None:
    rng = np.random.default_rng(3)
    found = finish(
        estimate_of_rows(table(x=rng.random(N), y=words(rng, [0.2, 0.3, 0.5], [0.2, 0.3, 0.5], 9)))
    )
    assert (found.row, found.low, found.high) == (-1, -1, -1)
    assert found.view.when is None
    assert found.view.odds <= 0


def test_only_the_columns_named_are_looked_at() -> None:
    rng = np.random.default_rng(4)
    both = table(x=rng.random(N) + (np.arange(N) >= 99), y=rng.random(N))
    assert finish(estimate_of_rows(both, ["y"])).row == -1
    with pytest.raises(KeyError):
        finish(estimate_of_rows(both, ["z"]))


def test_equal_columns_and_no_columns_tell_nothing() -> None:
    assert finish(estimate_of_rows(table(x=np.ones(N)))).row == -1
    assert finish(estimate_of_rows(table())).view.evidence == "There are no samples to tell by."


def test_the_car_loan_model_changed_at_row_25000(shared_data: Path) -> None:
    folder = shared_data / "nannyml_car_loan"
    loans = finish(load_file(folder / "synthetic_car_loan_analysis.csv")).table
    found = finish(estimate_of_rows(loans))
    assert found.low <= 25_000 <= found.high
    assert found.high - found.low <= 50
    # The share of approvals stayed: nothing to see there, although the model fails.
    assert finish(estimate_of_rows(loans, ["y_pred"])).view.when is None
    with (folder / "synthetic_car_loan_analysis_target.csv").open(encoding="utf-8") as file:
        repaid = np.array([float(row["repaid"]) for row in csv.DictReader(file)])
    wrong = (repaid != loans.numbers("y_pred")).astype(float)
    confirmed = finish(estimate_of_rows(Table(loans.times_us, {"wrong": wrong})))
    assert confirmed.low <= 25_000 <= confirmed.high
    assert confirmed.high - confirmed.low <= 2000
    assert wrong[25_000:].mean() > wrong[:25_000].mean()
