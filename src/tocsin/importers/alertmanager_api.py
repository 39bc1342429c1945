"""Alertmanager, asked over its API v2: the alerts that fire now, and which of those known are over."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers.alertmanager import rows
from tocsin.importers.base import Piece, Rows
from tocsin.importers.http import Http
from tocsin.importers.live import Cursor, Setting
from tocsin.model.instant import iso

# Alertmanager keeps alerts in memory: after a start it knows none until those who raise them say so again.
_SETTLED = timedelta(minutes=5)
_TIMES = ("time", "start", "ended", "updated")


class AlertmanagerApi:
    """An Alertmanager, or what speaks its API (Mimir, Grafana)."""

    name: ClassVar[str] = "alertmanager_api"
    records: ClassVar[tuple[str, ...]] = ("alerts",)
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("filter", 'which alerts, as matchers: severity="critical"; one a line, empty for all'),
        Setting("system", "label that names the system"),
    )

    def answers(self, http: Http) -> str:
        """Return "Alertmanager" and its version. Raises BadInput when something else answers."""
        return f"Alertmanager {_status(http)[0]}"

    def poll(
        self, http: Http, settings: Mapping[str, str], cursor: dict[str, Any], now: datetime
    ) -> Iterator[Piece | Cursor]:
        """Yield every alert that fires, then those that fired at the last round and do so no more.

        When such a one ended is not told; it is put at the instant of the round.
        """
        _, started = _status(http)
        matchers = [("filter", line.strip()) for line in settings["filter"].splitlines() if line.strip()]
        found = rows(http.get_json("api/v2/alerts", matchers), now)
        firing: dict[str, dict[str, Any]] = {}
        for piece in found:
            if isinstance(piece, Rows):
                for row in piece.rows:
                    row["system"] = row.get("labels", {}).get(settings["system"], "")
                    if "ended" not in row:
                        firing[row["id"]] = row
            yield piece
        # What another filter leaves out did not end.
        same = cursor.get("filter", settings["filter"]) == settings["filter"]
        before: dict[str, dict[str, Any]] = cursor.get("firing", {}) if same else {}
        gone = {id: row for id, row in before.items() if id not in firing}
        if now - started >= _SETTLED:
            over = [{**_with_times(row), "ended": now, "updated": now} for row in gone.values()]
            yield Rows("alerts", over, [0] * len(over))
            gone = {}
        kept = {**gone, **{id: _without_times(row) for id, row in firing.items()}}
        yield Cursor({"firing": kept, "filter": settings["filter"]})


def _status(http: Http) -> tuple[str, datetime]:
    """Return the version and when the server was started. Raises BadInput."""
    status = http.get_json("api/v2/status")
    try:
        version, started = str(status["versionInfo"]["version"])[:40], str(status["uptime"])
        told = datetime.fromisoformat(started)
        return version, told if told.tzinfo else told.replace(tzinfo=UTC)
    except (TypeError, KeyError, ValueError):
        raise BadInput("it is no Alertmanager.", where=http.url) from None


def _without_times(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON values; when it was last updated is of no use later."""
    return {
        key: iso(value) if isinstance(value, datetime) else value
        for key, value in row.items()
        if key != "updated"
    }


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    return {key: datetime.fromisoformat(value) if key in _TIMES else value for key, value in row.items()}
