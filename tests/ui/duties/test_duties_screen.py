"""The screen of duties by its keys: from the questions to a notice that was approved, filed and exported."""

import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.duties.conftest import DUTY, A, B, shown
from tocsin.model import filings
from tocsin.model.duties import Verdict
from tocsin.model.filing import Fill
from tocsin.model.filings import Filing, State
from tocsin.model.incident import Incident
from tocsin.model.journal import DocumentExported
from tocsin.now import ManualClock
from tocsin.operations import answers, evidence, facts, filings_sent, incidents
from tocsin.operations import filings as filing
from tocsin.operations.progress import finish
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.console import App
from tocsin.ui.duties.field_row import FieldRow
from tocsin.ui.duties.screen import DutiesScreen
from tocsin.ui.text import not_plain

Key = Qt.Key
OTHER = "eu-gdpr-33/supplement"
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier


def press(qtbot: QtBot, key: Key, held: Qt.KeyboardModifier = PLAIN) -> None:
    """Press a key where the keyboard is."""
    at = QApplication.focusWidget()
    assert at is not None
    qtbot.keyClick(at, key, held)


def type_(qtbot: QtBot, text: str) -> None:
    at = QApplication.focusWidget()
    assert isinstance(at, QLineEdit | QPlainTextEdit)
    qtbot.keyClicks(at, text)


def only(store: Store, incident: Incident) -> Filing:
    """The one notice of the duty."""
    (found,) = filings.of_duty(incidents.get(store, incident.id), DUTY)
    return found


def state_of(store: Store, incident: Incident) -> State:
    return only(store, incident).state


def in_form(qtbot: QtBot, screen: DutiesScreen) -> None:
    """Wait for the form of the selected duty."""
    qtbot.waitUntil(lambda: screen.form.view is not None and screen.form.view.duty == DUTY)


def fill(qtbot: QtBot, screen: DutiesScreen) -> None:
    """Write into the first empty field, and say of the other empty ones that they are not known yet."""
    press(qtbot, Key.Key_Return)
    type_(qtbot, "Customers")
    for row in screen.form.rows:
        row.text.setFocus()
        if row.blank:
            press(qtbot, Key.Key_4, ALT)


def save(qtbot: QtBot, screen: DutiesScreen, store: Store, incident: Incident) -> None:
    press(qtbot, Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: not screen.form.dirty())
    qtbot.waitUntil(lambda: bool(filings.of_duty(incidents.get(store, incident.id), DUTY)))


def seen(screen: DutiesScreen, state: State) -> bool:
    view = screen.form.view
    return view is not None and view.filing is not None and view.filing.state is state


@pytest.fixture
def aware(store: Store, answered: Incident) -> Incident:
    """An incident in which the authority has to be told, a personal data breach known of for half an hour."""
    facts.state(store, A, answered.id, "awareness", store.now() - timedelta(minutes=30), "told by the desk")
    return answered


@pytest.fixture
def approved(store: Store, aware: Incident) -> Filing:
    """A notice that Operator A wrote and Operator B approved."""
    view = filing.look(store, aware.id, DUTY)
    opened = filing.open(store, A, aware.id, DUTY)
    unknown = filing.Filled(fill=Fill.UNKNOWN)
    filing.edit(store, A, opened.id, {one.field.id: unknown for one in view.fields if one.empty})
    filing.ask_review(store, A, opened.id)
    filing.approve(store, B, opened.id)
    return only(store, aware)


def answer(qtbot: QtBot, app: App, question: str, *keys: Key) -> None:
    """Go to a question with Tab and answer it."""
    sheet = app.sheets.questions
    for _ in range(len(sheet.rows.facts)):
        if sheet.current is not None and sheet.current.question.id == question:
            break
        press(qtbot, Key.Key_Tab)
    for key in keys:
        press(qtbot, key)
    view = sheet.view
    qtbot.waitUntil(lambda: sheet.view is not view and question in (sheet.view.answers if sheet.view else ()))


