"""What the foot of the window says of the next deadline and of the next status update."""

from zoneinfo import ZoneInfo

from pytestqt.qtbot import QtBot

from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, updates
from tocsin.store.folder import Store
from tocsin.ui.bars import Bars
from tocsin.ui.desk import Desk
from tocsin.ui.footer import Footer


def test_the_next_status_update_has_a_place_of_its_own(
    qtbot: QtBot, desk: Desk, store: Store, author: Author, clock: ManualClock
) -> None:
    footer = Footer(desk.theme, ZoneInfo(store.zone))
    qtbot.addWidget(footer)
    bars = Bars(desk, footer)
    known = incidents.declare(store, author, title="t", system="s", severity="SEV-1")
    bars.look()
    qtbot.waitUntil(lambda: footer.update_due.text() == "next status update due in 30:00")
    assert "Status update" not in footer.next.text()
    clock.advance(minutes=21, seconds=12)
    bars.show_next()
    assert footer.update_due.text() == "next status update due in 08:48"
    clock.advance(minutes=10)
    bars.show_next()
    assert footer.update_due.text() == "status update overdue by 01:12"
    assert footer.update_due.property("tone") == "red"
    updates.tell(store, author, known.id, "leadership", "words", to="board")
    bars.look()
    qtbot.waitUntil(lambda: footer.update_due.text() == "next status update due in 30:00")
    other = incidents.declare(store, author, title="t", system="s", severity="SEV-1")
    desk.choose_incident(other.id)
    bars.show_next()
    assert footer.update_due.text().startswith(f"{known.reference} · ")


def test_nothing_is_said_where_no_clock_asks(qtbot: QtBot, desk: Desk, store: Store, author: Author) -> None:
    footer = Footer(desk.theme, ZoneInfo(store.zone))
    qtbot.addWidget(footer)
    incidents.declare(store, author, title="t", system="s", severity="SEV-4")
    bars = Bars(desk, footer)
    bars.look()
    qtbot.waitUntil(lambda: footer.next.text() != "")
    assert footer.update_due.isHidden()
