"""Inputs and decisions that became others: told with size and start, and not told by chance."""

import numpy as np
import pytest

from tocsin.detectors.base import Finding
from tocsin.detectors.distributions_detectors import InputsDetector, OutputsDetector, OutputSizes, as_words
from tocsin.detectors.distributions_ranked import Sizes
from tocsin.detectors.table import Column, Decisions, Table, Words
from tocsin.model.alert import AlertSeverity
from tocsin.model.decision import Roles

N, M = 2000, 500
ROLES = Roles({"decision": ("said",), "score": ("score",), "outcome": ("came",), "reviewer": ("who",)})


def handed(columns: dict[str, Column], chance: float = 0.01) -> Decisions:
    table = Table(np.arange(N + M, dtype=np.int64), columns)
    return Decisions(table, ROLES, (0, N), (N, N + M), chance)


def noise(rng: np.random.Generator) -> dict[str, Column]:
    return {
        "age": rng.normal(40, 10, N + M),
        "amount": np.exp(rng.standard_normal(N + M)),
        "kind": Words(rng.integers(-1, 6, N + M).astype(np.int32), tuple("abcdef")),
        "said": (rng.random(N + M) < 0.4) * 1.0,
        "score": rng.random(N + M),
        "came": np.where(np.arange(N + M) < N, 1.0, np.nan),
        "who": Words((np.arange(N + M) >= N).astype(np.int32), ("one", "two")),
    }


def shifted(column: Column, by: float) -> Column:
    assert not isinstance(column, Words)
    return np.where(np.arange(N + M) < N, column, column + by)


def one(found: list[Finding]) -> Finding:
    [only] = found
    return only


def test_an_input_is_told_with_what_changed_and_since_when() -> None:
    columns = noise(np.random.default_rng(1))
    columns["age"] = shifted(columns["age"], 10.0)
    told = one(InputsDetector().find(handed(columns)))
    assert (told.about, told.labels["layer"]) == ("age distribution", "data pipeline")
    assert told.severity is AlertSeverity.HIGH
    assert told.value == pytest.approx(1.0, abs=0.25)  # a shift of one spread: PSI near its square
    assert told.effect == pytest.approx(1.0, abs=0.15)
    assert told.value > told.threshold
    assert told.earliest_us <= N <= told.latest_us
    assert told.latest_us - told.earliest_us < 60
    assert [(span.name, span.samples) for span in told.windows] == [("baseline", N), ("window", M)]
    assert "PSI" in told.message
    assert not told.urgent


def test_an_input_that_is_gone_cannot_wait() -> None:
    columns = noise(np.random.default_rng(2))
    columns["amount"] = shifted(columns["amount"], np.nan)
    told = one(InputsDetector().find(handed(columns)))
    assert told.urgent
    assert "no value any more" in told.message


def test_the_most_changed_comes_first() -> None:
    columns = noise(np.random.default_rng(3))
    columns["age"], columns["amount"] = shifted(columns["age"], 4.0), shifted(columns["amount"], 2.0)
    assert [told.about for told in InputsDetector().find(handed(columns))] == [
        "amount distribution",
        "age distribution",
    ]


def test_decisions_are_told_by_the_other_detector() -> None:
    columns = noise(np.random.default_rng(4))
    said = columns["said"]
    assert not isinstance(said, Words)
    columns["said"] = np.where(
        np.arange(N + M) < N, said, (np.random.default_rng(5).random(N + M) < 0.6) * 1.0
    )
    assert InputsDetector().find(handed(columns)) == []
    told = one(OutputsDetector().find(handed(columns)))
    assert (told.about, told.labels["layer"]) == ("said distribution", "behaviour")
    assert "before" in told.message
    assert OutputsDetector(OutputSizes(shift=0.9, psi=9)).find(handed(columns)) == []


def test_few_numbers_are_words_with_their_labels_in_order() -> None:
    table = Table(np.arange(4), {"x": np.array([10.0, 2.0, np.nan, 10.0]), "y": np.arange(4.0)})
    words = as_words(table, ["x"]).words("x")
    assert [words.labels[code] if code >= 0 else None for code in words.codes] == ["10", "2", None, "10"]
    assert list(words.labels) == sorted(words.labels)
    assert as_words(table, ["x"]).numbers("y") is table.columns["y"]


def test_false_alarms_keep_to_their_chance() -> None:
    """Whatever the size: sizes of nothing leave the p-values alone to hold it."""
    rng = np.random.default_rng(6)
    runs, chance = 100, 0.2
    none = dict.fromkeys(("psi", "shift", "missing", "new"), 0.0)
    parts = InputsDetector(Sizes(**none)), OutputsDetector(OutputSizes(**none))
    falsely = np.zeros(2)
    for _ in range(runs):
        decisions = handed(noise(rng), chance)
        falsely += [bool(part.find(decisions)) for part in parts]
    limit = chance * runs + 3 * np.sqrt(chance * (1 - chance) * runs)
    assert (falsely <= limit).all()
    assert (falsely >= 0.3 * chance * runs).all()  # nor are they bought with blindness
