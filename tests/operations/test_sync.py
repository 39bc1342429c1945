"""Asking sources: each on its own, through failures and stops, by one program at a time."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.canned import Canned, serving
from tests.peers import wait_until
from tocsin.errors import StoreProblem
from tocsin.importers.base import Samples
from tocsin.importers.wire import READ_S
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.now import ManualClock, SystemClock
from tocsin.operations import rounds, sources, sync, systems
from tocsin.operations.feeds import Feed
from tocsin.operations.progress import finish
from tocsin.store import feeds, journal, samples, series
from tocsin.store.folder import Store, create_store

BY = Author("Operator A")


def nobody(name: str) -> str | None:
    return None


def answer(path: str, params: dict[str, list[str]]) -> Any:
    """One series, the time as its value."""
    if path.endswith("buildinfo"):
        return {"status": "success", "data": {"version": "2.42.0"}}
    first, last, step = (float(params[key][0]) for key in ("start", "end", "step"))
    count = int((last - first) / step + 1e-6) + 1
    values = [[first + index * step, str(first + index * step)] for index in range(count)]
    result = [{"metric": {"__name__": "load"}, "values": values}]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


@pytest.fixture
def server() -> Iterator[Canned]:
    with serving(answer) as canned:
        yield canned


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Store]:
    """A store with the machine's own clock, for what waits."""
    made = create_store(tmp_path / "live.tocsin", code="L", zone="UTC", clock=SystemClock(), author=BY)
    yield made
    made.close()


def added(store: Store, name: str, url: str, *, every_s: float = 15, **settings: str) -> LiveSource:
    shop = systems.ensure(store, BY, "shop").id
    chosen = {"query": "load", "back": "1m", **settings}
    return sources.save(store, BY, LiveSource(name, "prometheus_api", url, shop, every_s, chosen))


def ask(store: Store, source: LiveSource, way: sources.Ask = nobody) -> State:
    return finish(sync.once(store, source, BY, ask=way, stop=threading.Event()))


def state(store: Store, name: str) -> State:
    with store.signals.read() as connection:
        return feeds.get(connection, name).state


def times(store: Store) -> list[float]:
    with store.signals.read() as connection:
        [(number, _)] = series.list_all(connection)
        found, values = samples.read(connection, number)
    assert [at / 1e6 for at in found.tolist()] == values.tolist()
    return values.tolist()


def test_a_round_that_went_well_says_so(store: Store, server: Canned, clock: ManualClock) -> None:
    source = added(store, "prom", server.url)
    told = ask(store, source)
    assert (told.error, told.failures, told.rows) == ("", 0, 5)
    assert (told.last_success, told.last_try) == (store.now(), store.now())
    assert told.next_try == store.now() + timedelta(seconds=15)
    [status] = sources.status(store)
    assert status.state == told
    assert status.lag_s is not None
    assert 10 <= status.lag_s < 25


def test_a_failure_is_told_in_words_and_tries_come_further_apart(store: Store, server: Canned) -> None:
    source = added(store, "prom", server.url)
    ask(store, source)
    server.answer = lambda path, params: 401
    pauses = []
    for _ in range(8):
        told = ask(store, source)
        assert told.next_try is not None
        pauses.append((told.next_try - store.now()).total_seconds())
    assert told.failures == 8
    assert "does not let us in (HTTP 401)" in told.error
    assert told.last_success == store.now()
    assert all(
        0.5 * low <= pause <= 1.5 * low
        for pause, low in zip(pauses, (15, 30, 60, 120, 240, 300), strict=False)
    )
    server.answer = answer
    assert (ask(store, source).error, state(store, "prom").failures) == ("", 0)


class Cut(Exception):
    """The program ends here, as by a power cut."""


def test_a_program_that_ends_anywhere_in_a_round_leaves_no_gap_and_nothing_twice(
    store: Store, server: Canned, clock: ManualClock
) -> None:
    source = added(store, "prom", server.url, back="1h", points="20")
    for most in (1, 2, 3, 5, 0):
        work = sync.once(store, source, BY, ask=nobody, stop=threading.Event())
        for number, _ in enumerate(work, 1):
            if number == most:
                work.close()
                break
        clock.advance(seconds=40)
    assert ask(store, source).error == ""
    found = times(store)
    assert found == [found[0] + 15 * index for index in range(len(found))]
    assert found[-1] == (store.now().timestamp() - 10) // 15 * 15
    assert state(store, "prom").rows == len(found)


