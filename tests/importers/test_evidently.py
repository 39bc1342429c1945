"""Evidently's three schemas: the same words for the same thing, whoever wrote the file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.importers.told import assumed, rejected, rows, series, times
from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Source
from tocsin.importers.evidently import EvidentlyImporter

Read = Callable[..., list[Piece]]
EVIDENTLY = EvidentlyImporter()


def metric(value: Any, type_name: str = "ValueDrift", **config: Any) -> dict[str, Any]:
    return {
        "id": f"id-{type_name}",
        "metric_name": f"{type_name}()",
        "config": {"type": f"evidently:metric_v2:{type_name}", **config},
        "value": value,
    }


def report(*metrics: Any, tests: Any = ()) -> str:
    return json.dumps({"metrics": metrics, "tests": tests})


def check(status: str, **changes: Any) -> dict[str, Any]:
    config = {"type": "evidently:metric_v2:ValueDrift", "column": "age", "method": "psi"}
    return {
        "id": "drift",
        "name": "Drift of age",
        "description": "It drifted.",
        "metric_config": {"metric_id": "id-ValueDrift", "params": config},
        "status": status,
        **changes,
    }


@pytest.fixture
def real(shared_data: Path) -> Callable[[str], bytes]:
    return lambda name: (shared_data / "formats" / "evidently" / name).read_bytes()


def test_the_same_numbers_come_from_the_newer_and_the_older_schema(
    read: Read, real: Callable[..., bytes]
) -> None:
    newer = read(EVIDENTLY, real("datadrift_0_7.json"))
    older = read(EVIDENTLY, real("legacy_report_datadrift.json"))
    assert series(newer) == {name: pytest.approx(values) for name, values in series(older).items()}
    found = series(newer)
    assert found["drift (column=car_value, method=Wasserstein distance (normed))"] == [0.9335705652515686]
    assert found["drifted columns count"] == [5.0]
    assert found["drifted columns share"] == [0.5]
    assert len(found) == 12
    assert len(rows(newer)) == len(rows(older)) == 6


def test_a_report_without_time_takes_the_files_or_the_one_named(
    read: Read, real: Callable[..., bytes]
) -> None:
    content = real("valuedrift_psi_0_7.json")
    name = "drift (column=car_value, method=psi)"
    pieces = read(EVIDENTLY, content)
    assert times(pieces)[name] == ["2026-11-02T12:00:00Z"]
    assert "last written" in assumed(pieces)["time"]
    at = datetime(2026, 5, 1, tzinfo=UTC)
    assert times(read(EVIDENTLY, content, at=at))[name] == ["2026-05-01T00:00:00Z"]


def test_older_files_and_workspaces_state_their_time_without_a_zone(
    read: Read, real: Callable[..., bytes], shared_data: Path
) -> None:
    pieces = read(EVIDENTLY, real("legacy_testsuite_datadrift.json"), zone="Europe/Berlin")
    assert set(times(pieces)["drifted columns share"]) == {"2026-11-20T21:57:45.202587Z"}
    assert assumed(pieces) == {"zone": "Europe/Berlin"}
    (path,) = (shared_data / "formats" / "evidently" / "workspace").glob("*/snapshots/*.json")
    pieces = read(EVIDENTLY, path.read_bytes())
    assert series(pieces) == {"drift (column=car_value, method=psi)": [1.4468269016642032]}
    assert times(pieces)["drift (column=car_value, method=psi)"] == ["2019-09-01T00:00:00Z"]
    (alert,) = rows(pieces)
    assert (alert["severity"], alert["value"], alert["threshold"]) == ("high", 1.4468269016642032, 0.1)


def test_a_failed_test_tells_value_threshold_and_the_series_it_is_about(
    read: Read, real: Callable[..., bytes]
) -> None:
    first = rows(read(EVIDENTLY, real("datadrift_0_7.json")))[0]
    assert first["metric"] == "drifted columns share"
    assert (first["value"], first["threshold"]) == (0.5, 0.5)
    assert first["message"].startswith("The test “Share of Drifted Columns: Less 0.500” failed.")
    older = rows(read(EVIDENTLY, real("legacy_testsuite_datadrift.json")))
    assert [alert["value"] for alert in older] == [0.5, 0.152, 0.193, 0.934, 0.377, 0.14]
    assert older[1]["labels"] == {"column": "salary_range", "method": "Jensen-Shannon distance"}
    assert (older[0]["threshold"], older[1]["threshold"]) == (0.3, 0.1)
    assert "**" not in older[1]["message"]


def test_counts_shares_and_labels_are_series_of_their_own(read: Read, real: Callable[..., bytes]) -> None:
    found = series(read(EVIDENTLY, real("summary_classification_0_7.json")))
    assert found["accuracy"] == [0.9122]
    assert found["dataset row count"] == [5000.0]
    assert found["column unique value share (column=y_pred, value=1)"] == [0.5032]
    assert found["column unique value count (column=y_pred, value=1)"] == [2516.0]
    assert found["dataset missing value share"] == [0.0]
    assert found["column quantile value (column=car_value, quantile=0.75)"] == [63103.75]
    assert found["recall by label (value=0)"] == [0.9188857025809095]


def test_the_same_file_gives_the_same_ids(read: Read, real: Callable[..., bytes]) -> None:
    for name in ("datadrift_0_7.json", "legacy_report_datadrift.json", "legacy_testsuite_datadrift.json"):
        ids = [alert["id"] for alert in rows(read(EVIDENTLY, real(name)))]
        assert ids == [alert["id"] for alert in rows(read(EVIDENTLY, real(name)))]
        assert len(set(ids)) == 6


@pytest.mark.parametrize(
    ("test", "severity"),
    [
        (check("FAIL", test_config={"is_critical": True}), "high"),
        (check("FAIL", test_config={"is_critical": False}), "low"),
        (check("FAIL"), "medium"),
        (check("WARNING"), "low"),
        (check("ERROR", description="no data"), "medium"),
    ],
)
def test_severity_comes_from_what_the_test_says(read: Read, test: dict[str, Any], severity: str) -> None:
    (alert,) = rows(read(EVIDENTLY, report(metric(0.4, column="age", method="psi"), tests=[test])))
    assert (alert["severity"], alert["value"]) == (severity, 0.4)
    assert ("could not be computed" in alert["message"]) == (test["status"] == "ERROR")


def test_tests_that_passed_or_were_skipped_are_no_alerts(read: Read) -> None:
    assert not rows(read(EVIDENTLY, report(metric(1), tests=[check("SUCCESS"), check("SKIPPED")])))


def test_a_workspace_names_its_projects_only_where_there_are_several(tmp_path: Path) -> None:
    snapshot = {"timestamp": "2026-01-01T00:00:00", "metric_results": {"id-ValueDrift": {
        "metric_value_location": {"metric": {"params": {"type": "x:ValueDrift", "column": "age"}}},
        "value": 0.2, "tests": [check("FAIL")]}}}  # fmt: skip
    members = {}
    for number, name in ((1, "loans"), (2, "cars")):
        for member, content in (("metadata.json", {"name": name}), ("snapshots/a.json", snapshot)):
            path = tmp_path / f"{number}{member.replace('/', '-')}"
            path.write_text(json.dumps(content))
            members[f"w/{number}/{member}"] = path
    whole = Source(tmp_path, "w.zip", tmp_path, datetime(2026, 1, 2, tzinfo=UTC), members)
    assert EVIDENTLY.knows(whole)
    pieces = list(EVIDENTLY.read(whole, Options()))
    assert set(series(pieces)) == {"drift (column=age, project=loans)", "drift (column=age, project=cars)"}
    assert len({alert["id"] for alert in rows(pieces)}) == 2
    one = Source(tmp_path, "w.zip", tmp_path, whole.modified, dict(list(members.items())[:2]))
    assert set(series(EVIDENTLY.read(one, Options()))) == {"drift (column=age)"}


def test_values_without_end_are_cut_and_it_is_said(read: Read) -> None:
    shares = {str(number): 0.001 for number in range(1_000)}
    pieces = read(EVIDENTLY, report(metric({"shares": shares}, "UniqueValueCount", column="name")))
    assert len(series(pieces)) == 100
    assert "1,000 of name" in assumed(pieces)["values"]


def test_null_and_nan_are_missing_and_tables_no_samples(read: Read) -> None:
    content = report(metric(None, column="a"), metric({"data": [1, 2]}, "Table", column="b"))
    pieces = read(EVIDENTLY, content.replace("null", "NaN"))
    ((value,),) = series(pieces).values()
    assert value != value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (report("x", metric(1)), "a metric without a name"),
        (report(metric(1), tests=[7]), "a test without a status"),
        (
            json.dumps({"version": "0.6", "metrics": [{"metric": "M", "result": 3}]}),
            "a metric without a result",
        ),
    ],
)
def test_one_bad_record_leaves_the_others(read: Read, content: str, reason: str) -> None:
    assert rejected(read(EVIDENTLY, content)) == [(1, reason)]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("[]", "outermost"),
        ('{"metrics": 3}', "neither metrics nor tests"),
        ('{"metrics": [], "timestamp": "soon"}', "timestamp"),
        ('{"metrics": [', "JSON"),
    ],
)
def test_what_is_no_report_is_refused(read: Read, content: str, match: str) -> None:
    with pytest.raises(BadInput, match=match):
        read(EVIDENTLY, content)


@pytest.mark.parametrize(
    "value",
    [[], {}, "x", True, {"value": {"value": {"value": "x"}}}, {"counts": 3}, {"values": {"a": []}}, 10**18],
)
def test_values_of_any_shape_are_read_or_left(read: Read, value: Any) -> None:
    read(
        EVIDENTLY,
        report(metric(value, column="age"), tests=[check("FAIL", bound_test=value, test_config=value)]),
    )
