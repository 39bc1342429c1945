"""The sheets of duties by their keys: questions, calculator, regimes, documents, letters."""

from collections.abc import Callable
from pathlib import Path

from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.duties.conftest import DUTY, A, B
from tocsin.model.incident import Incident
from tocsin.model.journal import DocumentExported
from tocsin.model.regime import Answers
from tocsin.operations import answers, duties
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.console import App
from tocsin.ui.duties.asked import Asked, toggled
from tocsin.ui.duties.finding import fitting
from tocsin.ui.duties.questions_sheet import QuestionsSheet
from tocsin.ui.lines import PlainLine
from tocsin.ui.text import not_plain

Key = Qt.Key
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def at() -> QWidget:
    """Where the keyboard is."""
    found = QApplication.focusWidget()
    assert found is not None
    return found


def asked(sheet: QuestionsSheet) -> Asked:
    assert sheet.current is not None
    return sheet.current


def opened(qtbot: QtBot, app: App) -> QuestionsSheet:
    qtbot.keyClick(app.window, Key.Key_J, CONTROL)
    sheet = app.sheets.questions
    qtbot.waitUntil(lambda: sheet.current is not None)
    return sheet


def go_to(qtbot: QtBot, sheet: QuestionsSheet, wanted: Callable[[Asked], bool]) -> None:
    for _ in sheet.rows.facts:
        if wanted(asked(sheet)):
            return
        qtbot.keyClick(at(), Key.Key_Tab)
    raise AssertionError("there is no such question")


def test_the_first_question_decides_most_and_says_so(qtbot: QtBot, app: App, incident: Incident) -> None:
    sheet = opened(qtbot, app)
    first = asked(sheet)
    counts = [len(one.decides) for one in sheet.rows.facts if one.question.scope is first.question.scope]
    assert len(first.decides) == max(counts)
    assert f"decides {max(counts)} duties, nearest" in sheet.page.hangs.text()
    assert sheet.page.citation.text() == first.question.citation
    assert "0 apply" in sheet.count.text()
    assert not_plain(sheet) == []


def test_an_answer_is_given_changed_and_taken_back_by_keys(
    qtbot: QtBot, app: App, store: Store, incident: Incident
) -> None:
    sheet = opened(qtbot, app)

    def given(question: str) -> tuple[str, ...] | None:
        found = duties.look(store, incident.id).answers.get(question)
        return found.values if found else None

    go_to(qtbot, sheet, lambda one: one.question.answers is Answers.YES_NO)
    id = asked(sheet).question.id
    qtbot.keyClick(at(), Key.Key_Y)
    assert asked(sheet).question.id != id, "the next question is there at once"
    qtbot.waitUntil(lambda: given(id) == ("yes",))
    sheet.rows.select(id)
    qtbot.waitUntil(lambda: asked(sheet).answer is not None)
    assert "Operator A" in sheet.page.by.text()
    qtbot.keyClick(at(), Key.Key_N)
    qtbot.waitUntil(lambda: given(id) == ("no",))
    sheet.rows.select(id)
    qtbot.keyClick(at(), Key.Key_Delete)
    qtbot.waitUntil(lambda: given(id) is None)


def test_several_answers_are_chosen_one_after_the_other_and_none_excludes_them(
    qtbot: QtBot, app: App, store: Store, incident: Incident
) -> None:
    assert toggled(["eu"], "uk") == ["eu", "uk"]
    assert toggled(["eu", "uk"], "eu") == ["uk"]
    assert toggled(["eu", "uk"], "none") == ["none"]
    assert toggled(["none"], "uk") == ["uk"]
    sheet = opened(qtbot, app)
    go_to(qtbot, sheet, lambda one: one.question.id == "jurisdictions")
    wanted = [one.id for one in asked(sheet).options[:2]]
    for key in (Key.Key_1, Key.Key_2, Key.Key_3, Key.Key_3, Key.Key_Return):
        qtbot.keyClick(at(), key)
    qtbot.waitUntil(lambda: "jurisdictions" in duties.look(store, incident.id).answers)
    assert list(duties.look(store, incident.id).answers["jurisdictions"].values) == wanted


