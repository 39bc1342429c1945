"""Coverage over a real store: who watches each layer, what has gone silent since when, by the given clock."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from tocsin.errors import NotFound
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import Pulse, State, Watching
from tocsin.model.instant import to_us
from tocsin.model.operator import Author, System
from tocsin.model.signal import Layer, Signal
from tocsin.now import ManualClock
from tocsin.operations import coverage, systems, wall
from tocsin.operations.coverage import LayerCoverage
from tocsin.store import alerts
from tocsin.store.folder import Store

Send = Callable[..., int]


@pytest.fixture
def scorer(store: Store, author: Author) -> System:
    return systems.ensure(store, author, "scorer")


@pytest.fixture
def send(store: Store, scorer: System, add_samples: Callable[..., int]) -> Send:
    """A function that stores `count` samples, a minute apart, the last `ago` minutes ago."""

    def sent(metric: str, layer: Layer = Layer.QUALITY, *, ago: int = 0, count: int = 30) -> int:
        last = to_us(store.now() - timedelta(minutes=ago))
        times = last - np.arange(count)[::-1] * 60_000_000
        return add_samples(Signal(scorer.id, metric, layer=layer), times, np.arange(count, dtype=float))

    return sent


def layer(store: Store, wanted: Layer) -> LayerCoverage:
    [one] = coverage.look(store, "scorer").systems
    return next(each for each in one.layers if each.layer is wanted)


def test_a_system_that_nobody_watches_is_blind_in_every_layer(store: Store, scorer: System) -> None:
    [one] = coverage.look(store).systems
    assert one.of(Watching.BLIND) == tuple(Layer)
    with pytest.raises(NotFound):
        coverage.look(store, "nobody")


def test_a_layer_falls_silent_signal_by_signal(store: Store, send: Send, clock: ManualClock) -> None:
    send("accuracy")
    send("f1", ago=30)
    send("auc", ago=20)
    partly = layer(store, Layer.QUALITY)
    assert partly.watching is Watching.PARTLY
    assert [one.signal.metric for one in partly.silent] == ["auc", "f1"]
    assert partly.since == clock.now() - timedelta(minutes=30)
    last = clock.now()
    clock.advance(minutes=5)
    assert layer(store, Layer.QUALITY).watching is Watching.PARTLY
    clock.advance(seconds=1)
    silent = layer(store, Layer.QUALITY)
    assert (silent.watching, silent.since) == (Watching.SILENT, last)


def test_the_wall_counts_the_silent_ones_of_a_layer(store: Store, send: Send) -> None:
    send("accuracy")
    send("f1", ago=30)
    send("auc", ago=20)
    [row] = wall.look(store).rows
    cell = next(one for one in row.cells if one.layer is Layer.QUALITY)
    assert (cell.state, cell.gone, cell.signals) == (State.SILENT, 2, 3)


def test_history_that_ended_long_ago_is_silent_since_then(store: Store, send: Send) -> None:
    send("accuracy", ago=60 * 24 * 400)
    found = layer(store, Layer.QUALITY)
    assert (found.watching, found.since) == (Watching.SILENT, store.now() - timedelta(days=400))


def test_a_series_in_chunks_of_single_samples_has_its_rhythm_all_the_same(
    store: Store, scorer: System, add_samples: Callable[..., int]
) -> None:
    signal, end = Signal(scorer.id, "accuracy"), to_us(store.now()) - 6 * 60_000_000
    for minute in range(10):
        at = np.array([end - (9 - minute) * 60_000_000], np.int64)
        add_samples(signal, at, np.array([1.0]))
    [watch] = layer(store, Layer.QUALITY).watches
    assert (watch.heard.rhythm_us, watch.heard.pulse) == (60_000_000, Pulse.SILENT)
    [row] = wall.look(store).rows
    assert next(cell for cell in row.cells if cell.layer is Layer.QUALITY).state is State.SILENT


def test_alerts_of_another_tool_watch_a_layer_without_signals(store: Store, scorer: System) -> None:
    time = store.now() - timedelta(days=3)
    found = Alert("a", scorer.id, "", "toxic answers", True, AlertSeverity.LOW, "imported", "", "m", 1.0, 2.0,
                  time, ended=time)  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, found, "k")
    told = layer(store, Layer.SAFETY)
    assert (told.watching, told.alerts, told.since) == (Watching.ALERTS, 1, time)


def test_systems_come_by_name_and_only_the_one_asked_for(store: Store, author: Author, send: Send) -> None:
    send("accuracy")
    systems.ensure(store, author, "Assistant")
    assert [one.system.name for one in coverage.look(store).systems] == ["Assistant", "scorer"]
    assert [one.system.name for one in coverage.look(store, "Assistant").systems] == ["Assistant"]
    assert coverage.look(store, "Assistant").systems[0].of(Watching.BLIND) == tuple(Layer)
