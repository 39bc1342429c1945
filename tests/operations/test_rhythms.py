"""Rhythms of series that grow sample by sample: kept, and still telling when one falls silent."""

from collections.abc import Callable

import numpy as np

from tocsin.detectors.base import SECOND
from tocsin.model.signal import Signal
from tocsin.operations.coverage import Rhythms, silent
from tocsin.store import samples
from tocsin.store.folder import Store

BEGIN = 1_793_000_000 * SECOND
AddSamples = Callable[..., int]


def is_silent(store: Store, number: int, now_us: int, rhythms: Rhythms) -> bool:
    with store.signals.read() as connection:
        newest = samples.newest(connection, [number], 0)[number].times
        return silent(connection, number, newest, now_us, rhythms)


def test_a_series_that_comes_in_chunks_of_one_is_silent_only_when_it_is_late(
    store: Store, add_samples: AddSamples
) -> None:
    rhythms, number = Rhythms(), 0
    for step in range(12):
        at = BEGIN + 15 * SECOND * step
        number = add_samples(Signal("one", "up"), np.array([at]), np.array([1.0]))
        assert not is_silent(store, number, at + 20 * SECOND, rhythms)
    last = BEGIN + 15 * SECOND * 11
    assert is_silent(store, number, last + 3600 * SECOND, rhythms)


def test_a_rhythm_that_changed_is_learnt_again(store: Store, add_samples: AddSamples) -> None:
    rhythms = Rhythms()
    at = BEGIN
    for step in [15] * 10 + [600] * 80:
        at += step * SECOND
        number = add_samples(Signal("one", "up"), np.array([at]), np.array([1.0]))
        is_silent(store, number, at, rhythms)
    assert not is_silent(store, number, at + 900 * SECOND, rhythms)
