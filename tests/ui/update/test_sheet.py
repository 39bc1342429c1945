"""The sheet of status updates by real keys: drafted, told, checked as typed, copied, put off, corrected."""

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.model.response import UpdateSnoozed, UpdateTold
from tocsin.now import ManualClock
from tocsin.operations import deployments, incidents, updates
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain
from tocsin.ui.update.sheet import UpdateSheet
from tocsin.ui.window import Window

Key, Mod = Qt.Key, Qt.KeyboardModifier
HOSTILE = "<b>x</b> {title} ## \u202egnp"


@pytest.fixture
def incident(store: Store, desk: Desk) -> Incident:
    """An incident of the gravest level, in hand."""
    made = incidents.declare(store, desk.author, title="Scorer declines", system="scorer", severity="SEV-1")
    incidents.set_fields(store, desk.author, made.id, {"impact": f"bad\n## {HOSTILE}"})
    desk.choose_incident(made.id)
    return made


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: Window, incident: Incident) -> UpdateSheet:
    """The sheet, open with its draft."""
    made = UpdateSheet(desk, window)
    made.open()
    drafted(qtbot, made, "Conditions")
    return made


def drafted(qtbot: QtBot, sheet: UpdateSheet, words: str) -> None:
    qtbot.waitUntil(lambda: words in sheet.editor.toPlainText())


