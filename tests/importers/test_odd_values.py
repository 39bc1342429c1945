"""Answers and deliveries in which any value may be any other: taken, set aside or refused in words."""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers import alertmanager, pagerduty
from tocsin.importers.base import Piece, Rejected, Rows, Samples
from tocsin.importers.prometheus_results import Result

ALERT = {
    "status": {"state": "active", "silencedBy": ["x"]},
    "labels": {"alertname": "A", "severity": "page"},
    "annotations": {"summary": "s", "value": "1"},
    "startsAt": "2026-05-04T06:01:00Z",
    "endsAt": "2026-05-04T06:09:00Z",
    "updatedAt": "2026-05-04T06:05:00Z",
    "fingerprint": "a1",
    "values": {"B": 1.5},
    "valueString": "[ value=1 ]",
}
INCIDENT = {
    "id": "P7",
    "type": "incident",
    "number": 7,
    "status": "resolved",
    "title": "slow",
    "created_at": "2026-05-04T08:55:02Z",
    "urgency": "high",
    "priority": {"summary": "P1"},
    "service": {"summary": "API"},
}
NOTE = {"type": "incident_note", "content": "c", "trimmed": True, "incident": {"id": "P7", "summary": "x"}}
EVENT = {
    "id": "E",
    "event_type": "incident.x",
    "occurred_at": "2026-05-04T09:00:00Z",
    "agent": {"summary": "a"},
}
ENTRY = {
    "id": "R",
    "type": "annotate_log_entry",
    "summary": "s",
    "created_at": "2026-05-04T09:01:00Z",
    "channel": {"summary": "n"},
}
NATIVE = {"count": "3", "sum": "4", "buckets": [[0, "1", "2", "3"]]}
MATRIX = {
    "resultType": "matrix",
    "result": [
        {"metric": {"__name__": "up"}, "values": [[1767433020, "1"]]},
        {"metric": {"__name__": "w_bucket", "le": "1"}, "values": [[1767433020, "1"], [1767433080, "3"]]},
        {"metric": {"__name__": "w_bucket", "le": "+Inf"}, "values": [[1767433020, "1"], [1767433080, "4"]]},
        {"metric": {"__name__": "n"}, "histograms": [[1767433020, NATIVE], [1767433080, NATIVE]]},
    ],
}
READ: list[tuple[Any, Callable[[Any], Any]]] = [
    ({"status": "firing", "truncatedAlerts": 1, "alerts": [ALERT, ALERT]}, alertmanager.rows),
    ([ALERT], alertmanager.rows),
    ({"event": EVENT | {"data": INCIDENT}}, pagerduty.rows),
    ({"event": EVENT | {"data": NOTE}}, pagerduty.rows),
    ({"log_entries": [ENTRY], "more": True}, pagerduty.rows),
    (MATRIX, lambda data: list(Result("f", {"system": "job"}).pieces(data))),
]
WORDS = (
    *("NaN", "+Inf", "-Inf", "1e999", "1_0", "٣", "resolved", "matrix", "scalar", "x" * 20_000),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:60Z"),
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(WORDS),
    st.sampled_from([[], {}, [[]], [{}], {"a": 1}, [1767433020, "5"], [1767433020, NATIVE]]),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object or array within, with each of its keys or indices."""
    for key in (
        list(value) if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    ):
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize("number", range(len(READ)))
@settings(max_examples=50)
@given(data=st.data())
def test_any_value_may_be_any_other(number: int, data: st.DataObject) -> None:
    payload, read = copy.deepcopy(READ[number][0]), READ[number][1]
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(list(places(payload)) or [([0], 0)]))
        holder[key] = copy.deepcopy(data.draw(ODD))
    try:
        pieces = read(payload)
    except BadInput:
        return
    for piece in pieces:
        check(piece)


def check(piece: Piece) -> None:
    if isinstance(piece, Samples):
        assert piece.metric
        assert len(piece.times) == len(piece.values) == len(piece.lines)
        assert not np.isinf(piece.values).any()
        assert all(isinstance(value, str) for value in piece.labels.values())
    elif isinstance(piece, Rows):
        assert len(piece.rows) == len(piece.lines)
        for row in piece.rows:
            assert datetime(2000, 1, 1, tzinfo=UTC) <= row["time"] < datetime(2100, 1, 1, tzinfo=UTC)
            assert all(isinstance(row[key], datetime) for key in ("ended", "updated") if key in row)
            assert isinstance(row.get("id", ""), str)
            assert row["severity" if piece.record == "alerts" else "text"]
    elif isinstance(piece, Rejected):
        assert 0 < len(piece.reason) < 300
