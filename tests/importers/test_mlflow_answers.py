"""Saved answers of MLflow's REST API: what serves, and the metrics of runs."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.conftest import MODIFIED, Read
from tests.importers.told import rows, series
from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Rejected, Rows, Samples, Source
from tocsin.importers.mlflow_answers import MlflowAnswersImporter

CREATED = datetime(2026, 11, 20, 23, 0, 41, 445000, tzinfo=UTC)
SNAPSHOT = datetime(2026, 11, 21, tzinfo=UTC)


def of(folder: Path, name: str) -> Source:
    path = folder / "formats" / "mlflow" / name
    return Source(path, name, path.parent, SNAPSHOT)


@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("rest_registered-models_search.json", {("@champion", "3"), ("@rollback", "2"), ("Production", "2")}),
        ("rest_registered-models_get.json", {("@champion", "3"), ("@rollback", "2"), ("Production", "2")}),
        ("rest_model-versions_search.json", {("Production", "2")}),
        ("rest_alias_get.json", {("@champion", "3")}),
    ],
)
def test_what_serves_is_in_every_answer_about_models(
    shared_data: Path, name: str, served: set[tuple[str, str]]
) -> None:
    source = of(shared_data, name)
    assert MlflowAnswersImporter().knows(source)
    found = rows(MlflowAnswersImporter().read(source, Options()), "deployments")
    assert {(row["slot"], row["version"]) for row in found} == served
    assert all(row["earliest"] == CREATED for row in found if row["version"] == "3")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (
            "rest_runs_search.json",
            {
                "val_auc (experiment=1, run=train-1)": [0.973],
                "val_auc (experiment=1, run=train-2)": [0.971],
                "val_auc (experiment=1, run=train-3)": [0.96],
            },
        ),
        ("rest_metrics_get-history.json", {"val_auc": [0.958, 0.959, 0.96]}),
    ],
)
def test_metrics_of_runs(shared_data: Path, name: str, found: dict[str, list[float]]) -> None:
    source = of(shared_data, name)
    assert MlflowAnswersImporter().knows(source)
    assert series(MlflowAnswersImporter().read(source, Options())) == found


def test_no_other_format_is_taken_for_an_answer(shared_data: Path) -> None:
    others = [path for path in (shared_data / "formats").rglob("*.json") if "mlflow" not in path.parts]
    assert others
    taken = [p.name for p in others if MlflowAnswersImporter().knows(Source(p, p.name, p.parent, SNAPSHOT))]
    assert taken == []


def model(**more: Any) -> dict[str, Any]:
    return {"name": "m", "creation_timestamp": 1_795_215_632_480, **more}


def test_an_alias_of_a_version_not_told_of_began_after_the_model_was_registered(read: Read) -> None:
    answer = {"registered_models": [model(aliases=[{"alias": "champion", "version": "7"}])]}
    [row] = rows(read(MlflowAnswersImporter(), json.dumps(answer), at=SNAPSHOT), "deployments")
    assert (row["version"], row["time"]) == ("7", SNAPSHOT)
    assert row["earliest"] == datetime(2026, 11, 20, 23, 0, 32, 480000, tzinfo=UTC)


def test_further_pages_are_told_of(read: Read) -> None:
    pieces = read(MlflowAnswersImporter(), json.dumps({"registered_models": [], "next_page_token": "x"}))
    assert [piece.what for piece in pieces if isinstance(piece, Assumed)] == ["pages"]


@pytest.mark.parametrize(
    "wrong",
    [
        7,
        {"name": "m"},
        model(name="n" * 400),
        model(aliases="champion"),
        model(aliases=[{"alias": "champion"}]),
        model(creation_timestamp=True),
        model(creation_timestamp=1e300),
        model(latest_versions=[{"name": "m", "version": None}]),
    ],
)
def test_a_model_that_is_wrong_is_set_aside_and_the_others_count(read: Read, wrong: Any) -> None:
    good = model(name="good", aliases=[{"alias": "champion", "version": "1"}])
    pieces = read(MlflowAnswersImporter(), json.dumps({"registered_models": [wrong, good]}))
    assert [piece.line for piece in pieces if isinstance(piece, Rejected)] == [1]
    assert [(row["name"], row["time"]) for row in rows(pieces, "deployments")] == [("good", MODIFIED)]


@pytest.mark.parametrize("value", ["Infinity", "high", None, True])
def test_a_value_that_is_none_is_set_aside(read: Read, value: Any) -> None:
    metric = {"key": "auc", "value": value, "timestamp": 1_795_215_635_981, "step": 0}
    pieces = read(MlflowAnswersImporter(), json.dumps({"metrics": [metric, {**metric, "value": "NaN"}]}))
    assert [piece.line for piece in pieces if isinstance(piece, Rejected)] == [1]
    assert len(series(pieces)["auc"]) == 1


@pytest.mark.parametrize("content", ['{"models": []}', "[]", '{"runs": {}}', '{"runs": ['])
def test_what_is_no_answer_is_refused(read: Read, content: str, source: Callable[..., Source]) -> None:
    with pytest.raises(BadInput):
        read(MlflowAnswersImporter(), content)


KEYS = ("name", "version", "aliases", "alias", "creation_timestamp", "last_updated_timestamp",
        "current_stage", "latest_versions", "info", "data", "metrics", "key", "value", "timestamp", "step",
        "run_id", "experiment_id", "run_name")  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["Production", "NaN", "1", 1_795_215_635_981, 1_795_215_635_981.5])
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(KEYS), one), max_leaves=20
)


@given(
    key=st.sampled_from(["registered_models", "registered_model", "model_versions", "runs", "metrics"]),
    one=ANYTHING,
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_an_answer_holds_is_read_or_refused(read: Read, key: str, one: Any) -> None:
    with suppress(BadInput):
        for piece in read(MlflowAnswersImporter(), json.dumps({key: [one] if key.endswith("s") else one})):
            if isinstance(piece, Samples):
                assert not np.isinf(piece.values).any()
            if isinstance(piece, Rows):
                assert all(row.get("earliest", row["time"]) <= row["time"] for row in piece.rows)
