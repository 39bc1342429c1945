"""`tocsin performance`: realised and estimated accuracy of a file, with outcomes that came later."""

import json
from pathlib import Path

import numpy as np
import pytest

from tocsin.cli import main


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rng = np.random.default_rng(1)
    chance = np.concatenate([rng.beta(0.5, 0.5, 1500), rng.beta(3, 3, 500)])
    came = rng.random(2000) < chance
    log, later = tmp_path / "log.csv", tmp_path / "later.csv"
    rows = [
        f"d{i},2026-05-{1 + i // 100:02}T00:00:00Z,{int(score > 0.5)},{score:.6f}"
        for i, score in enumerate(chance)
    ]
    log.write_text("\n".join(["id,time,y_pred,score", *rows]) + "\n")
    order = rng.permutation(2000)
    later.write_text("id,outcome\n" + "".join(f"d{i},{int(came[i])}\n" for i in order if i < 1950))
    return log, later


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, dict[str, float]]]:
    assert (
        main(["performance", *words, "--baseline", "..2026-05-16", "--window", "2026-05-16..", "--json"]) == 0
    )
    found: dict[str, dict[str, dict[str, float]]] = json.loads(capsys.readouterr().out)
    return found


def test_outcomes_are_joined_by_id(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    log, later = files
    alone = told(capsys, "--decisions", str(log))
    assert alone["window"]["realised"] is None
    both = told(capsys, "--decisions", str(log), "--outcomes", str(later))
    for found in (alone, both):
        assert found["window"]["estimated"]["accuracy"] < found["baseline"]["estimated"]["accuracy"] - 0.1
    realised = both["window"]["realised"]
    assert realised["rows"] == 450
    assert both["window"]["estimated"]["low"] <= realised["rate"] <= both["window"]["estimated"]["high"]
    assert realised["low"] < realised["rate"] < realised["high"]
    assert both["calibration"]["rows"] == 1500
    assert alone["calibration"]["p"] is None


def test_outcomes_of_other_decisions_are_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    others = tmp_path / "others.csv"
    others.write_text("id,outcome\nx1,1\nx2,0\n")
    words = ["--decisions", str(files[0]), "--outcomes", str(others), "--baseline", "..", "--window", ".."]
    assert main(["performance", *words]) == 1


def test_without_a_score_or_an_outcome_there_is_nothing_to_tell(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("id,time,amount\n1,2026-05-01T00:00:00Z,2\n2,2026-05-02T00:00:00Z,3\n")
    assert main(["performance", "--decisions", str(log), "--baseline", "..", "--window", ".."]) == 1


def test_the_car_loans_fall_where_nobody_had_labels_and_as_they_came(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scores taken at their word: without the reference nothing calibrates them, and still the fall shows."""
    folder = shared_data / "nannyml_car_loan"
    log, later = folder / "synthetic_car_loan_analysis.csv", folder / "synthetic_car_loan_analysis_target.csv"
    words = [
        "--row-order",
        "--decisions",
        str(log),
        "--outcomes",
        str(later),
        "--map",
        "id=id",
        "--parts",
        "5",
    ]
    assert main(["performance", *words, "--baseline", "..25001", "--window", "25001..", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["baseline"]["realised"]["rate"] == pytest.approx(0.9435, abs=0.001)
    assert found["window"]["realised"]["rate"] == pytest.approx(0.9157, abs=0.001)
    assert len(found["parts"]) == 5
    for part in found["parts"]:
        assert part["rows"] == 5000
        assert part["estimated"]["accuracy"] == pytest.approx(part["realised"]["rate"], abs=0.012)
