"""Looking into one system by real keys and the mouse: the start, segments, inputs, evidence."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tocsin.importers.base import Options
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When, iso, to_us
from tocsin.model.judgement import StartJudged
from tocsin.model.operator import Author
from tocsin.model.signal import Layer, Signal
from tocsin.operations import deployments, ingest, systems
from tocsin.operations.progress import finish
from tocsin.store import alerts, journal
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.signals.investigate import InvestigatePart
from tocsin.ui.signals.screen import SignalsScreen
from tocsin.ui.signals.slow import State
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window

Key = Qt.Key
HOURS, FELL = 440, 300  # samples an hour apart, and the one from which the rate is lower


@pytest.fixture
def router(store: Store, author: Author, add_samples: Callable[..., int]) -> str:
    """A system whose rate of the north fell, with a deployment two hours before, and one that is calm."""
    random = np.random.default_rng(5)
    id = systems.ensure(store, author, "router").id
    last = to_us(store.now())
    times = last - np.arange(HOURS)[::-1] * 3_600_000_000
    for metric, segment, drop in (("on_time", "", 0.0), ("on_time", "north", 0.06)):
        values = 0.94 + random.normal(0, 0.004, HOURS)
        values[FELL:] -= drop
        add_samples(Signal(id, metric, {"part": segment} if segment else {}, segment=segment), times, values)
    add_samples(Signal(id, "cost", layer=Layer.COST), times, 4 + random.normal(0, 0.1, HOURS))
    calm = Signal(systems.ensure(store, author, "scorer").id, "latency", layer=Layer.INFRASTRUCTURE)
    add_samples(calm, times, 180 + random.normal(0, 5, HOURS))
    began = store.now() - timedelta(hours=HOURS - FELL + 2)
    deployments.record(store, author, "router", "features", "4.2", kind="feature pipeline", since=When(began))
    return id


@pytest.fixture
def log(store: Store, author: Author, router: str, tmp_path: Path) -> None:
    """A decision log of the router, in which the north fails since the same hour, with a new word in it."""
    random, count = np.random.default_rng(6), 6000
    ages_h = np.sort(random.uniform(0, HOURS, count))[::-1]
    north = random.random(count) < 0.2
    late = ages_h < HOURS - FELL
    right = random.random(count) < np.where(north & late, 0.6, 0.94)
    cell = np.where(
        late & (random.random(count) < 0.4), "new", np.where(random.random(count) < 0.5, "a", "b")
    )
    lines = ["id,time,region,cell,km,on_time"]
    for place in range(count):
        at = iso(store.now() - timedelta(hours=float(ages_h[place])))
        region = "north" if north[place] else f"r{place % 4}"
        lines.append(f"d{place},{at},{region},{cell[place]},{random.gamma(3, 4):.1f},{int(right[place])}")
    file = tmp_path / "decisions.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    finish(ingest.ingest(store, author, file, system="router", options=Options(record="decisions")))


@pytest.fixture
def part(qtbot: QtBot, desk: Desk, window: Window, router: str) -> InvestigatePart:
    """The first tab, looking into the router, its start estimated."""
    screen = SignalsScreen(desk)
    window.add_screen("signals", "Signals", "signals", screen)
    window.show_screen("signals")
    screen.look_into(router)
    made = screen.investigate
    qtbot.waitUntil(lambda: made.inquiry.start.state is State.ANSWERED)
    qtbot.waitUntil(lambda: made.lanes.picture is not None)
    return made


def press(qtbot: QtBot, part: InvestigatePart, text: str) -> None:
    """Type where the keyboard is."""
    keyed = part.window().focusWidget()
    assert keyed is not None
    qtbot.keyClicks(keyed, text)


def judged(store: Store) -> list[StartJudged]:
    with store.journal.read() as connection:
        return [entry.body for entry in journal.entries(connection, kinds=["start.judged"])]  # type: ignore[misc]


def shown(part: InvestigatePart) -> list[str]:
    picture = part.lanes.picture
    return [f"{lane.title} {lane.about}" for lane in picture.lanes] if picture is not None else []


def raise_alert(store: Store, part: InvestigatePart, message: str, severity: AlertSeverity) -> Alert:
    """Store a lasting alert about the north."""
    assert part.view is not None
    north = next(one.signal for one in part.view.signals if one.signal.segment == "north")
    alert = Alert(
        id=store.new_id(), system=north.system, signal=north.id, metric=north.metric, detected=True,
        severity=severity, detector="departure", version="2", message=message, value=0.88, threshold=0.92,
        time=store.now() - timedelta(hours=HOURS - FELL - 5), effect=-9.0, p_value=1e-9, raised=store.now(),
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, message, series=north.id)
    return alert


def test_the_start_is_estimated_and_what_changed_is_drawn_below_the_whole(
    qtbot: QtBot, part: InvestigatePart, store: Store
) -> None:
    when = part.inquiry.when
    assert when is not None
    truth = store.now() - timedelta(hours=HOURS - FELL - 1)
    assert when.low - timedelta(hours=1) <= truth <= when.high + timedelta(hours=1)
    qtbot.waitUntil(lambda: len(shown(part)) == 2)
    assert "north" in shown(part)[1]
    assert "north" not in shown(part)[0]
    assert part.list.line is not None
    assert part.list.line.changed
    [nearest] = part.side.start.before.rows.facts
    assert nearest.fact.name == "features"
    assert "90 %" in part.side.start.interval.text()
    assert not part.side.start.density.isHidden()
    assert not_plain(part) == []


def test_a_accepts_the_estimate_and_ctrl_z_takes_it_back(
    qtbot: QtBot, part: InvestigatePart, store: Store, desk: Desk
) -> None:
    press(qtbot, part, "a")
    qtbot.waitUntil(lambda: len(judged(store)) == 1)
    [said] = judged(store)
    assert (said.verdict, said.system, said.chosen) == ("accepted", part._system, part.inquiry.when)
    qtbot.waitUntil(lambda: "accepted" in part.side.start.remark.text())
    desk.undo()
    qtbot.waitUntil(lambda: "accepted" not in part.side.start.remark.text())


def test_dragging_over_the_chart_states_another_start(
    qtbot: QtBot, part: InvestigatePart, store: Store
) -> None:
    press(qtbot, part, "b")
    view = part.lanes.charts.focusProxy()
    assert view is not None
    assert view.hasFocus()
    low, high = QPoint(view.width() // 2, 40), QPoint(view.width() // 2 + 30, 44)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=low)  # type: ignore[attr-defined]
    qtbot.mouseMove(view.viewport(), high)  # type: ignore[attr-defined]
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=high)  # type: ignore[attr-defined]
    reason = part.ask.findChild(QLineEdit, "ask-reason")
    assert isinstance(reason, QLineEdit)
    qtbot.keyClicks(reason, "the rollout reached the north then")
    qtbot.keyClick(reason, Key.Key_Return)
    qtbot.waitUntil(lambda: len(judged(store)) == 1)
    [said] = judged(store)
    assert (said.verdict, said.reason) == ("adjusted", "the rollout reached the north then")
    assert said.chosen is not None
    assert said.chosen.is_range
    qtbot.waitUntil(lambda: not part.ask.isVisible())


def test_x_says_that_nothing_speaks_for_it(qtbot: QtBot, part: InvestigatePart, store: Store) -> None:
    press(qtbot, part, "x")
    reason = part.ask.findChild(QLineEdit, "ask-reason")
    assert isinstance(reason, QLineEdit)
    qtbot.keyClick(reason, Key.Key_Escape)
    assert not part.ask.isVisible()
    assert judged(store) == []
    press(qtbot, part, "x")
    qtbot.keyClick(part.ask.findChild(QLineEdit, "ask-reason"), Key.Key_Return)
    qtbot.waitUntil(lambda: [one.verdict for one in judged(store)] == ["rejected"])


def test_brackets_go_to_the_next_system_and_back(qtbot: QtBot, part: InvestigatePart) -> None:
    press(qtbot, part, "]")
    qtbot.waitUntil(lambda: part.view is not None and part.view.system.name == "scorer")
    qtbot.waitUntil(lambda: part.inquiry.start.state is State.ANSWERED)
    assert part.inquiry.when is None
    assert "No evidence" in part.side.start.when.text()
    assert not part.side.start.accept.isEnabled()
    press(qtbot, part, "[")
    qtbot.waitUntil(lambda: part.view is not None and part.view.system.name == "router")
    assert part.head.systems.currentText() == "router"


def test_without_decisions_the_panels_say_what_to_import(part: InvestigatePart) -> None:
    assert "Ctrl I" in part.segments.said.text()
    assert part.segments.said.isVisible()
    assert "decision log" in part.side.inputs.said.text()
    assert not part.side.spot.button.isEnabled()
    assert not part.head.windows.isVisible()


def test_an_alert_opens_with_its_evidence_where_it_is(
    qtbot: QtBot, part: InvestigatePart, store: Store
) -> None:
    raise_alert(store, part, "on_time fell to 0.88", AlertSeverity.HIGH)
    newest = raise_alert(store, part, "on_time lies low", AlertSeverity.CRITICAL)
    qtbot.waitUntil(lambda: part.view is not None and part.view.worst is not None)
    part.list.rows.setFocus()
    press(qtbot, part, "e")
    card = part.lanes.card
    assert card.isVisible()
    words = " ".join(label.text() for label in card.facts)
    assert "departure 2" in words
    assert "0.88" in words
    first = card.message.text()
    qtbot.keyClick(card, Key.Key_Right)
    assert card.message.text() != first
    with qtbot.waitSignal(part.declare_wanted) as wanted:
        press(qtbot, part, "d")
    assert newest.id in wanted.args[0]
    qtbot.keyClick(card, Key.Key_Escape)
    assert not card.isVisible()
    assert part.list.rows.hasFocus()


def test_a_click_at_a_deployment_opens_it(qtbot: QtBot, part: InvestigatePart) -> None:
    part.findings.choose_range("6 weeks")
    qtbot.waitUntil(lambda: part.lanes.picture is not None and part.lanes.picture.range == "6 weeks")
    picture, charts = part.lanes.picture, part.lanes.charts
    assert picture is not None
    [deployed] = picture.deployments
    view = charts.focusProxy()
    assert view is not None
    x = round(charts._scene.x(deployed.began.high))
    with qtbot.waitSignal(part.deployment_opened) as opened:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 60))  # type: ignore[attr-defined]
    assert opened.args == [deployed.id]


@pytest.mark.usefixtures("log")
def test_segments_and_inputs_are_compared_since_the_start(qtbot: QtBot, part: InvestigatePart) -> None:
    qtbot.waitUntil(lambda: part.inquiry.found is not None)
    found = part.inquiry.found
    assert found is not None
    assert part.inquiry.when is not None
    assert found.windows.window[0] == to_us(part.inquiry.when.at)
    assert found.scan is not None
    assert found.scan.findings[0].where == (("region", "north"),)
    assert "1 finding of" in part.segments.remark.text()
    qtbot.waitUntil(lambda: shown(part) == ["all rows on_time", "north on_time"])
    assert found.comparison is not None
    assert found.comparison.features[0].name == "cell"
    assert part.side.inputs.drawing.isVisible()
    part.list.rows.setFocus()
    qtbot.keyClick(part.list.rows, Key.Key_Up)
    qtbot.waitUntil(lambda: all("all rows" not in one for one in shown(part)))
    part.segments.rows.setFocus()
    qtbot.waitUntil(lambda: shown(part) == ["all rows on_time", "north on_time"])
    with qtbot.waitSignal(part.review_wanted) as wanted:
        press(qtbot, part, "v")
    assert wanted.args == [part._system]


@pytest.mark.usefixtures("log")
def test_an_alert_of_a_segment_leads_to_its_rate(qtbot: QtBot, part: InvestigatePart, store: Store) -> None:
    qtbot.waitUntil(lambda: part.inquiry.found is not None)
    told = Alert(
        id=store.new_id(), system=part._system, signal="", metric="on_time", detected=True,
        severity=AlertSeverity.CRITICAL, detector="segments", version="1", message="it fell", value=0.6,
        threshold=0.9, time=store.now() - timedelta(days=2), raised=store.now(),
        labels={"region": "north", "layer": "output quality"},
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, told, "north")
    rows = part.list.rows
    qtbot.waitUntil(lambda: any(one.told == told for one in rows.facts))
    rows.setFocus()
    rows.select(f"alert {told.id}")
    qtbot.waitUntil(lambda: part.lanes.picture is not None and part.lanes.picture.lanes[-1].alerts == (told,))
    assert shown(part) == ["all rows on_time", "north on_time"]
    press(qtbot, part, "e")
    assert part.lanes.card.message.text() == "it fell"


@pytest.mark.usefixtures("log")
def test_other_windows_are_compared_when_a_person_says_so(qtbot: QtBot, part: InvestigatePart) -> None:
    qtbot.waitUntil(lambda: part.inquiry.found is not None)
    press(qtbot, part, "w")
    baseline = part.ask.findChild(QLineEdit, "ask-baseline")
    window = part.ask.findChild(QLineEdit, "ask-window")
    assert isinstance(baseline, QLineEdit)
    assert isinstance(window, QLineEdit)
    baseline.setText("2026-10-16 .. 2026-10-18")
    window.setText("nonsense")
    qtbot.keyClick(window, Key.Key_Return)
    assert part.ask.trouble.isVisible()
    window.setText("2026-10-19 .. 2026-10-21")
    qtbot.keyClick(window, Key.Key_Return)
    qtbot.waitUntil(lambda: part.inquiry.found is not None and part.inquiry.found.windows.chosen)
    found = part.inquiry.found
    assert found is not None
    assert found.scan is not None
    assert found.scan.findings == (), "nothing had changed by then"
    assert "19 Oct" in part.head.windows.text()


def test_an_empty_store_says_what_to_do(qtbot: QtBot, desk: Desk, window: Window) -> None:
    screen = SignalsScreen(desk)
    window.add_screen("signals", "Signals", "signals", screen)
    window.show_screen("signals")
    qtbot.waitUntil(lambda: "Ctrl I" in screen.investigate.message.text())
    qtbot.keyClicks(window.focusWidget() or screen, "3")
    assert screen.tab == "Coverage"
    qtbot.keyClicks(window.focusWidget() or screen, "1")
    assert screen.tab == "Investigate"
