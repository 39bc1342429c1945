"""Slices of a series: each sample once, a past before it, and a cost that grows with the samples only."""

from collections.abc import Callable, Iterator

import numpy as np

from tocsin.model.signal import Signal
from tocsin.store import samples, slices
from tocsin.store.folder import Store

SECOND = 1_000_000
HOUR = 3600 * SECOND
SIGNAL = Signal("one", "accuracy")
LONG = 100_000 * HOUR
AddSamples = Callable[..., int]


def walk(store: Store, number: int, back_us: int = LONG) -> Iterator[tuple[int | None, slices.Slice]]:
    """Give each slice of a series and the instant it follows."""
    upto = None
    with store.signals.read() as connection:
        while (one := slices.following(connection, number, upto, back_us)) is not None:
            yield upto, one
            upto = one.t1


def test_a_short_series_is_one_slice(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(SIGNAL, np.arange(10) * HOUR, np.arange(10.0))
    assert [one for _, one in walk(store, number)] == [slices.Slice(number, 0, 9 * HOUR, 10, more=False)]


def test_what_is_new_comes_with_the_past_asked_for(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(SIGNAL, np.arange(10) * HOUR, np.arange(10.0))
    with store.signals.read() as connection:
        one = slices.following(connection, number, 7 * HOUR, 2 * HOUR)
        assert one is not None
        (piece,) = slices.pieces(connection, one, 0)
        assert slices.following(connection, number, 9 * HOUR, LONG) is None
    assert (piece[0] // HOUR).tolist() == [5, 6, 7, 8, 9]


def test_slices_hold_each_sample_once_and_reading_them_all_costs_a_few_readings(
    store: Store, add_samples: AddSamples
) -> None:
    times = np.arange(1_000_000) * SECOND
    number = add_samples(SIGNAL, times, np.zeros(len(times)))
    found = list(walk(store, number))
    ends = [one.t1 for _, one in found]
    assert ends == sorted(set(ends))
    assert ends[-1] == times[-1]
    assert [one.more for _, one in found] == [*[True] * (len(found) - 1), False]
    assert [upto for upto, _ in found] == [None, *ends[:-1]]
    assert sum(one.samples for _, one in found) < 6 * len(times)


def test_pieces_are_cut_at_whole_multiples_and_give_what_a_reading_gives(
    store: Store, add_samples: AddSamples
) -> None:
    times = 3 + np.arange(900_000) * SECOND
    number = add_samples(SIGNAL, times, times * 0.5)
    late = np.arange(7, 500_000, 100) * SECOND
    add_samples(SIGNAL, late, np.zeros(len(late)))
    with store.signals.read() as connection:
        one = slices.Slice(number, 5 * SECOND, int(times[-1]), 900_000, more=False)
        found = list(slices.pieces(connection, one, 10 * SECOND))
        whole = samples.read(connection, number, one.t0, one.t1)
    assert len(found) > 2
    assert max(len(piece[0]) for piece in found) < 500_000
    assert not set(piece[0][-1] // (10 * SECOND) for piece in found[:-1]) & {
        piece[0][0] // (10 * SECOND) for piece in found[1:]
    }
    for part, arrays in zip(whole, zip(*found, strict=True), strict=True):
        assert (part == np.concatenate(arrays)).all()
