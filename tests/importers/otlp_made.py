"""OTLP in JSON, made for a test: metrics and spans of a service that asks a model."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 1, tzinfo=UTC)


def ns(minutes: float) -> str:
    return str(int((START + timedelta(minutes=minutes)).timestamp()) * 10**9)


def attributes(**named: Any) -> list[dict[str, Any]]:
    return [
        {"key": key.replace("__", "."), "value": told if isinstance(told, dict) else {"stringValue": told}}
        for key, told in named.items()
    ]


def metric(kind: str, *points: dict[str, Any], name: str = "m", temporality: Any = 2, **about: str) -> str:
    data = {"dataPoints": list(points), "aggregationTemporality": temporality}
    scope = {"metrics": [{"name": name, "unit": "s", kind: data}]}
    resource = {"attributes": attributes(service__name="shop", **about)}
    return json.dumps({"resourceMetrics": [{"resource": resource, "scopeMetrics": [scope]}]})


def histogram(minutes: float, counts: list[int], **more: Any) -> dict[str, Any]:
    told = {
        "bucketCounts": [str(one) for one in counts],
        "explicitBounds": [1.0, 2.0],
        "count": str(sum(counts)),
    }
    return {"timeUnixNano": ns(minutes), "sum": 10.0 * sum(counts), **told, **more}


def span(
    minutes: float, answered: str, requested: str = "gpt-4o", id: str = "a", **more: Any
) -> dict[str, Any]:
    named = {"gen_ai__request__model": requested, "gen_ai__response__model": answered, **more}
    end = str(int(ns(minutes)) + 2_500_000_000)
    return {
        "spanId": id,
        "startTimeUnixNano": ns(minutes),
        "endTimeUnixNano": end,
        "attributes": attributes(**named),
    }


def traces(*spans: dict[str, Any]) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]})
