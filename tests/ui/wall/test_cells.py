"""What a cell of the wall says where it has no curve: its value, or what its alert is about."""

from datetime import UTC, datetime, timedelta

import numpy as np

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import State
from tocsin.model.signal import Layer
from tocsin.operations.wall import COLUMNS, Cell
from tocsin.ui.wall.cells import has_curve, middle

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_a_sliver_is_no_curve_and_the_value_stands_there() -> None:
    curve = np.full(2 * COLUMNS, np.nan)
    curve[-4:] = 0.9
    cell = Cell(Layer.QUALITY, State.STEADY, signals=1, last=0.94, until_us=0, curve=curve)
    assert not has_curve(cell)
    assert middle(cell, NOW) == ["0.94"]
    curve[-60:] = 0.9
    assert has_curve(cell)
    assert not has_curve(Cell(Layer.QUALITY, State.STEADY))


def test_an_alert_without_a_signal_is_told_in_words() -> None:
    at = NOW - timedelta(hours=3)
    alert = Alert(
        "a", "s", "", "", True, AlertSeverity.MEDIUM, "LatencyHigh", "", "slow", None, None, at, source="am"
    )
    assert middle(Cell(Layer.INFRASTRUCTURE, State.WATCH, alert=alert), NOW) == ["LatencyHigh", "since 3 h"]
    assert middle(Cell(Layer.INFRASTRUCTURE, State.BLIND), NOW) == []
