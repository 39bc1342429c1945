"""Series: one row a signal, found by the signal's id."""

import msgspec
from sqlalchemy import Connection, Row, exists, insert, select
from sqlalchemy.exc import NoResultFound

from tocsin.errors import NotFound
from tocsin.model.signal import Layer, Signal
from tocsin.store.schema import chunk, import_, series


def ensure(connection: Connection, signal: Signal) -> int:
    """Return the number of a signal's series, which is created when it is new."""
    found = number_of(connection, signal.id)
    if found is not None:
        return found
    row = {
        "id": signal.id,
        "system": signal.system,
        "metric": signal.metric,
        "labels": msgspec.json.encode(dict(sorted(signal.labels.items()))).decode(),
        "unit": signal.unit,
        "layer": signal.layer.value,
        "segment": signal.segment,
        "group": signal.group,
    }
    created = connection.execute(insert(series).values(row)).inserted_primary_key
    assert created is not None
    return int(created[0])


def number_of(connection: Connection, signal_id: str) -> int | None:
    """Return the number of a series by its signal's id, None when there is none."""
    return connection.execute(select(series.c.number).where(series.c.id == signal_id)).scalar_one_or_none()


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


def _signal(row: Row[tuple[object, ...]]) -> Signal:
    labels = msgspec.json.decode(row.labels, type=dict[str, str])
    return Signal(row.system, row.metric, labels, row.unit, Layer(row.layer), row.segment, row.group)
