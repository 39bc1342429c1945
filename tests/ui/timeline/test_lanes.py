"""Can a person select, zoom and move what the lanes show, by mouse and by keys, and is it written once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.instant import When, from_us, to_us
from tocsin.model.journal import FieldsSet
from tocsin.model.timeline import LANES
from tocsin.operations import incidents, timeline
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.timeline import painting
from tocsin.ui.timeline.feed import Feed
from tocsin.ui.timeline.lanes import LanesView

Alt, Shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def lanes(qtbot: QtBot, desk: Desk, incident: Incident) -> Iterator[LanesView]:
    """The lanes, shown and fed."""
    view = LanesView(desk)
    qtbot.addWidget(view)
    feed = Feed(desk, view)
    feed.read.connect(view.show_view)
    view.resize(1200, 220)
    view.show()
    qtbot.waitUntil(lambda: bool(view.marks))
    view.setFocus()
    yield view
    qtbot.waitUntil(lambda: not desk.jobs.busy())


def ago(store: Store, **span: float) -> datetime:
    return store.now() - timedelta(**span)


def add(qtbot: QtBot, lanes: LanesView, text: str, when: When, lane: str = "done") -> str:
    desk = lanes.desk
    entry = timeline.add(desk.store, desk.author, desk.incident, text, lane=lane, happened=when)
    qtbot.waitUntil(lambda: lanes.mark(entry.id) is not None)
    return entry.id


def point(lanes: LanesView, id: str, when: datetime | None = None) -> QPoint:
    placed = lanes.placed(id)
    assert placed is not None
    x = placed.x if when is None else lanes.scale.x(to_us(when))
    return QPoint(round(x), round(painting.middle_of(placed.lane, lanes.lane_height)))


def drag(qtbot: QtBot, lanes: LanesView, start: QPoint, end: QPoint, *, drop: bool = True) -> None:
    qtbot.mousePress(lanes, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(lanes, start + (end - start) * step / 5)
    if drop:
        qtbot.mouseRelease(lanes, Qt.MouseButton.LeftButton, pos=end)


def stored(lanes: LanesView, id: str) -> When:
    return next(i for i in timeline.listed(lanes.desk.store, lanes.desk.incident) if i.id == id).happened


def corrections(lanes: LanesView, id: str) -> int:
    return sum(isinstance(e.body, FieldsSet) for e in timeline.history(lanes.desk.store, id))


def test_dragging_an_entry_writes_the_time_it_is_dropped_at(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    target = ago(store, minutes=70)
    drag(qtbot, lanes, point(lanes, id), point(lanes, id, target))
    qtbot.waitUntil(lambda: corrections(lanes, id) == 1)
    assert abs(stored(lanes, id).at - target) <= 2 * lanes.pixel_time()


def test_what_was_dragged_stands_there_at_once_and_still_after_it_was_read_again(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    drag(qtbot, lanes, point(lanes, id), point(lanes, id, ago(store, minutes=70)))
    shown = lanes.mark(id)
    assert shown is not None
    assert shown.happened.at < ago(store, minutes=60)
    qtbot.waitUntil(lambda: any(mark.id == id and mark.edits == 1 for mark in lanes.marks))
    assert lanes.mark(id).happened == stored(lanes, id)  # type: ignore[union-attr]


def test_escape_puts_back_what_is_being_dragged(qtbot: QtBot, lanes: LanesView, store: Store) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    start = point(lanes, id)
    drag(qtbot, lanes, start, start - QPoint(200, 0), drop=False)
    assert lanes.mark(id).happened.at < ago(store, minutes=11)  # type: ignore[union-attr]
    qtbot.keyClick(lanes, Qt.Key.Key_Escape)
    qtbot.mouseRelease(lanes, Qt.MouseButton.LeftButton, pos=start - QPoint(200, 0))
    assert lanes.mark(id).happened.at == ago(store, minutes=10)  # type: ignore[union-attr]
    assert corrections(lanes, id) == 0


def test_what_others_write_meanwhile_does_not_tear_the_entry_from_the_hand(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    start, desk = point(lanes, id), lanes.desk
    drag(qtbot, lanes, start, start - QPoint(200, 0), drop=False)
    held = lanes.mark(id)
    other = timeline.add(store, desk.author, desk.incident, "note")
    with qtbot.waitSignal(desk.bell.journal_changed):
        pass
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    assert lanes.mark(id) == held
    qtbot.mouseRelease(lanes, Qt.MouseButton.LeftButton, pos=start - QPoint(200, 0))
    qtbot.waitUntil(lambda: lanes.mark(other.id) is not None)
    qtbot.waitUntil(lambda: corrections(lanes, id) == 1)


def test_a_range_keeps_its_width_and_its_end_moves_alone(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    span = When(ago(store, minutes=60), ago(store, minutes=80), ago(store, minutes=40))
    id = add(qtbot, lanes, "Traffic fell", span)
    start = point(lanes, id)
    drag(qtbot, lanes, start, start - QPoint(60, 0))
    qtbot.waitUntil(lambda: corrections(lanes, id) == 1)
    moved = stored(lanes, id)
    assert moved.at < span.at
    assert moved.high - moved.low == timedelta(minutes=40)
    qtbot.waitUntil(lambda: any(mark.id == id and mark.edits == 1 for mark in lanes.marks))
    placed = lanes.placed(id)
    assert placed is not None
    end = QPoint(round(placed.right) - 2, start.y())
    drag(qtbot, lanes, end, end + QPoint(50, 0))
    qtbot.waitUntil(lambda: corrections(lanes, id) == 2)
    assert stored(lanes, id).low == moved.low
    assert stored(lanes, id).high > moved.high


def test_the_estimated_start_can_be_dragged(qtbot: QtBot, lanes: LanesView, store: Store) -> None:
    start = When(ago(store, hours=3), ago(store, hours=4), ago(store, hours=2))
    incidents.set_fields(store, lanes.desk.author, lanes.desk.incident, {"start": start})
    qtbot.waitUntil(lambda: lanes.placed("start") is not None)
    at = point(lanes, "start")
    drag(qtbot, lanes, at, at - QPoint(80, 0))
    qtbot.waitUntil(lambda: incidents.get(store, lanes.desk.incident).start != start)
    moved = incidents.get(store, lanes.desk.incident).start
    assert moved is not None
    assert moved.at < start.at
    assert moved.high - moved.low == timedelta(hours=2)


def test_what_was_told_stays_where_it_is(qtbot: QtBot, lanes: LanesView, store: Store) -> None:
    id = add(qtbot, lanes, "update 1", When(ago(store, minutes=10)), lane="told")
    start = point(lanes, id)
    drag(qtbot, lanes, start, start - QPoint(200, 0))
    assert lanes.mark(id).happened.at == ago(store, minutes=10)  # type: ignore[union-attr]
    lanes.select(id)
    with qtbot.waitSignal(lanes.desk.noticed) as said:
        qtbot.keyClick(lanes, Qt.Key.Key_Left, Alt)
    assert said.args is not None
    assert "told to others" in said.args[0]
    qtbot.keyClick(lanes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not lanes.desk.jobs.busy())
    assert corrections(lanes, id) == 0


def test_keys_move_the_selected_entry_and_enter_writes_it_once(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    lanes.select(id)
    for _ in range(3):
        qtbot.keyClick(lanes, Qt.Key.Key_Left, Alt)
    qtbot.keyClick(lanes, Qt.Key.Key_Left, Alt | Shift)
    assert corrections(lanes, id) == 0
    qtbot.keyClick(lanes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: corrections(lanes, id) == 1)
    assert stored(lanes, id).at == ago(store, minutes=73)


def test_a_pause_writes_too_and_nothing_goes_past_now(qtbot: QtBot, lanes: LanesView, store: Store) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    lanes.select(id)
    qtbot.keyClick(lanes, Qt.Key.Key_Right, Alt | Shift)
    qtbot.waitUntil(lambda: corrections(lanes, id) == 1)
    assert stored(lanes, id).at == store.now()


def test_undo_brings_the_old_time_back(qtbot: QtBot, lanes: LanesView, store: Store) -> None:
    id = add(qtbot, lanes, "Queue restarted", When(ago(store, minutes=10)))
    lanes.select(id)
    qtbot.keyClick(lanes, Qt.Key.Key_Left, Alt)
    qtbot.keyClick(lanes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: corrections(lanes, id) == 1)
    qtbot.waitUntil(lambda: not lanes.desk.jobs.busy())
    lanes.desk.undo()
    qtbot.waitUntil(lambda: stored(lanes, id).at == ago(store, minutes=10))
    qtbot.waitUntil(lambda: lanes.mark(id).happened.at == ago(store, minutes=10))  # type: ignore[union-attr]


def test_arrows_go_along_a_lane_and_to_the_nearest_in_the_next(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    first = add(qtbot, lanes, "one", When(ago(store, minutes=30)))
    second = add(qtbot, lanes, "two", When(ago(store, minutes=10)))
    below = add(qtbot, lanes, "note", When(ago(store, minutes=9)), lane="noted")
    lanes.select(first)
    picked = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(lanes, key)
        picked.append(lanes.selection)
    assert picked == [second, second, below, second, first]


def test_enter_delete_and_h_ask_about_the_selected_entry(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    id = add(qtbot, lanes, "one", When(ago(store, minutes=30)))
    lanes.select(id)
    asked = (lanes.edit_wanted, Qt.Key.Key_Return), (lanes.retract_wanted, Qt.Key.Key_Delete)
    for signal, key in (*asked, (lanes.history_wanted, Qt.Key.Key_H)):
        with qtbot.waitSignal(signal) as wanted:
            qtbot.keyClick(lanes, key)
        assert wanted.args == [id]


def test_the_wheel_zooms_around_the_mouse_and_home_shows_all(qtbot: QtBot, lanes: LanesView) -> None:
    before = lanes.scale
    under = before.us(600)
    wheel = QWheelEvent(
        QPointF(600, 50), QPointF(600, 50), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(lanes, wheel)
    assert lanes.scale.pixel < before.pixel
    assert abs(lanes.scale.us(600) - under) < 2_000_000
    qtbot.keyClick(lanes, Qt.Key.Key_Home)
    assert lanes.scale.pixel == pytest.approx(before.pixel)


def test_empty_ground_pans(qtbot: QtBot, lanes: LanesView) -> None:
    first = lanes.scale.first
    y = round(painting.middle_of(LANES.index("told"), lanes.lane_height))
    drag(qtbot, lanes, QPoint(600, y), QPoint(700, y))
    assert lanes.scale.first == pytest.approx(first - 100 * lanes.scale.pixel)


def test_a_double_click_on_empty_ground_asks_for_an_entry_there(qtbot: QtBot, lanes: LanesView) -> None:
    at = QPoint(400, round(painting.middle_of(LANES.index("told"), lanes.lane_height)))
    with qtbot.waitSignal(lanes.add_wanted) as wanted:
        qtbot.mouseDClick(lanes, Qt.MouseButton.LeftButton, pos=at)
    assert wanted.args is not None
    lane, when = wanted.args
    assert lane == "told"
    assert abs(when.at - from_us(lanes.scale.us(400))) <= 2 * lanes.pixel_time()


def test_what_stays_in_view_stays_when_something_new_is_read(
    qtbot: QtBot, lanes: LanesView, store: Store
) -> None:
    lanes.zoom(0.3, 600)
    under = lanes.scale.us(600)
    add(qtbot, lanes, "long ago", When(ago(store, days=30)))
    assert abs(lanes.scale.us(600) - under) < 10_000_000


def test_time_passing_moves_now_and_then_the_axis(qtbot: QtBot, lanes: LanesView, store: Store) -> None:
    scale = lanes.scale
    lanes.show_time(store.now() + timedelta(minutes=1))
    assert lanes.scale is scale
    lanes.show_time(store.now() + timedelta(hours=1))
    assert lanes.scale.x(to_us(store.now() + timedelta(hours=1))) < scale.right