def test_from_the_questions_to_the_export_by_keys_alone(
    qtbot: QtBot, app: App, store: Store, incident: Incident
) -> None:
    qtbot.keyClick(app.window, Key.Key_G, CONTROL)
    screen = shown(qtbot, app)
    assert not screen.list.rows.isVisible(), "nothing applies from an incident alone"
    screen.setFocus()
    press(qtbot, Key.Key_Q)
    qtbot.waitUntil(lambda: app.sheets.questions.current is not None)
    answer(qtbot, app, "jurisdictions", Key.Key_1, Key.Key_Return)
    answer(qtbot, app, "data_role", Key.Key_1)
    answer(qtbot, app, "personal_data_breach", Key.Key_Y)
    answer(qtbot, app, "breach_risk", Key.Key_2)
    assert "3 apply" in app.sheets.questions.count.text()
    press(qtbot, Key.Key_Escape)
    qtbot.waitUntil(lambda: screen.list.selected is not None and screen.list.selected.id == DUTY)
    screen.list.rows.setFocus()
    press(qtbot, Key.Key_F)
    press(qtbot, Key.Key_Return)  # now
    qtbot.waitUntil(lambda: screen.list.selected is not None and not screen.list.selected.view.waits_for)
    in_form(qtbot, screen)
    fill(qtbot, screen)
    press(qtbot, Key.Key_R, ALT)
    qtbot.waitUntil(lambda: seen(screen, State.IN_REVIEW))
    assert only(store, incident).fields["ds_categories"].value == "Customers"
    press(qtbot, Key.Key_A, ALT)
    qtbot.waitUntil(screen.ask.isVisible)
    assert "Operator A asked for the review" in screen.form.note.text()
    assert state_of(store, incident) is State.IN_REVIEW
    press(qtbot, Key.Key_Return)  # Operator B sits down
    assert app.desk.operator == B.name
    qtbot.waitUntil(lambda: seen(screen, State.IN_REVIEW))
    press(qtbot, Key.Key_A, ALT)
    qtbot.waitUntil(lambda: seen(screen, State.APPROVED))
    said = only(store, incident).approved
    assert said is not None
    assert said.by == B.name
    press(qtbot, Key.Key_F, ALT)
    press(qtbot, Key.Key_Tab)
    press(qtbot, Key.Key_Tab)
    type_(qtbot, "SA-2026-117")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: seen(screen, State.FILED))
    filed = only(store, incident).filed
    assert filed is not None
    assert (filed.body.how, filed.body.receipt) == ("portal", "SA-2026-117")
    qtbot.keyClick(app.window, Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: "Exported to" in screen.form.note.text())
    with store.journal.read() as connection:
        (export,) = journal.entries(connection, kinds=["document.exported"])
    assert isinstance(export.body, DocumentExported)
    assert Path(export.body.path).read_bytes().startswith(b"%PDF")
    assert not_plain(app.window) == []


def test_a_change_after_approval_makes_it_a_draft_again(
    qtbot: QtBot, app: App, store: Store, aware: Incident, approved: Filing
) -> None:
    screen = shown(qtbot, app)
    qtbot.waitUntil(lambda: seen(screen, State.APPROVED))
    row = screen.form.rows[0]
    row.text.setFocus()
    type_(qtbot, "More is known. ")
    press(qtbot, Key.Key_F, ALT)
    assert "not saved" in screen.form.note.text(), "what was changed is not what was approved"
    save(qtbot, screen, store, aware)
    qtbot.waitUntil(lambda: seen(screen, State.DRAFT))
    assert only(store, aware).approved is None


def test_reasons_are_asked_for_when_it_is_late(
    qtbot: QtBot, app: App, store: Store, clock: ManualClock, aware: Incident, approved: Filing
) -> None:
    clock.advance(hours=80)
    screen = shown(qtbot, app)
    qtbot.waitUntil(lambda: seen(screen, State.APPROVED))
    screen.list.rows.setFocus()
    press(qtbot, Key.Key_F, ALT)
    press(qtbot, Key.Key_Return)
    trouble = screen.ask.trouble
    qtbot.waitUntil(trouble.isVisible)
    assert "say why" in trouble.text()
    assert state_of(store, aware) is State.APPROVED
    late = screen.findChild(QLineEdit, "ask-late")
    assert late is not None
    late.setFocus()
    type_(qtbot, "The processor told us late")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: seen(screen, State.FILED))
    filed = only(store, aware).filed
    assert filed is not None
    assert filed.body.late == "The processor told us late"


def test_who_looks_at_it_sends_it_back_with_a_reason(
    qtbot: QtBot, app: App, store: Store, aware: Incident, approved: Filing
) -> None:
    screen = shown(qtbot, app)
    qtbot.waitUntil(lambda: seen(screen, State.APPROVED))
    screen.list.rows.setFocus()
    press(qtbot, Key.Key_B, ALT)
    type_(qtbot, "The number of people is missing")
    press(qtbot, Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: seen(screen, State.DRAFT))
    assert "The number of people is missing" in screen.form.state.text()


def test_the_next_filing_comes_into_sight_though_an_earlier_one_was_looked_at(
    qtbot: QtBot, app: App, store: Store, aware: Incident, approved: Filing
) -> None:
    filings_sent.file(store, A, approved.id, how="portal")
    screen = shown(qtbot, app)
    screen.open_duty(DUTY)  # what is met stands below what is not
    qtbot.waitUntil(lambda: seen(screen, State.FILED))
    screen.form.filing_wanted.emit(approved.id)  # as its box does
    qtbot.waitUntil(lambda: seen(screen, State.FILED))
    screen.list.rows.setFocus()
    press(qtbot, Key.Key_N, ALT)
    press(qtbot, Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: seen(screen, State.DRAFT))
    assert len(filings.of_duty(incidents.get(store, aware.id), DUTY)) == 2


