"""The review queue over a real store: what waits, what sleeps, what is accepted, and what is taken back."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.conftest import AddSamples
from tocsin.errors import BadInput, NotFound
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When, to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Signal
from tocsin.now import ManualClock
from tocsin.operations import deployments, incidents, normals, queue, systems, undo
from tocsin.operations.queue import HISTORY, LONGEST_SNOOZE, OVER, QueueView
from tocsin.store import alerts, watermarks
from tocsin.store.folder import Store

HOUR = timedelta(hours=1)


def raised(
    store: Store,
    author: Author,
    metric: str = "approval_rate",
    *,
    ago: timedelta = 3 * HOUR,
    ended: timedelta | None = None,
    signal: str = "",
    live: bool = True,
    system: str = "scorer",
    urgent: bool = True,
    source: str = "alertmanager",
) -> Alert:
    """Store an alert that began `ago`, and ended that long ago if at all."""
    now, at = store.now(), store.now() - ago
    one = Alert(
        store.new_id(), systems.ensure(store, author, system).id, signal, metric, True, AlertSeverity.HIGH,
        "departure", "1", f"{metric} fell", 0.2, 0.4, at, start=When(at, at - HOUR, at + HOUR),
        ended=None if ended is None else now - ended, urgent=urgent, source=source,
        raised=now if live else None,
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, one, one.id, series=signal)
    return one


def ids(view: QueueView) -> list[tuple[str, ...]]:
    return [one.candidate.ids for one in view.candidates]


def normal(store: Store) -> dict[str, int]:
    with store.journal.read() as connection:
        return normals.new_normals(connection)


def test_an_empty_queue(store: Store) -> None:
    view = queue.look(store)
    assert (view.candidates, view.snoozed, view.history, view.left_out) == ((), (), 0, 0)


def test_related_alerts_wait_as_one_with_the_deployment_before_them(store: Store, author: Author) -> None:
    first, second = raised(store, author, "nulls"), raised(store, author, "accuracy", ago=2 * HOUR)
    other = raised(store, author, "latency", system="assistant", urgent=False)
    began = When(store.now() - 4 * HOUR)
    deployments.record(store, author, "scorer", "scorer", "v14", since=began)
    view = queue.look(store)
    assert ids(view) == [(first.id, second.id), (other.id,)]
    [one, slow] = view.candidates
    assert (one.system, slow.system, one.tone) == ("scorer", "assistant", 1)
    assert one.candidate.layers == (Layer.PIPELINE, Layer.QUALITY)
    assert one.candidate.cause is not None
    assert one.candidate.cause.text == "scorer v14 (model) 1 h before"
    assert [urgent.candidate.ids for urgent in view.urgent] == [(first.id, second.id)]
    assert ids(queue.look(store, "assistant")) == [(other.id,)]
    with pytest.raises(NotFound):
        queue.look(store, "nobody")


def test_what_an_incident_holds_waits_for_nobody(store: Store, author: Author) -> None:
    one = raised(store, author)
    declared = incidents.declare(store, author, title="t", system="scorer", alert_ids=[one.id])
    assert ids(queue.look(store)) == []
    incidents.withdraw(store, author, declared.id, "a drill")
    assert ids(queue.look(store)) == [(one.id,)]


def test_what_is_over_is_shown_for_a_day_and_is_then_history(
    store: Store, author: Author, clock: ManualClock
) -> None:
    over = raised(store, author, ended=HOUR)
    raised(store, author, "older", ago=3 * OVER, ended=2 * OVER)
    view = queue.look(store)
    assert (ids(view), view.history) == ([(over.id,)], 1)
    assert view.candidates[0].candidate.ended == over.ended
    clock.advance(hours=24)
    assert (ids(queue.look(store)), queue.look(store).history) == ([], 2)


def test_what_was_measured_long_ago_is_history(
    store: Store, author: Author, add_samples: AddSamples, clock: ManualClock
) -> None:
    system = systems.ensure(store, author, "scorer")
    times = to_us(store.now() - timedelta(days=30)) + np.arange(100, dtype=np.int64) * 3_600_000_000
    signals = [Signal(system.id, name) for name in ("hourly", "monthly", "fresh")]
    add_samples(signals[0], times, np.ones(100))
    add_samples(signals[1], times[0] - np.arange(4, -1, -1, dtype=np.int64) * 30 * 86_400_000_000, np.ones(5))
    add_samples(signals[2], np.array([to_us(store.now())]), np.ones(1))
    old, slow, new = [
        raised(store, author, s.metric, ago=timedelta(days=29 + n), signal=s.id, source="tocsin")
        for n, s in enumerate(signals)
    ]
    theirs = raised(store, author, "hourly", ago=3 * HISTORY, signal=signals[0].id)
    told = raised(store, author, "imported", ago=2 * HISTORY, live=False)
    live = raised(store, author, "live", ago=3 * HISTORY)
    view = queue.look(store)
    waiting = {id for one in ids(view) for id in one}
    assert waiting == {slow.id, new.id, live.id, theirs.id}
    assert view.history == 2
    assert old.id not in waiting
    assert told.id not in waiting


def test_a_snoozed_candidate_sleeps_until_its_time(store: Store, author: Author, clock: ManualClock) -> None:
    one, two = raised(store, author), raised(store, author, "accuracy")
    [waiting] = queue.look(store).candidates
    until = store.now() + 4 * HOUR
    made = store.new_id()
    entry = queue.snooze(store, author, [waiting.candidate.id], until, "retraining runs", id=made)
    again = queue.snooze(store, author, [one.id, two.id], until, "retraining runs", id=made)
    assert entry == again
    view = queue.look(store)
    [asleep] = view.snoozed
    assert (view.candidates, view.urgent) == ((), ())
    assert (asleep.until, asleep.reason, asleep.author) == (until, "retraining runs", author.name)
    assert set(asleep.waiting.candidate.ids) == {one.id, two.id}
    clock.advance(hours=4)
    assert len(queue.look(store).candidates) == 1
    assert queue.look(store).snoozed == ()


def test_a_snooze_is_undone_brought_back_and_woken(store: Store, author: Author) -> None:
    one = raised(store, author)
    entry = queue.snooze(store, author, [one.id], store.now() + HOUR, "known")
    assert undo.may_undo(entry)
    undone = undo.undo(store, author, entry.id)
    assert ids(queue.look(store)) == [(one.id,)]
    undo.undo(store, author, undone.id)
    assert ids(queue.look(store)) == []
    queue.wake(store, author, [one.id])
    assert ids(queue.look(store)) == [(one.id,)]


def test_a_snooze_needs_a_time_ahead_a_reason_and_something_to_snooze(store: Store, author: Author) -> None:
    one, now = raised(store, author), store.now()
    for until in (now, now - HOUR, now + LONGEST_SNOOZE + HOUR):
        with pytest.raises(BadInput):
            queue.snooze(store, author, [one.id], until, "known")
    with pytest.raises(BadInput):
        queue.snooze(store, author, [one.id], now + HOUR, "  ")
    with pytest.raises(BadInput):
        queue.snooze(store, author, [], now + HOUR, "known")
    with pytest.raises(NotFound):
        queue.snooze(store, author, ["nothing"], now + HOUR, "known")
    assert ids(queue.look(store)) == [(one.id,)]


def test_accepting_begins_the_baseline_anew_and_undo_brings_the_old_one_back(
    store: Store, author: Author, add_samples: AddSamples
) -> None:
    system = systems.ensure(store, author, "scorer")
    signal = Signal(system.id, "approval_rate")
    now_us = to_us(store.now())
    number = add_samples(signal, now_us - np.arange(9, -1, -1, dtype=np.int64) * 3_600_000_000, np.ones(10))
    one = raised(store, author, signal=signal.id, source="tocsin")
    judged_upto(store, number, now_us)
    entry = queue.accept(store, author, [one.id], "the new model is meant to be stricter")
    since = to_us(one.time + HOUR)  # the latest it can have started
    assert normal(store) == {signal.id: since}
    assert ids(queue.look(store)) == []
    assert queue.look(store).history == 1
    assert reached(store, number) == since - 1, "judged again by the new baseline"
    judged_upto(store, number, now_us)
    assert undo.may_undo(entry)
    undone = undo.undo(store, author, entry.id)
    assert normal(store) == {}
    assert ids(queue.look(store)) == [(one.id,)]
    assert reached(store, number) == since - 1, "judged again by the old one"
    undo.undo(store, author, undone.id)
    assert normal(store) == {signal.id: since}


def judged_upto(store: Store, number: int, upto_us: int) -> None:
    with store.signals.write() as connection:
        assert watermarks.advance(connection, watermarks.mark(connection, number, "d", "1"), upto_us)


def reached(store: Store, number: int) -> int:
    with store.signals.read() as connection:
        return watermarks.reached(connection, "d", "1")[number]


def test_of_two_acceptances_of_a_signal_the_later_baseline_counts(store: Store, author: Author) -> None:
    one = raised(store, author, signal="s", ago=9 * HOUR, source="tocsin")
    two = raised(store, author, signal="s", ago=3 * HOUR, source="tocsin")
    later = queue.accept(store, author, [two.id], "meant")
    queue.accept(store, author, [one.id], "meant too", since=one.time)
    assert normal(store) == {"s": to_us(two.time + HOUR)}
    undo.undo(store, author, later.id)
    assert normal(store) == {"s": to_us(one.time)}


def test_an_acceptance_under_one_id_is_stored_once_and_never_ahead(store: Store, author: Author) -> None:
    one, made = raised(store, author), store.new_id()
    first = queue.accept(store, author, [one.id], "meant", id=made)
    assert queue.accept(store, author, [one.id], "meant", id=made) == first
    with pytest.raises(BadInput):
        queue.accept(store, author, [one.id], "meant", since=store.now() + HOUR)


def test_an_alert_that_comes_again_stays_accepted(store: Store, author: Author) -> None:
    one = raised(store, author)
    queue.accept(store, author, [one.id], "a test system")
    with store.signals.write() as connection:
        alerts.replace(connection, replace(one, updated=store.now()))
    assert ids(queue.look(store)) == []


def test_the_new_normal_begins_when_all_had_started_and_were_seen_to_have(
    store: Store, author: Author
) -> None:
    step = raised(store, author)
    slow = replace(step, time=step.time + 9 * HOUR)
    bare = replace(step, start=None)
    assert queue.normal_since([step]) == step.time + HOUR
    assert queue.normal_since([step, slow]) == slow.time
    assert queue.normal_since([bare]) == bare.time


def test_only_an_open_incident_of_the_same_system_and_time_is_what_it_is_part_of(
    store: Store, author: Author
) -> None:
    def part() -> str:
        [one] = queue.look(store).candidates
        return one.incident.id if one.incident else ""

    held, other = raised(store, author, "nulls"), raised(store, author, "latency", system="assistant")
    old = raised(store, author, "cost", ago=60 * HOUR)
    for alert in (other, old):
        incidents.declare(store, author, title="t", system=alert.system, alert_ids=[alert.id])
    raised(store, author, "accuracy", ago=2 * HOUR)
    near = incidents.declare(store, author, title="t", system="scorer", alert_ids=[held.id])
    assert part() == near.id
    incidents.set_fields(store, author, near.id, {"start": When(store.now() - 50 * HOUR)})
    assert part() == ""
    incidents.set_fields(store, author, near.id, {"start": When(store.now() - 3 * HOUR)})
    assert part() == near.id
    incidents.withdraw(store, author, near.id, "a drill")
    assert part() == ""
