"""Coverage: for each system and layer who watches, where nobody does, and what has gone silent (D1)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import NotFound
from tocsin.model import coverage
from tocsin.model.coverage import Pulse, Watching, layer_of
from tocsin.model.instant import from_us, to_us
from tocsin.model.operator import System
from tocsin.model.signal import Layer, Signal
from tocsin.store import alerts, samples, series, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store

TAIL = 64  # samples that tell a signal's rhythm


@dataclass(frozen=True, slots=True)
class Heard:
    """When a signal was heard last and how often it usually is, in UTC microseconds and microseconds."""

    last_us: int
    rhythm_us: int | None
    pulse: Pulse


@dataclass(frozen=True, slots=True)
class Watch:
    """One signal that watches a layer."""

    number: int
    signal: Signal
    heard: Heard


@dataclass(frozen=True, slots=True)
class LayerCoverage:
    """How a layer of a system is watched, and by which signals.

    `since` is when something was last heard that has gone silent: the newest sample of a layer all silent,
    the oldest missing of one partly so; of one told by alerts only, the newest alert. None else.
    """

    layer: Layer
    watching: Watching
    watches: tuple[Watch, ...] = ()
    alerts: int = 0
    since: datetime | None = None

    @property
    def silent(self) -> tuple[Watch, ...]:
        """The signals that have gone silent."""
        return tuple(one for one in self.watches if one.heard.pulse is Pulse.SILENT)


@dataclass(frozen=True, slots=True)
class SystemCoverage:
    """A system with every layer in their usual order."""

    system: System
    layers: tuple[LayerCoverage, ...]

    def of(self, *kinds: Watching) -> tuple[Layer, ...]:
        """Return the layers that are watched in one of these ways."""
        return tuple(one.layer for one in self.layers if one.watching in kinds)


@dataclass(frozen=True, slots=True)
class CoverageView:
    """All systems by name, as things stood at `now`."""

    now: datetime
    systems: tuple[SystemCoverage, ...]


def look(store: Store, system: str | None = None) -> CoverageView:
    """Return the coverage of every system, or of the one named. Raises NotFound."""
    now = store.now()
    with store.journal.read() as connection:
        known = sorted(systems.list_all(connection), key=lambda one: one.name.casefold())
        if system is not None:
            found = systems.by_name(connection, " ".join(system.split()))
            if found is None:
                raise NotFound("there is no such system.", where=system)
            known = [found]
    only = known[0].id if system is not None else None
    with store.signals.read() as connection:
        watches = _watches(connection, only, to_us(now))
        told = _told(connection, only)
    return CoverageView(
        now,
        tuple(
            SystemCoverage(
                one,
                tuple(
                    _layer(layer, watches[one.id, layer], told.get((one.id, layer), ())) for layer in Layer
                ),
            )
            for one in known
        ),
    )


def pulses(connection: Connection, numbers: Collection[int], now_us: int) -> dict[int, Heard]:
    """Return when each series with samples was heard last, and whether it is late by its own rhythm."""
    newest = samples.newest(connection, numbers, samples.LATEST)
    return {number: heard(connection, number, one.times, now_us) for number, one in newest.items()}


def heard(connection: Connection, number: int, newest: samples.Times, now_us: int) -> Heard:
    """Return the same of one series, given the times of its newest chunk; a short one is looked behind."""
    times = newest[-TAIL:]
    if len(times) < coverage.FEWEST:
        times, _ = samples.tail(connection, number, TAIL)
    rhythm, last_us = coverage.rhythm_us(times), int(times[-1])
    return Heard(last_us, rhythm, coverage.pulse(last_us, rhythm, now_us))


def _watches(
    connection: Connection, system: str | None, now_us: int
) -> defaultdict[tuple[str, Layer], list[Watch]]:
    known = series.list_all(connection, system)
    found = pulses(connection, [number for number, _ in known], now_us)
    watches: defaultdict[tuple[str, Layer], list[Watch]] = defaultdict(list)
    for number, signal in known:
        watches[signal.system, signal.layer].append(Watch(number, signal, found[number]))
    return watches


def _told(connection: Connection, system: str | None) -> Mapping[tuple[str, Layer], list[datetime]]:
    """Return when alerts of other tools came that are about no series here, by system and layer."""
    told: defaultdict[tuple[str, Layer], list[datetime]] = defaultdict(list)
    for alert in alerts.list_all(connection, system):
        if not alert.signal:
            told[alert.system, layer_of(alert, None)].append(alert.time)
    return told


def _layer(layer: Layer, watches: Sequence[Watch], told: Sequence[datetime]) -> LayerCoverage:
    kind = coverage.watching([one.heard.pulse for one in watches], bool(told))
    silent = [one.heard.last_us for one in watches if one.heard.pulse is Pulse.SILENT]
    since: datetime | None = None
    if kind is Watching.SILENT:
        since = from_us(max(silent))
    elif kind is Watching.PARTLY:
        since = from_us(min(silent))
    elif kind is Watching.ALERTS:
        since = max(told)
    ordered = tuple(sorted(watches, key=lambda one: one.signal.name))
    return LayerCoverage(layer, kind, ordered, len(told), since)