def test_a_text_goes_into_the_notices_with_what_it_rests_on(
    qtbot: QtBot, app: App, store: Store, incident: Incident
) -> None:
    sheet = opened(qtbot, app)
    go_to(qtbot, sheet, lambda one: one.question.id == "legal_name")
    assert isinstance(at(), QLineEdit), "the keyboard is in the line"
    qtbot.keyClicks(at(), "Example Retail GmbH")
    qtbot.keyClick(at(), Key.Key_F3)
    qtbot.keyClicks(at(), "register of companies")
    qtbot.keyClick(at(), Key.Key_Return)
    qtbot.waitUntil(lambda: "legal_name" in duties.look(store, incident.id).answers)
    kept = duties.look(store, incident.id).answers["legal_name"]
    assert (kept.values, kept.note) == (("Example Retail GmbH",), "register of companies")


def test_the_order_stays_while_the_sheet_is_open(
    qtbot: QtBot, app: App, store: Store, incident: Incident
) -> None:
    sheet = opened(qtbot, app)
    before = [one.question.id for one in sheet.rows.facts]
    view = sheet.view
    answers.answer(store, A, "jurisdictions", ("eu",), incident=incident.id)
    qtbot.waitUntil(lambda: sheet.view is not view)
    after = [one.question.id for one in sheet.rows.facts]
    assert [id for id in after if id in before] == before, "no key meets another question"


def test_a_deadline_is_worked_out_without_an_incident(qtbot: QtBot, app: App) -> None:
    app.desk.choose_incident("")
    qtbot.keyClick(app.window, Key.Key_G, CONTROL | SHIFT)
    sheet = app.sheets.calculator
    qtbot.waitUntil(lambda: sheet.rules is not None)
    qtbot.keyClicks(at(), "gdpr supervisory 72 h")
    assert sheet.stages.chosen is not None
    assert sheet.stages.chosen.key == DUTY
    qtbot.keyClick(at(), Key.Key_Return)
    qtbot.keyClicks(at(), "2026-11-20 09:00")
    qtbot.waitUntil(lambda: sheet.due is not None)
    assert sheet.plan.text() == "Mon 23 Nov 2026, 09:00:00 CET"
    assert "72 h of elapsed time" in sheet.why.text()
    sheet.zone.setFocus()
    qtbot.keyClicks(at(), "Europe/Nowhere")
    qtbot.waitUntil(lambda: "no such time zone" in sheet.note.text())
    assert sheet.due is None
    assert not_plain(sheet) == []


def test_the_roll_to_a_working_day_is_detail_and_not_the_deadline(qtbot: QtBot, app: App) -> None:
    sheet = app.sheets.calculator
    sheet.open("eu-ai-act-73/report_general")
    qtbot.waitUntil(lambda: sheet.stages.chosen is not None)
    assert sheet.stages.chosen is not None
    assert sheet.stages.chosen.key == "eu-ai-act-73/report_general"
    sheet.facts[0][1].setFocus()
    qtbot.keyClicks(at(), "2026-11-20")  # 15 days on is a Saturday
    qtbot.waitUntil(lambda: sheet.due is not None)
    assert sheet.plan.text().startswith("Sat 5 Dec 2026, 23:59:59")
    assert "Mon 7 Dec 2026" in sheet.outer.text()


def test_every_regime_says_its_status_and_how_sure_it_is(qtbot: QtBot, app: App) -> None:
    sheet = app.sheets.regimes
    sheet.open("eu-gdpr-33")
    qtbot.waitUntil(lambda: "GDPR" in sheet.text.toPlainText())
    text = sheet.text.toPlainText()
    assert "As of 2026-11-20 · how sure: overall" in text
    assert "Sources:" in text
    assert "Rules as of" in sheet.foot.text()
    with qtbot.waitSignal(sheet.calculate) as wanted:
        qtbot.keyClick(at(), Key.Key_Return)
    assert wanted.args == [DUTY]
    assert app.sheets.calculator.isVisible()


def test_what_is_typed_narrows_a_list_to_lines_that_hold_every_word() -> None:
    lines = [PlainLine("a", "Initial notification", "EU", "DORA Art. 19 · 4 h"),
             PlainLine("b", "Final report", "EU", "DORA Art. 19 · 1 month"),
             PlainLine("c", "Notify people", "Brazil", "LGPD Art. 48")]  # fmt: skip
    assert [one.key for one in fitting("dora", lines)] == ["a", "b"]
    assert [one.key for one in fitting("19 final", lines)] == ["b"]
    assert [one.key for one in fitting("", lines)] == ["a", "b", "c"]
    assert fitting("zzzz", lines) == []


