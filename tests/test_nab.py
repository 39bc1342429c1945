"""The scorer of the Numenta Anomaly Benchmark: against its own stored results, and in small."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import nab

PUBLISHED = {"standard": 54.64, "low FP": 47.60, "low FN": 58.84}  # relative entropy, NAB ea702d75


@pytest.fixture(scope="module")
def corpus(shared_data: Path) -> list[nab.File]:
    return nab.read(shared_data / "nab")


def test_it_gives_what_the_benchmark_gave(corpus: list[nab.File], shared_data: Path) -> None:
    stored: dict[str, list[float]] = {}
    with gzip.open(shared_data / "nab" / "oracle" / "relativeEntropy_scores.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            stored.setdefault(row["file"], []).append(float(row["anomaly_score"]))
    scores = {name: np.array(values) for name, values in stored.items()}
    for name, profile in nab.PROFILES.items():
        assert nab.score(corpus, scores, profile).score == pytest.approx(PUBLISHED[name], abs=0.005)


def small(windows: tuple[tuple[int, int], ...], rows: int = 200) -> nab.File:
    times = np.datetime64("2026-01-01") + np.arange(rows) * np.timedelta64(5, "m")
    return nab.File("small", times, np.zeros(rows), windows)


def at(*rows: int) -> np.ndarray:
    scores = np.zeros(200)
    scores[list(rows)] = 1.0
    return scores


@pytest.mark.parametrize("profile", nab.PROFILES.values(), ids=nab.PROFILES)
def test_nothing_detected_is_0_and_all_at_once_100(profile: nab.Profile) -> None:
    file = small(((100, 119), (150, 169)))
    assert nab.score([file], {"small": np.zeros(200)}, profile).score == 0
    assert nab.score([file], {"small": at(100, 150)}, profile).score == pytest.approx(100)


def test_a_false_alarm_costs_more_the_further_it_is_from_a_window() -> None:
    file, profile = small(((100, 119),)), nab.PROFILES["standard"]
    late, far = (nab.score([file], {"small": at(100, row)}, profile).score for row in (121, 199))
    assert pytest.approx(far) == 100 - 50 * 0.11
    assert far < late < 100


def test_what_comes_in_probation_is_not_scored() -> None:
    file, profile = small(((100, 119),)), nab.PROFILES["standard"]
    assert file.probation == 30
    assert nab.score([file], {"small": at(29, 100)}, profile).score == pytest.approx(100)


def test_rows_without_a_score_are_alarmed_for_all_together_or_not() -> None:
    file, profile = small(((100, 119),)), nab.PROFILES["standard"]
    scores = np.where(at(110), 1.0, -np.inf)
    assert nab.score([file], {"small": scores}, profile).threshold == 1.0


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=200, max_size=200))
def test_the_best_threshold_is_the_best_of_all(scores: list[float]) -> None:
    file, profile = small(((60, 79), (130, 149))), nab.PROFILES["standard"]
    parts = [nab.worth(file, np.array(scores), profile)]
    each = [nab.total(parts, profile, at=one).score for one in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert nab.total(parts, profile).score == pytest.approx(max(0.0, *each))