def press(qtbot: QtBot, key: Key, modifier: Mod = Mod.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


def type_(qtbot: QtBot, text: str) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClicks(widget, text)


def write(sheet: UpdateSheet, text: str) -> None:
    """Put a text in place of the draft, as pasting does."""
    sheet.editor.selectAll()
    sheet.editor.insertPlainText(text)


def told(store: Store, incident: Incident) -> list[UpdateTold]:
    return [one.body for one in updates.listed(store, incident.id) if isinstance(one.body, UpdateTold)]


def test_the_first_update_takes_one_stroke_once_the_sheet_is_open(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, incident: Incident
) -> None:
    assert sheet.editor.hasFocus()
    assert sheet.to.text() == "VP Engineering, Legal, CISO"
    assert sheet.side.breaches.words == ["No rule of wording is broken."]
    assert "not been told" in sheet.side.changes.text()
    with qtbot.waitSignal(sheet.told):
        press(qtbot, Key.Key_Return, Mod.ControlModifier)
    assert not sheet.isVisible()
    [update] = told(store, incident)
    assert (update.audience, update.to) == ("leadership", "VP Engineering, Legal, CISO")
    assert "nobody has the role" in update.needs
    assert update.next_due == store.now() + timedelta(minutes=30)


def test_hostile_words_stand_in_the_sheet_as_they_are(sheet: UpdateSheet) -> None:
    text = sheet.editor.toPlainText()
    assert "bad ## <b>x</b> {title} ## ‹U+202E›gnp" in text
    assert sum(line.startswith("## ") for line in text.split("\n")) == 5
    assert not_plain(sheet) == []


def test_an_audience_is_taken_by_key_and_what_was_written_stays(qtbot: QtBot, sheet: UpdateSheet) -> None:
    write(sheet, "My own words to leadership")
    press(qtbot, Key.Key_3, Mod.AltModifier)
    drafted(qtbot, sheet, "What you can do")
    assert sheet.to.text() == "the users affected"
    press(qtbot, Key.Key_1, Mod.AltModifier)
    drafted(qtbot, sheet, "My own words")
    assert sheet.fresh.isVisible()
    press(qtbot, Key.Key_F, Mod.AltModifier)
    drafted(qtbot, sheet, "Conditions")


def test_escape_keeps_what_was_written(qtbot: QtBot, sheet: UpdateSheet) -> None:
    write(sheet, "Half an upd")
    press(qtbot, Key.Key_Escape)
    assert not sheet.isVisible()
    sheet.open()
    drafted(qtbot, sheet, "Half an upd")


def test_a_breach_is_underlined_and_told_while_it_is_typed(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, desk: Desk
) -> None:
    deployments.record(store, desk.author, "scorer", "Acme 😀 Large", "2", vendor=True)
    press(qtbot, Key.Key_4, Mod.AltModifier)
    drafted(qtbot, sheet, "What comes next")
    assert sheet.side.breaches.words == ["No rule of wording is broken."]
    sheet.editor.insertPlainText("😀 ")  # no key has it
    qtbot.keyClicks(sheet.editor, "It was caused by ")
    sheet.editor.insertPlainText("Acme 😀 Large. ")
    qtbot.waitUntil(lambda: len(sheet.editor.extraSelections()) == 1)
    [look] = sheet.editor.extraSelections()
    assert look.cursor.selectedText() == "caused by Acme 😀 Large"
    [words] = sheet.side.breaches.words
    assert words.startswith("No blaming of the vendor")
    press(qtbot, Key.Key_F8)
    assert sheet.editor.textCursor().selectedText() == "caused by Acme 😀 Large"


def test_a_breach_is_told_anyway_with_a_reason(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, incident: Incident
) -> None:
    write(sheet, "It will be fixed by 17:00.")
    press(qtbot, Key.Key_Return, Mod.ControlModifier)
    assert sheet.why.hasFocus()
    press(qtbot, Key.Key_Return)
    assert "a few words" in sheet.note.text()
    assert told(store, incident) == []
    type_(qtbot, "the board asked for a time")
    with qtbot.waitSignal(sheet.told):
        press(qtbot, Key.Key_Return)
    assert told(store, incident)[0].breaches == {"promise": "the board asked for a time"}


def test_copies_lie_on_the_clipboard(qtbot: QtBot, sheet: UpdateSheet) -> None:
    clipboard = QGuiApplication.clipboard()
    write(sheet, "# A <i>title</i>\n\n## What\n\n- one *point*")
    press(qtbot, Key.Key_M, Mod.AltModifier)
    assert clipboard.text() == "# A \\<i\\>title\\</i\\>\n\n## What\n\n- one \\*point\\*\n"
    press(qtbot, Key.Key_T, Mod.AltModifier)
    assert clipboard.text() == "A <i>title</i>\n\nWHAT\n- one *point*\n"
    press(qtbot, Key.Key_H, Mod.AltModifier)
    assert "<h1>A &lt;i&gt;title&lt;/i&gt;</h1>" in clipboard.mimeData().html()
    assert "not recorded" in sheet.note.text()


def test_paper_is_written_as_a_draft(qtbot: QtBot, sheet: UpdateSheet, store: Store) -> None:
    press(qtbot, Key.Key_P, Mod.AltModifier)
    qtbot.waitUntil(lambda: "Written to" in sheet.note.text())
    [file] = Path(store.path / "exports").glob("*.pdf")
    assert file.name.endswith("-draft.pdf")
    assert file.read_bytes().startswith(b"%PDF")


def test_the_next_update_is_put_off_with_a_reason(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, incident: Incident
) -> None:
    press(qtbot, Key.Key_S, Mod.AltModifier)
    assert sheet.until.hasFocus()
    press(qtbot, Key.Key_Return)
    type_(qtbot, "all of them are in the call")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: len(sheet.side.history.facts) == 1)
    [one] = updates.listed(store, incident.id)
    assert isinstance(one.body, UpdateSnoozed)
    assert one.body.until == store.now() + timedelta(minutes=20)
    assert sheet.isVisible()


def test_the_time_left_is_told_and_turns(
    qtbot: QtBot, sheet: UpdateSheet, clock: ManualClock, desk: Desk
) -> None:
    assert "next update due in 00:30:00" in sheet.due.text()
    clock.advance(minutes=21, seconds=12)
    desk.heartbeat.beat()
    assert "due in 00:08:48" in sheet.due.text()
    clock.advance(minutes=10)
    desk.heartbeat.beat()
    assert "overdue by 00:01:12" in sheet.due.text()


