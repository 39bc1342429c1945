"""Coverage: for each system and layer who watches, where nobody does, and what has gone silent (D1)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.errors import NotFound
from tocsin.model import coverage
from tocsin.model.coverage import Pulse, Watching, layer_of
from tocsin.model.instant import from_us, to_us
from tocsin.model.operator import System
from tocsin.model.signal import Layer, Signal
from tocsin.store import alerts, ends, samples, series, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store

TAIL = 64  # intervals that tell a signal's rhythm


@dataclass(frozen=True, slots=True)
class Heard:
    """When a signal was heard last (UTC microseconds), with which value, and its usual interval (us)."""

    last_us: int
    last: float
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


def look(store: Store, system: str | None = None, rhythms: "Rhythms | None" = None) -> CoverageView:
    """Return the coverage of every system, or of the one named. Raises NotFound.

    Whoever looks again and again keeps the `rhythms`.
    """
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
        watches = _watches(connection, only, to_us(now), rhythms)
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


def pulses(
    connection: Connection, numbers: Collection[int], now_us: int, rhythms: "Rhythms | None" = None
) -> dict[int, Heard]:
    """Return when each series with samples was heard last, and whether it is late by its own rhythm."""
    newest = ends.read(connection, numbers)
    usual = (rhythms or Rhythms()).of(connection, newest)
    return {
        number: Heard(end.t1, end.last, usual[number], coverage.pulse(end.t1, usual[number], now_us))
        for number, end in newest.items()
    }


@dataclass
class Rhythms:
    """Rhythms found before: that of a long chunk stays, so that only new ones are read."""

    known: dict[int, tuple[ends.End, int | None]] = field(default_factory=dict)
    live: dict[int, tuple[int, int | None]] = field(default_factory=dict)

    def of(self, connection: Connection, newest: Mapping[int, ends.End]) -> dict[int, int | None]:
        """Return how often samples of each series usually come, in microseconds."""
        new = {number: end for number, end in newest.items() if not self._knows(number, end)}
        long = [end.chunk for end in new.values() if end.n >= coverage.FEWEST]
        steps = ends.steps(connection, long, TAIL)
        for number, end in new.items():
            if end.chunk in steps:
                found = coverage.usual(steps[end.chunk])
            else:
                found = self.of_live(connection, number, end.t1)
            self.known[number] = end, found
        return {number: self.known[number][1] for number in newest}

    def of_live(self, connection: Connection, number: int, newest_us: int) -> int | None:
        """Return the rhythm of a series whose newest chunk is short, as a live source sends them.

        It is read anew when as many samples have come as tell it, not with each of them.
        """
        at_us, found = self.live.get(number, (0, None))
        if found is None or not 0 <= newest_us - at_us <= TAIL * found:
            found = coverage.rhythm_us(samples.tail(connection, number, TAIL)[0])
            self.live[number] = newest_us, found
        return found

    def _knows(self, number: int, end: ends.End) -> bool:
        before, _ = self.known.get(number, (None, None))
        return before is not None and (before == end or (before.chunk == end.chunk and before.n > TAIL))


def silent(connection: Connection, number: int, newest: samples.Times, now_us: int, rhythms: Rhythms) -> bool:
    """Return whether a series has gone silent, given the times of its newest chunk."""
    last_us = int(newest[-1])
    if len(newest) >= coverage.FEWEST:
        return coverage.is_silent(last_us, coverage.rhythm_us(newest[-TAIL - 1 :]), now_us)
    return coverage.is_silent(last_us, rhythms.of_live(connection, number, last_us), now_us)


def _watches(
    connection: Connection, system: str | None, now_us: int, rhythms: Rhythms | None
) -> defaultdict[tuple[str, Layer], list[Watch]]:
    known = series.list_all(connection, system)
    found = pulses(connection, [number for number, _ in known], now_us, rhythms)
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
