"""When the detectors run in an open console: after a commit, at rest after long work, at once when asked."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tocsin.detectors.base import DAY, HOUR
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import alerts
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.detecting import Detecting
from tocsin.ui.window import Window

AddSamples = Callable[..., int]


@pytest.fixture
def detecting(qtbot: QtBot, desk: Desk) -> Iterator[Detecting]:
    window = Window(desk)
    qtbot.addWidget(window)
    made = Detecting(desk, window.footer)
    desk.bell.signals_changed.connect(made.soon)
    yield made
    made.stop()
    qtbot.waitUntil(lambda: not desk.jobs.busy())


def departing() -> tuple[np.ndarray, np.ndarray]:
    times = 20_000 * DAY + np.arange(0, 22 * DAY, HOUR // 4)
    values = 90 + np.random.default_rng(4).standard_normal(len(times))
    values[-20:] -= 10
    return times, values


def told(store: Store) -> set[str]:
    return {alert.metric for alert in alerts.list_all(store)}


def test_a_commit_wakes_the_detectors(
    qtbot: QtBot, desk: Desk, detecting: Detecting, store: Store, add_samples: AddSamples
) -> None:
    add_samples(Signal("one", "accuracy"), *departing())
    qtbot.waitUntil(lambda: "accuracy" in told(store) and not desk.jobs.busy())


def test_after_long_work_they_rest_in_proportion_unless_asked(
    qtbot: QtBot, desk: Desk, detecting: Detecting, store: Store, clock: ManualClock, add_samples: AddSamples
) -> None:
    with qtbot.waitSignal(desk.bell.signals_changed):
        add_samples(Signal("one", "calm"), *departing())
    detecting.now()
    clock.advance(seconds=2)  # while they were at it
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    detecting.soon()
    assert 60_000 < detecting._timer.remainingTime() <= 120_000 * 1.05  # a coarse timer
    add_samples(Signal("one", "departs"), *departing())
    detecting.now()
    qtbot.waitUntil(lambda: "departs" in told(store) and not desk.jobs.busy())


def test_a_run_of_no_length_is_followed_by_no_rest(qtbot: QtBot, desk: Desk, detecting: Detecting) -> None:
    detecting.now()
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    detecting.soon()
    assert detecting._timer.remainingTime() <= 1000
