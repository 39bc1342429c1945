"""Fairness of a decision log: what is favourable, what is positive, by which columns, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from tocsin.cli import main
from tocsin.detectors.table import Table, Words
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.operations import fairness

ROWS = 400
HALVES = np.tile([0, 1], ROWS // 2)


def words(codes: np.ndarray, *labels: str) -> Words:
    return Words(codes.astype(np.int32), labels)


def log(**columns: np.ndarray | Words) -> Table:
    return Table(np.arange(ROWS), columns)


GROUPED = {"group": ("sex",)}
SEX = words(HALVES, "female", "male")
APPROVED = words((np.arange(ROWS) % 3 > 0) & ((HALVES == 1) | (np.arange(ROWS) % 4 > 0)), "no", "yes")


def test_of_decisions_1_and_0_the_favourable_one_is_1_unless_said() -> None:
    decision = (APPROVED.codes == 1).astype(float)
    table = log(sex=SEX, y_pred=decision)
    (plain,) = fairness.report(table, Roles({**GROUPED, "decision": ("y_pred",)}))
    (turned,) = fairness.report(table, Roles({**GROUPED, "decision": ("y_pred",)}, favourable="0"))
    assert (plain.favourable, turned.favourable) == ("y_pred is 1", "y_pred is 0")
    assert plain.positive == turned.positive == "y_pred is 1"
    for one, other in zip(plain.audit.groups, turned.audit.groups, strict=True):
        assert one.favoured.rate == pytest.approx(1 - other.favoured.rate)
    assert plain.audit.reference == "male"
    assert turned.audit.reference == "female"


@pytest.mark.parametrize(("goes", "positive"), [(1, "approved is yes"), (0, "approved is not yes")])
def test_the_positive_decision_is_the_one_that_goes_with_the_outcome(goes: int, positive: str) -> None:
    outcome = (APPROVED.codes == goes).astype(float)
    outcome[::7] = 1 - outcome[::7]
    roles = Roles({**GROUPED, "decision": ("approved",), "outcome": ("y",)}, favourable="yes")
    (found,) = fairness.report(log(sex=SEX, approved=APPROVED, y=outcome), roles)
    assert found.positive == positive
    assert all(one.correct is not None and one.correct.rate > 0.8 for one in found.audit.groups)


def test_an_outcome_in_the_words_of_the_decision_is_understood() -> None:
    roles = Roles({**GROUPED, "decision": ("approved",), "outcome": ("right",)}, favourable="yes")
    (found,) = fairness.report(log(sex=SEX, approved=APPROVED, right=APPROVED), roles)
    assert [one.correct.rate for one in found.audit.groups if one.correct] == [1, 1]


def test_groups_may_be_numbers_and_several_columns() -> None:
    table = log(sex=HALVES.astype(float), age=words(np.arange(ROWS) % 3, "a", "b", "c"), approved=APPROVED)
    roles = Roles({"group": ("sex", "age"), "decision": ("approved",)}, favourable="yes")
    found = fairness.report(table, roles)
    assert [one.audit.column for one in found] == ["sex", "age"]
    assert [one.group for one in found[0].audit.groups] == ["0", "1"]
    assert [one.audit.column for one in fairness.report(table, roles, by="age")] == ["age"]


def test_a_window_takes_its_rows_alone() -> None:
    roles = Roles({**GROUPED, "decision": ("approved",)}, favourable="yes")
    (found,) = fairness.report(log(sex=SEX, approved=APPROVED), roles, span=(100, 300))
    assert found.rows == 200


@pytest.mark.parametrize(
    ("roles", "said", "what"),
    [
        (Roles({"decision": ("approved",)}), {}, "hopes for"),
        (Roles({"decision": ("approved",)}, "yes"), {}, "tells the group"),
        (Roles({**GROUPED, "decision": ("approved",)}, "yes"), {"by": "nothing"}, "no such column"),
        (Roles({**GROUPED, "decision": ("approved",)}, "yes"), {"by": "amount"}, "too many"),
        (Roles({**GROUPED, "decision": ("approved",)}, "yes"), {"reference": "x"}, "not that reference"),
        (Roles({**GROUPED, "decision": ("approved",)}, "yes"), {"least": 300}, "two groups"),
        (Roles({**GROUPED, "decision": ("approved",)}, "yes"), {"least": 0}, "at least one row"),
        (Roles({**GROUPED, "decision": ("approved",)}, "yes"), {"span": (900, 999)}, "no decisions"),
    ],
)
def test_what_cannot_be_is_refused(roles: Roles, said: dict[str, object], what: str) -> None:
    table = log(sex=SEX, approved=APPROVED, amount=np.arange(float(ROWS)))
    with pytest.raises(BadInput, match=what):
        fairness.report(table, roles, **said)  # type: ignore[arg-type]


def test_the_command_prints_both_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        f"{at},2026-05-01T00:{at // 60:02}:{at % 60:02}Z,{SEX.labels[SEX.codes[at]]},"
        f"{APPROVED.labels[APPROVED.codes[at]]},{at % 10 / 10},{int(APPROVED.codes[at])}"
        for at in range(ROWS)
    ]
    file = tmp_path / "log.csv"
    file.write_text("id,time,sex,approved,score,outcome\n" + "\n".join(rows) + "\n")
    given = ["fairness", "--decisions", str(file), "--favourable", "yes"]
    assert main([*given, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["column"], told["rows"], told["reference"]) == ("sex", ROWS, "male")
    assert {one["measure"] for one in told["gaps"]} == {
        "demographic parity", "equal opportunity", "false-positive rate", "equalised odds",
    }  # fmt: skip
    assert len(told["calibration"]) == 2
    assert told["calibration"][1]["bins"][-1]["until"] is None
    assert main(given) == 0
    assert "the reference" in capsys.readouterr().out


def test_a_favourable_value_that_nobody_got_is_refused() -> None:
    roles = Roles({**GROUPED, "decision": ("approved",)}, favourable="Yes")
    with pytest.raises(BadInput, match="no decision has the favourable value"):
        fairness.report(log(sex=SEX, approved=APPROVED), roles)
