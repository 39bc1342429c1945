"""The sheet that reports: one line and Enter; times, files, why it was withdrawn; the queue shows it."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tocsin.model.instant import When
from tocsin.model.observation import Observation
from tocsin.operations import evidence, incidents, observations, timeline
from tocsin.operations.progress import finish
from tocsin.store.folder import Store
from tocsin.ui.declare import DeclareSheet
from tocsin.ui.desk import Desk
from tocsin.ui.evidence import EvidencePanel, size
from tocsin.ui.observe import ObserveSheet
from tocsin.ui.text import not_plain
from tocsin.ui.wall.screen import WallScreen
from tocsin.ui.window import Window

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: Window) -> ObserveSheet:
    made = ObserveSheet(desk, window)
    made.open()
    qtbot.waitUntil(made.text.hasFocus)
    return made


@pytest.fixture
def wall(qtbot: QtBot, desk: Desk, window: Window) -> WallScreen:
    made = WallScreen(desk)
    window.add_screen("wall", "Wall", "wall", made)
    window.show_screen("wall")
    qtbot.waitUntil(lambda: made.view is not None)
    return made


@pytest.fixture
def report(store: Store, desk: Desk, tmp_path: Path) -> Observation:
    """A report of two days ago, with a file."""
    made = observations.report(
        store, desk.author, system="scorer", text="<b>letters</b> look wrong", channel="user",
        noticed_by="a customer", happened=When(store.now() - timedelta(days=2)),
    )  # fmt: skip
    (tmp_path / "letter.txt").write_text("Dear …")
    finish(evidence.attach(store, desk.author, made.id, tmp_path / "letter.txt"))
    return made


def typed(qtbot: QtBot, key: Key) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key)


def test_a_line_and_enter_reports(qtbot: QtBot, sheet: ObserveSheet, store: Store) -> None:
    """The one system there is stands in its field already; a new one is asked for."""
    qtbot.keyClicks(sheet.text, "letters look wrong")
    typed(qtbot, Key.Key_Return)
    assert sheet.system.hasFocus(), "no system is known yet"
    qtbot.keyClicks(sheet.system, "scorer")
    with qtbot.waitSignal(sheet.reported):
        typed(qtbot, Key.Key_Return)
    assert not sheet.isVisible()
    sheet.open()
    qtbot.waitUntil(sheet.text.hasFocus)
    assert sheet.text.text() == ""
    qtbot.keyClicks(sheet.text, "again")
    with qtbot.waitSignal(sheet.reported):
        typed(qtbot, Key.Key_Return)
    assert [one.observation.text for one in observations.listed(store)] == ["again", "letters look wrong"]
    assert {one.system for one in observations.listed(store)} == {"scorer"}


def test_who_how_and_when_are_taken_and_a_wrong_time_is_told(
    qtbot: QtBot, sheet: ObserveSheet, store: Store
) -> None:
    sheet.text.setText("complaint")
    sheet.system.setEditText("scorer")
    sheet.who.setText("a customer")
    sheet.channel.choose("external report")
    sheet.happened.setText("2026-11-01 13:00..2026-11-01 14:00")
    sheet.learned.setText("2026-10-31 09:00")
    assert sheet.happened_read.text() == "1 Nov 13:30 ± 30 min"
    sheet.save()
    qtbot.waitUntil(lambda: "before it happened" in sheet.note.text())
    sheet.learned.setText("nonsense")
    sheet.save()
    assert "this is not a time" in sheet.note.text()
    sheet.learned.setText("2026-11-02 09:00")
    with qtbot.waitSignal(sheet.reported):
        sheet.save()
    [one] = observations.listed(store)
    seen = one.observation
    assert (seen.channel, seen.noticed_by, seen.happened.is_range) == ("external report", "a customer", True)
    assert seen.learned < store.now()


def test_escape_keeps_what_was_typed(qtbot: QtBot, sheet: ObserveSheet) -> None:
    qtbot.keyClicks(sheet.text, "half a li")
    typed(qtbot, Key.Key_Escape)
    assert not sheet.isVisible()
    sheet.open()
    assert sheet.text.text() == "half a li"


def test_what_was_begun_is_still_there_after_another_report_was_read(
    qtbot: QtBot, sheet: ObserveSheet, report: Observation
) -> None:
    qtbot.keyClicks(sheet.text, "half a li")
    sheet.dismiss()
    sheet.open_report(report.id)
    qtbot.waitUntil(lambda: "look wrong" in sheet.text.text())
    sheet.dismiss()
    sheet.open()
    assert sheet.text.text() == "half a li"


def test_dropped_files_are_attached_after_the_report(
    qtbot: QtBot, sheet: ObserveSheet, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF" * 1000)
    sheet.text.setText("see the scan")
    sheet.system.setEditText("scorer")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "scan.pdf")), QUrl.fromLocalFile(str(tmp_path)),
                  QUrl("https://example.org/x")])  # fmt: skip
    sheet.dropEvent(
        QDropEvent(QPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                   Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    assert sheet.files.pending == [tmp_path / "scan.pdf"]
    assert "a folder" in sheet.files.trouble.text()
    with qtbot.waitSignal(sheet.reported) as reported:
        sheet.save()
    [file] = evidence.of(store, reported.args[0])
    assert (file.name, file.size) == ("scan.pdf", 4000)


def test_a_report_is_corrected_by_what_was_changed_only(
    qtbot: QtBot, sheet: ObserveSheet, store: Store, report: Observation
) -> None:
    sheet.open_report(report.id)
    qtbot.waitUntil(lambda: "look wrong" in sheet.text.text())
    assert sheet.happened.text()
    assert not sheet.learned.text(), "nobody stated it"
    assert len(sheet.files.findChildren(QPushButton)) == 1
    assert not_plain(sheet) == []
    sheet.who.setText("two customers")
    with qtbot.waitSignal(sheet.reported):
        sheet.save()
    now = observations.get(store, report.id)
    assert (now.noticed_by, now.text, now.happened) == ("two customers", report.text, report.happened)
    assert now.edits == 1


def test_a_report_is_withdrawn_with_a_reason(
    qtbot: QtBot, sheet: ObserveSheet, store: Store, wall: WallScreen, report: Observation
) -> None:
    wall.report_opened.connect(sheet.open_report)
    qtbot.waitUntil(lambda: len(wall.queue.rows.facts) == 1)
    sheet.dismiss()
    wall.queue.rows.setFocus()
    qtbot.keyClick(wall.queue.rows, Key.Key_Delete)
    qtbot.waitUntil(sheet.reason.hasFocus)
    typed(qtbot, Key.Key_Return)
    assert "Say why" in sheet.note.text()
    qtbot.keyClicks(sheet.reason, "a misreading")
    with qtbot.waitSignal(sheet.reported):
        typed(qtbot, Key.Key_Return)
    assert observations.get(store, report.id).withdrawn == "a misreading"
    qtbot.waitUntil(lambda: wall.queue.rows.facts == [])


def test_a_report_is_taken_into_the_incident_in_hand(
    qtbot: QtBot, sheet: ObserveSheet, desk: Desk, store: Store, report: Observation
) -> None:
    sheet.dismiss()
    sheet.open_report(report.id)
    qtbot.waitUntil(sheet.isVisible)
    assert sheet.join_button.isHidden(), "no incident is in hand"
    sheet.dismiss()
    known = incidents.declare(store, desk.author, title="t", system="scorer")
    desk.choose_incident(known.id)
    sheet.open_report(report.id)
    qtbot.waitUntil(sheet.isVisible)
    assert known.reference in sheet.join_button.text()
    with qtbot.waitSignal(sheet.reported):
        sheet.join_button.click()
    assert observations.get(store, report.id).incident == known.id
    sheet.open_report(report.id)
    qtbot.waitUntil(sheet.isVisible)
    assert sheet.join_button.isHidden()


def test_enter_in_the_queue_declares_from_the_report(
    qtbot: QtBot, desk: Desk, window: Window, wall: WallScreen, store: Store, report: Observation
) -> None:
    declare = DeclareSheet(desk, window)
    wall.declare_wanted.connect(declare.open_for)
    qtbot.waitUntil(lambda: len(wall.queue.rows.facts) == 1)
    wall.queue.rows.setFocus()
    qtbot.keyClick(wall.queue.rows, Key.Key_Return)
    qtbot.waitUntil(lambda: bool(declare.title.text()))
    assert declare.title.text() == "<b>letters</b> look wrong"
    assert declare.system.currentText() == "scorer"
    assert "user report, a customer, 1 file attached" in declare._from.text()
    with qtbot.waitSignal(declare.declared):
        declare.declare()
    [known] = incidents.listed(store)
    assert known.channel == "user report"
    [item] = timeline.listed(store, known.id)
    assert item.happened == report.happened
    qtbot.waitUntil(lambda: wall.queue.rows.facts == [])


def test_a_copy_is_saved_and_a_file_attached_from_the_panel(
    qtbot: QtBot, desk: Desk, window: Window, store: Store, report: Observation, tmp_path: Path
) -> None:
    panel = EvidencePanel(desk)
    qtbot.addWidget(panel)
    panel.show_for(report.id, partial(evidence.of, store, report.id))
    qtbot.waitUntil(lambda: len(panel.files.findChildren(QPushButton)) == 1)
    [one] = evidence.of(store, report.id)
    with qtbot.waitSignal(desk.noticed, check_params_cb=lambda text, _trouble: "was copied" in text):
        panel.files.save(one, tmp_path / "copy.txt")
    assert (tmp_path / "copy.txt").read_text() == "Dear …"
    (tmp_path / "more.txt").write_text("more")
    panel.attach([tmp_path / "more.txt"])
    qtbot.waitUntil(lambda: len(evidence.of(store, report.id)) == 2)
    with qtbot.waitSignal(desk.noticed, check_params_cb=lambda text, _trouble: "Not attached" in text):
        panel.attach([tmp_path])


def test_sizes_are_told_in_words() -> None:
    assert [size(n) for n in (8, 1_234, 1_234_567, 5_000_000_000_000)] == [
        "8 bytes", "1.2 kB", "1.2 MB", "5000.0 GB"
    ]  # fmt: skip
