"""The command screen by its keys, on a real store."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.clocks import State
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import FieldsSet
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, documents, incidents, timeline
from tocsin.store import alerts
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain

Key = Qt.Key
A, B = Author("Operator A"), Author("Operator B")


def _ask_field(screen: CommandScreen, name: str) -> QWidget:
    field = screen.ask.findChild(QWidget, f"ask-{name}")
    assert isinstance(field, QWidget)
    return field


def _type(qtbot: QtBot, screen: CommandScreen, name: str, text: str) -> None:
    field = _ask_field(screen, name)
    if isinstance(field, QLineEdit | QPlainTextEdit):
        field.selectAll()
    qtbot.keyClicks(field, text)


def _state(store: Store, incident: Incident, clock: str) -> State:
    return next(c.state for c in clocks.listed(store, incident.id) if c.id == clock)


def test_nothing_open_says_how_to_declare(qtbot: QtBot, desk: Desk) -> None:
    screen = CommandScreen(desk)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: "Ctrl D" in screen.said.text())
    assert screen.said.isVisible()
    QTest.keyClick(screen, Key.Key_C)
    assert not screen.ask.isVisible()


def test_the_most_urgent_is_taken_in_hand(screen: CommandScreen, declared: Incident, desk: Desk) -> None:
    assert desk.incident == declared.id
    assert screen.header.title.text() == "Scorer declines"
    assert screen.header.reference.text() == "INC-2026-WR-0001"
    assert screen.header.people.names["commander"].text() == "Operator A"


def test_l_types_a_line_and_enter_saves_it(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    qtbot.keyClick(screen, Key.Key_L)
    assert screen.log.input.hasFocus()
    qtbot.keyClicks(screen.log.input, "/do @14:20 Flag off")
    qtbot.keyClick(screen.log.input, Key.Key_Return)
    assert screen.log.state.text().startswith("saving")
    qtbot.waitUntil(lambda: screen.log.state.text() == "saved")
    item = timeline.listed(store, declared.id)[0]
    assert (item.lane, item.text, item.author) == ("done", "Flag off", "Operator A")
    qtbot.waitUntil(lambda: screen.log.rows.facts[0].text == "Flag off")
    assert screen.log.input.text() == ""


def test_a_refused_line_comes_back_with_the_reason(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    screen.focus_log()
    qtbot.keyClicks(screen.log.input, "/sing a song")
    qtbot.keyClick(screen.log.input, Key.Key_Return)
    qtbot.waitUntil(lambda: "no such command" in screen.log.state.text())
    assert screen.log.input.text() == "/sing a song"
    assert timeline.listed(store, declared.id) == []


def test_letters_typed_in_the_log_are_no_keys_of_the_screen(qtbot: QtBot, screen: CommandScreen) -> None:
    screen.focus_log()
    qtbot.keyClicks(screen.log.input, "contain more soon")
    assert screen.log.input.text() == "contain more soon"
    assert not screen.ask.isVisible()


def test_escape_gives_the_keys_back(qtbot: QtBot, screen: CommandScreen) -> None:
    screen.focus_log()
    qtbot.keyClick(screen.log.input, Key.Key_Escape)
    assert screen.hasFocus()


def test_c_contains_at_the_time_typed(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=30)
    qtbot.keyClick(screen, Key.Key_C)
    _type(qtbot, screen, "at", "14:50")
    _type(qtbot, screen, "note", "flag off")
    qtbot.keyClick(_ask_field(screen, "note"), Key.Key_Return)
    qtbot.waitUntil(lambda: not screen.ask.isVisible())
    move = incidents.get(store, declared.id).moves[-1]
    assert (move.status, move.note, f"{move.at:%H:%M}") == ("contained", "flag off", "13:50")
    qtbot.waitUntil(lambda: screen.header.moves["resolved"].isVisible())
    assert not screen.header.moves["contained"].isVisible()


def test_a_refused_time_keeps_the_words_and_says_why(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    qtbot.keyClick(screen, Key.Key_C)
    _type(qtbot, screen, "at", "half past")
    _type(qtbot, screen, "note", "flag off")
    qtbot.keyClick(_ask_field(screen, "at"), Key.Key_Return)
    qtbot.waitUntil(lambda: screen.ask.trouble.isVisible())
    assert "not a time" in screen.ask.trouble.text()
    note = _ask_field(screen, "note")
    assert isinstance(note, QLineEdit)
    assert note.text() == "flag off"
    assert incidents.get(store, declared.id).moves == ()
    qtbot.keyClick(note, Key.Key_Escape)
    assert not screen.ask.isVisible()


def test_a_move_that_cannot_follow_is_not_asked_for(qtbot: QtBot, screen: CommandScreen) -> None:
    qtbot.keyClick(screen, Key.Key_O)
    assert not screen.ask.isVisible()


def test_m_marks_the_selected_clock_and_goes_on_to_the_nearest(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    screen.clocks.select("escalate")
    qtbot.keyClick(screen.clocks.rows, Key.Key_M)
    qtbot.waitUntil(lambda: _state(store, declared, "escalate") is State.MET)
    qtbot.waitUntil(lambda: screen.clocks.rows.selected.id == "triage")
    assert _state(store, declared, "triage") is State.RUNNING


def test_w_waives_only_with_a_reason(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    screen.clocks.select("investigate")
    qtbot.keyClick(screen.clocks.rows, Key.Key_W)
    qtbot.keyClick(_ask_field(screen, "reason"), Key.Key_Return)
    qtbot.waitUntil(lambda: screen.ask.trouble.isVisible())
    assert _state(store, declared, "investigate") is State.RUNNING
    _type(qtbot, screen, "reason", "a drill")
    qtbot.keyClick(_ask_field(screen, "reason"), Key.Key_Return)
    qtbot.waitUntil(lambda: _state(store, declared, "investigate") is State.WAIVED)


def test_countdowns_follow_the_clock_handed_in_also_backwards(
    qtbot: QtBot, screen: CommandScreen, desk: Desk, clock: ManualClock
) -> None:
    start = clock.now()
    clock.advance(minutes=16)
    desk.heartbeat.beat()
    assert screen.header.since.text() == "00:16:00"
    assert screen.clocks.remark.text() == "1 overdue"
    clock.set_wall(start + timedelta(minutes=2))
    desk.heartbeat.beat()
    assert screen.header.since.text() == "00:02:00"
    assert screen.clocks.remark.text() == "nearest first"


def test_enter_on_the_action_of_the_severity_leads_to_triage(
    qtbot: QtBot, screen: CommandScreen, declared: Incident
) -> None:
    screen.todo.rows.select("severity")
    screen.todo.rows.setFocus()
    with qtbot.waitSignal(screen.triage_wanted) as wanted:
        qtbot.keyClick(screen.todo.rows, Key.Key_Return)
    assert wanted.args == [declared.id]


def test_s_confirms_the_severity(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    qtbot.keyClick(screen, Key.Key_S)
    qtbot.keyClick(_ask_field(screen, "severity"), Key.Key_Return)
    qtbot.waitUntil(lambda: _state(store, declared, "triage") is State.MET)
    assert incidents.get(store, declared.id).severity == "SEV-1"
    qtbot.waitUntil(lambda: next(a for a in screen.todo.rows.facts if a.id == "severity").done)


def test_another_level_regrades_for_a_reason(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    qtbot.keyClick(screen, Key.Key_S)
    box = _ask_field(screen, "severity")
    qtbot.keyClick(box, Key.Key_Down)
    qtbot.keyClick(box, Key.Key_Return)
    qtbot.waitUntil(lambda: "needs a reason" in screen.ask.trouble.text())
    assert incidents.get(store, declared.id).severity == "SEV-1"
    _type(qtbot, screen, "reason", "only one region")
    qtbot.keyClick(_ask_field(screen, "reason"), Key.Key_Return)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).severity == "SEV-2")
    qtbot.waitUntil(lambda: screen.header.badge.accessibleName() == "Severity SEV-2")


def test_e_changes_the_title_and_what_looks_like_markup_stays_text(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    qtbot.keyClick(screen, Key.Key_E)
    _type(qtbot, screen, "title", "<b>Declines</b> & <img src=x>")
    qtbot.keyClick(_ask_field(screen, "title"), Key.Key_Return)
    qtbot.waitUntil(lambda: screen.header.title.text() == "<b>Declines</b> & <img src=x>")
    assert incidents.get(store, declared.id).title == "<b>Declines</b> & <img src=x>"
    assert not_plain(screen) == []


def test_t_takes_a_range(qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store) -> None:
    qtbot.keyClick(screen, Key.Key_T)
    _type(qtbot, screen, "start", "2026-11-01 08:00..2026-11-01 10:00")
    qtbot.keyClick(_ask_field(screen, "start"), Key.Key_Return)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).start is not None)
    qtbot.waitUntil(lambda: screen.header.started.text() == "1 Nov 09:00 ± 1 h")


def test_a_brushed_stretch_is_proposed_and_written_by_enter(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store, clock: ManualClock
) -> None:
    low, high = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=1)
    screen.signals.charts.brushed.emit(low, high)
    assert incidents.get(store, declared.id).start is None
    qtbot.keyClick(_ask_field(screen, "start"), Key.Key_Return)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).start is not None)
    start = incidents.get(store, declared.id).start
    assert start is not None
    assert (start.low, start.high) == (low.replace(second=0), high.replace(second=0))


def test_p_assigns_the_leads(qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store) -> None:
    qtbot.keyClick(screen, Key.Key_P)
    _type(qtbot, screen, "technical", "Operator B")
    qtbot.keyClick(_ask_field(screen, "technical"), Key.Key_Return)
    qtbot.waitUntil(lambda: screen.header.people.names["technical"].text() == "Operator B")
    assert incidents.get(store, declared.id).commander == "Operator A"


def test_a_long_text_takes_lines_and_ctrl_enter_saves(
    qtbot: QtBot, screen: CommandScreen, declared: Incident, store: Store
) -> None:
    row = next(i for i, action in enumerate(screen.todo.rows.facts) if action.id == "impact")
    screen.todo.rows.select(screen.todo.rows.facts[row].id)
    screen.todo.rows.setFocus()
    qtbot.keyClick(screen.todo.rows, Key.Key_Return)
    field = _ask_field(screen, "impact")
    qtbot.keyClicks(field, "41 872 decisions")
    qtbot.keyClick(field, Key.Key_Return)
    qtbot.keyClicks(field, "one region")
    qtbot.keyClick(field, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wanted = "41 872 decisions\none region"
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).text("impact") == wanted)


def test_ctrl_down_takes_the_next_open_incident(
    qtbot: QtBot, screen: CommandScreen, desk: Desk, store: Store, declared: Incident
) -> None:
    other = incidents.declare(store, B, title="Slow", system="router", severity="SEV-4")
    qtbot.waitUntil(lambda: screen.header.other.isVisible())
    qtbot.keyClick(screen, Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: screen.header.title.text() == "Slow")
    assert desk.incident == other.id
    qtbot.keyClick(screen, Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: screen.header.title.text() == declared.title)


def test_what_others_write_appears_by_itself(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident
) -> None:
    timeline.log(store, B, declared.id, "Canary is clean")
    qtbot.waitUntil(lambda: screen.log.rows.facts[0].text == "Canary is clean")


def test_a_line_goes_to_the_incident_it_was_typed_under(
    qtbot: QtBot, screen: CommandScreen, desk: Desk, store: Store, declared: Incident
) -> None:
    other = incidents.declare(store, B, title="Slow", system="router", severity="SEV-4")
    screen.focus_log()
    qtbot.keyClicks(screen.log.input, "Seen here")
    desk.choose_incident(other.id)  # somebody opens another one; this one is still what the screen shows
    qtbot.keyClick(screen.log.input, Key.Key_Return)
    qtbot.waitUntil(lambda: len(timeline.listed(store, declared.id)) == 1)
    assert timeline.listed(store, other.id) == []


def test_withdrawn_is_shown_and_nothing_is_asked(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident
) -> None:
    incidents.withdraw(store, A, declared.id, "a drill")
    qtbot.waitUntil(lambda: "withdrawn: a drill" in screen.header.state.text())
    assert not any(button.isVisible() for button in screen.header.moves.values())
    qtbot.keyClick(screen, Key.Key_C)
    assert not screen.ask.isVisible()


def test_an_entry_is_corrected_from_the_lanes(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident
) -> None:
    entry = timeline.log(store, A, declared.id, "Rolled bakc")
    qtbot.waitUntil(lambda: screen.lanes.view.mark(entry.id) is not None)
    qtbot.waitUntil(lambda: screen.log.rows.facts[0].id == entry.id)
    screen.lanes.view.edit_wanted.emit(entry.id)
    _type(qtbot, screen, "text", "Rolled back")
    qtbot.keyClick(_ask_field(screen, "text"), Key.Key_Return)
    qtbot.waitUntil(lambda: screen.log.rows.facts[0].text == "Rolled back")
    item = timeline.listed(store, declared.id)[0]
    assert item.edits == 1
    assert item.happened == When(entry.recorded_at)


def test_a_hidden_screen_reads_nothing_until_it_is_shown(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident, desk: Desk
) -> None:
    screen.hide()
    with qtbot.waitSignal(desk.bell.journal_changed):
        timeline.log(store, B, declared.id, "Meanwhile")
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    assert screen.log.rows.facts[0].text != "Meanwhile"
    screen.show()
    qtbot.waitUntil(lambda: screen.log.rows.facts[0].text == "Meanwhile")


def test_what_cannot_be_found_is_said_on_the_screen(screen: CommandScreen, qtbot: QtBot, desk: Desk) -> None:
    desk.choose_incident("INC-2026-WR-0099")
    qtbot.waitUntil(lambda: "no such incident" in screen.said.text())
    assert screen.said.isVisible()
    assert screen.view is None


def test_a_store_that_can_only_be_read_takes_nothing(
    qtbot: QtBot, show: Callable[[], CommandScreen], store: Store, declared: Incident
) -> None:
    store.journal.read_only = True
    screen = show()
    qtbot.waitUntil(lambda: screen.view is not None)
    assert not screen.log.input.isEnabled()
    assert not any(button.isVisible() for button in screen.header.moves.values())
    qtbot.keyClick(screen, Key.Key_C)
    assert not screen.ask.isVisible()


def test_tab_reaches_every_part(qtbot: QtBot, screen: CommandScreen) -> None:
    screen.clocks.rows.setFocus()
    seen = set()
    for _ in range(20):
        widget = QApplication.focusWidget()
        assert widget is not None
        seen.add(widget.objectName())
        qtbot.keyClick(widget, Key.Key_Tab)
    assert {"clocks", "actions", "lanes", "log", "log-input"} <= seen


def test_more_offers_the_other_moves(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident
) -> None:
    qtbot.mouseClick(screen.header.more, Qt.MouseButton.LeftButton)
    menu = screen.findChild(QMenu)
    assert isinstance(menu, QMenu)
    by_text = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert {"Resolve", "Close", "Withdraw", "Link to another incident"} <= by_text.keys()
    assert "Contain" not in by_text  # it has its own button
    by_text["Withdraw"].trigger()
    menu.close()
    _type(qtbot, screen, "reason", "a drill")
    qtbot.mouseClick(screen.ask.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).withdrawn == "a drill")


def test_an_exported_report_is_withdrawn_from_the_menu(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident, tmp_path: Path
) -> None:
    export = documents.export(store, A, declared.id, tmp_path / "report.pdf")
    screen.refresh()
    qtbot.waitUntil(lambda: screen.view is not None and screen.view.incident.exports == (export.id,))
    qtbot.mouseClick(screen.header.more, Qt.MouseButton.LeftButton)
    menu = screen.findChild(QMenu)
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == "Withdraw an exported report").trigger()
    menu.close()
    _type(qtbot, screen, "reason", "named the wrong segment")
    qtbot.mouseClick(screen.ask.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).exports == ())


def test_a_adds_another_alert(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident, desk: Desk
) -> None:
    with qtbot.waitSignal(desk.noticed, check_params_cb=lambda text, _: "no other alert" in text):
        qtbot.keyClick(screen, Key.Key_A)
    alert = Alert("a1", declared.system, "", "rate", True, AlertSeverity.HIGH, "departure", "1", "rate fell",
                  0.3, 0.5, store.now())  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, key="k")
    qtbot.keyClick(screen, Key.Key_A)
    qtbot.waitUntil(lambda: screen.ask.isVisible())
    qtbot.mouseClick(screen.ask.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [a for _, a in incidents.get(store, declared.id).alerts] == [alert])


def test_two_values_for_one_field_are_both_shown(
    qtbot: QtBot, screen: CommandScreen, store: Store, declared: Incident
) -> None:
    for level in ("SEV-2", "SEV-3"):  # as two consoles apart from each other would write it
        with store.write() as write:
            write.add(A, FieldsSet({"severity": level}), incident=declared.id, subject=declared.id,
                      replaces=declared.fields["severity"].entries)  # fmt: skip
    qtbot.waitUntil(lambda: "two values for severity: SEV-3 or SEV-2" in screen.header.state.text())


def test_v_asks_what_served_and_d_records_a_deployment(qtbot: QtBot, screen: CommandScreen) -> None:
    for key, wanted in ((Key.Key_V, screen.serving_wanted), (Key.Key_D, screen.deployment_wanted)):
        with qtbot.waitSignal(wanted):
            qtbot.keyClick(screen, key)
