"""How a layer stands: blind, steady, silent, or told by its gravest and newest alert."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import Heard, State, gravest, is_silent, layer_of, most_telling, rhythm_us, state
from tocsin.model.signal import Layer, Signal

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE = 60_000_000


def alert(severity: AlertSeverity, *, hours: float = 0, metric: str = "accuracy") -> Alert:
    return Alert(
        id=f"{severity}{hours}",
        system="s",
        signal="x",
        metric=metric,
        detected=True,
        severity=severity,
        detector="departure",
        version="1",
        message="fell",
        value=0.8,
        threshold=0.9,
        time=NOON - timedelta(hours=hours),
    )


def heard(metric: str = "m", *, found: Alert | None = None, silent: bool = False, **labels: str) -> Heard:
    return Heard(Signal("s", metric, labels), 1, found, silent)


def test_a_layer_nobody_watches_is_blind() -> None:
    assert state([]) is State.BLIND


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (AlertSeverity.CRITICAL, State.SHIFTED),
        (AlertSeverity.HIGH, State.SHIFTED),
        (AlertSeverity.MEDIUM, State.WATCH),
        (AlertSeverity.LOW, State.WATCH),
    ],
)
def test_an_alert_says_how_a_layer_stands(severity: AlertSeverity, expected: State) -> None:
    assert state([heard(), heard("n", found=alert(severity)), heard("o", silent=True)]) is expected


def test_one_silent_signal_is_worse_than_steady_ones() -> None:
    assert state([heard(), heard("n")]) is State.STEADY
    assert state([heard(), heard("n", silent=True)]) is State.SILENT


def test_the_gravest_then_the_newest_alert_is_told() -> None:
    low, old, new = (
        alert(AlertSeverity.LOW),
        alert(AlertSeverity.HIGH, hours=5),
        alert(AlertSeverity.HIGH, hours=1),
    )
    assert gravest([low, old, new]) is new
    assert gravest([]) is None
    told = most_telling([heard("a", found=low), heard("b", found=old), heard("c", found=new)])
    assert told.alert is new


def test_without_alerts_the_broadest_signal_is_told() -> None:
    parts = [heard("m", region="north"), heard("m"), heard("m", region="south")]
    assert most_telling(parts) is parts[1]


def test_silence_is_measured_by_the_signals_own_rhythm() -> None:
    # Every minute, with one gap that does not change what is usual.
    times = np.array([0, 1, 2, 3, 30, 31, 32], np.int64) * MINUTE
    rhythm = rhythm_us(times)
    assert rhythm == MINUTE
    last = int(times[-1])
    assert not is_silent(last, rhythm, last + 5 * MINUTE)
    assert is_silent(last, rhythm, last + 5 * MINUTE + 1)


def test_too_few_samples_have_no_rhythm_and_are_never_late() -> None:
    assert rhythm_us(np.array([0, 1, 2], np.int64)) is None
    assert not is_silent(0, None, 10**18)


def test_an_alert_without_a_signal_has_the_likely_layer_of_its_metric() -> None:
    found = alert(AlertSeverity.HIGH, metric="impact_ratio_over_60")
    assert layer_of(found, None) is Layer.FAIRNESS
    assert layer_of(found, Signal("s", "m", layer=Layer.COST)) is Layer.COST


def test_an_alert_without_a_metric_speaks_of_the_layer_its_words_name() -> None:
    bare = replace(alert(AlertSeverity.HIGH), metric="", detector="rule 7", message="it broke")
    assert layer_of(bare, None) is Layer.INFRASTRUCTURE
    assert layer_of(replace(bare, message="answers are toxic"), None) is Layer.SAFETY
    assert layer_of(replace(bare, labels={"team": "review desk"}, message="toxic"), None) is Layer.OVERSIGHT
    assert layer_of(replace(bare, labels={"instance": "gpu-review"}), None) is Layer.INFRASTRUCTURE
    assert layer_of(replace(bare, detector="TokenCostHigh", labels={"team": "review"}), None) is Layer.COST


def test_an_alert_that_states_its_layer_is_believed() -> None:
    stated = replace(alert(AlertSeverity.HIGH, metric="latency"), labels={"layer": "fairness"})
    assert layer_of(stated, None) is Layer.FAIRNESS
    assert layer_of(replace(stated, labels={"layer": "nonsense"}), None) is Layer.INFRASTRUCTURE
    assert layer_of(stated, Signal("s", "m", layer=Layer.COST)) is Layer.COST
