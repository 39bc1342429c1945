"""The calling sheet by its keys: whom to call, what came of it, who took over; and the worker that sends."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.hooks import hook
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import channels, contacts, escalation, incidents
from tocsin.store.folder import Store
from tocsin.ui.calling import CallingSheet
from tocsin.ui.desk import Desk
from tocsin.ui.escalating import Escalating
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.text import not_plain
from tocsin.ui.window import Window

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def declared(store: Store, author: Author, clock: ManualClock) -> Incident:
    """An incident whose first step, on call, has passed: the leaders are to be called."""
    contacts.save(
        store, author, "VP Engineering", person="Operator V", phone="+49 30 901820", zone="Asia/Tokyo"
    )
    contacts.save(store, author, "Legal", person="<b>Operator L</b>", phone="+49 30 901821")
    made = incidents.declare(store, author, title="<i>Loans</i>", system="credit", severity="SEV-1")
    clock.advance(minutes=6)
    return made


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: Window, declared: Incident) -> CallingSheet:
    made = CallingSheet(desk, window)
    made.open(declared.id)
    qtbot.waitUntil(lambda: made.card.name.text() == "Operator V")
    return made


def press(qtbot: QtBot, key: Key) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key)


def test_it_shows_the_number_and_what_time_is_left(sheet: CallingSheet) -> None:
    assert sheet.card.number.text() == "+49 30 901820"
    assert "22:43 for them" in sheet.card.why.text()
    assert sheet.card.left.text() == "00:09:00"
    assert "Whoever can take over" in sheet.card.then.text()
    assert sheet.state.text().startswith("Step 2 of 3")
    assert not_plain(sheet) == []


def test_no_answer_goes_to_the_next_and_k_records_who_took_over(
    qtbot: QtBot, sheet: CallingSheet, store: Store, declared: Incident
) -> None:
    press(qtbot, Key.Key_N)
    qtbot.waitUntil(lambda: sheet.card.name.text() == "<b>Operator L</b>")
    press(qtbot, Key.Key_A)
    qtbot.waitUntil(lambda: "answered" in sheet.tried.facts[0].text)
    press(qtbot, Key.Key_K)
    assert sheet.person.hasFocus()
    assert sheet.person.text() == "<b>Operator L</b>"
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: "took over" in sheet.state.text())
    standing = escalation.look(store, declared.id).standing
    assert [said.body.outcome for said in standing.history] == ["no answer", "answered"]
    assert standing.acknowledged is not None
    assert standing.acknowledged.body.person == "<b>Operator L</b>"
    assert not sheet.card.take.isEnabled()


def test_enter_twice_is_one_who_took_over_and_no_refusal(
    qtbot: QtBot, sheet: CallingSheet, desk: Desk, store: Store, declared: Incident
) -> None:
    press(qtbot, Key.Key_K)
    press(qtbot, Key.Key_Return)
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    assert escalation.look(store, declared.id).standing.acknowledged is not None
    assert sheet.trouble.text() == ""


def test_a_letter_typed_into_the_name_is_no_key_and_escape_goes_back(
    qtbot: QtBot, sheet: CallingSheet, store: Store, declared: Incident
) -> None:
    press(qtbot, Key.Key_K)
    qtbot.keyClicks(sheet.person, "nancy")
    press(qtbot, Key.Key_Escape)
    assert sheet.isVisible()
    assert escalation.look(store, declared.id).standing.history == ()
    press(qtbot, Key.Key_Escape)
    assert not sheet.isVisible()


def test_the_arrow_keys_choose_somebody_else(
    qtbot: QtBot, sheet: CallingSheet, store: Store, declared: Incident
) -> None:
    press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Down)
    assert sheet.card.name.text() == "CISO"
    assert sheet.card.number.text() == "nobody to dial"
    with qtbot.waitSignal(sheet.people_wanted):
        press(qtbot, Key.Key_P)


def test_the_next_step_comes_by_itself_as_time_passes(
    qtbot: QtBot, sheet: CallingSheet, desk: Desk, clock: ManualClock
) -> None:
    clock.advance(minutes=9)
    desk.heartbeat.beat()
    assert sheet.state.text().startswith("Step 3 of 3")


def test_a_store_that_is_only_read_says_so_and_still_shows_the_number(
    qtbot: QtBot, sheet: CallingSheet, store: Store, declared: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "read_only", True)
    sheet.open(declared.id)
    qtbot.waitUntil(lambda: "only be read" in sheet.state.text())
    assert sheet.card.number.text() == "+49 30 901820"
    press(qtbot, Key.Key_N)
    assert escalation.look(store, declared.id).standing.history == ()


@pytest.fixture
def escalating(desk: Desk, window: Window) -> Iterator[Escalating]:
    made = Escalating(desk, window.footer, Strongbox())
    yield made
    made.stop()


def test_the_footer_says_whom_to_call_until_somebody_takes_over(
    qtbot: QtBot, escalating: Escalating, window: Window, store: Store, author: Author, declared: Incident
) -> None:
    escalating.watch()
    qtbot.waitUntil(lambda: "call Operator V · 00:09:00" in window.footer.call.text())
    escalation.acknowledge(store, author, declared.id)
    qtbot.waitUntil(lambda: not window.footer.call.isVisible())


def test_a_second_that_passes_reads_nothing_unless_a_step_ends(
    qtbot: QtBot, escalating: Escalating, desk: Desk, clock: ManualClock, declared: Incident
) -> None:
    escalating.watch()
    qtbot.waitUntil(lambda: bool(escalating.views) and not desk.jobs.busy())
    clock.advance(seconds=1)
    desk.heartbeat.beat()
    assert not desk.jobs.busy()
    clock.advance(minutes=9)
    desk.heartbeat.beat()
    assert desk.jobs.busy()
    qtbot.waitUntil(lambda: not desk.jobs.busy())
    assert declared.id == escalating.views[0].incident.id


def test_a_step_is_sent_by_itself_when_it_begins(
    qtbot: QtBot, escalating: Escalating, desk: Desk, store: Store, author: Author, clock: ManualClock
) -> None:
    with hook() as web:
        channels.save(store, author, "hook", "webhook", web.url, {})
        known = incidents.declare(store, author, title="Loans", system="credit", severity="SEV-1")

        def sent() -> int:
            notices = escalation.look(store, known.id).standing.notices
            return [one.body.outcome for one in notices].count("sent")

        escalating.watch()
        qtbot.waitUntil(lambda: sent() == 1)
        clock.advance(minutes=5)
        desk.heartbeat.beat()
        qtbot.waitUntil(lambda: sent() == 2)
    assert [body["step"]["id"] for body in web.got] == ["first", "leaders"]
