"""Messages brought to the timeline, the timeline written for other tools, and evidence beside an entry."""

import json
from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.operations import evidence, observations, timeline
from tocsin.operations.progress import finish
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.importing import ImportSheet
from tocsin.ui.text import not_plain
from tocsin.ui.timeline.editor import TimelineScreen
from tocsin.ui.window import Window


def shown(qtbot: QtBot, desk: Desk, incident: Incident) -> TimelineScreen:
    screen = TimelineScreen(desk)
    qtbot.addWidget(screen)
    screen.show()
    desk.choose_incident(incident.id)
    qtbot.waitUntil(lambda: screen._view is not None)
    return screen


def test_a_chat_comes_to_the_timeline_in_hand(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident, tmp_path: Path
) -> None:
    window = Window(desk)
    qtbot.addWidget(window)
    window.show()
    sheet, screen = ImportSheet(desk, window), shown(qtbot, desk, incident)
    screen.bring_wanted.connect(sheet.open_for_timeline)
    screen.bring.click()
    assert incident.reference in sheet.outcome.text()
    said = {"message": "is it just me?", "datetime": (store.now() - timedelta(hours=3)).isoformat()}
    file = tmp_path / "chat.jsonl"
    file.write_text(json.dumps({**said, "timestamp_desc": "chat"}) + "\n")
    sheet.file.setText(str(file))
    sheet.system.setEditText("scorer")
    before = len(timeline.listed(store, incident.id))
    sheet.go.click()
    qtbot.waitUntil(lambda: len(timeline.listed(store, incident.id)) == before + 1)
    qtbot.waitUntil(lambda: screen.count.text().startswith(str(before + 1)))


def test_a_chat_comes_to_the_timeline_it_was_brought_for_whatever_the_sheet_shows_by_then(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident, tmp_path: Path
) -> None:
    window = Window(desk)
    qtbot.addWidget(window)
    sheet = ImportSheet(desk, window)
    file = tmp_path / "chat.csv"
    file.write_text(f"time,author,text\n{(store.now() - timedelta(hours=3)).isoformat()},bot,down?\n")
    sheet.open_for_timeline(incident)
    sheet.file.setText(str(file))
    sheet.system.setEditText("scorer")
    before = len(timeline.listed(store, incident.id))
    sheet.go.click()
    sheet.open()
    qtbot.waitUntil(lambda: len(timeline.listed(store, incident.id)) == before + 1)


def test_the_timeline_is_written_in_the_format_its_name_asks_for(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident, tmp_path: Path
) -> None:
    timeline.add(store, desk.author, incident.id, "=rolled back", lane="done")
    screen = shown(qtbot, desk, incident)
    for name, start in (("t.csv", b"message,datetime,"), ("t.jsonl", b'{"message":')):
        with qtbot.waitSignal(desk.noticed):
            screen.export_to(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)


def test_what_supports_an_entry_is_shown_beside_it(
    qtbot: QtBot, desk: Desk, store: Store, incident: Incident, tmp_path: Path
) -> None:
    seen = observations.report(store, desk.author, system="scorer", text="letters look wrong")
    (tmp_path / "<b>letter.txt").write_text("Dear …")
    finish(evidence.attach(store, desk.author, seen.id, tmp_path / "<b>letter.txt"))
    observations.join(store, desk.author, incident.id, seen.id)
    screen = shown(qtbot, desk, incident)
    panel = screen.side.details.evidence
    qtbot.waitUntil(lambda: len(panel.files.findChildren(QPushButton)) == 1)
    screen.select(observations.item_of(incident.id, seen.id))
    qtbot.waitUntil(lambda: len(panel.files.findChildren(QPushButton)) == 1)
    assert not_plain(screen) == []
    panel.attach([tmp_path / "<b>letter.txt"])
    qtbot.waitUntil(lambda: len(evidence.of_incident(store, incident.id)) == 2)
    other = timeline.add(store, desk.author, incident.id, "rolled back", lane="done")
    qtbot.waitUntil(lambda: screen.lanes.mark(other.id) is not None)
    screen.select(other.id)
    qtbot.waitUntil(lambda: not panel.files.findChildren(QPushButton))