def exported(store: Store) -> list[DocumentExported]:
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=["document.exported"])
    return [entry.body for entry in entries if isinstance(entry.body, DocumentExported)]


def test_a_document_is_exported_on_the_paper_chosen(
    qtbot: QtBot, app: App, store: Store, answered: Incident
) -> None:
    sheet = app.sheets.documents
    sheet.open(DUTY)
    qtbot.waitUntil(lambda: "INC-" in sheet.about.text())
    keys = [fact.key for fact in sheet.rows.facts]
    assert keys[:3] == ["notice", "worksheet", "notice inside"]
    assert {"report", "handover"} <= set(keys)
    qtbot.keyClick(at(), Key.Key_P, ALT)
    qtbot.keyClick(at(), Key.Key_Down)
    qtbot.keyClick(at(), Key.Key_Return)
    qtbot.waitUntil(lambda: "Exported to" in sheet.note.text())
    (body,) = exported(store)
    assert "worksheet" in body.path
    assert PdfReader(body.path).pages[0].mediabox.width == 612, "Letter, in points"


def test_what_was_not_approved_does_not_go_out_as_filed(
    qtbot: QtBot, app: App, store: Store, answered: Incident
) -> None:
    sheet = app.sheets.documents
    sheet.open(DUTY)
    qtbot.waitUntil(lambda: "INC-" in sheet.about.text())
    qtbot.keyClick(at(), Key.Key_S, ALT)
    qtbot.keyClick(at(), Key.Key_Return)
    qtbot.waitUntil(lambda: "only a notice that a second person approved" in sheet.note.text())
    assert exported(store) == []


def test_letters_are_checked_made_and_bad_rows_refused(
    qtbot: QtBot, app: App, store: Store, answered: Incident, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text('name,address,reference\nPerson One,"Street 1, Town",A-1\n,"Street 2",A-2\n', "utf-8")
    app.desk.choose_incident(answered.id)
    qtbot.keyClick(app.window, Key.Key_B, CONTROL | SHIFT)
    sheet = app.sheets.letters
    qtbot.waitUntil(lambda: sheet.kind is not None)
    sheet.kinds.select("automated-decision")
    sheet.take(people)
    for id, field in sheet.form.fields.items():
        if isinstance(field, QLineEdit):
            field.setText("2026-11-02" if "on" in id.split("_") else "Said for all")
        elif hasattr(field, "setPlainText"):
            field.setPlainText("Said for all")
    qtbot.keyClick(sheet, Key.Key_C, ALT)
    qtbot.waitUntil(lambda: "rows refused" in sheet.note.text() or sheet._job is None)
    assert "1 letters would be made, 1 rows refused" in sheet.note.text()
    assert "row 2" in sheet.told.toPlainText()
    qtbot.waitUntil(lambda: sheet.preview.document is not None)
    qtbot.keyClick(sheet, Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: "Written to" in sheet.note.text())
    (made,) = store.folder("exports").glob("*letters*.pdf")
    assert made.read_bytes().startswith(b"%PDF")


def test_letters_say_what_is_missing(qtbot: QtBot, app: App, incident: Incident) -> None:
    sheet = app.sheets.letters
    sheet.open()
    qtbot.waitUntil(lambda: sheet.kind is not None)
    qtbot.keyClick(sheet, Key.Key_C, ALT)
    assert "Choose the list of persons first" in sheet.note.text()
    assert at() is sheet.list


def test_a_note_that_is_being_written_stays_when_another_answers_the_question(
    qtbot: QtBot, app: App, store: Store, incident: Incident
) -> None:
    sheet = opened(qtbot, app)
    go_to(qtbot, sheet, lambda one: one.question.id == "personal_data_breach")
    qtbot.keyClick(at(), Key.Key_F3)
    qtbot.keyClicks(at(), "Ticket 4471 shows")
    answers.answer(store, B, "personal_data_breach", ("yes",), incident=incident.id, note="Seen")
    app.desk.bell.journal_changed.emit()
    qtbot.waitUntil(lambda: asked(sheet).answer is not None)
    assert sheet.page.note.text() == "Ticket 4471 shows"
    assert B.name in sheet.page.by.text()
