"""Watermarks: moved only by whoever judged all that is there."""

from collections.abc import Callable

import numpy as np
import pytest

from tocsin.model.signal import Signal
from tocsin.store import watermarks
from tocsin.store.folder import Store

HOUR = 3_600_000_000
SIGNAL = Signal("one", "accuracy")
AddSamples = Callable[..., int]


@pytest.fixture
def number(add_samples: AddSamples) -> int:
    """A series of ten hourly samples."""
    return add_samples(SIGNAL, np.arange(10) * HOUR, np.arange(10.0))


def test_a_series_is_behind_until_its_last_sample_is_judged(store: Store, number: int) -> None:
    with store.signals.write() as connection:
        assert watermarks.behind(connection, "d", "1") == [number]
        assert watermarks.behind(connection, "d", "1", "one") == [number]
        assert watermarks.behind(connection, "d", "1", "another") == []
        assert watermarks.advance(connection, watermarks.mark(connection, number, "d", "1"), 8 * HOUR)
        assert watermarks.behind(connection, "d", "1") == [number]
        assert watermarks.advance(connection, watermarks.mark(connection, number, "d", "1"), 9 * HOUR)
        assert watermarks.behind(connection, "d", "1") == []
        assert watermarks.behind(connection, "d", "2") == [number]


def test_only_the_first_of_two_who_saw_the_same_moves_it(store: Store, number: int) -> None:
    with store.signals.read() as connection:
        seen = watermarks.mark(connection, number, "d", "1")
    with store.signals.write() as connection:
        assert watermarks.advance(connection, seen, 9 * HOUR)
    with store.signals.write() as connection:
        assert not watermarks.advance(connection, seen, 9 * HOUR)


def test_samples_that_came_meanwhile_hold_it_back(store: Store, number: int, add_samples: AddSamples) -> None:
    with store.signals.read() as connection:
        seen = watermarks.mark(connection, number, "d", "1")
    add_samples(SIGNAL, np.arange(5) * HOUR + 1, np.zeros(5))
    with store.signals.write() as connection:
        assert not watermarks.advance(connection, seen, 9 * HOUR)


def test_late_samples_set_it_back(store: Store, number: int, add_samples: AddSamples) -> None:
    with store.signals.write() as connection:
        watermarks.advance(connection, watermarks.mark(connection, number, "d", "1"), 9 * HOUR)
    add_samples(SIGNAL, np.array([4 * HOUR + 1]), np.zeros(1))
    with store.signals.read() as connection:
        assert watermarks.mark(connection, number, "d", "1").upto_us == 4 * HOUR
        assert watermarks.behind(connection, "d", "1") == [number]
