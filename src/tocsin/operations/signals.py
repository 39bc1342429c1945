"""Signals: where each belongs as people placed it, and the list of all of them (domain.md D1).

The journal holds what people said; signals.db holds what follows from it, so that losing it loses nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.errors import BadInput, NotFound, StoreProblem
from tocsin.model.coverage import Pulse
from tocsin.model.incident import standing
from tocsin.model.instant import to_us
from tocsin.model.journal import Entry, SignalsPlaced
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Placement, Signal
from tocsin.operations import systems
from tocsin.operations.coverage import Rhythms, pulses
from tocsin.store import alerts, ends, journal, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_LONGEST = 200  # characters of a segment or group


@dataclass(frozen=True, slots=True)
class Listed:
    """One signal with what there is of it; times in UTC microseconds, `rhythm_us` None for too few samples.

    `system` is the name of its system; `last` its newest value.
    """

    number: int
    id: str
    signal: Signal
    system: str
    samples: int
    first_us: int
    newest_us: int
    last: float
    rhythm_us: int | None
    pulse: Pulse


@dataclass(frozen=True, slots=True)
class SignalsView:
    """Every signal with samples, by system, layer and name, as things stood at `now`."""

    now: datetime
    rows: tuple[Listed, ...]


def look(store: Store, system: str | None = None, rhythms: Rhythms | None = None) -> SignalsView:
    """Return the list of signals, of one system if named. Raises NotFound.

    Whoever looks again and again keeps the `rhythms`.
    """
    names = {one.id: one.name for one in systems.names(store)}
    only = None if system is None else system_id(store, system)
    now = store.now()
    with store.signals.read() as connection:
        known = series.list_all(connection, only)
        numbers = [number for number, _ in known]
        spans = ends.spans(connection, numbers)
        heard = pulses(connection, numbers, to_us(now), rhythms)
    rows = [
        Listed(
            number,
            signal.id,
            signal,
            names.get(signal.system, signal.system),
            spans[number].count,
            spans[number].first_us,
            spans[number].last_us,
            heard[number].last,
            heard[number].rhythm_us,
            heard[number].pulse,
        )
        for number, signal in known
    ]
    places = {layer: place for place, layer in enumerate(Layer)}
    rows.sort(key=lambda one: (one.system.casefold(), places[one.signal.layer], one.signal.name))
    return SignalsView(now, tuple(rows))


def place(
    store: Store,
    author: Author,
    ids: Collection[str],
    *,
    layer: str | None = None,
    segment: str | None = None,
    group: str | None = None,
    system: str | None = None,
    id: str = "",
) -> Entry:
    """Say where signals (named by id) belong; None leaves a part as it is. One entry, however many they are.

    `system` is a name, added when it is new. Raises BadInput when nothing is said, a word is no layer, or the
    other system has a signal of the same name already; NotFound for an id that is no signal.
    """
    wanted = tuple(dict.fromkeys(ids))
    if not wanted or (layer, segment, group, system) == (None,) * 4:
        raise BadInput("name signals, and a layer, segment, group or system for them.")
    chosen = None if layer is None else checked_layer(layer).value
    texts = [None if text is None else _checked(text) for text in (segment, group)]
    _check_known(store, wanted, None if system is None else systems.checked_name(system))
    with store.write() as write:
        found = None if system is None else systems.ensure_in(write, author, system)
        body = SignalsPlaced(wanted, chosen, texts[0], texts[1], found.id if found else None)
        entry = write.add(author, body, id=id)
    carry_out(store)
    return entry


def placements(store: Store) -> dict[str, Placement]:
    """Return where people placed signals, by the id the importer's proposal has."""
    with store.journal.read() as connection:
        return placements_of(entries(connection))


def entries(connection: Connection) -> list[Entry]:
    """Return the journal's entries that say where signals belong, and those that undo any."""
    return journal.entries(connection, kinds=("signals.placed", "undone"))


def placements_of(said: Iterable[Entry]) -> dict[str, Placement]:
    """Return where these entries place signals, by the id of the proposal; what was undone is left out."""
    found: dict[str, Placement] = {}
    for entry in standing(said):
        if isinstance(body := entry.body, SignalsPlaced):
            layer = None if body.layer is None else Layer(body.layer)
            place = Placement(layer, body.segment, body.group, body.system)
            for id in body.signals:
                found[id] = found[id].then(place) if id in found else place
    return found


def carry_out(store: Store) -> None:
    """Apply what was just decided. It is saved already: if this fails, the next opening carries it out."""
    with suppress(StoreProblem):
        apply(store)


def apply(store: Store) -> int:
    """Put every series where the journal says, and its alerts with it; return how many moved. Idempotent."""
    wanted = placements(store)
    with store.signals.read() as connection:
        moving = series.misplaced(connection, wanted)
    if not moving:
        return 0
    with store.signals.write() as connection:
        # Read again while nobody else can write signals: the last one to come has seen every entry.
        if (now_wanted := placements(store)) != wanted:
            moving = series.misplaced(connection, now_wanted)
        series.place(connection, moving)
        alerts.move(connection, {signal.id: signal.system for signal in moving.values()})
    return len(moving)


def checked_layer(word: str) -> Layer:
    """Return a layer by its name. Raises BadInput."""
    try:
        return Layer(" ".join(word.lower().split()))
    except ValueError:
        names = ", ".join(layer.value for layer in Layer)
        raise BadInput("this is no layer.", where=word, hint=f"Layers are {names}.") from None


def system_id(store: Store, name: str) -> str:
    """Return the id of a system by name, alias or id. Raises NotFound."""
    found = systems.find(store, name)
    if found is None:
        raise NotFound("there is no such system.", where=name)
    return found.id


def _check_known(store: Store, ids: Sequence[str], system: str | None) -> None:
    """Refuse ids that are no signals, and a move to where a signal of that name is already."""
    with store.signals.read() as connection:
        known = {signal.id: signal for _, signal in series.list_all(connection)}
    for id in ids:
        if id not in known:
            raise NotFound("there is no such signal.", where=id, hint="`tocsin signals list` shows them.")
    if system is None:
        return
    found = systems.find(store, system)
    target = found.id if found else ""
    moving = set(ids)
    there = {_named(one) for one in known.values() if one.system == target and one.id not in moving}
    taken = set(there)
    for id in ids:
        name, shown = _named(known[id]), known[id].name
        if name in taken:
            raise BadInput(
                f"{system} has a signal {shown} already."
                if name in there
                else f"several of them are {shown}; in one system they would be one.",
                hint="Two series are not joined: their samples may contradict each other.",
            )
        taken.add(name)


def _named(signal: Signal) -> str:
    return replace(signal, system="", proposal=None).id


def _checked(text: str) -> str:
    trimmed = " ".join(text.split())
    if len(trimmed) > _LONGEST or not trimmed.isprintable():
        raise BadInput(f"a segment or group is one line of at most {_LONGEST} characters.", where=text[:80])
    return trimmed
