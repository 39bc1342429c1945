"""Great Expectations: shares and counts, an alert for what was not met, in the words of 1.x and 0.x."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importers.told import assumed, rejected, rows, series, times
from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Source
from tocsin.importers.great_expectations import GreatExpectationsImporter

Read = Callable[..., list[Piece]]
GX = GreatExpectationsImporter()
NULLS = "expect_column_values_to_not_be_null"


@pytest.fixture
def real(shared_data: Path) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        return json.loads((shared_data / "formats" / "great_expectations" / name).read_text())

    return load


def validation(*results: Any, time: Any = "2026-01-02T03:04:05Z", **more: Any) -> dict[str, Any]:
    return {
        "success": False,
        "results": list(results),
        "suite_name": "s",
        "meta": {"validation_time": time},
        **more,
    }


def result(success: bool, kwargs: Any = None, found: Any = None, **config: Any) -> dict[str, Any]:
    return {
        "success": success,
        "expectation_config": {"type": "expect_x", "kwargs": kwargs or {}, **config},
        "result": found or {},
    }


def test_the_real_result_tells_its_shares_at_the_time_of_the_run(
    read: Read, real: Callable[[str], Any]
) -> None:
    pieces = read(GX, json.dumps(real("validation_result_1x.json")))
    assert series(pieces) == {
        "expectations evaluated (asset=scores, suite=loan_inputs)": [4.0],
        "expectations unmet (asset=scores, suite=loan_inputs)": [1.0],
        "expectations met share (asset=scores, suite=loan_inputs)": [0.75],
        f"expectation unexpected share (asset=scores, column=salary_range, expectation={NULLS}, "
        "suite=loan_inputs)": [0.16],
        "expectation unexpected share (asset=scores, column=debt_to_income_ratio, "
        "expectation=expect_column_values_to_be_between, suite=loan_inputs)": [0.0],
        "expectation observed value (asset=scores, expectation=expect_table_row_count_to_be_between, "
        "suite=loan_inputs)": [50000.0],
    }
    assert {time for told in times(pieces).values() for time in told} == {"2026-11-20T22:59:54.605727Z"}
    assert not assumed(pieces)


def test_the_expectation_not_met_is_an_alert_with_its_own_severity(
    read: Read, real: Callable[[str], Any]
) -> None:
    (alert,) = rows(read(GX, json.dumps(real("validation_result_1x.json"))))
    assert (alert["severity"], alert["value"], alert["threshold"]) == ("critical", 0.16, 0.01)
    assert alert["message"] == (
        f"loan_inputs: {NULLS} of salary_range was not met: "
        "8,000 of 50,000 values (16 %) are not as expected."
    )


def test_a_checkpoint_in_short_states_no_time(read: Read, real: Callable[[str], Any]) -> None:
    pieces = read(GX, json.dumps(real("checkpoint_describe_1x.json")))
    assert "last written" in assumed(pieces)["time"]
    assert series(pieces)["expectations met share (asset=car_loan-scores)"] == [0.75]
    (alert,) = rows(pieces)
    assert (alert["severity"], alert["value"]) == ("medium", 0.16)


def test_the_words_of_0x_say_the_same(read: Read, real: Callable[[str], Any]) -> None:
    newer = real("validation_result_1x.json")
    older = copy.deepcopy(newer)
    older["meta"] = {
        "great_expectations_version": "0.18.22",
        "expectation_suite_name": older.pop("suite_name"),
        "run_id": {"run_name": None, "run_time": "20261120T225954.605727Z"},
        "active_batch_definition": newer["meta"]["active_batch_definition"],
    }
    for one in older["results"]:
        one["expectation_config"]["expectation_type"] = one["expectation_config"].pop("type")
    checkpoint = {"run_results": {"ValidationResultIdentifier::a": {"validation_result": older}}}
    for document in (older, checkpoint):
        pieces = read(GX, json.dumps(document))
        assert series(pieces) == series(read(GX, json.dumps(newer)))
        assert times(pieces) == times(read(GX, json.dumps(newer)))


def test_what_could_not_be_evaluated_says_so(read: Read) -> None:
    flat = {"raised_exception": True, "exception_message": "no such column"}
    for info in (flat, {"('column.max', 'x')": flat}):
        broken = result(False, {"column": "age"}, severity="warning") | {"exception_info": info}
        (alert,) = rows(read(GX, json.dumps(validation(broken))))
        assert alert["message"] == "s: expect_x of age could not be evaluated: no such column"
        assert alert["severity"] == "warning"
        assert "value" not in alert


@pytest.mark.parametrize(
    ("observed", "threshold", "said"),
    [(5, 10, "5 was observed, expected min_value 10, max_value 20"), (25, 20, "25 was observed")],
)
def test_the_bound_that_was_crossed_is_the_threshold(
    read: Read, observed: int, threshold: int, said: str
) -> None:
    bounds = {"column": "age", "min_value": 10, "max_value": 20}
    (alert,) = rows(read(GX, json.dumps(validation(result(False, bounds, {"observed_value": observed})))))
    assert (alert["value"], alert["threshold"]) == (observed, threshold)
    assert said in alert["message"]


def test_the_same_expected_twice_of_one_column_are_two(read: Read) -> None:
    twice = [result(False, {"column": "age"}, {"unexpected_percent": percent}) for percent in (1.0, 2.0)]
    pieces = read(GX, json.dumps(validation(*twice)))
    assert series(pieces) == {
        "expectation unexpected share (column=age, expectation=expect_x, suite=s)": [0.01],
        "expectation unexpected share (column=age, expectation=expect_x, number=2, suite=s)": [0.02],
    }
    assert len({alert["id"] for alert in rows(pieces)}) == 2


def test_results_a_line_each_are_read_too(read: Read) -> None:
    lines = [json.dumps(validation(result(False), time=f"2026-01-0{day}T00:00:00Z")) for day in (1, 2)]
    pieces = read(GX, "\n".join([*lines, "{", '{"other": 1}']) + "\n")
    assert len(rows(pieces)) == 2
    assert [line for line, _ in rejected(pieces)] == [3, 4]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (validation(7), "result 1 of s is none"),
        (validation({"success": "no"}), "result 1 of s is none"),
        (validation(result(False), time="noon"), "the time of the run: 'noon' is no time"),
    ],
)
def test_one_bad_record_is_set_aside(read: Read, document: Any, reason: str) -> None:
    assert rejected(read(GX, json.dumps(document))) == [(1, reason)]


@pytest.mark.parametrize(
    "content", ["{}", "[]", "[1]", '{"success": true, "results": 3}', '{"validation_results": [2]}']
)
def test_what_holds_no_result_is_refused(read: Read, content: str) -> None:
    with pytest.raises(BadInput, match="no result"):
        read(GX, content)


@pytest.mark.parametrize("odd", [[], {}, "x", 10**18, True, None, {"a": [1]}])
def test_parts_of_any_shape_are_read_or_left(read: Read, odd: Any) -> None:
    bad = {
        "success": False,
        "expectation_config": {"type": "t", "kwargs": odd, "severity": odd},
        "result": odd,
    }
    read(GX, json.dumps(validation(bad | {"exception_info": odd}, statistics=odd)))
    read(GX, json.dumps(validation(bad, statistics={"success_percent": odd, "evaluated_expectations": odd})))


def test_other_json_is_not_known(source: Callable[[str], Source]) -> None:
    assert not GX.knows(source('{"success": true, "results": []}'))


def test_a_result_is_known_whatever_the_order_of_its_parts(source: Callable[[str], Source]) -> None:
    many = validation(*(result(True, {"column": f"c{n}"}) for n in range(2_000)))
    assert GX.knows(source(json.dumps(many, sort_keys=True)))
    assert GX.knows(source(json.dumps(many)))
