"""The report screen shows the bytes an export writes, follows the journal, and exports by one key."""

from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.journal import DocumentExported
from tocsin.operations import documents, incidents, timeline
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.report.screen import ReportScreen
from tocsin.ui.text import not_plain


@pytest.fixture
def incident(store: Store, desk: Desk) -> Incident:
    made = incidents.declare(store, desk.author, title="Declines <b>doubled</b>", system="scorer")
    desk.choose_incident(made.id)
    return made


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk) -> ReportScreen:
    made = ReportScreen(desk)
    qtbot.addWidget(made)
    made.resize(1000, 800)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(screen: ReportScreen) -> bool:
    return screen.stack.currentWidget() is screen.pages


def exports(store: Store) -> list[DocumentExported]:
    with store.journal.read() as connection:
        found = journal.entries(connection, kinds=["document.exported"])
    return [entry.body for entry in found if isinstance(entry.body, DocumentExported)]


def test_without_an_incident_it_says_what_to_do(screen: ReportScreen) -> None:
    assert "Ctrl K" in screen.empty.text()
    assert not shown(screen)


def test_the_first_page_is_drawn(qtbot: QtBot, incident: Incident, screen: ReportScreen) -> None:
    qtbot.waitUntil(lambda: shown(screen) and screen.pages._pages[0].image is not None)
    image = screen.pages._pages[0].image
    assert image is not None
    dark = sum(
        QColor(image.pixel(x, y)).lightness() < 100
        for x in range(0, image.width(), 3)
        for y in range(0, image.height() // 3, 3)
    )
    assert dark > 100, "there is print on it"
    assert not_plain(screen) == []


def test_a_new_line_makes_a_new_report(
    qtbot: QtBot, incident: Incident, screen: ReportScreen, store: Store, desk: Desk
) -> None:
    qtbot.waitUntil(lambda: shown(screen))
    before = screen.as_of.text()
    timeline.log(store, desk.author, incident.id, "pinned v13")
    qtbot.waitUntil(lambda: screen.as_of.text() != before)


def test_the_export_is_the_preview_and_is_recorded(
    qtbot: QtBot, incident: Incident, screen: ReportScreen, store: Store, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: shown(screen))
    preview = documents.render(documents.build(store, incident.id))
    target = tmp_path / "out.pdf"
    screen.export(target)
    qtbot.waitUntil(lambda: len(exports(store)) == 1)
    assert target.read_bytes() == preview
    assert exports(store)[0].path == str(target)


def test_it_goes_beside_the_others_when_nobody_says_where(
    qtbot: QtBot, incident: Incident, screen: ReportScreen, store: Store
) -> None:
    screen.export_button.click()
    qtbot.waitUntil(lambda: len(exports(store)) == 1)
    assert list((store.path / "exports").glob("INC-2026-WR-0001*.pdf"))


def test_of_a_store_that_can_only_be_read_the_report_is_shown_and_not_exported(
    qtbot: QtBot, incident: Incident, desk: Desk, store: Store
) -> None:
    store.journal.read_only = True
    screen = ReportScreen(desk)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: shown(screen))
    assert not screen.export_button.isEnabled()
    assert not screen.elsewhere_button.isEnabled()
