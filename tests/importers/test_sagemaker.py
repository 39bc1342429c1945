"""SageMaker's files: violations, statistics, bias, and captured data as a decision log."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.importers.told import assumed, rejected, rows, series, times
from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Source, Table
from tocsin.importers.sagemaker import SagemakerImporter

Read = Callable[..., list[Piece]]
SAGEMAKER = SagemakerImporter()

# After the schemas in Amazon's developer guide.
STATISTICS = {
    "version": 0,
    "dataset": {"item_count": 100},
    "features": [
        {
            "name": "income",
            "inferred_type": "Fractional",
            "numerical_statistics": {
                "common": {"num_present": 75, "num_missing": 25},
                "mean": 10.5,
                "sum": 787.5,
                "std_dev": 2.25,
                "min": 1,
                "max": 30,
                "distribution": {"kll": {"buckets": [{"lower_bound": 1, "upper_bound": 30, "count": 75}]}},
            },
        },
        {
            "name": "town",
            "inferred_type": "String",
            "string_statistics": {"common": {"num_present": 100, "num_missing": 0}, "distinct_count": 7},
        },
    ],
}
QUALITY = {
    "version": 0.0,
    "dataset": {"item_count": 4},
    "binary_classification_metrics": {
        "confusion_matrix": {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}},
        "recall": {"value": 1.0, "standard_deviation": "NaN"},
        "auc": {"value": "NaN", "standard_deviation": "NaN"},
        "precision_recall_curve": {"precisions": [1.0], "recalls": [0.0]},
    },
}
ANALYSIS = {
    "version": "1.0",
    "explanations": {"kernel_shap": {}},
    "post_training_bias_metrics": {
        "label": "approved",
        "facets": {
            "sex": [
                {"value_or_threshold": "female", "metrics": [{"name": "DI", "description": "", "value": 0.7}]}
            ],
            "age": [
                {"value_or_threshold": [40], "metrics": [{"name": "DI", "value": None, "error": "empty"}]}
            ],
        },
    },
}


@pytest.fixture
def real(shared_data: Path) -> Callable[[str], bytes]:
    return lambda name: (shared_data / "formats" / name).read_bytes()


def violation(description: str, **more: Any) -> str:
    one = {"feature_name": "age", "constraint_check_type": "data_type_check", "description": description}
    return json.dumps({"violations": [one | more]})


def event(id: Any = "e1", time: Any = "2026-03-02T10:15:00Z", **parts: Any) -> str:
    data = {"endpointInput": "1,2", "endpointOutput": "0.5", **parts}
    captured = {
        name: {"observedContentType": "text/csv", "encoding": "CSV", "data": told}
        for name, told in data.items()
    }
    return json.dumps({"captureData": captured, "eventMetadata": {"eventId": id, "inferenceTime": time}})


def decided(pieces: list[Piece]) -> list[dict[str, Any]]:
    (table,) = [piece for piece in pieces if isinstance(piece, Table)]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        sql = f"SELECT * REPLACE (epoch_us(time) AS time) FROM '{table.path}'"
        found = connection.execute(sql)
        names = [column[0] for column in found.description]
        told = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert len(told) == table.rows
    assert table.columns == tuple(names)
    assert (table.first_us, table.last_us) == (told[0]["time"], told[-1]["time"])
    return told


def test_the_real_violations_are_alerts_with_the_number_from_the_text(
    read: Read, real: Callable[[str], bytes]
) -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    pieces = read(SAGEMAKER, real("sagemaker/constraint_violations.json"), at=at)
    told = [(alert["labels"]["feature"], alert["metric"], alert["value"]) for alert in rows(pieces)]
    assert told == [
        ("store_and_fwd_flag", "feature categorical values", 0.009009009009009009),
        ("fare_amount", "feature data type", 0.4994994994994995),
        ("congestion_surcharge", "feature completeness", 0.0),
    ]
    assert {alert["time"] for alert in rows(pieces)} == {at}
    assert series(pieces) == {"feature constraints failed": [3.0]}


def test_no_violation_is_told_as_none_failed(read: Read) -> None:
    pieces = read(SAGEMAKER, '{"violations": []}')
    assert series(pieces) == {"feature constraints failed": [0.0]}
    assert times(pieces) == {"feature constraints failed": ["2026-11-02T12:00:00Z"]}
    assert "last written" in assumed(pieces)["time"]


@pytest.mark.parametrize(
    ("description", "value", "threshold"),
    [
        ("Value: -1.5e-3 does not meet the constraint requirement! ", -0.0015, None),
        ("Value 0.0751544567666083 does not meet the constraint requirement", 0.0751544567666083, None),
        ("Baseline drift distance: 0.31 exceeds threshold: 0.1", 0.31, 0.1),
        ("Metric f2 with 0.72 +/- 0.03 was LessThanThreshold '1.0'", 0.72, 1.0),
        ("Metric ep with -0.1 was LessThanThreshold -0.05", -0.1, -0.05),
        (
            "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. "
            "Observed: Only 99.5% of data is Integral.",
            0.995,
            1.0,
        ),
        (
            "There are extra columns. Number of columns in current dataset: 80, "
            "Number of columns in baseline constraints: 70",
            80.0,
            70.0,
        ),
        ("It is worse than before.", None, None),
    ],
)
def test_value_and_threshold_are_read_from_the_description(
    read: Read, description: str, value: float | None, threshold: float | None
) -> None:
    (alert,) = rows(read(SAGEMAKER, violation(description)))
    assert (alert.get("value"), alert.get("threshold")) == (value, threshold)
    assert alert["message"] == f"age: data type check failed. {description.strip()}"


def test_violations_of_bias_and_of_quality_name_their_series(read: Read) -> None:
    bias = {
        "facet": "Age",
        "facet_value": "40",
        "metric_name": "CI",
        "constraint_check_type": "bias_drift_check",
    }
    (alert,) = rows(read(SAGEMAKER, json.dumps({"version": "1.0", "violations": [bias]})))
    assert (alert["metric"], alert["labels"]) == ("fairness CI", {"facet": "Age", "group": "40"})
    quality = {"metric_name": "recall", "constraint_check_type": "LessThanThreshold"}
    (alert,) = rows(read(SAGEMAKER, json.dumps({"violations": [quality]})))
    assert (alert["metric"], alert["labels"]) == ("recall", {})


def test_statistics_of_the_data_are_series_of_each_feature(read: Read) -> None:
    assert series(read(SAGEMAKER, json.dumps(STATISTICS))) == {
        "dataset item count": [100.0],
        "feature missing count (feature=income)": [25.0],
        "feature completeness (feature=income)": [0.75],
        "feature mean (feature=income)": [10.5],
        "feature standard deviation (feature=income)": [2.25],
        "feature minimum (feature=income)": [1.0],
        "feature maximum (feature=income)": [30.0],
        "feature missing count (feature=town)": [0.0],
        "feature completeness (feature=town)": [1.0],
        "feature distinct count (feature=town)": [7.0],
    }


def test_quality_of_the_model_is_told_where_it_is_one_number(read: Read) -> None:
    found = series(read(SAGEMAKER, json.dumps(QUALITY)))
    assert found["recall"] == [1.0]
    assert str(found["auc"]) == "[nan]"
    assert len(found) == 2


def test_the_real_report_on_bias_has_a_group_and_what_it_could_not_compute_is_missing(
    read: Read, real: Callable[[str], bytes]
) -> None:
    pieces = read(SAGEMAKER, real("fairness/smclarify_bias_report_compas.json"))
    found = series(pieces)
    assert len(found) == 13
    assert found["fairness DI (group=African-American)"] == [0.6336457196581771]
    assert found["fairness DPPL (group=African-American)"] == [0.24510721466521396]
    missing = [name for name, (value,) in found.items() if value != value]
    assert missing == ["fairness CDDPL (group=African-American)", "fairness FT (group=African-American)"]
    assert {piece.group for piece in pieces if hasattr(piece, "group")} == {"African-American"}


def test_an_analysis_tells_the_facet_too(read: Read) -> None:
    found = series(read(SAGEMAKER, json.dumps(ANALYSIS)))
    assert found["fairness DI (facet=sex, group=female)"] == [0.7]
    assert str(found["fairness DI (facet=age, group=40)"]) == "[nan]"


def test_the_real_capture_is_a_decision_log(read: Read, real: Callable[[str], bytes]) -> None:
    first, second = decided(read(SAGEMAKER, real("sagemaker/capture.jsonl")))
    assert first["id"] == "74b0dd56-e7c8-368e-94b1-14a138a96000"
    assert first["time"] == datetime(2026, 3, 2, 10, 15, tzinfo=UTC).timestamp() * 1e6
    assert (first["input"], first["output"]) == ("9,45,45,42,7,5,0", "0.302709460258")
    assert second["prediction"] == 0.33241763711


def test_several_rows_in_one_request_are_as_many_decisions(read: Read) -> None:
    told = decided(read(SAGEMAKER, event(endpointInput="1,2\n3,4\n", endpointOutput="0.1\n0.2\n")))
    assert [(one["id"], one["input"], one["prediction"]) for one in told] == [
        ("e1/1", "1,2", 0.1),
        ("e1/2", "3,4", 0.2),
    ]


def test_base64_is_decoded_and_answers_that_are_no_numbers_are_text(read: Read) -> None:
    coded = base64.b64encode(b"yes").decode()
    line = event(endpointOutput=coded).replace(f'"CSV", "data": "{coded}"', f'"BASE64", "data": "{coded}"')
    (one,) = decided(read(SAGEMAKER, line))
    assert (one["output"], one["prediction"]) == ("yes", None)


def test_bad_events_are_set_aside_with_their_line(read: Read) -> None:
    bad = [
        event("", "2026-01-01T00:00:00Z"),
        event("e2", "noon"),
        event("e3", 7),
        "{",
        '{"captureData": 1}',
        event("e1"),
    ]
    pieces = read(SAGEMAKER, "\n".join([event("e1"), *bad, event("e4")]) + "\n")
    assert [one["id"] for one in decided(pieces)] == ["e1", "e4"]
    assert [line for line, _ in rejected(pieces)] == [2, 3, 4, 5, 6, 7]
    assert rejected(pieces)[-1] == (7, "its id was there before")


def test_many_events_come_whole_and_in_order_of_time(read: Read) -> None:
    lines = [event(f"e{n}", f"2026-03-02T10:{n // 60 % 60:02}:{n % 60:02}Z") for n in range(3_000)]
    told = decided(read(SAGEMAKER, "\n".join(reversed(lines)) + "\n"))
    assert [one["id"] for one in told] == [f"e{n}" for n in range(3_000)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"violations": [7]}', "a violation that names no check"),
        ('{"violations": {"constraint_check_type": 1}}', "the violations are no list"),
        ('{"features": [3, {"numerical_statistics": 4}]}', "a feature without a name"),
        ('[{"value_or_threshold": "a", "metrics": 3}]', "no metrics of a facet"),
        (
            '[{"value_or_threshold": "a", "metrics": [{"name": "DI", "value": "x"}]}]',
            "DI: is the text 'x', not a number",
        ),
    ],
)
def test_one_bad_record_is_set_aside(read: Read, content: str, reason: str) -> None:
    assert (1, reason) in rejected(read(SAGEMAKER, content))


@pytest.mark.parametrize("odd", [[], {}, "x", 10**18, True, None])
def test_parts_of_any_shape_are_read_or_left(read: Read, odd: Any) -> None:
    read(SAGEMAKER, violation(odd, feature_name=odd))
    read(
        SAGEMAKER,
        json.dumps(
            {
                "features": [
                    {"name": "a", "numerical_statistics": odd},
                    {"name": "b", "string_statistics": odd},
                ]
            }
        ),
    )
    read(
        SAGEMAKER,
        json.dumps({"post_training_bias_metrics": {"facets": odd}, "pre_training_bias_metrics": odd}),
    )
    read(SAGEMAKER, json.dumps({"regression_metrics": {"mae": {"value": odd}, "mse": odd}}))


@pytest.mark.parametrize("content", ["{}", "[]", '{"features": []}', '{"violations_of": []}'])
def test_other_json_is_neither_known_nor_read(
    source: Callable[[str], Source], read: Read, content: str
) -> None:
    assert not SAGEMAKER.knows(source(content))
    with pytest.raises(BadInput, match="no file of SageMaker"):
        read(SAGEMAKER, content)
