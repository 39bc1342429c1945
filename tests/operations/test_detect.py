"""Detecting in a store: each departure is one alert, however often, late or concurrently it is looked at."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from tocsin import plugins
from tocsin.detectors.base import DAY, HOUR, SECOND, Finding, OneSeries, Series
from tocsin.detectors.departure import DepartureDetector
from tocsin.errors import NotFound
from tocsin.model.alert import Alert
from tocsin.model.instant import from_us, to_us
from tocsin.model.journal import SystemAdded
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import alerts
from tocsin.operations.detect import Detected, detect
from tocsin.operations.progress import finish
from tocsin.store import watermarks
from tocsin.store.folder import Store

BEGIN = 20_000 * DAY
SIGNAL = Signal("one", "accuracy")
FELL = BEGIN + 20 * DAY
AddSamples = Callable[..., int]


def steady(days: int = 22, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Samples every quarter of an hour, with a fall of ten standard deviations for six hours on day 20."""
    times = BEGIN + np.arange(0, days * DAY, HOUR // 4)
    values = 90 + np.random.default_rng(seed).standard_normal(len(times))
    values[(times >= FELL) & (times < FELL + 6 * HOUR)] -= 10
    return times, values


def run(store: Store, **keywords: object) -> Detected:
    return finish(detect(store, using=[DepartureDetector()], **keywords))  # type: ignore[arg-type]


@pytest.mark.parametrize(("hours_since", "urgent"), [(1, True), (20, True), (30, False), (24 * 400, False)])
def test_what_was_measured_long_ago_interrupts_nobody(
    store: Store, add_samples: AddSamples, clock: ManualClock, hours_since: int, urgent: bool
) -> None:
    times, values = steady()
    shown = times < FELL + 6 * HOUR
    clock.instant = from_us(int(times[shown][-1])) + timedelta(hours=hours_since)
    add_samples(SIGNAL, times[shown], values[shown])
    (alert,) = run(store).raised
    assert (alert.urgent, alert.raised) == (urgent, store.now())


def test_a_departure_is_raised_once(store: Store, add_samples: AddSamples) -> None:
    times, values = steady()
    add_samples(SIGNAL, times, values)
    first, again = run(store), run(store)
    (alert,) = first.raised
    assert (first.series, first.judged) == (1, len(times))
    assert (again.series, again.judged, again.raised, again.changed) == (0, 0, [], [])
    assert alerts.list_all(store) == [alert]
    assert alerts.get(store, alert.id) == alert
    assert (alert.system, alert.signal, alert.metric) == ("one", SIGNAL.id, "accuracy")
    assert alert.start is not None
    assert alert.start.low < from_us(FELL) <= alert.start.high
    assert alert.ended is not None
    assert abs(alert.ended - from_us(FELL + 6 * HOUR)) <= timedelta(hours=1)
    assert (alert.detector, alert.version) == ("departure", "2")


def test_it_lasts_until_the_series_comes_back_and_stays_the_same_alert(
    store: Store, add_samples: AddSamples
) -> None:
    times, values = steady()
    states: list[list[Alert]] = []
    for begin in range(0, len(times), 12):
        add_samples(SIGNAL, times[begin : begin + 12], values[begin : begin + 12])
        run(store)
        states.append(alerts.list_all(store))
    seen = [one for (one,) in filter(None, states)]
    assert len({alert.id for alert in seen}) == 1
    assert len({alert.time for alert in seen}) == 1
    lasting = [alert.ended is None for alert in seen]
    assert lasting[0]
    assert not lasting[-1]
    assert lasting == sorted(lasting, reverse=True)
    whole = DepartureDetector().find(Series(SIGNAL, times, values, alarms_a_week=1.0), BEGIN - 1)
    assert [(seen[-1].time, seen[-1].ended)] == [
        (from_us(f.time_us), from_us(f.ended_us or 0)) for f in whole
    ]


def test_late_samples_extend_the_alert_and_raise_no_second(store: Store, add_samples: AddSamples) -> None:
    times, values = steady()
    late = (times >= FELL - HOUR) & (times < FELL + 3 * HOUR)
    add_samples(SIGNAL, times[~late], values[~late])
    (before,) = run(store).raised
    add_samples(SIGNAL, times[late], values[late])
    done = run(store)
    assert done.raised == []
    (after,) = done.changed
    assert after.id == before.id
    assert after.time == from_us(FELL) < before.time
    assert after.start is not None
    assert after.start.low < from_us(FELL) <= after.start.high
    assert alerts.list_all(store) == [after]


def test_a_run_can_be_stopped_at_any_step_and_taken_up_again(store: Store, add_samples: AddSamples) -> None:
    for i in range(40):
        add_samples(Signal("one", f"metric {i}"), *steady(seed=i))
    work = detect(store, using=[DepartureDetector()])
    steps = [next(work) for _ in range(2)]
    work.close()
    assert [(step.done, step.total) for step in steps] == [(0, 40), (32, 40)]
    assert alerts.list_all(store)
    assert run(store).series == 8
    found = alerts.list_all(store)
    # The first sample of one of forty may fall short of the level by chance.
    assert len({a.metric for a in found if FELL <= to_us(a.time) <= FELL + HOUR}) == 40
    assert len(found) == len({(alert.metric, alert.time) for alert in found})


def test_a_long_history_is_judged_in_slices_as_if_at_once(store: Store, add_samples: AddSamples) -> None:
    times = BEGIN + np.arange(0, 60 * DAY, HOUR // 60)  # 86,400 samples, more than one slice
    values = np.random.default_rng(2).standard_normal(len(times))
    values[(times >= FELL) & (times < FELL + HOUR)] += 12
    values[(times >= FELL + 20 * DAY) & (times < FELL + 20 * DAY + HOUR)] -= 12
    add_samples(SIGNAL, times, values)
    done = run(store)
    assert done.judged == len(times)
    whole = DepartureDetector().find(Series(SIGNAL, times, values, alarms_a_week=1.0), BEGIN - 1)
    assert [a.time for a in done.raised] == [from_us(f.time_us) for f in whole]
    assert {from_us(FELL), from_us(FELL + 20 * DAY)} <= {a.time for a in done.raised}


class ListeningDetector:
    """A guest that remembers the times handed over to it and finds nothing."""

    name, title, release, parameters = "listening", "Listening", "1", None

    def __init__(self, needs: OneSeries) -> None:
        self.needs = needs
        self.heard: list[np.ndarray] = []
        self.stretches: list[int] = []

    def find(self, series: Series, since_us: int) -> list[Finding]:
        self.heard.append(series.times_us)
        self.stretches.append(series.stretch_us)
        return []


@pytest.mark.parametrize(
    ("longest", "least", "expected"), [(100, 0, 5), (100, 5, 7), (100, 50, 12), (2, 50, 5)]
)
def test_the_past_reaches_back_until_it_is_enough(
    store: Store, add_samples: AddSamples, longest: int, least: int, expected: int
) -> None:
    listening = ListeningDetector(OneSeries(2 * HOUR, longest * HOUR, least, 10 * SECOND))
    for hours in (np.arange(10), np.arange(10, 12)):
        add_samples(SIGNAL, BEGIN + hours * HOUR, np.zeros(len(hours)))
        finish(detect(store, using=[listening]))
    assert [len(times) for times in listening.heard] == [10, expected]
    assert listening.stretches == [0, 0]  # hourly samples are their own means


def test_a_detector_that_asks_for_means_gets_those_of_whole_stretches(
    store: Store, add_samples: AddSamples
) -> None:
    listening = ListeningDetector(OneSeries(DAY, DAY, 0, 10 * SECOND))
    for seconds in (np.arange(25), np.arange(25, 28), np.arange(28, 40)):
        add_samples(SIGNAL, BEGIN + seconds * SECOND, np.zeros(len(seconds)))
        done = finish(detect(store, using=[listening]))
        assert done.judged == len(seconds)
    heard = [((times - BEGIN) // SECOND).tolist() for times in listening.heard]
    assert heard == [[9, 19], [9, 19], [9, 19, 29, 39]]
    assert listening.stretches == [10 * SECOND] * 3


def test_a_fast_series_is_found_departed_however_it_arrives(store: Store, add_samples: AddSamples) -> None:
    times = BEGIN + np.arange(0, 10 * DAY, 4 * SECOND)
    values = np.random.default_rng(3).standard_normal(len(times))
    fell = BEGIN + 9 * DAY
    values[(times >= fell) & (times < fell + HOUR)] -= 6
    other = Signal("two", "accuracy")
    add_samples(SIGNAL, times, values)
    for part in (times < fell + 33 * SECOND, (times >= fell + 33 * SECOND)):
        add_samples(other, times[part], values[part])
        run(store)
    one, two = sorted(alerts.list_all(store), key=lambda alert: alert.system)
    assert (one.system, two.system) == ("one", "two")
    assert one.time == two.time
    assert one.ended == two.ended
    assert one.start is not None
    assert one.start.low < from_us(fell) <= one.start.high
    assert abs(one.time - from_us(fell)) <= timedelta(seconds=20)
    assert one.baseline.endswith(" means over 10 s")
    assert "(mean over " in one.message
    assert one.ended is not None
    assert timedelta(minutes=59) < one.ended - one.time < timedelta(minutes=80)


def test_only_the_system_named_is_judged(store: Store, author: Author, add_samples: AddSamples) -> None:
    with store.write() as write:
        entry = write.add(author, SystemAdded("Loan scoring", ("loans",)), subject="one")
    assert entry.subject == "one"
    add_samples(SIGNAL, *steady())
    add_samples(Signal("two", "accuracy"), *steady())
    assert run(store, system="loans").series == 1
    assert [a.system for a in alerts.list_all(store)] == ["one"]
    assert alerts.list_all(store, system="Loan scoring") == alerts.list_all(store)
    assert run(store).series == 1
    with pytest.raises(NotFound):
        run(store, system="nobody's")
    with pytest.raises(NotFound):
        alerts.list_all(store, system="nobody's")


class BrokenDetector(DepartureDetector):
    """A guest that fails."""

    name = "broken"

    def find(self, series: Series, since_us: int) -> list[Finding]:
        raise ZeroDivisionError("on purpose")


def test_a_broken_detector_is_named_and_harms_no_other(store: Store, add_samples: AddSamples) -> None:
    number = add_samples(SIGNAL, *steady())
    done = finish(detect(store, using=[BrokenDetector(), DepartureDetector()]))
    assert len(done.raised) == 1
    (problem,) = done.problems
    assert "broken" in problem
    assert "on purpose" in problem
    with store.signals.read() as connection:
        assert watermarks.behind(connection, "broken", "1") == [number]


def test_the_built_in_detector_is_found_by_its_entry_point() -> None:
    found = {plugin.name: plugin for plugin in plugins.found(plugins.DETECTORS)}
    if not found:
        pytest.skip("tocsin is not installed, so it has no entry points")
    assert found["departure"].broken == ""
    assert "departure" in [detector.name for detector in plugins.detectors()]


def test_two_programs_at_once_raise_each_alert_once(store: Store, add_samples: AddSamples) -> None:
    times, values = steady()
    for i in range(12):
        add_samples(Signal("one", f"metric {i}"), times, values)
    command = [sys.executable, "-m", "tocsin", "detect", "--store", str(store.path), "--json"]
    programs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(program.communicate(timeout=120)[0]) for program in programs]
    assert len({alert["id"] for alert in (*told[0], *told[1])}) == 12
    assert sorted(a.metric for a in alerts.list_all(store)) == sorted(f"metric {i}" for i in range(12))
