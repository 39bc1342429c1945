"""The signals of the incident in hand, live."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.importers.base import Options
from tocsin.model.incident import Incident
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, progress
from tocsin.operations.ingest import ingest
from tocsin.store import samples
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen

A = Author("Operator A")


def _bring(store: Store, folder: Path, name: str, first: datetime, values: list[float]) -> None:
    times = [first + timedelta(minutes=i) for i in range(len(values))]
    lines = [f"time,{name}", *(f"{t.isoformat()},{v}" for t, v in zip(times, values, strict=True))]
    file = folder / f"{name}-{first:%H%M}.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    progress.finish(ingest(store, A, file, system="scorer", options=Options()))


@pytest.fixture
def watched(
    qtbot: QtBot, screen: CommandScreen, store: Store, tmp_path: Path, clock: ManualClock
) -> CommandScreen:
    """The screen once it shows ten samples of one signal."""
    _bring(store, tmp_path, "accuracy", clock.now() - timedelta(minutes=10), [0.9] * 10)
    qtbot.waitUntil(lambda: len(_lasts(screen)) == 1)
    return screen


def _lasts(screen: CommandScreen) -> list[float]:
    charts = screen.signals.charts
    keys = [str(number) for number in screen.signals.shown]
    return [strip.last for key in keys if (strip := charts.strip(key)) is not None]


def test_without_samples_it_says_how_to_bring_some(qtbot: QtBot, screen: CommandScreen) -> None:
    qtbot.waitUntil(lambda: "Ctrl I" in screen.signals.said.text())


def test_new_samples_appear_by_themselves(
    qtbot: QtBot, watched: CommandScreen, store: Store, tmp_path: Path, clock: ManualClock
) -> None:
    clock.advance(minutes=1)
    _bring(store, tmp_path, "accuracy", clock.now(), [0.4])
    qtbot.waitUntil(lambda: _lasts(watched) == [0.4])


def test_samples_without_a_journal_entry_appear_too(
    qtbot: QtBot, watched: CommandScreen, store: Store, clock: ManualClock
) -> None:
    number = watched.signals.shown[0]
    at = np.array([to_us(clock.now())])
    with store.signals.write() as connection:
        samples.append(connection, number, at, np.array([0.31]), 1)
    qtbot.waitUntil(lambda: _lasts(watched) == [0.31])


def test_a_new_signal_gets_a_strip_of_its_own(
    qtbot: QtBot, watched: CommandScreen, store: Store, tmp_path: Path, clock: ManualClock
) -> None:
    _bring(store, tmp_path, "latency", clock.now() - timedelta(minutes=5), [180.0, 181.0])
    qtbot.waitUntil(lambda: sorted(_lasts(watched)) == [0.9, 181.0])


def test_digits_choose_the_range(qtbot: QtBot, watched: CommandScreen) -> None:
    for key, name, span in (
        (Qt.Key.Key_2, "1 week", timedelta(weeks=1)),
        (Qt.Key.Key_1, "24 h", timedelta(hours=24)),
    ):
        qtbot.keyClick(watched, key)
        qtbot.waitUntil(lambda name=name: watched.signals.ranges[name].isChecked())
        start, end = watched.signals.charts.range()
        assert end - start == span


def test_another_incident_without_signals_empties_the_panel(
    qtbot: QtBot, watched: CommandScreen, store: Store, declared: Incident
) -> None:
    other = incidents.declare(store, A, title="Slow", system="router")
    watched._desk.choose_incident(other.id)
    qtbot.waitUntil(lambda: watched.signals.said.isVisible())


def test_more_signals_than_fit_are_reached_by_the_wheel(
    qtbot: QtBot, watched: CommandScreen, store: Store, tmp_path: Path, clock: ManualClock
) -> None:
    for name in ("error_rate", "latency", "throughput", "tokens", "queue_depth"):
        _bring(store, tmp_path, name, clock.now() - timedelta(minutes=5), [1.0, 2.0])
    qtbot.waitUntil(lambda: "of 6 signals" in watched.signals.remark.text())
    before = watched.signals.shown
    assert len(before) < 6
    at = QPointF(20, 60)
    down = QWheelEvent(
        at, watched.signals.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip

    def wheeled() -> bool:
        QApplication.sendEvent(watched.signals, down)
        return watched.signals.shown != before

    qtbot.waitUntil(wheeled)
    assert set(before) & set(watched.signals.shown) != set(before)
