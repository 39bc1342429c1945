"""Polling what answers like Alertmanager: what fires, what is over, and what only seems to be."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.canned import Canned, serving
from tocsin.errors import BadInput
from tocsin.importers.alertmanager_api import AlertmanagerApi
from tocsin.importers.base import Rows
from tocsin.importers.live import Cursor, check

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
STARTED = NOW - timedelta(hours=5)


def alert(name: str, *, since: timedelta = timedelta(minutes=3), **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "severity": "critical", **labels},
        "annotations": {"summary": f"{name} is bad"},
        "startsAt": (NOW - since).isoformat(),
        "updatedAt": NOW.isoformat(),
        "endsAt": (NOW + timedelta(minutes=4)).isoformat(),
        "fingerprint": f"{abs(hash(name)):016x}",
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
        "receivers": [{"name": "nobody"}],
    }


class Manager:
    """What it knows; changed by the tests."""

    def __init__(self) -> None:
        self.firing: list[dict[str, Any]] = []
        self.started = STARTED

    def __call__(self, path: str, params: dict[str, list[str]]) -> Any:
        if path == "/api/v2/status":
            return {"versionInfo": {"version": "0.25.0"}, "uptime": self.started.isoformat(), "cluster": {}}
        assert path == "/api/v2/alerts"
        return self.firing


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.fixture
def server(manager: Manager) -> Iterator[Canned]:
    with serving(manager) as canned:
        yield canned


def poll(
    canned: Canned, cursor: dict[str, Any] | None = None, now: datetime = NOW, **settings: str
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    way, importer = canned.http(), AlertmanagerApi()
    try:
        pieces = list(importer.poll(way, check(importer.settings, settings), cursor or {}, now))
    finally:
        way.close()
    assert isinstance(pieces[-1], Cursor)
    rows = [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]
    return {row["detector"]: row for row in rows}, pieces[-1].value


def test_what_fires_is_told_each_time_and_once_it_is_gone_that_it_ended(
    server: Canned, manager: Manager
) -> None:
    manager.firing = [alert("Load", app="billing"), alert("Drift")]
    first, cursor = poll(server, system="app")
    assert (first["Load"]["system"], first["Drift"]["system"]) == ("billing", "")
    assert all("ended" not in row for row in first.values())
    manager.firing = [alert("Drift")]
    later = NOW + timedelta(seconds=15)
    second, cursor = poll(server, cursor, later, system="app")
    assert (second["Load"]["ended"], second["Load"]["id"]) == (later, first["Load"]["id"])
    assert {key: second["Load"][key] for key in ("time", "message", "labels", "system")} == {
        key: first["Load"][key] for key in ("time", "message", "labels", "system")
    }
    third, _ = poll(server, cursor, later + timedelta(seconds=15), system="app")
    assert set(third) == {"Drift"}


def test_an_alert_forgotten_by_a_restart_is_not_over_until_it_stays_away(
    server: Canned, manager: Manager
) -> None:
    manager.firing = [alert("Load")]
    _, cursor = poll(server)
    manager.firing, manager.started = [], NOW + timedelta(seconds=5)
    found, cursor = poll(server, cursor, NOW + timedelta(seconds=15))
    assert found == {}
    manager.firing = [alert("Load")]
    found, cursor = poll(server, cursor, NOW + timedelta(seconds=60))
    assert "ended" not in found["Load"]
    manager.firing = []
    late = NOW + timedelta(minutes=6)
    found, cursor = poll(server, cursor, late)
    assert found["Load"]["ended"] == late
    assert poll(server, cursor, late)[0] == {}


def test_what_another_filter_leaves_out_did_not_end(server: Canned, manager: Manager) -> None:
    manager.firing = [alert("Load"), alert("Drift")]
    _, cursor = poll(server)
    manager.firing = [alert("Drift")]
    found, cursor = poll(server, cursor, filter='alertname="Drift"')
    assert set(found) == {"Drift"}
    manager.firing = []
    found, _ = poll(server, cursor, filter='alertname="Drift"')
    assert (set(found), found["Drift"]["ended"]) == ({"Drift"}, NOW)


def test_matchers_are_handed_on(server: Canned) -> None:
    poll(server, filter='severity="critical"\nteam=~"a|b"\n')
    assert server.asked[-1][1] == {"filter": ['severity="critical"', 'team=~"a|b"']}


@pytest.mark.parametrize("said", [[], {}, {"versionInfo": 1, "uptime": ""}, {"versionInfo": {}}, 500, "x"])
def test_what_is_no_alertmanager_is_refused(server: Canned, said: Any) -> None:
    server.answer = lambda path, params: said
    with pytest.raises(BadInput):
        poll(server)


def test_it_says_what_answers(server: Canned) -> None:
    way = server.http()
    assert AlertmanagerApi().answers(way) == "Alertmanager 0.25.0"
    way.close()
