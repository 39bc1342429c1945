"""Accepted as the new normal: nothing more is found in it, the next departure is, and undo brings it back."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import AddSamples
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import queue, systems, undo
from tocsin.operations.detect import Detected, detect
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

STEP = timedelta(minutes=30)
Send = Callable[[float, int], None]


@pytest.fixture
def send(store: Store, author: Author, add_samples: AddSamples, clock: ManualClock) -> Send:
    """A function that lets so many days pass in which the approval rate keeps to a level."""
    signal = Signal(systems.ensure(store, author, "scorer").id, "approval_rate")
    noise = np.random.default_rng(11)

    def sent(level: float, days: int) -> None:
        count = days * 48
        first = to_us(clock.now())
        times: NDArray[np.int64] = first + np.arange(1, count + 1, dtype=np.int64) * (
            STEP // timedelta(microseconds=1)
        )
        add_samples(signal, times, level + 0.01 * noise.standard_normal(count))
        clock.advance(days=days)

    return sent


def look(store: Store) -> Detected:
    done = finish(detect(store))
    assert done.problems == []
    return done


def waiting(store: Store) -> list[str]:
    return [
        id for one in queue.look(store).candidates if one.candidate.ended is None for id in one.candidate.ids
    ]


def test_nothing_more_is_found_in_what_was_accepted_and_the_next_departure_is(
    store: Store, author: Author, send: Send
) -> None:
    send(0.58, 25)
    send(0.45, 1)
    look(store)
    old = waiting(store)
    assert old
    queue.accept(store, author, old, "the new model is stricter")
    again = look(store)
    assert [one.message for one in again.raised] == []
    send(0.45, 14)
    assert [one.message for one in look(store).raised if one.ended is None] == []
    assert waiting(store) == []
    send(0.25, 1)
    fresh = [one.id for one in look(store).raised]
    assert fresh
    assert set(waiting(store)) & set(fresh)
    assert not set(old) & set(fresh), "another departure is another alert"


def test_undone_it_is_a_departure_again(store: Store, author: Author, send: Send) -> None:
    send(0.58, 25)
    send(0.45, 1)
    look(store)
    old = waiting(store)
    entry = queue.accept(store, author, old, "meant")
    send(0.45, 1)
    look(store)
    assert waiting(store) == []
    undo.undo(store, author, entry.id)
    look(store)
    assert set(waiting(store)) >= set(old)


def test_a_departure_that_comes_before_anybody_looks_again_is_not_taken_for_the_accepted_one(
    store: Store, author: Author, send: Send
) -> None:
    send(0.58, 25)
    send(0.45, 1)
    look(store)
    old = waiting(store)
    queue.accept(store, author, old, "meant")
    send(0.45, 14)
    send(0.25, 1)
    look(store)
    assert waiting(store)
    assert not set(old) & set(waiting(store))


def test_after_an_accepted_silence_the_next_one_is_told(
    store: Store, author: Author, send: Send, clock: ManualClock
) -> None:
    send(0.58, 25)
    clock.advance(days=2)
    silent = [one for one in look(store).raised if one.detector == "silence"]
    assert len(silent) == 1
    queue.accept(store, author, [silent[0].id], "switched off for the migration")
    clock.advance(days=1)
    assert look(store).raised == [], "the silence that was meant goes on"
    send(0.58, 3)
    look(store)
    clock.advance(days=2)
    again = [one for one in look(store).raised if one.detector == "silence"]
    assert [one.ended for one in again] == [None]
    assert set(waiting(store)) == {one.id for one in again}
