"""The sheet of triage by its keys, on a real store."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.operations import incidents
from tocsin.store import alerts
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain
from tocsin.ui.triage.sheet import TriageSheet

Key = Qt.Key
A = Author("Operator A")
# harm no, data no, protected yes, legal no, function slight, reach subset, growing no
SLIGHT_BIAS = "nnynssn"


@pytest.fixture
def declared(store: Store) -> Incident:
    return incidents.declare(store, A, title="Scorer declines", system="scorer")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QMainWindow()
    made.setCentralWidget(QWidget())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: QWidget, declared: Incident) -> TriageSheet:
    made = TriageSheet(desk, window)
    made.open(declared.id)
    qtbot.waitUntil(lambda: bool(made.rows))
    return made


def press(qtbot: QtBot, keys: str) -> None:
    """Press letters and digits where the keyboard is."""
    for key in keys:
        qtbot.keyClicks(QApplication.focusWidget(), key)


def row(sheet: TriageSheet, id: str) -> str:
    """The answer shown in a row, by its id."""
    one = next(row for row in sheet.rows if row.asked.id == id)
    return next((answer for answer, button in one.buttons.items() if button.isChecked()), "")


def test_a_key_an_answer_and_enter(
    qtbot: QtBot, sheet: TriageSheet, store: Store, declared: Incident
) -> None:
    assert sheet.level == "SEV-1", "the gravest while nothing is known"
    press(qtbot, "nnnn")
    assert sheet.because.text().startswith("It cannot be ruled out yet")
    press(qtbot, "wsn")
    assert sheet.level == "SEV-2"
    assert sheet.because.text() == "It is worse than agreed, and it reaches people"
    assert "How far off is the core function? Worse than agreed" in sheet.tipped.text()
    press(qtbot, "2212")
    assert sheet.scope.hasFocus()
    press(qtbot, "EU only")
    with qtbot.waitSignal(sheet.recorded):
        qtbot.keyClick(sheet.scope, Key.Key_Return)
    known = incidents.get(store, declared.id)
    assert known.severity == "SEV-2"
    assert {name: known.text(name) for name in ("type", "category", "channel", "hypothesis", "scope")} == {
        "type": "distribution_shift", "category": "accuracy", "channel": "automated monitoring",
        "hypothesis": "data", "scope": "EU only",
    }  # fmt: skip
    assert not sheet.isVisible()


def test_which_answer_tipped_it_is_marked_at_its_row(qtbot: QtBot, sheet: TriageSheet) -> None:
    press(qtbot, SLIGHT_BIAS)
    assert sheet.level == "SEV-1"
    assert [one.asked.id for one in sheet.rows if one.mark.text() == "tips it"] == ["protected"]


def test_enter_confirms_early_and_what_is_not_answered_counts_as_not_known(
    qtbot: QtBot, sheet: TriageSheet, store: Store, declared: Incident
) -> None:
    press(qtbot, "y")
    with qtbot.waitSignal(sheet.recorded):
        qtbot.keyClick(sheet, Key.Key_Return)
    (said,) = incidents.get(store, declared.id).conduct.triages
    assert (said.body.level, said.body.answers) == ("SEV-1", {"harm": "yes"})


def test_another_level_asks_for_the_reason(
    qtbot: QtBot, sheet: TriageSheet, store: Store, declared: Incident
) -> None:
    press(qtbot, "nnnnnnn")
    assert sheet.level == "SEV-4"
    qtbot.keyClick(sheet, Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert sheet.reason.hasFocus()
    qtbot.keyClick(sheet.reason, Key.Key_Return)
    assert "Say why" in sheet.note.text()
    press(qtbot, "The board asks")
    with qtbot.waitSignal(sheet.recorded):
        qtbot.keyClick(sheet.reason, Key.Key_Return)
    (said,) = incidents.get(store, declared.id).conduct.triages
    assert (said.body.suggested, said.body.level, said.body.override) == ("SEV-4", "SEV-2", "The board asks")


def test_what_alerts_suggest_counts_only_when_a_person_takes_it(
    qtbot: QtBot, desk: Desk, window: QWidget, store: Store, declared: Incident
) -> None:
    alert = Alert("a", declared.system, "", "gap", True, AlertSeverity.HIGH, "d", "1", "gap widens",
                  None, None, store.now(), labels={"layer": "fairness"})  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, "a")
    incidents.add_alert(store, A, declared.id, "a")
    sheet = TriageSheet(desk, window)
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: bool(sheet.rows))
    press(qtbot, "nnnnnnn")
    marks = {one.asked.id: one.mark.text() for one in sheet.rows if one.mark.text()}
    assert marks == {"type": "suggested: Space", "category": "suggested"}
    qtbot.keyClick(sheet, Key.Key_Space)
    with qtbot.waitSignal(sheet.recorded):
        qtbot.keyClick(sheet, Key.Key_Return)
    known = incidents.get(store, declared.id)
    assert (known.text("type"), known.text("category")) == ("bias", "")


def test_the_arrows_go_back_and_correct(qtbot: QtBot, sheet: TriageSheet) -> None:
    press(qtbot, "y")
    qtbot.keyClick(sheet, Key.Key_Up)
    press(qtbot, "p")
    assert row(sheet, "harm") == "possible"
    qtbot.keyClick(sheet, Key.Key_Backspace)
    press(qtbot, "u")
    assert row(sheet, "harm") == "unknown"
    press(qtbot, "#%")
    assert row(sheet, "data") == ""


def test_escape_keeps_the_answers_for_the_next_time(
    qtbot: QtBot, sheet: TriageSheet, declared: Incident
) -> None:
    press(qtbot, "nn")
    qtbot.keyClick(sheet, Key.Key_Escape)
    assert not sheet.isVisible()
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: row(sheet, "data") == "no")
    press(qtbot, "y")
    assert row(sheet, "protected") == "yes", "it goes on where it was left"


def test_keys_pressed_before_the_questions_are_read_are_not_lost(
    qtbot: QtBot, desk: Desk, window: QWidget, declared: Incident
) -> None:
    sheet = TriageSheet(desk, window)
    sheet.open(declared.id)
    assert not sheet.rows
    press(qtbot, "ny")
    qtbot.waitUntil(lambda: bool(sheet.rows))
    assert (row(sheet, "harm"), row(sheet, "data")) == ("no", "yes")


def test_what_others_set_meanwhile_is_shown_and_not_set_back(
    qtbot: QtBot, sheet: TriageSheet, store: Store, declared: Incident
) -> None:
    incidents.set_fields(store, A, declared.id, {"type": "bias", "category": "unfairness", "scope": "north"})
    sheet.dismiss()
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: row(sheet, "type") == "bias")
    press(qtbot, "nnnnnnn")
    qtbot.keyClick(sheet, Key.Key_Escape)
    incidents.set_fields(store, A, declared.id, {"type": "oversight", "scope": "north and south"})
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: row(sheet, "type") == "oversight")
    assert sheet.scope.text() == "north and south"
    sheet.setFocus()
    while row(sheet, "category") != "unknown":
        qtbot.keyClick(sheet, Key.Key_Up)
        press(qtbot, "u" if sheet.rows[sheet._at].asked.id == "category" else "")
    with qtbot.waitSignal(sheet.recorded):
        qtbot.keyClick(sheet, Key.Key_Return)
    known = incidents.get(store, declared.id)
    assert (known.text("type"), known.text("scope")) == ("oversight", "north and south")
    assert known.text("category") == "", "said to be not known"


def test_another_incident_has_answers_of_its_own(
    qtbot: QtBot, sheet: TriageSheet, store: Store, declared: Incident
) -> None:
    press(qtbot, "y")
    other = incidents.declare(store, A, title="Router slow", system="router")
    sheet.open(other.id)
    qtbot.waitUntil(lambda: other.reference in sheet.about.text())
    assert row(sheet, "harm") == ""
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: declared.reference in sheet.about.text())
    assert row(sheet, "harm") == "yes"


def test_a_closed_incident_cannot_be_triaged(
    qtbot: QtBot, desk: Desk, window: QWidget, store: Store, declared: Incident
) -> None:
    incidents.move(store, A, declared.id, "closed", note="a test")
    sheet = TriageSheet(desk, window)
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: "closed" in sheet.about.text())
    assert not sheet.confirm_button.isEnabled()


def test_all_of_it_fits_and_is_plain_text(qtbot: QtBot, sheet: TriageSheet, window: QWidget) -> None:
    press(qtbot, SLIGHT_BIAS)
    qtbot.waitUntil(lambda: sheet.height() >= sheet.sizeHint().height())
    assert window.rect().contains(sheet.geometry())
    for one in sheet.rows:
        for button in one.buttons.values():
            assert button.width() >= button.sizeHint().width()
    assert not_plain(sheet) == []
