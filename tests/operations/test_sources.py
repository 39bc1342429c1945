"""Live sources: what may be one, which there are, and what answers at a URL."""

import threading
from typing import Any

import pytest

from tests.canned import serving
from tocsin.errors import BadInput, NotFound
from tocsin.importers.http_errors import NoAnswer
from tocsin.model.journal import ImportCompleted, SourceRemoved, SourceSet
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.operations import sources
from tocsin.operations.feeds import Feed
from tocsin.store import journal
from tocsin.store.folder import Store

PROM = LiveSource("prom", "prometheus_api", "http://127.0.0.1:9090/", "s", 15, {"query": "up", "user": ""})


def test_the_last_setting_of_a_name_counts_until_it_is_removed(store: Store, author: Author) -> None:
    saved = sources.save(store, author, PROM)
    assert (saved.place, saved.settings) == ("http://127.0.0.1:9090", {"query": "up"})
    other = sources.save(store, author, LiveSource("am", "alertmanager_api", "https://am:9093/x", "s", 30))
    again = sources.save(
        store, author, LiveSource("prom", "prometheus_api", "https://p", "s", 5, {"query": "x"})
    )
    assert sources.list_all(store) == [other, again]
    assert sources.get(store, "prom") == again
    sources.remove(store, author, "prom")
    assert sources.list_all(store) == [other]
    for verb in (lambda: sources.get(store, "prom"), lambda: sources.remove(store, author, "prom")):
        with pytest.raises(NotFound):
            verb()
    with store.journal.read() as connection:
        kinds = ("source.set", "source.removed")
        bodies = [entry.body for entry in journal.entries(connection, kinds=kinds)]
    assert [type(body) for body in bodies] == [SourceSet, SourceSet, SourceSet, SourceRemoved]


def test_removing_a_source_ends_its_day_in_the_journal(store: Store, author: Author) -> None:
    from tocsin.importers.base import Rejected

    saved = sources.save(store, author, PROM)
    Feed(store, saved, author).take([Rejected(0, "no number")])
    sources.remove(store, author, "prom")
    with store.journal.read() as connection:
        [entry] = journal.entries(connection, kinds=["import.completed"])
    assert isinstance(entry.body, ImportCompleted)
    assert (entry.body.source, entry.body.rejected) == ("prom", 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "Prom"}, "small letters"),
        ({"name": ""}, "small letters"),
        ({"name": "../x"}, "small letters"),
        ({"name": "a" * 61}, "small letters"),
        ({"every_s": 0.5}, "every second at most"),
        ({"every_s": 1e9}, "every second at most"),
        ({"every_s": float("nan")}, "every second at most"),
        ({"place": "http://me:pw@host"}, "does not belong into the URL"),
        ({"place": "ftp://host"}, "not a URL"),
        ({"settings": {"qery": "up"}}, "no such setting"),
        ({"settings": {"secret": "hunter2"}}, "is yes or no"),
        ({"importer": "nagios"}, "nagios"),
    ],
)
def test_what_cannot_be_a_source_is_refused_and_nothing_is_written(
    store: Store, author: Author, change: dict[str, Any], reason: str
) -> None:
    fields = {
        name: getattr(PROM, name) for name in ("name", "importer", "place", "system", "every_s", "settings")
    }
    with pytest.raises(Exception, match=reason) as caught:
        sources.save(store, author, LiveSource(**{**fields, **change}))
    assert "hunter2" not in str(caught.value)
    assert sources.list_all(store) == []


def test_kinds_go_by_short_names() -> None:
    assert [sources.kind(word) for word in ("prometheus", "alertmanager_api", "folder", "webhook")] == [
        "prometheus_api", "alertmanager_api", "folder", "webhook",
    ]  # fmt: skip
    with pytest.raises(BadInput, match="There are: folder, webhook, alertmanager"):
        sources.kind("nagios")


def answers_as(which: str) -> Any:
    def answer(path: str, params: dict[str, list[str]]) -> Any:
        if which == "prometheus" and path == "/api/v1/status/buildinfo":
            return {"status": "success", "data": {"version": "2.42.0"}}
        if which == "alertmanager" and path == "/api/v2/status":
            return {"versionInfo": {"version": "0.25.0"}, "uptime": "2026-11-02T06:00:00Z"}
        return 404

    return answer


@pytest.mark.parametrize("which", ["prometheus", "alertmanager"])
def test_a_url_is_recognised_by_what_answers(which: str) -> None:
    with serving(answers_as(which)) as there:
        way = there.http()
        name, words = sources.recognise(way)
        way.close()
    assert name == f"{which}_api"
    assert words.casefold().startswith(which)


def test_what_nobody_knows_is_said_so_and_no_answer_is_another_thing(store: Store) -> None:
    with serving(answers_as("nothing")) as there:
        way = there.http()
        with pytest.raises(BadInput, match="nothing that is known answers") as caught:
            sources.recognise(way)
        way.close()
    assert not isinstance(caught.value, NoAnswer)
    way = sources.http(store, there.url, {}, None, threading.Event())
    way.tries = 1
    with pytest.raises(NoAnswer):
        sources.recognise(way)


def test_only_other_machines_over_plain_http_are_not_encrypted(store: Store, author: Author) -> None:
    for name, place in (
        ("a", "http://10.0.0.1:9090"),
        ("b", "https://10.0.0.1"),
        ("c", "http://localhost:9090"),
    ):
        sources.save(store, author, LiveSource(name, "prometheus_api", place, "s", 15, {"query": "up"}))
    assert [status.encrypted for status in sources.status(store)] == [False, True, True]