def test_what_is_written_stays_while_other_duties_are_looked_at(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_Return)
    row = screen.form.current
    assert row is not None
    type_(qtbot, "Half a sentence")
    press(qtbot, Key.Key_Escape)
    press(qtbot, Key.Key_Down)
    qtbot.waitUntil(lambda: screen.list.selected is not None and screen.list.selected.id != DUTY)
    press(qtbot, Key.Key_Up)
    qtbot.waitUntil(lambda: _text_of(screen, row.id) == "Half a sentence")
    assert screen.form.dirty()
    assert filings.of_duty(incidents.get(store, aware.id), DUTY) == ()


def test_what_is_written_while_it_is_saved_is_still_to_be_saved(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_Return)
    row = screen.form.current
    assert row is not None
    type_(qtbot, "Customers ")
    press(qtbot, Key.Key_S, CONTROL)
    type_(qtbot, "of the shop")  # before the commit comes back
    qtbot.waitUntil(lambda: bool(filings.of_duty(incidents.get(store, aware.id), DUTY)))
    qtbot.waitUntil(lambda: seen(screen, State.DRAFT))
    assert row.text.toPlainText() == "Customers of the shop"
    assert row.dirty
    save(qtbot, screen, store, aware)
    assert only(store, aware).fields[row.id].value == "Customers of the shop"


def test_what_is_written_of_one_incident_does_not_turn_up_in_another(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    other = incidents.declare(store, A, title="Another one", system="assistant")
    answers.answer(store, A, "personal_data_breach", ("yes",), incident=other.id)
    answers.answer(store, A, "breach_risk", ("risk",), incident=other.id)
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_Return)
    row = screen.form.current
    assert row is not None
    type_(qtbot, "Of the first")
    app.desk.choose_incident(other.id)

    def there(incident: Incident) -> bool:
        view = screen.form.view
        return view is not None and view.incident.id == incident.id and view.duty == DUTY

    qtbot.waitUntil(lambda: there(other))
    assert _text_of(screen, row.id) == ""
    app.desk.choose_incident(aware.id)
    qtbot.waitUntil(lambda: there(aware))
    assert _text_of(screen, row.id) == "Of the first"


def test_what_is_written_comes_back_when_another_begins_the_notice_meanwhile(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_Return)
    row = screen.form.current
    assert row is not None
    type_(qtbot, "Half a sentence")
    _go(qtbot, screen, OTHER)
    begun = filing.open(store, B, aware.id, DUTY)
    _go(qtbot, screen, DUTY)
    view = screen.form.view
    assert view is not None
    assert view.filing is not None
    assert view.filing.id == begun.id
    assert _text_of(screen, row.id) == "Half a sentence"
    assert screen.form.dirty()


def test_a_notice_that_is_saved_after_the_next_came_into_sight_leaves_that_one_alone(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_Return)
    row = screen.form.current
    assert row is not None
    type_(qtbot, "Of the first")
    slow = threading.Event()
    app.desk.jobs.command(slow.wait).start()
    press(qtbot, Key.Key_S, CONTROL)
    _go(qtbot, screen, OTHER)
    other = screen.form.rows[0]
    other.text.setPlainText("Of the second")
    slow.set()
    qtbot.waitUntil(lambda: bool(filings.of_duty(incidents.get(store, aware.id), DUTY)))
    qtbot.waitUntil(lambda: not app.desk.jobs.busy())
    screen.steps.save()
    second = partial(filings.of_duty, duty=OTHER)
    qtbot.waitUntil(lambda: any(one.fields for one in second(incidents.get(store, aware.id))))
    assert second(incidents.get(store, aware.id))[0].fields[other.id].value == "Of the second"
    assert only(store, aware).fields[row.id].value == "Of the first"
    qtbot.waitUntil(lambda: not screen.form.dirty())
    _go(qtbot, screen, DUTY)
    assert _text_of(screen, row.id) == "Of the first"
    assert not screen.form.dirty()


def _go(qtbot: QtBot, screen: DutiesScreen, duty: str) -> None:
    """Put the cursor on a duty and wait for its form."""
    screen.open_duty(duty)
    qtbot.waitUntil(lambda: screen.form.view is not None and screen.form.view.duty == duty)


def _text_of(screen: DutiesScreen, field: str) -> str:
    row = screen.form.row(field)
    return row.text.toPlainText() if row is not None else ""