def test_another_place_begins_anew(store: Store, server: Canned) -> None:
    ask(store, added(store, "prom", server.url))
    with serving(answer) as other:
        told = ask(store, added(store, "prom", other.url, back="2m"))
        assert told.rows == 9
    assert len(times(store)) == 9


def test_a_source_is_asked_by_one_program_at_a_time(store: Store, server: Canned) -> None:
    source = added(store, "prom", server.url)
    with rounds.alone(store, source) as mine:
        assert mine
        with pytest.raises(StoreProblem, match="another program"):
            ask(store, source)
    assert ask(store, source).error == ""


def test_a_secret_that_is_not_there_is_an_error_of_the_source(store: Store, server: Canned) -> None:
    source = added(store, "prom", server.url, secret="yes", user="me")
    assert "not known on this machine" in ask(store, source).error
    kept = {sources.secret_name(source): "s3cret"}
    told = ask(store, source, kept.get)
    assert told.error == ""
    server.answer = lambda path, params: 403
    assert "s3cret" not in ask(store, source, kept.get).error


def test_a_guest_that_breaks_harms_only_its_source(
    store: Store, server: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tocsin.importers.prometheus_api import PrometheusApi

    def broken(*_: object) -> Iterator[Any]:
        raise ZeroDivisionError("by zero")
        yield

    source = added(store, "prom", server.url)
    monkeypatch.setattr(PrometheusApi, "poll", broken)
    assert "a fault of the program (ZeroDivisionError" in ask(store, source).error


# --- threads --------------------------------------------------------------------------------------------


def test_no_source_waits_for_another_and_none_holds_up_the_end(live: Store, server: Canned) -> None:
    stalled = threading.Event()

    def stall(path: str, params: dict[str, list[str]]) -> Any:
        stalled.set()
        server_over.wait(20)
        return 500

    server_over = threading.Event()
    with serving(stall) as slow:
        added(live, "slow", slow.url, every_s=1)
        added(live, "gone", "http://127.0.0.1:9", every_s=1)
        added(live, "prom", server.url, every_s=1, step="1s")
        running = sync.Syncing(live, BY, ask=nobody)
        running.start()
        try:
            assert stalled.wait(60)
            first = state(live, "prom").rows
            wait_until(
                lambda: state(live, "prom").rows >= max(first, 61) + 1, "rows beside a stalled source", 20
            )
            wait_until(lambda: state(live, "gone").failures >= 1, "the failure of the other")
            assert state(live, "slow").last_try is None
        finally:
            began = time.monotonic()
            assert running.stop()
            took = time.monotonic() - began
            server_over.set()
        assert took < READ_S / 2, "nobody waits for the server"
    assert state(live, "slow").last_try is None
    assert times(live) == sorted(set(times(live)))


def test_sources_that_are_added_changed_and_removed_are_followed(live: Store, server: Canned) -> None:
    running = sync.Syncing(live, BY, ask=nobody)
    running.start()
    try:
        added(live, "prom", server.url, every_s=1, step="1s")
        wait_until(lambda: state(live, "prom").rows > 0, "the source that was added")
        added(live, "prom", "http://127.0.0.1:9", every_s=1, step="1s")
        wait_until(lambda: state(live, "prom").failures > 0, "the source that was changed")
        sources.remove(live, BY, "prom")
        wait_until(lambda: not running._runners, "the end of the source that was removed")
    finally:
        assert running.stop()


def test_what_a_source_sends_while_it_is_removed_is_told_in_the_journal(live: Store, server: Canned) -> None:
    source = added(live, "prom", server.url)
    sources.remove(live, BY, "prom")
    now = np.array([to_us(live.now())], np.int64)
    Feed(live, source, BY).take([Samples("load", now, np.ones(1), np.zeros(1, np.int64))])

    def told() -> bool:
        with live.journal.read() as connection:
            return len(list(journal.entries(connection, kinds=("import.completed",)))) == 1

    syncing = sync.Syncing(live, BY, ask=nobody)
    syncing.start()
    try:
        wait_until(told, "the entry of its import")
    finally:
        assert syncing.stop()
