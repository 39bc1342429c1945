"""The sheet of hand-overs by its keys, on a real store: prepared, read, answered, confirmed by both sides."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tocsin.model import handover as rules
from tocsin.model.handover import Handover, State
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import handover, incidents, operators, roles, timeline
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.handover.sheet import HandoverSheet
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier
A, B = Author("Operator A"), Author("Operator B")
QUESTION = "Does v12 hold?"


@pytest.fixture
def incident(store: Store, clock: ManualClock, desk: Desk) -> Incident:
    for person in (A, B):
        operators.add(store, person)
    made = incidents.declare(store, A, title="Scorer declines", system="scorer")
    clock.advance(minutes=20)
    desk.choose_incident(made.id)
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, incident: Incident) -> HandoverSheet:
    window = Window(desk)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    with qtbot.waitExposed(window):
        window.show()
    return HandoverSheet(desk, window)


def opened(qtbot: QtBot, sheet: HandoverSheet) -> None:
    sheet.open()
    qtbot.waitUntil(sheet.isVisible)


def waiting(store: Store, incident: Incident) -> Handover | None:
    return rules.standing(incidents.get(store, incident.id))


def focused(sheet: HandoverSheet) -> QLineEdit:
    """The field the keys go to while the window is in front; the list of names may just lie over it."""
    field = sheet.window().focusWidget()
    assert isinstance(field, QLineEdit)
    return field


def test_a_role_is_handed_over_by_keys_alone(
    qtbot: QtBot, desk: Desk, sheet: HandoverSheet, store: Store, incident: Incident
) -> None:
    opened(qtbot, sheet)
    qtbot.keyClicks(focused(sheet), "Operator B")
    questions = sheet.findChild(QPlainTextEdit, "briefing-questions")
    assert questions is not None
    assert "not contained" in questions.toPlainText()
    questions.selectAll()
    qtbot.keyClicks(questions, QUESTION)
    qtbot.keyClick(questions, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: sheet.confirming.confirm.isVisible())
    assert "Confirm as Operator A, outgoing" in sheet.confirming.confirm.text()
    assert sheet.confirming.view.answers == {}, "the outgoing person has nothing to answer"
    qtbot.keyClick(sheet, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: "✓ Operator A" in sheet.confirming.states["outgoing"].text())
    qtbot.mouseClick(sheet.confirming.seats["incoming"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Confirm as Operator B, incoming" in sheet.confirming.confirm.text())
    assert desk.operator == B.name
    [answer] = sheet.confirming.view.answers.values()
    qtbot.waitUntil(answer.isVisible)
    qtbot.keyClick(sheet, Key.Key_Return, Control)
    assert "Answer every open question" in sheet.note.text()
    assert incidents.get(store, incident.id).commander == A.name
    assert focused(sheet) is answer
    qtbot.keyClicks(answer, "Watched until 15:00")
    qtbot.keyClick(answer, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: incidents.get(store, incident.id).commander == B.name)
    qtbot.waitUntil(sheet.isHidden)
    [one] = handover.listed(store, incident.id)
    assert (one.state, one.answers, one.by) == (State.PASSED, {QUESTION: "Watched until 15:00"}, A.name)


def test_a_briefing_keeps_what_was_written_and_follows_the_facts_elsewhere(
    qtbot: QtBot, sheet: HandoverSheet, store: Store, incident: Incident
) -> None:
    opened(qtbot, sheet)
    objectives = sheet.preparing.form.fields["objectives"]
    objectives.setPlainText("Keep the north on manual review")
    qtbot.keyClick(sheet, Key.Key_Escape)
    assert sheet.isHidden()
    timeline.log(store, A, incident.id, "/do Took <b>v14\u202e out")
    opened(qtbot, sheet)
    form = sheet.preparing.form
    qtbot.waitUntil(lambda: "Took <b>v14‹U+202E› out" in form.fields["taken"].toPlainText())
    assert objectives.toPlainText() == "Keep the north on manual review"
    assert "Took <b>v14\u202e out" in form.blocks()["taken"], "kept as it was said"
    assert not_plain(sheet) == []


def test_what_the_records_tell_stays_when_the_journal_goes_on(
    qtbot: QtBot, desk: Desk, sheet: HandoverSheet, store: Store, incident: Incident
) -> None:
    opened(qtbot, sheet)
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    sheet.preparing.tell_reach("Affected decisions: 40")
    situation = sheet.preparing.form.fields["situation"]
    assert situation.toPlainText().endswith("Affected decisions: 40")
    incidents.set_fields(store, A, incident.id, {"impact": "40 letters late"})
    desk.bell.journal_changed.emit()
    qtbot.waitUntil(lambda: "Impact: 40 letters late" in situation.toPlainText())
    assert situation.toPlainText().endswith("Affected decisions: 40")


def test_the_time_is_the_nearest_such_and_what_is_agreed_waits(
    qtbot: QtBot, sheet: HandoverSheet, store: Store, clock: ManualClock, incident: Incident
) -> None:
    opened(qtbot, sheet)
    qtbot.keyClicks(focused(sheet), "Operator B")
    sheet.preparing.planned.setText("15:30")
    sheet.preparing.form.fields["questions"].setPlainText("")
    qtbot.keyClick(sheet, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: sheet.confirming.effective.text() == "15:30")
    one = waiting(store, incident)
    assert one is not None
    assert one.effective is not None
    assert timedelta(0) < one.effective - store.now() < timedelta(hours=1)
    handover.confirm(store, B, incident.id)
    qtbot.keyClick(sheet, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: "agreed for" in sheet.note.text())
    sheet.confirming.effective.setText("now")
    qtbot.keyClick(sheet, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: incidents.get(store, incident.id).commander == B.name)
    assert roles.look(store, incident.id).ledger[-1].assumed == store.now()


def test_it_is_written_anew_or_cancelled(
    qtbot: QtBot, sheet: HandoverSheet, store: Store, incident: Incident
) -> None:
    blocks = {"situation": "As it was", "questions": QUESTION}
    handover.prepare(store, A, incident.id, "commander", B.name, blocks)
    opened(qtbot, sheet)
    assert sheet.pages.currentWidget() is sheet.confirming
    sheet.confirming.anew.click()
    assert sheet.preparing.form.fields["situation"].toPlainText() == "As it was"
    sheet.preparing.form.fields["situation"].setPlainText("As it is")
    qtbot.keyClick(sheet, Key.Key_Return, Control)
    qtbot.waitUntil(lambda: sheet.pages.currentWidget() is sheet.confirming)
    one = waiting(store, incident)
    assert one is not None
    assert one.briefing == {"situation": "As it is", "questions": QUESTION}
    sheet.confirming.cancel.click()
    qtbot.waitUntil(lambda: waiting(store, incident) is None)
    qtbot.waitUntil(lambda: sheet.pages.currentWidget() is sheet.preparing)


def test_the_briefing_is_written_as_pdf(
    qtbot: QtBot, sheet: HandoverSheet, store: Store, incident: Incident
) -> None:
    handover.prepare(store, A, incident.id, "commander", B.name, {"situation": "As it is"})
    opened(qtbot, sheet)
    sheet.confirming.print.click()
    folder = store.path / "exports"
    qtbot.waitUntil(lambda: any(folder.glob("*-briefing-*.pdf")))
