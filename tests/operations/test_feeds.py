"""What a live source sends: stored with its cursor or not at all, each once, a day an import."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Samples, Table
from tocsin.model.instant import to_us
from tocsin.model.journal import ImportCompleted
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.now import ManualClock
from tocsin.operations import belonging, ingest, systems
from tocsin.operations import imports as imported
from tocsin.operations.feeds import Feed
from tocsin.operations.progress import finish
from tocsin.store import (
    alerts,
    deployments,
    feeds,
    imports,
    journal,
    messages,
    samples,
    series,
    watermarks,
)
from tocsin.store.folder import Store
from tocsin.store.schema import chunk

STEP = 15_000_000


@pytest.fixture
def feed(store: Store, author: Author) -> Feed:
    shop = systems.ensure(store, author, "shop").id
    return Feed(store, LiveSource("prom", "prometheus_api", "http://127.0.0.1:9", shop, 15), author)


def at(store: Store, *steps: int) -> np.ndarray:  # type: ignore[type-arg]
    return to_us(store.now()) // STEP * STEP + np.array(steps, np.int64) * STEP


def load(store: Store, *pairs: tuple[int, float], metric: str = "load", **more: str) -> Samples:
    times = at(store, *(step for step, _ in pairs))
    values = np.array([value for _, value in pairs], np.float64)
    return Samples(metric, times, values, np.zeros(len(times), np.int64), **more)  # type: ignore[arg-type]


def held(store: Store) -> dict[str, list[tuple[int, float]]]:
    """Everything readers see, times in steps from now."""
    zero = int(at(store, 0)[0])
    found = {}
    with store.signals.read() as connection:
        for number, signal in series.list_all(connection):
            times, values = samples.read(connection, number)
            found[signal.name] = list(zip(((times - zero) // STEP).tolist(), values.tolist(), strict=True))
    return found


def chunks(store: Store) -> int:
    with store.signals.read() as connection:
        return int(connection.execute(select(func.count()).select_from(chunk)).scalar_one())


def test_pieces_and_cursor_are_stored_together(store: Store, feed: Feed) -> None:
    tally = feed.take([load(store, (0, 1.0), (1, 2.0)), Assumed("warning", "slow")], {"upto": 1})
    assert (tally.stored, tally.already, tally.rejected) == (2, 0, 0)
    with store.signals.read() as connection:
        kept = feeds.get(connection, "prom")
        [day] = feeds.open_imports(connection, "prom")
    assert kept.cursor == {"upto": 1}
    assert (kept.state.rows, to_us(kept.state.newest or store.now())) == (2, int(at(store, 1)[0]))
    assert (day.record, day.counts.stored, day.complete) == ("samples", 2, True)
    assert day.assumed == {"warning": "slow"}
    assert held(store) == {"load": [(0, 1.0), (1, 2.0)]}


def test_when_it_cannot_be_stored_the_cursor_stays(
    store: Store, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.take([load(store, (0, 1.0))], {"upto": 0})

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the plug was pulled")

    with monkeypatch.context() as patched:
        patched.setattr(feeds, "put", broken)
        with pytest.raises(RuntimeError):
            feed.take([load(store, (1, 2.0), metric="other")], {"upto": 1})
    assert held(store) == {"load": [(0, 1.0)]}
    with store.signals.read() as connection:
        assert feeds.get(connection, "prom").cursor == {"upto": 0}


def test_the_same_again_is_counted_and_another_value_is_set_aside(store: Store, feed: Feed) -> None:
    feed.take([load(store, (0, 1.0), (1, 2.0))])
    tally = feed.take([load(store, (0, 1.0), (1, 5.0), (2, 3.0))])
    assert (tally.stored, tally.already, tally.rejected) == (1, 1, 1)
    assert held(store) == {"load": [(0, 1.0), (1, 2.0), (2, 3.0)]}
    [kept] = list((store.path / "imports").glob("*.rejected.jsonl"))
    assert "already has 2" in kept.read_text()


def test_one_signal_in_two_pieces_is_not_stored_twice(store: Store, feed: Feed) -> None:
    tally = feed.take(
        [load(store, *pairs) for pairs in (((0, 1.0), (1, 2.0)), ((1, 2.0), (2, 3.0)), ((5, 5.0),))]
    )
    assert (tally.stored, tally.already) == (4, 1)
    assert held(store) == {"load": [(0, 1.0), (1, 2.0), (2, 3.0), (5, 5.0)]}


def test_what_is_implausible_or_too_long_is_set_aside(store: Store, feed: Feed) -> None:
    infinite = load(store, (0, np.inf), (1, np.nan), (2, 1.0))
    endless = load(store, (0, 1.0), metric="m" * 3000)
    tally = feed.take([infinite, endless, Rejected(0, "no number", 3)])
    assert (tally.stored, tally.missing, tally.rejected) == (1, 1, 5)
    table = Table(Path("x.parquet"), 1, ("time", "id"), 0, 1)
    with pytest.raises(BadInput, match="decision logs"):
        feed.take([table])


def test_an_alert_is_raised_when_it_comes_and_a_new_system_is_added(store: Store, feed: Feed) -> None:
    row = {"id": "1", "time": store.now(), "severity": "critical", "message": "down", "system": "billing"}
    tally = feed.take([Rows("alerts", [row, {**row, "id": "2", "severity": "none"}], [1, 2])])
    assert tally.stored == 2
    with store.signals.read() as connection:
        found = {alert.urgent: alert for alert in alerts.list_all(connection)}
    assert (found[True].severity, found[True].raised, found[True].source) == ("critical", store.now(), "prom")
    assert not found[False].urgent
    billing = systems.find(store, "billing")
    assert billing is not None
    assert found[True].system == billing.id


def test_a_day_is_one_import_and_the_journal_says_so_when_it_is_over(
    store: Store, feed: Feed, clock: ManualClock
) -> None:
    feed.take([load(store, (0, 1.0))], {})
    clock.advance(hours=1)
    feed.take([load(store, (0, 2.0))], {})
    feed.end_days()
    with store.journal.read() as connection:
        assert journal.entries(connection, kinds=["import.completed"]) == []
    clock.advance(days=1)
    feed.take([load(store, (0, 3.0))], {})
    feed.end_days()
    feed.end_days()
    with store.journal.read() as connection:
        [entry] = journal.entries(connection, kinds=["import.completed"])
    assert isinstance(entry.body, ImportCompleted)
    assert (entry.body.source, entry.body.sha256, entry.body.stored) == ("prom", "", 2)
    with store.signals.read() as connection:
        [today] = feeds.open_imports(connection, "prom")
        assert today.counts.stored == 1
        [over] = [one for one in imports.list_all(connection) if one.feed == "prom"]
    assert over.id == entry.id
    assert imported.append_missing_entries(store) == 0


def test_small_chunks_become_one_and_readers_see_no_difference(store: Store, feed: Feed) -> None:
    for step in range(70):
        pieces: list[Piece] = [load(store, (step, step / 10)), load(store, (step, 7.0), metric="flat")]
        feed.take(pieces, {"upto": step})
    before = held(store)
    assert chunks(store) == 140
    feed.tidy(threading.Event())
    assert chunks(store) == 2
    assert held(store) == before
    assert before["load"] == [(step, step / 10) for step in range(70)]
    feed.take([load(store, (70, 1.0))], {})
    feed.tidy(threading.Event())
    assert chunks(store) == 3
    assert feed.take([load(store, (5, 0.5))], {}).already == 1


def test_late_samples_are_judged_again_by_the_detectors(store: Store, feed: Feed) -> None:
    feed.take([load(store, (0, 1.0), (10, 1.0))])
    with store.signals.write() as connection:
        [(number, _)] = series.list_all(connection)
        mark = watermarks.mark(connection, number, "d", "1")
        assert watermarks.advance(connection, mark, int(at(store, 10)[0]))
    feed.take([load(store, (11, 1.0))])
    with store.signals.read() as connection:
        assert watermarks.mark(connection, number, "d", "1").upto_us == int(at(store, 10)[0])
    feed.take([load(store, (5, 1.0))])
    with store.signals.read() as connection:
        assert watermarks.mark(connection, number, "d", "1").upto_us == int(at(store, 5)[0]) - 1


def test_a_file_with_what_a_live_source_brings_meanwhile_is_refused_not_stored_twice(
    store: Store, feed: Feed, author: Author, tmp_path: Path, clock: ManualClock
) -> None:
    first = store.now().replace(second=0)
    rows = [f"{(first + timedelta(seconds=15 * n)).isoformat()},{n}" for n in range(5_000)]
    file = tmp_path / "load.csv"
    file.write_text("time,load\n" + "\n".join(rows) + "\n")
    work = ingest.ingest(store, author, file, system="shop", options=Options())
    took_part = False
    with pytest.raises(BadInput, match="live source"):
        for progress in work:
            if progress.note == "storing" and not took_part:
                took_part = True
                feed.take([load(store, (2, 2.0))])
    assert took_part
    assert held(store) == {"load": [(2, 2.0)]}
    report = finish(ingest.ingest(store, author, file, system="shop", options=Options()))
    assert (report.stored, report.already) == (4_999, 1)


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize("record", ["alerts", "deployments", "messages"])
def test_what_is_sent_while_a_file_brings_the_same_is_kept_whatever_becomes_of_the_file(
    store: Store, feed: Feed, author: Author, tmp_path: Path, record: str, refused: bool
) -> None:
    row: dict[str, Any] = {
        "alerts": {"id": "a1", "severity": "high", "message": "too slow"},
        "deployments": {"id": "d1", "name": "ranker", "version": "v1"},
        "messages": {"author": "Operator A", "text": "hello"},
    }[record]
    sent = [Rows(record, [{**row, "time": store.now()}], [1])]
    file = tmp_path / "records.csv"
    file.write_text(f"time,{','.join(row)}\n{store.now().isoformat()},{','.join(row.values())}\n")
    work = ingest.ingest(store, author, file, system="shop", options=Options(record=record))
    next(progress for progress in work if progress.note == "storing")
    assert feed.take(sent).stored == 1
    if refused:
        work.close()
    else:
        finish(work)
    assert feed.take(sent).already == 1
    shop = feed.source.system
    with store.signals.read() as connection:
        [found] = {
            "alerts": alerts.list_all(connection),
            "deployments": deployments.of_system(connection, shop),
            "messages": messages.between(connection, shop, 0, 2**62, most=9),
        }[record]
    assert getattr(found, "source", "prom") == "prom"
    assert getattr(found, "urgent", True)


def test_a_label_that_names_no_systems_does_not_fill_the_journal(store: Store, feed: Feed) -> None:
    many = [load(store, (0, 1.0), system=f"pod {number}") for number in range(belonging.MOST_NEW + 1)]
    with pytest.raises(BadInput, match="systems nobody knows yet"):
        feed.take(many)
    assert [one.name for one in systems.names(store)] == ["shop"]
    assert feed.take(many[:9]).stored == 9
    assert len(systems.names(store)) == 10
