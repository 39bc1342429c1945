"""Real case: COMPAS two-year scores, a disparate impact that must be named, and one that must not be."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from tocsin.cli import main

KEPT = (
    "id",
    "compas_screening_date",
    "race",
    "sex",
    "age_cat",
    "decile_score",
    "score_text",
    "two_year_recid",
)


@pytest.fixture(scope="module")
def compas(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The standard filter of the analysis: 6,172 rows."""
    source = shared_data / "compas" / "compas-scores-two-years.noname.csv"
    file = tmp_path_factory.mktemp("compas") / "compas.csv"
    with source.open(newline="") as there, file.open("w", newline="") as here:
        made = csv.DictWriter(here, KEPT, extrasaction="ignore")
        made.writeheader()
        for row in csv.DictReader(there):
            days = row["days_b_screening_arrest"]
            if not days or not -30 <= float(days) <= 30 or row["is_recid"] == "-1":
                continue
            if row["c_charge_degree"] != "O" and row["score_text"] != "N/A":
                made.writerow(row)
    return file


@pytest.fixture(scope="module")
def words(compas: Path) -> list[str]:
    said = ["decision=score_text", "outcome=two_year_recid", "score=decile_score", "group=race"]
    given = [word for one in said for word in ("--set", one)]
    times = ["--map", "id=id,time=compas_screening_date"]
    return ["fairness", "--decisions", str(compas), *times, *given, "--favourable", "Low"]


def run(capsys: pytest.CaptureFixture[str], words: list[str]) -> dict[str, dict[str, dict[str, object]]]:
    assert main([*words, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["rows"] == 6172
    return {part: {one["group"]: one for one in told[part]} for part in ("groups", "impacts", "calibration")}


def test_the_ratio_is_named_as_under_four_fifths(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, [*words, "--reference", "Caucasian"])
    one = told["impacts"]["African-American"]
    assert one["ratio"] == pytest.approx(0.634, abs=0.0005)
    assert one["verdict"] == "under"
    assert one["low"] == pytest.approx(0.602, abs=0.001)
    assert one["high"] == pytest.approx(0.666, abs=0.001)
    assert {name for name, one in told["impacts"].items() if one["verdict"] == "under"} == {
        "African-American"
    }


def test_eleven_rows_are_flagged_by_no_ratio(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for reference in ([], ["--reference", "Caucasian"]):
        told = run(capsys, [*words, *reference])
        few = told["impacts"]["Native American"]
        assert few["ratio"] < 0.8  # type: ignore[operator]
        assert few["verdict"] == "too few"
    rates = told["groups"]["Native American"]
    assert rates["rows"] == 11
    assert rates["false_negative"]["rate"] == 0  # type: ignore[index]
    assert rates["false_negative"]["high"] > 0.4  # type: ignore[index]


def test_error_rates_by_race_come_with_intervals(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    groups = run(capsys, words)["groups"]
    for race, positive, negative in (
        ("African-American", 0.4234, 0.2848),
        ("Caucasian", 0.2201, 0.4964),
    ):
        for name, wanted in (("false_positive", positive), ("false_negative", negative)):
            rate = groups[race][name]
            assert rate["rate"] == pytest.approx(wanted, abs=0.0001)  # type: ignore[index]
            assert rate["low"] < wanted < rate["high"]  # type: ignore[index]
            assert rate["high"] - rate["low"] < 0.07  # type: ignore[index]
    black, white = (groups[race]["false_positive"] for race in ("African-American", "Caucasian"))
    assert black["low"] > white["high"]  # type: ignore[index]


def test_people_read_the_same(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--reference", "Caucasian"]) == 0
    said = capsys.readouterr().out
    assert "UNDER FOUR FIFTHS" in said
    assert "too few rows to tell" in said
    assert "equalised odds" in said


def test_scores_mean_much_the_same_for_both_groups(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What its makers answered: by score the outcome is about as frequent, so that both cannot be had."""
    means = run(capsys, words)["calibration"]
    black, white = (means[race]["bins"] for race in ("African-American", "Caucasian"))
    differences = [
        abs(one["outcome"]["rate"] - other["outcome"]["rate"])
        for one, other in zip(black, white, strict=True)  # type: ignore[call-overload]
    ]
    assert len(differences) >= 8
    assert sum(differences) / len(differences) < 0.08


def test_detection_tells_it_as_one_alert_that_lasts(
    compas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--system", "recidivism scores", "--store", str(tmp_path / "compas.tocsin")]
    times = ["--map", "id=id,time=compas_screening_date"]
    roles = [
        word
        for one in ("decision=score_text", "outcome=two_year_recid", "group=race")
        for word in ("--set", one)
    ]
    assert main(["import", str(compas), "--as", "decisions", *times, *here]) == 0
    assert main(["decisions", "roles", *roles, "--favourable", "Low", *here]) == 0
    assert main(["detect", *here]) == 0
    capsys.readouterr()
    assert main(["alerts", *here, "--json"]) == 0
    alerts = [one for one in json.loads(capsys.readouterr().out) if one["detector"] == "fairness"]
    standing = [one for one in alerts if one["metric"] == "disparate impact ratio"]
    (lasting,) = (one for one in standing if one["labels"]["race"] == "African-American")
    began, ended = (datetime.fromisoformat(lasting[end]) for end in ("time", "ended"))
    assert (ended - began).days > 600
    assert lasting["value"] < lasting["threshold"] == 0.8
    assert lasting["labels"]["layer"] == "fairness"
    assert not any("Native American" in one["labels"].values() for one in alerts)
