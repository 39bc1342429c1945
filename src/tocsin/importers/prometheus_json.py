"""Saved answers of Prometheus' HTTP API: to query and query_range, and its alerts."""

from collections.abc import Iterator
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.alertmanager import alert_row
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source
from tocsin.importers.gathering import refuse_mapping
from tocsin.importers.json_values import number, shortened
from tocsin.importers.prometheus_results import KEYS, Result
from tocsin.importers.severities import UNSTATED


class PrometheusJsonImporter:
    """What curl saved of /api/v1/query_range, /api/v1/query or /api/v1/alerts.

    `--map metric=NAME` names the series that have no name of their own; `system=`, `segment=` and `group=`
    name the labels that tell these.
    """

    name: ClassVar[str] = "prometheus_json"
    records: ClassVar[tuple[str, ...]] = ("samples", "alerts")

    def knows(self, source: Source) -> bool:
        """Whether it is an answer with a result, alerts that are active, or an error."""
        top, seen = json_text.keys(source, top=True), json_text.keys(source)
        answers = {"status", "data"} <= top and ("resultType" in seen or {"activeAt", "state"} <= seen)
        return answers or {"resultType", "result"} <= top or {"status", "errorType", "error"} <= top

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield samples, quantiles of histograms, or alerts. Raises BadInput."""
        refuse_mapping(source, options, *KEYS)
        payload = json_text.document(source)
        data = _data(payload, source.name)
        for key in ("warnings", "infos"):
            if isinstance(payload.get(key), list) and payload[key]:
                yield Assumed(key, shortened("; ".join(str(one) for one in payload[key][:5]), 500))
        if isinstance(data.get("alerts"), list):
            yield from _alerts(data["alerts"], source, options)
        else:
            yield from Result(source.name, options.mapping).pieces(data)


def _data(payload: Any, name: str) -> dict[str, Any]:
    """Return the data of an answer. Raises BadInput, with the server's own words when it tells an error."""
    if isinstance(payload, dict) and payload.get("status") == "error":
        words = f"{payload.get('errorType', 'error')}: {payload.get('error', '')}"
        raise BadInput(f"Prometheus answered with an error, {shortened(words, 300)}.", where=name)
    data = payload.get("data", payload) if isinstance(payload, dict) else None
    if not isinstance(data, dict):
        raise BadInput("this is no answer of Prometheus: it has no data.", where=name)
    return data


def _alerts(alerts: list[Any], source: Source, options: Options) -> Iterator[Piece]:
    """Yield the alerts that fire; those that wait whether they last are left out."""
    found, lines, waiting, unstated = [], [], 0, 0
    label = options.mapping.get("system", "")
    for line, alert in enumerate(alerts, 1):
        if isinstance(alert, dict) and alert.get("state") in ("pending", "inactive"):
            waiting += 1
            continue
        try:
            row = _alert(alert) | {"updated": options.at or source.modified}
        except ValueError as error:
            yield Rejected(line, str(error))
            continue
        unstated += not row["severity"]
        found.append(row | {"severity": row["severity"] or UNSTATED, "system": row["labels"].get(label, "")})
        lines.append(line)
    if found:
        yield Rows("alerts", found, lines)
    if unstated:
        yield Assumed("severity", f"{UNSTATED} for {unstated:,} alerts that state none")
    if waiting:
        yield Assumed("left out", f"{waiting:,} alerts that do not fire yet")


def _alert(alert: Any) -> dict[str, Any]:
    if not isinstance(alert, dict):
        raise ValueError("this is not an alert")
    row = alert_row(
        {
            "labels": alert.get("labels"),
            "annotations": alert.get("annotations"),
            "startsAt": alert.get("activeAt"),
            "status": "firing",
        }
    )
    value = number(alert.get("value"), text=True)
    return row | ({"value": value} if value == value else {})
