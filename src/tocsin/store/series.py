"""Series: one row a signal, found by the signal's id, which stays when people place the signal elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, exists, insert, select, update
from sqlalchemy.exc import NoResultFound

from tocsin.errors import NotFound
from tocsin.model.decoding import decoded
from tocsin.model.signal import Layer, Placement, Signal, placed
from tocsin.store.schema import chunk, import_, series

_AT_ONCE = 500  # ids in one query


def ensure(connection: Connection, signal: Signal) -> int:
    """Return the number of a signal's series, which is created when it is new."""
    found = number_of(connection, signal.id)
    if found is not None:
        return found
    row = {
        "id": signal.id,
        "metric": signal.metric,
        "labels": msgspec.json.encode(dict(sorted(signal.labels.items()))).decode(),
        "unit": signal.unit,
        **_place(signal),
    }
    created = connection.execute(insert(series).values(row)).inserted_primary_key
    assert created is not None
    return int(created[0])


def number_of(connection: Connection, signal_id: str) -> int | None:
    """Return the number of a series by its signal's id, None when there is none."""
    return connection.execute(select(series.c.number).where(series.c.id == signal_id)).scalar_one_or_none()


def numbers_of(connection: Connection, signal_ids: Sequence[str]) -> dict[str, int]:
    """Return the numbers of those series that there are, by their signals' ids."""
    found: dict[str, int] = {}
    for start in range(0, len(signal_ids), _AT_ONCE):
        some = series.c.id.in_(signal_ids[start : start + _AT_ONCE])
        found.update(
            (row.id, row.number)
            for row in connection.execute(select(series.c.id, series.c.number).where(some))
        )
    return found


def of_ids(connection: Connection, signal_ids: Collection[str]) -> dict[str, tuple[int, Signal]]:
    """Return number and signal of those series that there are, by their signals' ids."""
    wanted = sorted(signal_ids)
    found: dict[str, tuple[int, Signal]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(series).where(series.c.id.in_(wanted[start : start + _AT_ONCE]))
        found |= {row.id: (row.number, _signal(row)) for row in connection.execute(query)}
    return found


def get(connection: Connection, number: int) -> Signal:
    """Return the signal of a series. Raises NotFound."""
    try:
        return _signal(connection.execute(select(series).where(series.c.number == number)).one())
    except NoResultFound:
        raise NotFound(f"there is no series number {number}.") from None


def list_all(connection: Connection, system: str | None = None) -> list[tuple[int, Signal]]:
    """Return number and signal of every series with samples, by metric and labels; of one system if named."""
    has_samples = (
        select(chunk.c.number)
        .join(import_, import_.c.number == chunk.c["import"])
        .where(chunk.c.series == series.c.number, import_.c.complete == 1)
    )
    query = select(series).where(exists(has_samples)).order_by(series.c.metric, series.c.labels)
    if system is not None:
        query = query.where(series.c.system == system)
    return [(row.number, _signal(row)) for row in connection.execute(query)]


def misplaced(connection: Connection, placements: Mapping[str, Placement]) -> dict[int, Signal]:
    """Return by number each series that is not where its placement (by id) says, as it should be.

    One that has no placement any more belongs where it was proposed to.
    """
    if not placements and not connection.execute(select(exists().where(series.c.proposed != ""))).scalar():
        return {}
    found = {}
    for row in connection.execute(select(series)).all():
        if row.proposed or row.id in placements:
            before = _signal(row)
            now = placed(before, placements.get(row.id))
            if _place(now) != _place(before):
                found[int(row.number)] = now
    return found


def place(connection: Connection, signals: Mapping[int, Signal]) -> None:
    """Put series, by number, where these signals say they belong."""
    put = update(series).where(series.c.number == bindparam("of_series"))
    rows = [{"of_series": number, **_place(signal)} for number, signal in signals.items()]
    if rows:
        connection.execute(put, rows)


@dataclass(frozen=True, slots=True)
class _Proposed:
    system: str
    layer: Layer
    segment: str
    group: str


def _place(signal: Signal) -> dict[str, Any]:
    """Return the columns that say where a signal belongs, and where it was proposed to."""
    proposal, proposed = signal.proposal, ""
    if proposal is not None:
        named = _Proposed(proposal.system, proposal.layer, proposal.segment, proposal.group)
        proposed = msgspec.json.encode(named).decode()
    return {
        "system": signal.system,
        "layer": signal.layer.value,
        "segment": signal.segment,
        "group": signal.group,
        "proposed": proposed,
    }


def _signal(row: Row[tuple[object, ...]]) -> Signal:
    labels = decoded(row.labels, dict[str, str])
    proposal = None
    if row.proposed:
        named = decoded(row.proposed, _Proposed)
        proposal = Signal(named.system, row.metric, labels, row.unit, named.layer, named.segment, named.group)
    return Signal(
        row.system, row.metric, labels, row.unit, Layer(row.layer), row.segment, row.group, proposal
    )
