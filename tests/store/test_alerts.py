"""Alerts in the store: once by key, newest first, none of an import that is not complete."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.errors import NotFound
from tocsin.model.alert import Alert, AlertSeverity, Compared
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.store import alerts, imports
from tocsin.store.folder import Store

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def alert(id: str, time: datetime = NOON, system: str = "one", ended: datetime | None = None) -> Alert:
    return Alert(
        id=id,
        system=system,
        signal="s",
        metric="accuracy",
        detected=True,
        severity=AlertSeverity.HIGH,
        detector="departure",
        version="1",
        message="accuracy fell",
        value=0.8,
        threshold=0.9,
        time=time,
        start=When(time, time - timedelta(hours=1), time),
        ended=ended,
        labels={"region": "north"},
        effect=-6.5,
        p_value=1e-6,
        windows=(Compared("baseline", time - timedelta(days=28), time, 4032),),
    )


def test_an_alert_comes_back_as_it_was_stored(store: Store) -> None:
    stored = alert("a", ended=NOON + timedelta(hours=2))
    with store.signals.write() as connection:
        assert alerts.add(connection, stored, "k", series="s")
    with store.signals.read() as connection:
        assert alerts.get(connection, "a") == stored
        with pytest.raises(NotFound):
            alerts.get(connection, "b")


def test_the_same_key_is_stored_once(store: Store) -> None:
    with store.signals.write() as connection:
        assert alerts.add(connection, alert("a"), "k", series="s")
        assert not alerts.add(connection, alert("b"), "k", series="s")
        assert alerts.add(connection, alert("c"), "k", series="t")
        assert [a.id for a in alerts.of_series(connection, "s", "departure")] == ["a"]
        assert alerts.of_series(connection, "s", "another") == []


def test_newest_first_by_system_since_and_at_most(store: Store) -> None:
    with store.signals.write() as connection:
        alerts.add(
            connection,
            alert("old", NOON - timedelta(days=2), ended=NOON - timedelta(days=1)),
            "1",
            series="s",
        )
        alerts.add(connection, alert("lasting", NOON - timedelta(days=3)), "2", series="s")
        alerts.add(connection, alert("new", system="two"), "3", series="s")
    with store.signals.read() as connection:
        assert [a.id for a in alerts.list_all(connection)] == ["new", "old", "lasting"]
        assert [a.id for a in alerts.list_all(connection, "one")] == ["old", "lasting"]
        assert [a.id for a in alerts.list_all(connection, since=NOON - timedelta(hours=1))] == [
            "new",
            "lasting",
        ]
        assert [a.id for a in alerts.list_all(connection, limit=1)] == ["new"]


def test_a_newer_state_replaces_the_alert(store: Store) -> None:
    with store.signals.write() as connection:
        alerts.add(connection, alert("a"), "k", series="s")
        alerts.replace(connection, alert("a", NOON + timedelta(hours=1)))
        assert alerts.get(connection, "a").time == NOON + timedelta(hours=1)


def test_alerts_of_an_import_are_seen_when_it_is_complete(store: Store, author: Author) -> None:
    with store.signals.write() as connection:
        number = imports.begin(
            connection,
            id=store.new_id(),
            source="alerts.csv",
            sha256="",
            importer="csv",
            record="alerts",
            system="one",
            author=author,
            started=NOON,
        )
        alerts.add(connection, alert("a"), "k", number=number)
    with store.signals.read() as connection:
        assert alerts.list_all(connection) == []
        with pytest.raises(NotFound):
            alerts.get(connection, "a")
    with store.signals.write() as connection:
        imports.complete(connection, number, imports.Counts(1, 1), {}, NOON)
        assert [a.id for a in alerts.list_all(connection)] == ["a"]
