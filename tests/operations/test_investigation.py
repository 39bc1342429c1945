"""One system as a whole: layers, the whole beside a part, who noticed, which windows, rates of segments."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.base import DAY, HOUR
from tocsin.errors import NotFound
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import Watching
from tocsin.model.instant import When, from_us, to_us
from tocsin.model.observation import MONITORING, USER
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Signal
from tocsin.operations import decisions, investigation, investigation_chart, observations, queue, systems
from tocsin.operations.investigation_chart import Learnt, RateCurve
from tocsin.operations.investigation_decisions import rate_curve
from tocsin.operations.investigation_windows import Windows, windows
from tocsin.store import alerts
from tocsin.store.folder import Store

AddSamples = Callable[..., int]


def add(store: Store, add_samples: AddSamples, system: str, metric: str, **told: str) -> Signal:
    """Two hundred samples an hour apart, the last now."""
    signal = Signal(system, metric, layer=Layer.QUALITY, **told)  # type: ignore[arg-type]
    times = to_us(store.now()) - np.arange(200)[::-1] * HOUR
    add_samples(signal, times, np.random.default_rng(1).normal(5, 0.1, 200))
    return signal


def raised(store: Store, signal: Signal, severity: AlertSeverity) -> Alert:
    alert = Alert(
        id=store.new_id(), system=signal.system, signal=signal.id, metric=signal.metric, detected=True,
        severity=severity, detector="departure", version="2", message="it fell", value=1.0, threshold=2.0,
        time=store.now() - timedelta(hours=3), raised=store.now(),
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, alert.id, series=signal.id)
    return alert


def test_of_an_empty_store_there_is_nothing_and_an_unknown_system_is_refused(
    store: Store, author: Author
) -> None:
    assert investigation.look(store) is None
    systems.ensure(store, author, "router")
    with pytest.raises(NotFound):
        investigation.look(store, "no such system")


def test_without_a_name_it_is_the_system_with_the_gravest_lasting_alert(
    store: Store, author: Author, add_samples: AddSamples
) -> None:
    calm, bad = (systems.ensure(store, author, name).id for name in ("a calm one", "router"))
    add(store, add_samples, calm, "score")
    rate, north = add(store, add_samples, bad, "rate"), add(store, add_samples, bad, "rate_b", segment="b")
    raised(store, rate, AlertSeverity.LOW)
    grave = raised(store, north, AlertSeverity.CRITICAL)
    view = investigation.look(store)
    assert view is not None
    assert view.system.name == "router"
    assert view.worst is not None
    assert view.worst.alert == grave
    quality = next(layer for layer in view.layers if layer.layer is Layer.QUALITY)
    assert [one.signal.metric for one in quality.signals] == ["rate_b", "rate"], "the gravest first"
    assert sum(layer.watching is Watching.BLIND for layer in view.layers) == len(Layer) - 1
    assert view.budget.used == 0.5, "two alarms in four weeks"


def test_an_alert_accepted_as_the_new_normal_lasts_no_more(
    store: Store, author: Author, add_samples: AddSamples
) -> None:
    signal = add(store, add_samples, systems.ensure(store, author, "router").id, "rate")
    alert = raised(store, signal, AlertSeverity.HIGH)
    before = investigation.look(store, "router")
    assert before is not None
    assert investigation.declared_with(before, alert.id) == (alert.id,)
    queue.accept(store, author, [alert.id], "a new fleet")
    after = investigation.look(store, "router")
    assert after is not None
    assert after.worst is None
    assert after.mark == before.mark, "nothing arrived that an estimate rests on"


def test_decisions_are_looked_into_anew_when_outcomes_came_or_columns_mean_something_else(
    store: Store, author: Author, run: Callable[..., object]
) -> None:
    rows = [(f"d{n}", f"2026-10-01T{n:02}:00:00Z") for n in range(20)]
    run("id,time,said\n" + "".join(f"{id},{at},yes\n" for id, at in rows), name="l.csv", record="decisions")

    def logged() -> object:
        view = investigation.look(store, "shop")
        assert view is not None
        return view.logged

    first = logged()
    assert logged() == first
    told = "id,time,outcome\n" + "".join(f"{id},{at},1\n" for id, at in rows)
    run(told, name="o.csv", record="decisions")
    second = logged()
    assert second != first
    decisions.set_roles(store, author, "shop", {"decision": ("said",)})
    assert logged() != second


def test_without_a_name_it_is_no_system_whose_alert_was_accepted(
    store: Store, author: Author, add_samples: AddSamples
) -> None:
    one, other = (systems.ensure(store, author, name).id for name in ("router", "scorer"))
    grave = raised(store, add(store, add_samples, one, "rate"), AlertSeverity.CRITICAL)
    raised(store, add(store, add_samples, other, "rate"), AlertSeverity.LOW)
    queue.accept(store, author, [grave.id], "a new fleet")
    view = investigation.look(store)
    assert view is not None
    assert view.system.name == "scorer"


def test_a_part_stands_beside_its_whole(store: Store, author: Author, add_samples: AddSamples) -> None:
    id = systems.ensure(store, author, "router").id
    add(store, add_samples, id, "rate")
    add(store, add_samples, id, "rate", labels={"region": "ne"}, segment="ne")  # type: ignore[arg-type]
    add(store, add_samples, id, "eta_all")
    add(store, add_samples, id, "eta_ne")
    add(store, add_samples, id, "load")
    view = investigation.look(store, id)
    assert view is not None
    numbers = {one.signal.name: one.number for one in view.signals}
    assert investigation.beside(view, numbers["rate (region=ne)"]) == numbers["rate"]
    assert investigation.beside(view, numbers["eta_ne"]) == numbers["eta_all"]
    assert investigation.beside(view, numbers["load"]) is None
    assert investigation.beside(view, numbers["rate"]) is None


def test_people_noticed_when_they_learned_of_it_and_monitoring_is_no_person(
    store: Store, author: Author
) -> None:
    id = systems.ensure(store, author, "router").id
    for ago, channel in ((30, MONITORING), (20, USER), (5, USER)):
        learned = store.now() - timedelta(hours=ago)
        observations.report(
            store, author, system="router", text="late again", channel=channel, learned=learned
        )
    view = investigation.look(store, id)
    assert view is not None
    assert [(store.now() - one.at) / timedelta(hours=1) for one in view.noticed] == [20, 5]
    first = investigation.noticed_after(view, store.now() - timedelta(hours=10))
    assert first is not None
    assert first.at == store.now() - timedelta(hours=5)


@given(st.integers(0, 400), st.floats(0.2, 200), st.none() | st.floats(-5, 250))
def test_windows_never_overlap_and_lie_within_what_there_is(
    first_day: int, days: float, started: float | None
) -> None:
    first = first_day * DAY
    decided = first, first + round(days * DAY)
    start = None if started is None else When(from_us(first + round(started * DAY)))
    found = windows(decided, start)
    assert found is not None
    assert first <= found.baseline[0] < found.baseline[1] <= found.window[0] < found.window[1]
    assert found.window[1] == decided[1] + 1


def test_a_rate_is_the_mean_of_each_stretch_and_its_band_holds_what_did_not_change() -> None:
    random = np.random.default_rng(3)
    times = np.sort(random.integers(0, 90 * DAY, 40_000))
    values = (random.random(40_000) < 0.9).astype(float)
    values[::50] = np.nan
    compared = Windows((0, 60 * DAY), (60 * DAY, 90 * DAY))
    curve = rate_curve(times, values, "key", "all", "right", compared)
    assert curve is not None
    assert curve.band is not None
    known = ~np.isnan(values)
    step = int(np.diff(curve.times_us)[0])
    for place in (3, len(curve.rate) // 2):
        low = int(curve.times_us[place]) - step // 2
        inside = known & (times >= low) & (times < low + step)
        assert curve.rate[place] == pytest.approx(values[inside].mean())
    held = (curve.rate >= curve.band.low) & (curve.rate <= curve.band.high)
    assert 0.88 <= held.mean() <= 1
    late = known & (times >= 60 * DAY)
    assert curve.last == pytest.approx(values[late].mean())


def test_the_chart_holds_series_and_rates_over_one_axis(
    store: Store, author: Author, add_samples: AddSamples
) -> None:
    id = systems.ensure(store, author, "router").id
    signal = add(store, add_samples, id, "rate")
    alert = raised(store, signal, AlertSeverity.HIGH)
    view = investigation.look(store, id)
    assert view is not None
    [seen] = view.signals
    times = to_us(store.now()) - np.arange(9)[::-1] * DAY
    curve = RateCurve("k", "all rows", "right", times, np.full(9, 0.9), None, 0.9)
    picture = investigation_chart.draw(
        store, id, [curve, seen.number], Learnt(), range="1 week", pixels=300, calm_until=None
    )
    assert picture is not None
    assert picture.end - picture.start == timedelta(weeks=1)
    first, second = picture.lanes
    assert first.title == "all rows"
    assert second.alerts == (alert,)
    assert second.band is not None
    assert investigation_chart.fitting(store.now() - timedelta(days=19), store.now()) == "6 weeks"
