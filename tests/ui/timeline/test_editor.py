"""Can the timeline be written, corrected, retracted and read back with the keyboard alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import FieldsSet
from tocsin.model.operator import Author
from tocsin.model.timeline import Item
from tocsin.now import ManualClock
from tocsin.operations import deployments, incidents, timeline
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain
from tocsin.ui.timeline.editor import TimelineScreen
from tocsin.ui.timeline.table import COLUMNS

Ctrl = Qt.KeyboardModifier.ControlModifier
B = Author("Operator B")


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, incident: Incident) -> Iterator[TimelineScreen]:
    """The screen, shown and read."""
    shown = TimelineScreen(desk)
    qtbot.addWidget(shown)
    shown.resize(1302, 698)
    shown.show()
    qtbot.waitUntil(lambda: shown.lanes.isVisible() and bool(shown.lanes.marks))
    shown.table.setFocus()
    yield shown
    qtbot.waitUntil(lambda: not desk.jobs.busy())


def add(qtbot: QtBot, screen: TimelineScreen, text: str, lane: str = "done", minutes: float = 10) -> str:
    desk = screen.lanes.desk
    at = When(desk.store.now() - timedelta(minutes=minutes), zone=desk.store.zone)
    entry = timeline.add(desk.store, desk.author, desk.incident, text, lane=lane, happened=at)
    qtbot.waitUntil(lambda: screen.table.entries.row_of(entry.id) >= 0)
    return entry.id


def items(screen: TimelineScreen) -> list[Item]:
    return timeline.listed(screen.lanes.desk.store, screen.lanes.desk.incident)


def row(screen: TimelineScreen, number: int) -> dict[str, str]:
    model = screen.table.entries
    return {name: str(model.index(number, column).data()) for column, name in enumerate(COLUMNS)}


def replace(qtbot: QtBot, field: object, text: str) -> None:
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)


def test_n_adds_an_entry_with_lane_range_and_time_of_learning(
    qtbot: QtBot, screen: TimelineScreen, store: Store
) -> None:
    form = screen.side.form
    qtbot.keyClick(screen.table, Qt.Key.Key_N)
    assert form.isVisible()
    qtbot.keyClicks(form.text, "Complaints rise")
    qtbot.keyClicks(form.lane, "det")
    qtbot.keyClicks(form.happened, "13:00..14:00")
    qtbot.keyClicks(form.learned, "14:20")
    qtbot.keyClick(form.learned, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(items(screen)) == 1)
    [item] = items(screen)
    assert (item.lane, item.text) == ("detected", "Complaints rise")
    assert (item.happened.low, item.happened.high) == tuple(
        datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in (12, 13)
    )
    assert item.learned == datetime(2026, 11, 2, 13, 20, tzinfo=UTC)
    qtbot.waitUntil(lambda: screen.lanes.selection == item.id)
    assert screen.table.current_id == item.id
    assert row(screen, 0)["Learned"] == "2 Nov 14:20"
    assert row(screen, 0)["Happened"] == "2 Nov 13:30 ± 30 min"


def test_an_entry_without_a_time_happened_now(qtbot: QtBot, screen: TimelineScreen, store: Store) -> None:
    qtbot.keyClick(screen.table, Qt.Key.Key_N)
    qtbot.keyClicks(screen.side.form.text, "Queue restarted")
    qtbot.keyClick(screen.side.form.text, Qt.Key.Key_Return, Ctrl)
    qtbot.waitUntil(lambda: len(items(screen)) == 1)
    assert items(screen)[0].happened.at == store.now()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("25:00", "no such time"), ("nonsense", "not a time"), ("2027-01-01 10:00", "lies ahead")],
)
def test_a_time_nobody_can_read_is_said_at_the_form_and_nothing_is_lost(
    qtbot: QtBot, screen: TimelineScreen, typed: str, said: str
) -> None:
    form = screen.side.form
    qtbot.keyClick(screen.table, Qt.Key.Key_N)
    qtbot.keyClicks(form.text, "Queue restarted")
    qtbot.keyClicks(form.happened, typed)
    assert said in form.happened_read.text()
    qtbot.keyClick(form.happened, Qt.Key.Key_Return)
    assert said in form.trouble.text()
    assert form.trouble.isVisible()
    assert form.text.toPlainText() == "Queue restarted"
    assert items(screen) == []


def test_an_empty_text_is_refused(qtbot: QtBot, screen: TimelineScreen) -> None:
    qtbot.keyClick(screen.table, Qt.Key.Key_N)
    qtbot.keyClick(screen.side.form.happened, Qt.Key.Key_Return)
    assert "empty" in screen.side.form.trouble.text()


def test_enter_corrects_only_what_was_changed(qtbot: QtBot, screen: TimelineScreen, store: Store) -> None:
    id = add(qtbot, screen, "Queue restarted")
    screen.table.choose(id)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    form = screen.side.form
    assert form.happened.text() == "2026-11-02 14:27:12"
    replace(qtbot, form.happened, "14:20")
    qtbot.keyClick(form.happened, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: items(screen)[0].edits == 1)
    bodies = [entry.body for entry in timeline.history(store, id)]
    assert isinstance(bodies[-1], FieldsSet)
    assert list(bodies[-1].fields) == ["happened"]
    qtbot.waitUntil(lambda: row(screen, 0)["State"] == "corrected 1 ×")


def test_saving_nothing_new_writes_nothing(qtbot: QtBot, screen: TimelineScreen, store: Store) -> None:
    id = add(qtbot, screen, "Queue restarted")
    screen.table.choose(id)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    qtbot.keyClick(screen.side.form.happened, Qt.Key.Key_Return)
    assert screen.side.details.isVisible()
    assert len(timeline.history(store, id)) == 1


def test_escape_leaves_the_form_and_goes_back_to_the_table(qtbot: QtBot, screen: TimelineScreen) -> None:
    qtbot.keyClick(screen.table, Qt.Key.Key_N)
    qtbot.keyClick(screen.side.form.text, Qt.Key.Key_Escape)
    assert screen.side.details.isVisible()
    assert screen.table.hasFocus()


def test_delete_retracts_with_a_reason(qtbot: QtBot, screen: TimelineScreen) -> None:
    id = add(qtbot, screen, "Queue restarted")
    screen.table.choose(id)
    qtbot.keyClick(screen.table, Qt.Key.Key_Delete)
    asking = screen.side.retraction
    qtbot.keyClick(asking.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "empty" in asking.trouble.text())
    qtbot.keyClicks(asking.reason, "another system")
    qtbot.keyClick(asking.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: items(screen)[0].withdrawn == "another system")
    qtbot.waitUntil(lambda: row(screen, 0)["State"] == "retracted")
    text = screen.table.entries.index(0, COLUMNS.index("Text"))
    assert text.data(Qt.ItemDataRole.FontRole).strikeOut()


def test_h_shows_every_earlier_wording_with_who_and_when(
    qtbot: QtBot, screen: TimelineScreen, store: Store
) -> None:
    id = add(qtbot, screen, "Restarted")
    timeline.correct(store, B, id, text="Restarted the queue")
    qtbot.waitUntil(lambda: row(screen, 0)["Text"] == "Restarted the queue")
    screen.table.choose(id)
    qtbot.keyClick(screen.table, Qt.Key.Key_H)
    history = screen.side.details.history
    qtbot.waitUntil(lambda: len(history.steps) == 2)
    assert history.hasFocus()
    written, corrected = history.steps
    assert written.lines[0].endswith("Restarted")
    assert corrected.head == "2 Nov 14:37:12   Operator B   corrected"
    assert corrected.lines == ("text: Restarted → Restarted the queue",)


def test_a_conflict_shows_both_values_and_one_can_be_kept(
    qtbot: QtBot, screen: TimelineScreen, store: Store
) -> None:
    id = add(qtbot, screen, "Restarted")
    with store.write() as write:
        for who, text in ((screen.lanes.desk.author, "Restarted the queue"), (B, "Restarted all")):
            write.add(
                who,
                FieldsSet({"text": text}),
                incident=screen.lanes.desk.incident,
                subject=id,
                replaces=(id,),
            )
    qtbot.waitUntil(lambda: row(screen, 0)["State"].startswith("conflict"))
    screen.table.choose(id)
    conflict = screen.side.details.conflict
    qtbot.waitUntil(lambda: len(conflict.buttons) == 2)
    kept = next(b for b in conflict.buttons if "Restarted the queue" in b.accessibleName())
    qtbot.mouseClick(kept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not items(screen)[0].conflict)
    assert items(screen)[0].text == "Restarted the queue"
    qtbot.waitUntil(lambda: not conflict.isVisible())


def test_what_another_corrects_meanwhile_is_said_and_what_was_typed_stays(
    qtbot: QtBot, screen: TimelineScreen, store: Store
) -> None:
    id = add(qtbot, screen, "Restarted")
    screen.table.choose(id)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    form = screen.side.form
    replace(qtbot, form.text, "Mine")
    timeline.correct(store, B, id, text="Theirs")
    qtbot.waitUntil(lambda: "Theirs" in form.trouble.text())
    assert form.text.toPlainText() == "Mine"


def test_an_untouched_form_takes_in_what_another_corrects(
    qtbot: QtBot, screen: TimelineScreen, store: Store
) -> None:
    id = add(qtbot, screen, "Restarted")
    screen.table.choose(id)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    timeline.correct(store, B, id, text="Theirs")
    qtbot.waitUntil(lambda: screen.side.form.text.toPlainText() == "Theirs")


def test_the_estimated_start_is_typed_too(qtbot: QtBot, screen: TimelineScreen, store: Store) -> None:
    desk = screen.lanes.desk
    incidents.set_fields(store, desk.author, desk.incident, {"start": When(store.now() - timedelta(hours=3))})
    qtbot.waitUntil(lambda: screen.lanes.mark("start") is not None)
    screen.lanes.select("start")
    qtbot.keyClick(screen.lanes, Qt.Key.Key_Return)
    form = screen.side.form
    assert not form.text.isVisible()
    replace(qtbot, form.happened, "10:00..12:00")
    qtbot.keyClick(form.happened, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: incidents.get(store, desk.incident).start.is_range)  # type: ignore[union-attr]


def test_two_estimates_of_the_start_are_both_shown_and_one_can_be_kept(
    qtbot: QtBot, screen: TimelineScreen, store: Store
) -> None:
    desk = screen.lanes.desk
    with store.write() as write:
        for who, hours in ((desk.author, 3), (B, 5)):
            start = msgspec.to_builtins(When(store.now() - timedelta(hours=hours)))
            write.add(who, FieldsSet({"start": start}), incident=desk.incident, subject=desk.incident)
    qtbot.waitUntil(lambda: screen.lanes.mark("start") is not None)
    screen.lanes.select("start")
    conflict = screen.side.details.conflict
    qtbot.waitUntil(lambda: len(conflict.buttons) == 2)
    assert [step.lines for step in screen.side.details.history.steps] == [
        ("2 Nov 11:37:12",),
        ("2 Nov 09:37:12",),
    ]
    kept = next(b for b in conflict.buttons if b.accessibleName().endswith("Operator A"))
    qtbot.mouseClick(kept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not incidents.get(store, desk.incident).fields["start"].conflict)
    assert incidents.get(store, desk.incident).start == When(store.now() - timedelta(hours=3))


def test_lanes_and_table_have_the_same_entry_in_hand(qtbot: QtBot, screen: TimelineScreen) -> None:
    first, second = add(qtbot, screen, "one", minutes=30), add(qtbot, screen, "two")
    screen.table.choose(first)
    assert screen.lanes.selection == first
    screen.lanes.select(second)
    assert screen.table.current_id == second
    assert screen.side.details.text.text() == "two"


def test_the_cursor_stays_on_its_entry_when_others_write(qtbot: QtBot, screen: TimelineScreen) -> None:
    id = add(qtbot, screen, "mine")
    screen.table.choose(id)
    add(qtbot, screen, "earlier", minutes=60)
    assert screen.table.current_id == id
    assert screen.lanes.selection == id


def test_a_derived_fact_says_that_it_cannot_be_edited_here(qtbot: QtBot, screen: TimelineScreen) -> None:
    declared = next(mark for mark in screen.lanes.marks if mark.text.startswith("declared"))
    screen.lanes.select(declared.id)
    qtbot.keyClick(screen.lanes, Qt.Key.Key_Return)
    assert screen.side.details.isVisible()
    assert "follows" in screen.side.details.state.text()


def test_without_an_incident_it_says_what_to_do(qtbot: QtBot, desk: Desk) -> None:
    screen = TimelineScreen(desk)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: "Ctrl D" in screen.message.text())
    assert not screen.table.isVisible()


def test_a_hidden_screen_reads_only_when_it_is_shown(
    qtbot: QtBot, screen: TimelineScreen, store: Store, clock: ManualClock
) -> None:
    desk = screen.lanes.desk
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    screen.hide()
    with qtbot.waitSignal(desk.bell.journal_changed):
        timeline.add(store, desk.author, desk.incident, "while hidden")
    assert not desk.jobs.busy()
    screen.show()
    qtbot.waitUntil(lambda: len(screen.table.entries.items) == 1)


def test_markup_in_a_text_stays_text(qtbot: QtBot, screen: TimelineScreen) -> None:
    id = add(qtbot, screen, "<b>bold</b> <img src='/etc/passwd'>")
    screen.select(id)
    qtbot.waitUntil(lambda: bool(screen.side.details.history.steps))
    assert not_plain(screen) == []
    assert screen.side.details.text.text().startswith("<b>bold</b>")


def shown_columns(screen: TimelineScreen) -> list[str]:
    return [name for column, name in enumerate(COLUMNS) if not screen.table.isColumnHidden(column)]


def cut(screen: TimelineScreen) -> list[str]:
    """The cells, but those of the text, whose words do not fit."""
    table = screen.table
    shown = [
        column for column, name in enumerate(COLUMNS) if name != "Text" and name in shown_columns(screen)
    ]
    cells = [table.entries.index(row, column) for row in range(len(table.entries.items)) for column in shown]
    return [
        str(one.data())
        for one in cells
        if table.sizeHintForIndex(one).width() > table.columnWidth(one.column())
    ]


def test_a_column_has_the_room_its_words_need_and_none_without_words(
    qtbot: QtBot, screen: TimelineScreen, store: Store, desk: Desk
) -> None:
    id = add(qtbot, screen, "Rolled back")
    assert shown_columns(screen) == ["Happened", "Lane", "Text", "By"]
    low = store.now() - timedelta(days=400)
    uneven = When(low + timedelta(hours=1), low, low + timedelta(hours=9), store.zone)
    other = timeline.add(store, desk.author, desk.incident, "Complaints rise", happened=uneven)
    qtbot.waitUntil(lambda: screen.table.entries.row_of(other.id) == 0)
    assert cut(screen) == []
    timeline.correct(store, desk.author, other.id, happened=When(low, zone=store.zone))
    learned = store.now() + timedelta(minutes=1)
    timeline.add(store, desk.author, desk.incident, "Told", learned=learned, happened=When(low))
    timeline.correct(store, desk.author, id, text="Rolled back to 1.4")
    qtbot.waitUntil(lambda: shown_columns(screen) == list(COLUMNS))
    assert cut(screen) == []
    assert screen.table.columnWidth(COLUMNS.index("Text")) > 300
    assert screen.table.horizontalScrollBar().maximum() == 0


def test_v_asks_what_served_when_the_mark_in_hand_happened_and_d_records(
    qtbot: QtBot, screen: TimelineScreen
) -> None:
    with qtbot.waitSignal(screen.serving_wanted) as asked:
        qtbot.keyClick(screen, Qt.Key.Key_V)
    assert asked.args == [None]
    id = add(qtbot, screen, "Queue restarted", minutes=10)
    screen.select(id)
    with qtbot.waitSignal(screen.serving_wanted) as asked:
        qtbot.keyClick(screen, Qt.Key.Key_V)
    assert asked.args == [screen.lanes.desk.store.now() - timedelta(minutes=10)]
    with qtbot.waitSignal(screen.deployment_wanted):
        qtbot.keyClick(screen, Qt.Key.Key_D)


def test_enter_on_a_deployment_opens_it_where_it_was_recorded(qtbot: QtBot, screen: TimelineScreen) -> None:
    desk = screen.lanes.desk
    since = When(desk.store.now() - timedelta(hours=2))
    system = incidents.get(desk.store, desk.incident).system
    entry = deployments.record(desk.store, desk.author, system, "scorer", "v14", since=since)
    qtbot.waitUntil(lambda: screen.lanes.mark(f"deployment {entry.id}") is not None)
    with qtbot.waitSignal(screen.deployment_opened) as opened:
        screen.lanes.edit_wanted.emit(f"deployment {entry.id}")
    assert opened.args == [entry.id]
