"""What a store had measured by an instant: files as a whole, live sources as far as they had come."""

from datetime import timedelta

import numpy as np
import pytest

from tocsin.importers.base import Rows, Samples
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.now import ManualClock
from tocsin.operations import systems
from tocsin.operations.feeds import Feed
from tocsin.store import imports, past, samples, series
from tocsin.store.folder import Store


@pytest.fixture
def feed(store: Store, author: Author) -> Feed:
    system = systems.ensure(store, author, "shop")
    return Feed(store, LiveSource("prom", "prometheus", "http://localhost:9090", system.id, 15.0), author)


def send(store: Store, feed: Feed, first_s: int, last_s: int) -> None:
    """Send a sample a second, from and to so many seconds before now."""
    now = to_us(store.now())
    times = np.arange(now - first_s * 1_000_000, now - last_s * 1_000_000, 1_000_000, dtype=np.int64)
    feed.take([Samples("up", times, times / 1e6, np.zeros(len(times), np.int64))])


def test_what_a_source_sent_counts_as_far_as_it_had_come(
    store: Store, feed: Feed, clock: ManualClock
) -> None:
    begun = store.now()
    clock.advance(seconds=60)
    send(store, feed, 60, 30)
    then = store.now()
    clock.advance(seconds=60)
    send(store, feed, 90, 0)  # the half minute it was late with, and the minute since
    with store.signals.read() as connection:
        [(number, _)] = series.list_all(connection)
        assert past.limits(connection, [], begun) == {}
        seen = past.limits(connection, [], then)
        times, _ = past.read(connection, number, samples.EARLIEST, samples.LATEST, seen)
        assert len(times) == 30
        assert past.last_us(connection, number, samples.LATEST, seen) == to_us(then) - 31_000_000
        later = past.limits(connection, [], then + timedelta(minutes=1))
        assert len(past.read(connection, number, samples.EARLIEST, samples.LATEST, later)[0]) == 120


def test_a_deployment_counts_from_when_it_was_told_not_from_when_it_happened(
    store: Store, feed: Feed, clock: ManualClock
) -> None:
    def tell(version: str, seconds_ago: float) -> None:
        row = {"time": store.now() - timedelta(seconds=seconds_ago), "name": "ranker", "version": version}
        feed.take([Rows("deployments", [row], [0])])

    tell("v2", 10)
    then = store.now()
    clock.advance(seconds=60)
    tell("v1", 600)
    with store.signals.read() as connection:
        for at, versions in ((then, ["v2"]), (store.now(), ["v1", "v2"])):
            limits = past.limits(connection, [], at)
            told = past.deployments(connection, feed.source.system, limits, at)
            assert [one.version for one in told] == versions


def test_what_came_late_was_not_known_before(store: Store, feed: Feed, clock: ManualClock) -> None:
    clock.advance(hours=1)
    send(store, feed, 60, 30)
    then = store.now()
    clock.advance(minutes=20)
    send(store, feed, 3600, 3000)  # another query, or a source that was away
    send(store, feed, 30, 0)
    with store.signals.read() as connection:
        [(number, _)] = series.list_all(connection)
        seen = past.limits(connection, [], then)
        assert len(past.read(connection, number, samples.EARLIEST, samples.LATEST, seen)[0]) == 30
        all_of_it = past.limits(connection, [], store.now())
        assert len(past.read(connection, number, samples.EARLIEST, samples.LATEST, all_of_it)[0]) == 660


def test_a_day_the_journal_has_counts_as_a_whole(store: Store, feed: Feed, clock: ManualClock) -> None:
    send(store, feed, 60, 0)
    clock.advance(days=1)
    feed.end_days()
    with store.signals.read() as connection:
        [one] = list(past.limits(connection, [], store.now()))
        seen = past.limits(connection, [imports.get(connection, one).id], store.now())
    assert seen == {one: samples.LATEST}