def test_entries_of_the_timeline_are_chosen_for_a_field_and_name_where_they_come_from(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_Return)
    row = screen.form.current
    assert isinstance(row, FieldRow)
    press(qtbot, Key.Key_T, ALT)
    sheet = app.sheets.choose
    qtbot.waitUntil(lambda: len(sheet.rows.facts) == 2)
    press(qtbot, Key.Key_Space)
    press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Space)
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: row.dirty)
    assert "ticket 4471" in row.text.toPlainText()
    assert "switched off" in row.text.toPlainText()
    save(qtbot, screen, store, aware)
    kept = only(store, aware).fields[row.id]
    assert len(kept.origin) == 2
    assert all(one.startswith("Timeline") for one in kept.origin)


def test_files_of_the_evidence_go_along(
    qtbot: QtBot, app: App, store: Store, aware: Incident, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(b"\x89PNG")
    finish(evidence.attach(store, A, aware.id, scan))
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    press(qtbot, Key.Key_E, ALT)
    sheet = app.sheets.choose
    qtbot.waitUntil(lambda: len(sheet.rows.facts) == 1)
    press(qtbot, Key.Key_Space)
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: "Files 1" in screen.form.files_button.text())
    assert only(store, aware).attachments == (evidence.of(store, aware.id)[0].sha256,)


def test_not_known_yet_and_not_applicable_are_kept_with_when_and_why(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    first, second = [row for row in screen.form.rows if row.blank][:2]
    first.text.setFocus()
    press(qtbot, Key.Key_4, ALT)
    type_(qtbot, "2026-11-03 12:00")
    second.text.setFocus()
    press(qtbot, Key.Key_5, ALT)
    press(qtbot, Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: "say why it does not apply" in screen.form.note.text())
    type_(qtbot, "Nobody is affected")
    save(qtbot, screen, store, aware)
    kept = only(store, aware).fields
    assert kept[first.id].fill is Fill.UNKNOWN
    assert kept[first.id].expected is not None
    assert (kept[second.id].fill, kept[second.id].reason) == (Fill.NOT_APPLICABLE, "Nobody is affected")


def test_a_person_rules_on_a_duty_with_a_reason(
    qtbot: QtBot, app: App, store: Store, aware: Incident
) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    screen.list.rows.setFocus()
    press(qtbot, Key.Key_J)
    press(qtbot, Key.Key_Tab)
    type_(qtbot, "Counsel: the data were encrypted")
    press(qtbot, Key.Key_Return)

    def ruled() -> bool:
        row = screen.view.row(DUTY) if screen.view is not None else None
        return row is not None and row.duty.verdict is Verdict.DOES_NOT

    qtbot.waitUntil(ruled)
    assert "encrypted" in screen.list.details.toPlainText()


def test_the_countdown_goes_on_with_the_heartbeat(
    qtbot: QtBot, app: App, clock: ManualClock, aware: Incident
) -> None:
    from tocsin.ui.duties import words

    screen = shown(qtbot, app)
    row = screen.list.selected
    assert row is not None
    assert words.figure(row, clock.now()) == "71:30:00"
    clock.advance(hours=47, minutes=30)
    app.heartbeat.beat()
    shown_at = screen.list._painter.now
    assert shown_at == clock.now()
    assert words.figure(row, clock.now()) == "24:00:00"


def test_the_preview_follows_what_is_typed(qtbot: QtBot, app: App, aware: Incident) -> None:
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    qtbot.waitUntil(lambda: screen.preview.document is not None)
    before = screen.preview.document
    assert "page 1 of" in screen.preview.remark.text()
    assert "DRAFT" in screen.preview.remark.text()
    press(qtbot, Key.Key_Return)
    type_(qtbot, "Customers of the shop")
    qtbot.waitUntil(lambda: screen.preview.document is not before)
    wide = screen.preview.pages.zoom
    press(qtbot, Key.Key_Plus, CONTROL)
    assert screen.preview.pages.zoom > wide


def test_without_an_incident_it_says_how_to_come_by_one(qtbot: QtBot, app: App) -> None:
    app.desk.choose_incident("")
    found = app.window.show_screen("duties")
    assert isinstance(found, DutiesScreen)
    assert "No incident in hand" in found.said.text()
    app.sheets.questions.open()
    assert "No incident" in app.sheets.questions.about.text()


def test_a_store_that_can_only_be_read_takes_no_step(
    qtbot: QtBot, app: App, store: Store, aware: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(store), "read_only", property(lambda _self: True), raising=False)
    screen = shown(qtbot, app)
    in_form(qtbot, screen)
    buttons: list[QWidget] = [screen.form.buttons["edit"], screen.form.buttons["ask_review"]]
    assert not any(button.isEnabled() for button in buttons)
    assert all(row.text.isReadOnly() for row in screen.form.rows)
