"""The sheets of what ran when: recording by typing, and the answer in words to what was serving."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.deployment import Deployment, Serving
from tocsin.model.instant import When
from tocsin.model.journal import FieldsSet
from tocsin.operations import deployments, incidents
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.deployment import DeploymentSheet
from tocsin.ui.desk import Desk
from tocsin.ui.serving import ServingSheet, sentence
from tocsin.ui.window import Window

Key = Qt.Key
NOON = datetime(2026, 10, 28, 12, tzinfo=UTC)


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(desk: Desk, window: Window) -> DeploymentSheet:
    made = DeploymentSheet(desk, window)
    made.open()
    return made


@pytest.fixture
def serving(desk: Desk, window: Window) -> ServingSheet:
    return ServingSheet(desk, window)


def press(qtbot: QtBot, key: Key) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key)


def test_enter_goes_from_field_to_field_and_records(
    qtbot: QtBot, sheet: DeploymentSheet, store: Store
) -> None:
    assert sheet.name.hasFocus()
    qtbot.keyClicks(sheet.name, "credit-scoring")
    press(qtbot, Key.Key_Return)
    assert sheet.version.hasFocus()
    qtbot.keyClicks(sheet.version, "v14")
    press(qtbot, Key.Key_Return)
    assert sheet.system.hasFocus()
    qtbot.keyClicks(sheet.system, "scorer")
    sheet.since.setText("14:00..14:20")
    sheet.run_by.choose("a vendor")
    sheet.pinned.choose("no")
    with qtbot.waitSignal(sheet.recorded) as recorded:
        press(qtbot, Key.Key_Return)
    [known] = deployments.recorded(store)
    assert recorded.args == [known.id]
    one = known.deployment
    assert (one.name, one.version, one.vendor, one.pinned) == ("credit-scoring", "v14", True, False)
    assert one.at - known.began.low == timedelta(minutes=20)
    assert not sheet.isVisible()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("since", "yesterday", "not a time"),
        ("since", "2027-01-01", "lies ahead"),
        ("slot", "x\u0007", "slot"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    qtbot: QtBot, sheet: DeploymentSheet, store: Store, field: str, typed: str, words: str
) -> None:
    sheet.name.setText("credit-scoring")
    sheet.version.setText("v14")
    sheet.system.setCurrentText("scorer")
    getattr(sheet, field).setText(typed)
    sheet.save()
    qtbot.waitUntil(lambda: words in sheet.note.text())
    assert sheet.isVisible()
    assert sheet.version.text() == "v14"
    assert deployments.recorded(store) == []


def test_escape_keeps_what_was_typed_and_the_system_in_hand_is_offered(
    qtbot: QtBot, sheet: DeploymentSheet, desk: Desk, store: Store
) -> None:
    qtbot.keyClicks(sheet.name, "credit-sc")
    press(qtbot, Key.Key_Escape)
    assert not sheet.isVisible()
    desk.choose_incident(incidents.declare(store, desk.author, title="Scores fall", system="scorer").id)
    sheet.open()
    assert sheet.name.text() == "credit-sc"
    qtbot.waitUntil(lambda: sheet.system.currentText() == "scorer")


def test_undo_takes_back_what_was_recorded(
    qtbot: QtBot, sheet: DeploymentSheet, desk: Desk, store: Store
) -> None:
    sheet.name.setText("credit-scoring")
    sheet.version.setText("v14")
    sheet.system.setCurrentText("scorer")
    with qtbot.waitSignal(sheet.recorded):
        sheet.save()
    desk.undo()
    qtbot.waitUntil(lambda: deployments.recorded(store) == [])


def test_the_question_is_answered_for_the_start_of_the_incident_in_hand(
    qtbot: QtBot, serving: ServingSheet, desk: Desk, store: Store
) -> None:
    now, by = store.now(), desk.author
    for version, ago in (("v13", 9), ("v14", 2)):
        since = When(now - timedelta(hours=ago))
        deployments.record(store, by, "scorer", "credit-scoring", version, since=since, vendor=False)
    one = incidents.declare(
        store, by, title="Scores fall", system="scorer", detected=now - timedelta(hours=3)
    )
    desk.choose_incident(one.id)
    serving.open()
    qtbot.waitUntil(lambda: "credit-scoring: v13" in serving.answer.text())
    assert "run by us" in serving.answer.text()
    serving.at.clear()
    qtbot.waitUntil(lambda: "credit-scoring: v14" in serving.answer.text())
    serving.at.setText("2026-01-01")
    qtbot.waitUntil(lambda: "Nothing is known" in serving.doubt.text())
    assert not serving.answer.isVisible()


def test_an_open_answer_follows_what_is_recorded_meanwhile(
    qtbot: QtBot, serving: ServingSheet, desk: Desk, store: Store
) -> None:
    deployments.record(store, desk.author, "scorer", "credit-scoring", "v1")
    serving.open()
    qtbot.waitUntil(lambda: "v1" in serving.answer.text())
    deployments.record(store, desk.author, "scorer", "prompt", "p7", kind="prompt")
    qtbot.waitUntil(lambda: "prompt (prompt): p7" in serving.answer.text())


def test_a_system_nobody_knows_is_said_so(qtbot: QtBot, serving: ServingSheet) -> None:
    serving.open()
    serving.system.setCurrentText("nobody")
    qtbot.waitUntil(lambda: "no such system" in serving.doubt.text())


def test_the_button_asks_to_record(qtbot: QtBot, serving: ServingSheet) -> None:
    serving.open()
    with qtbot.waitSignal(serving.record_wanted):
        serving.record_button.click()
    assert not serving.isVisible()


def one(version: str, hours: float, earliest: float | None = None) -> Deployment:
    low = None if earliest is None else NOON + timedelta(hours=earliest)
    at = NOON + timedelta(hours=hours)
    return Deployment(version, "s", at, "scorer", version, slot="@champion", earliest=low, pinned=True)


@pytest.mark.parametrize(
    ("candidates", "sure", "said"),
    [
        ([one("3", 0)], True, "scorer @champion: 3, since Wed 28 Oct 2026, 12:00 UTC (pinned)"),
        (
            [one("3", 1, 0)],
            True,
            "scorer @champion: 3, since some time between Wed 28 Oct 2026, 12:00 UTC and 13:00 UTC (pinned)",
        ),
        (
            [one("3", 1, 0)],
            False,
            "scorer @champion: 3, if it served already: it began between Wed 28 Oct 2026, 12:00 UTC and "
            "13:00 UTC (pinned)",
        ),
        (
            [one("2", -5), one("3", 1, 0)],
            False,
            "scorer @champion: 2 or 3; 3 began between Wed 28 Oct 2026, 12:00 UTC and 13:00 UTC",
        ),
    ],
)
def test_sentences(candidates: list[Deployment], sure: bool, said: str) -> None:
    assert sentence(Serving("model", "scorer", "@champion", tuple(candidates), sure), "UTC") == said


def test_a_moment_asked_for_is_taken_even_when_the_incident_was_asked_about_before(
    qtbot: QtBot, serving: ServingSheet, desk: Desk, store: Store
) -> None:
    now, by = store.now(), desk.author
    deployments.record(store, by, "scorer", "credit-scoring", "v13", since=When(now - timedelta(hours=9)))
    one = incidents.declare(store, by, title="Scores fall", system="scorer")
    desk.choose_incident(one.id)
    serving.open()
    qtbot.waitUntil(lambda: "v13" in serving.answer.text())
    serving.open_at(now - timedelta(hours=10))
    qtbot.waitUntil(lambda: "Nothing is known" in serving.doubt.text())


@pytest.fixture
def by_hand(qtbot: QtBot, sheet: DeploymentSheet, desk: Desk, store: Store) -> str:
    """One recorded by hand, opened on the sheet."""
    since = When(store.now() - timedelta(hours=2))
    entry = deployments.record(store, desk.author, "scorer", "credit-scoring", "v1", since=since, vendor=True)
    sheet.name.setText("half typed")
    sheet.open_recorded(entry.id)
    qtbot.waitUntil(lambda: sheet.version.text() == "v1")
    return entry.id


def test_what_was_recorded_is_corrected_on_the_same_sheet_and_only_what_was_changed(
    qtbot: QtBot, sheet: DeploymentSheet, store: Store, by_hand: str
) -> None:
    assert sheet.run_by.chosen == "a vendor"
    assert "Recorded by Operator A" in sheet.about.text()
    sheet.version.setText("v1.1")
    with qtbot.waitSignal(sheet.recorded) as changed:
        press(qtbot, Key.Key_Return)
    assert changed.args == [by_hand]
    [known] = deployments.recorded(store)
    assert (known.deployment.version, known.edits) == ("v1.1", 1)
    with store.journal.read() as connection:
        newest = journal.entries(connection, subject=by_hand)[-1]
    assert isinstance(newest.body, FieldsSet)
    assert newest.body.fields == {"version": "v1.1"}
    sheet.open()
    assert sheet.name.text() == "half typed"


def test_nothing_changed_is_nothing_written(
    qtbot: QtBot, sheet: DeploymentSheet, store: Store, by_hand: str
) -> None:
    press(qtbot, Key.Key_Return)
    assert not sheet.isVisible()
    assert deployments.recorded(store)[0].edits == 0


def test_withdrawing_asks_why(qtbot: QtBot, sheet: DeploymentSheet, store: Store, by_hand: str) -> None:
    sheet.withdraw_button.click()
    assert sheet.reason.hasFocus()
    press(qtbot, Key.Key_Return)
    assert "Say why" in sheet.note.text()
    qtbot.keyClicks(sheet.reason, "that was staging")
    with qtbot.waitSignal(sheet.recorded):
        press(qtbot, Key.Key_Return)
    assert [one.withdrawn for one in deployments.recorded(store)] == ["that was staging"]
    sheet.open_recorded(by_hand)
    qtbot.waitUntil(lambda: "Withdrawn: that was staging" in sheet.about.text())
    assert not sheet.withdraw_button.isVisible()


def test_one_that_came_by_import_is_not_opened(qtbot: QtBot, sheet: DeploymentSheet, desk: Desk) -> None:
    sheet.dismiss()
    with qtbot.waitSignal(desk.noticed) as noticed:
        sheet.open_recorded("imported")
    assert "came by import" in noticed.args[0]
    assert not sheet.isVisible()


def test_a_change_freeze_is_told_before_and_after_recording(
    qtbot: QtBot, sheet: DeploymentSheet, store: Store, desk: Desk
) -> None:
    author = desk.author
    known = incidents.declare(store, author, title="Declines", system="scorer", severity="SEV-1")
    qtbot.keyClicks(sheet.system.lineEdit(), "scorer")
    sheet.open()
    qtbot.waitUntil(lambda: known.reference in sheet.warning.text())
    assert sheet.warning.isVisible()
    sheet.system.setCurrentText("another")
    assert sheet.warning.isHidden()
    entry = deployments.record(store, author, "scorer", "scorer", "v15")
    sheet.open_recorded(entry.id)
    qtbot.waitUntil(lambda: f"Flagged: in the change freeze of {known.reference}" in sheet.about.text())
