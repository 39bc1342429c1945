"""The generated routing case (K6): 200 regions over 90 days, one of which loses 3 points on 29 July 2026."""

from datetime import UTC, datetime, timedelta

import numpy as np

from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles
from tocsin.model.instant import to_us
from tocsin.operations.demo_routing import Routing, routing

END = datetime(2026, 8, 19, 12, tzinfo=UTC)
CHANGED = END - timedelta(days=21)
CASE = Routing(rows=300_000, share=0.07)
ROLES = Roles({"correct": ("on_time",), "segment": ("region",), "score": ("slack_minutes",)})
BASELINE = (to_us(END - timedelta(days=90)), to_us(CHANGED))
WINDOW = (to_us(CHANGED), to_us(END))


def case(random: np.random.Generator, made: Routing = CASE) -> Table:
    """Return the log as a table, without a file."""
    columns = routing(random, to_us(END), made)
    return Table(
        columns["time"].astype(np.int64),
        {name: _column(values) for name, values in columns.items() if name != "time"},
    )


def _column(values: np.ndarray) -> Column:
    if values.dtype.kind != "U":
        return values.astype(np.float64)
    labels = sorted(set(values.tolist()))
    codes = {label: code for code, label in enumerate(labels)}
    return Words(np.array([codes[value] for value in values.tolist()], np.int32), tuple(labels))
