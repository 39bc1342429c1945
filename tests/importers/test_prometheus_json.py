"""Saved answers of Prometheus: series, histograms, alerts, and what the server says besides."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Rows, Samples, Source
from tocsin.importers.prometheus_json import PrometheusJsonImporter
from tocsin.model.instant import from_us, to_us

Read = Callable[..., list[Piece]]
PROM = PrometheusJsonImporter()
START = 1767433020


def answer(*series: dict[str, Any], kind: str = "matrix", **said: Any) -> str:
    return json.dumps({"status": "success", "data": {"resultType": kind, "result": list(series)}} | said)


def found(pieces: list[Piece]) -> dict[str, list[tuple[float, float]]]:
    return {
        piece.metric + "".join(f" {k}={v}" for k, v in piece.labels.items()): [
            (time / 1e6 - START, value)
            for time, value in zip(piece.times.tolist(), piece.values.tolist(), strict=True)
        ]
        for piece in pieces
        if isinstance(piece, Samples)
    }


def told(pieces: list[Piece]) -> dict[str, str]:
    return {piece.what: piece.value for piece in pieces if isinstance(piece, Assumed)}


def reasons(pieces: list[Piece]) -> list[tuple[int, str]]:
    return [(piece.line, piece.reason) for piece in pieces if isinstance(piece, Rejected)]


def test_a_range_is_read_value_by_value(read: Read, source: Callable[..., Source]) -> None:
    values = [[START, "480"], [START + 0.25, "NaN"], [START + 15, "+Inf"], [START + 30, "-1.5e3"]]
    text = answer(
        {"metric": {"__name__": "up", "job": "a"}, "values": values}, warnings=["w"], infos=["i", "j"]
    )
    assert PROM.knows(source(text))
    pieces = read(PROM, text)
    [(name, points)] = found(pieces).items()
    assert name == "up job=a"
    assert [at for at, _ in points] == [0, 0.25, 15, 30]
    assert points[0][1] == 480
    assert points[3][1] == -1500
    assert math.isnan(points[1][1])
    assert math.isnan(points[2][1])
    assert told(pieces) == {"warnings": "w", "infos": "i; j", "infinite": "1 values, counted as missing"}


def test_an_instant_and_a_scalar_are_read(read: Read) -> None:
    vector = answer({"metric": {"__name__": "up"}, "value": [START, "1"]}, kind="vector")
    assert found(read(PROM, vector)) == {"up": [(0, 1)]}
    scalar = json.dumps({"status": "success", "data": {"resultType": "scalar", "result": [START, "4"]}})
    pieces = read(PROM, scalar)
    assert found(pieces) == {"file": [(0, 4)]}
    assert told(pieces)["metric"].startswith("file, for series that have no name")
    assert found(read(PROM, scalar, mapping={"metric": "approval rate"})) == {"approval rate": [(0, 4)]}


def test_labels_may_tell_system_segment_and_group(read: Read) -> None:
    text = answer(
        {
            "metric": {"__name__": "up", "app": "credit", "region": "north", "sex": "f"},
            "values": [[START, "1"]],
        }
    )
    [piece] = [
        p
        for p in read(PROM, text, mapping={"system": "app", "segment": "region", "group": "sex"})
        if isinstance(p, Samples)
    ]
    assert (piece.system, piece.segment, piece.group) == ("credit", "north", "f")
    assert "app" not in piece.labels
    with pytest.raises(BadInput, match="knows no “value”"):
        read(PROM, text, mapping={"value": "x"})


def ladder(name: str, rows: list[tuple[float, ...]]) -> list[dict[str, Any]]:
    return [
        {
            "metric": ({"__name__": name} if name else {}) | {"le": le, "queue": "a"},
            "values": [[START + 60 * at, str(row[index])] for at, row in enumerate(rows)],
        }
        for index, le in enumerate(("1", "2.0", "+Inf"))
    ]


def test_buckets_become_quantiles_of_what_came_between_two_times(read: Read) -> None:
    series = ladder("wait_bucket", [(5, 5, 5), (5, 15, 15), (3, 3, 3)])
    pieces = read(PROM, answer(*reversed(series)))
    assert found(pieces)["wait p50 queue=a"] == [(60, 1.5), (120, 0.5)]
    assert len(found(pieces)) == 3
    assert told(pieces)["quantiles"].endswith("between times")


def test_rates_of_buckets_stand_for_themselves_and_so_does_an_instant(read: Read) -> None:
    rates = read(PROM, answer(*ladder("", [(0.5, 0.5, 0.5), (0, 0.25, 0.25)])))
    assert found(rates)["file p50 queue=a"] == [(0, 0.5), (60, 1.5)]
    instant = read(PROM, answer(*ladder("wait_bucket", [(0, 8, 8)])))
    assert found(instant)["wait p50 queue=a"] == [(0, 1.5)]
    assert told(instant)["quantiles"].endswith("so far")


def test_native_histograms_become_count_sum_and_quantiles(read: Read) -> None:
    def at(seconds: int, *counts: float) -> list[Any]:
        buckets = [[0, "1", "2", str(counts[0])], [0, "2", "4", str(counts[1])]]
        return [START + seconds, {"count": str(sum(counts)), "sum": "9.5", "buckets": buckets}]

    series = {"metric": {"__name__": "wait"}, "histograms": [at(0, 4, 4), at(60, 4, 8), [START, 5], "x"]}
    pieces = read(PROM, answer(series))
    assert found(pieces)["wait_count"] == [(0, 8), (60, 12)]
    assert found(pieces)["wait_sum"] == [(0, 9.5), (60, 9.5)]
    assert found(pieces)["wait p50"] == [(60, pytest.approx(2 * math.sqrt(2)))]
    assert len(reasons(pieces)) == 2


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ([START, 5], "value is the number 5, not a number as text"),
        ([START, "5_0"], "is the text '5_0', not a number"),
        ([START, "٣"], "not a number"),
        ([START, " 5"], "not a number"),
        ([True, "5"], "is true, not a number"),
        (["1767433020", "5"], "not a number"),
        ([1e300, "5"], "time is the number 1e+300, which is none"),
        ([START], "is no pair"),
        ("x", "is no pair"),
        ({"0": 1}, "is no pair"),
    ],
)
def test_a_wrong_point_is_set_aside_alone(read: Read, point: Any, reason: str) -> None:
    text = answer({"metric": {"__name__": "up"}, "values": [[START, "1"], point, [START + 15, "2"]]})
    pieces = read(PROM, text)
    assert found(pieces) == {"up": [(0, 1), (15, 2)]}
    [(line, why)] = reasons(pieces)
    assert line == 1
    assert reason in why


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ({"metric": ["a"], "values": []}, "are no labels"),
        ({"metric": {"a": 5}, "values": []}, "a label is the number 5"),
        ({"metric": {str(n): "x" for n in range(101)}}, "more than 100 labels"),
        ({"metric": {}, "values": {}}, "values: are no array"),
        ("x", "is no series"),
    ],
)
def test_a_wrong_series_is_set_aside_alone(read: Read, series: Any, reason: str) -> None:
    pieces = read(PROM, answer({"metric": {"__name__": "up"}, "values": [[START, "1"]]}, series))
    assert found(pieces) == {"up": [(0, 1)]}
    [(line, why)] = reasons(pieces)
    assert line == 2
    assert reason in why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '{"status":"error","errorType":"bad_data","error":"1:5: parse error"}',
            "bad_data: 1:5: parse error",
        ),
        (
            '{"status":"success","data":{"resultType":"string","result":[1,"x"]}}',
            "result of kind the text 'string'",
        ),
        ('{"status":"success","data":{}}', "no result"),
        ('{"status":"success","data":[]}', "no data"),
        ("[]", "no data"),
    ],
)
def test_what_holds_no_numbers_is_refused(read: Read, text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(PROM, text)


def test_alerts_that_fire_are_read(read: Read, source: Callable[..., Source]) -> None:
    def alert(**said: Any) -> dict[str, Any]:
        labels = {"alertname": "OverrideRateHigh", "severity": "critical", "app": "credit"}
        return {"labels": labels, "annotations": {"summary": "above"}, "state": "firing",
                "activeAt": "2026-01-02T13:30:00.5Z", "value": "3.1e-01"} | said  # fmt: skip

    alerts = [
        alert(),
        alert(state="pending"),
        alert(labels={"alertname": "B"}, value="NaN"),
        alert(activeAt="x"),
    ]
    text = json.dumps({"status": "success", "data": {"alerts": alerts}})
    assert PROM.knows(source(text))
    pieces = read(PROM, text, mapping={"system": "app"}, at=from_us(START * 1_000_000))
    first, second = next(piece.rows for piece in pieces if isinstance(piece, Rows))
    assert (first["severity"], first["value"], first["system"], first["message"]) == (
        "critical",
        0.31,
        "credit",
        "above",
    )
    assert to_us(first["updated"]) == START * 1_000_000
    assert first["time"].microsecond == 500_000
    assert "value" not in second
    assert told(pieces)["left out"] == "1 alerts that do not fire yet"
    assert told(pieces)["severity"] == "medium for 1 alerts that state none"
    assert reasons(pieces) == [(4, "startsAt: 'x' is no time")]


def test_samples_by_the_schema_are_read(read: Read, source: Callable[..., Source], shared_data: Path) -> None:
    folder = shared_data / "formats/prometheus"
    text = (folder / "query_range_matrix.json").read_bytes()
    assert PROM.knows(source(text))
    pieces = read(PROM, text)
    points = next(iter(found(pieces).values()))
    assert [value for _, value in points[:2]] == [480, 497]
    assert found(pieces)["human_review_seconds_count queue=manual"] == [(0, 12.5)]
    # 5 of 12.5 up to 1, of the other 7.5 half a bucket: the logarithm of the buckets is even.
    assert found(pieces)["human_review_seconds p50 queue=manual"] == [
        (0, pytest.approx(2 ** (0.5 * 1.25 / 7.5)))
    ]
    assert told(pieces)["warnings"] == "example warning"
    assert PROM.knows(source((folder / "query_range_error.json").read_bytes()))
    with pytest.raises(BadInput, match="parse error"):
        read(PROM, (folder / "query_range_error.json").read_bytes())
    [rows] = [p for p in read(PROM, (folder / "prom_api_v1_alerts.json").read_bytes()) if isinstance(p, Rows)]
    assert rows.rows[0]["value"] == 0.31
    for name in ("alertmanager_v2_alerts.json", "alertmanager_webhook_v4.json"):
        assert not PROM.knows(source((folder / name).read_bytes()))