def test_what_was_told_is_corrected_and_withdrawn(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, desk: Desk, incident: Incident
) -> None:
    first = updates.tell(store, desk.author, incident.id, "leadership", "wrong words", to="board")
    qtbot.waitUntil(lambda: len(sheet.side.history.facts) == 1)
    sheet.side.history.setFocus()
    press(qtbot, Key.Key_Return)
    drafted(qtbot, sheet, "wrong words")
    assert sheet.to.text() == "board"
    write(sheet, "right words")
    press(qtbot, Key.Key_Return, Mod.ControlModifier)
    type_(qtbot, "the number was wrong")
    with qtbot.waitSignal(sheet.told):
        press(qtbot, Key.Key_Return)
    assert [(one.text, one.corrects, one.reason) for one in told(store, incident)] == [
        ("right words", first.id, "the number was wrong"), ("wrong words", "", ""),
    ]  # fmt: skip
    sheet.open()
    qtbot.waitUntil(lambda: len(sheet.side.history.facts) == 2)
    sheet.side.history.setFocus()
    press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Delete)
    type_(qtbot, "it never went out")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: [one.withdrawn for one in updates.listed(store, incident.id)][1] != "")
    assert updates.listed(store, incident.id)[1].withdrawn == "it never went out"


def test_the_draft_follows_the_facts_until_somebody_writes(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, desk: Desk, incident: Incident
) -> None:
    incidents.set_fields(store, desk.author, incident.id, {"impact": "40 letters late"})
    drafted(qtbot, sheet, "40 letters late")
    write(sheet, "mine")
    incidents.set_fields(store, desk.author, incident.id, {"impact": "50 letters late"})
    qtbot.waitUntil(lambda: "50 letters" in (sheet._draft.text if sheet._draft else ""))
    assert sheet.editor.toPlainText() == "mine"


def test_what_is_written_while_a_draft_is_read_stays(
    qtbot: QtBot, sheet: UpdateSheet, clock: ManualClock, desk: Desk
) -> None:
    """The reading begins before the words and ends after them."""
    clock.advance(minutes=2)
    desk.heartbeat.beat()
    sheet.editor.insertPlainText("Mine. ")
    qtbot.waitUntil(lambda: "14:39" in (sheet._draft.text if sheet._draft else ""))
    assert sheet.editor.toPlainText().startswith("Mine. # SEV-1")


def test_a_draft_left_open_says_what_time_it_is(
    qtbot: QtBot, sheet: UpdateSheet, clock: ManualClock, desk: Desk
) -> None:
    assert "14:37 CET. The incident" in sheet.editor.toPlainText()
    clock.advance(minutes=16)
    desk.heartbeat.beat()
    drafted(qtbot, sheet, "14:53 CET. The incident")
    assert "Triage: overdue since 14:52 CET" in sheet.editor.toPlainText()


def test_without_an_incident_it_says_so(qtbot: QtBot, desk: Desk, window: Window) -> None:
    sheet = UpdateSheet(desk, window)
    with qtbot.waitSignal(desk.noticed) as noticed:
        sheet.open()
    assert "No incident" in noticed.args[0]
    assert not sheet.isVisible()


@pytest.mark.usefixtures("incident")
def test_a_refusal_is_told_in_the_sheet(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, incident: Incident, author: Author
) -> None:
    sheet.to.clear()
    press(qtbot, Key.Key_Return, Mod.ControlModifier)
    qtbot.waitUntil(lambda: "Say whom" in sheet.note.text())
    incidents.withdraw(store, author, incident.id, "a test")
    qtbot.waitUntil(lambda: not sheet.send.isEnabled())


def test_a_store_that_can_only_be_read_gives_copies(
    qtbot: QtBot, sheet: UpdateSheet, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.journal, "read_only", True)
    press(qtbot, Key.Key_2, Mod.AltModifier)
    drafted(qtbot, sheet, "technical lead")
    qtbot.waitUntil(lambda: not sheet.send.isEnabled())
    assert "only be read" in sheet.note.text()
    press(qtbot, Key.Key_Return, Mod.ControlModifier)
    assert sheet.isVisible()
    press(qtbot, Key.Key_T, Mod.AltModifier)
    assert "CONDITIONS" in QGuiApplication.clipboard().text()
