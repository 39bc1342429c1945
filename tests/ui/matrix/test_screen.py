"""The matrix screen by keys and mouse, on a real store."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.operations import incidents, policies, triage
from tocsin.policy.edit import offset_of, with_offset
from tocsin.policy.load import load_shipped
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.matrix.screen import MatrixScreen
from tocsin.ui.panel import Panel
from tocsin.ui.text import not_plain

Key = Qt.Key
A = Author("Operator A")
FAIRNESS = 6  # the column of the route, after definition, response, escalation and three other routes


@pytest.fixture
def declared(store: Store) -> Incident:
    one = incidents.declare(store, A, title="Scorer <b>declines</b>", system="scorer")
    triage.regrade(store, A, one.id, "SEV-2", "not everybody", fields={"type": "bias"})
    return incidents.get(store, one.id)


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, declared: Incident) -> MatrixScreen:
    made = MatrixScreen(desk)
    qtbot.addWidget(made)
    made.resize(1302, 698)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.view is not None)
    made.board.setFocus()
    made.board.go((1, FAIRNESS))
    return made


def answer(qtbot: QtBot, screen: MatrixScreen, name: str, text: str) -> None:
    field = screen.ask.findChild(QLineEdit, f"ask-{name}")
    assert isinstance(field, QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, text)


def confirm(qtbot: QtBot, screen: MatrixScreen) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Return)
    qtbot.waitUntil(lambda: not screen.ask.isVisible())


def test_a_cell_says_who_is_owed_what_by_when(screen: MatrixScreen, declared: Incident) -> None:
    assert screen.board.mark == declared.id
    owed = {one.clock: one for one in screen.rows.facts}
    assert owed["escalate"].to == ("Engineering Director", "ML Lead")
    assert "ethics committee, legal take over" in screen.about.text()
    assert not_plain(screen) == []


def test_everything_fits_the_smallest_screen(qtbot: QtBot, screen: MatrixScreen) -> None:
    board = screen.board
    qtbot.waitUntil(lambda: bool(screen.rows.facts) and screen.rows.height() >= 2 * 42)
    assert board.width() <= board.parentWidget().width()
    assert board.minimumHeight() <= board.parentWidget().height(), "no level is cut"
    assert screen.rows.height() >= 2 * 42
    panels = [one.geometry() for one in screen.findChildren(Panel)]
    assert not panels[0].intersects(panels[1])
    assert all(screen.rect().contains(one) for one in panels)


def test_arrows_move_and_enter_opens_what_is_owed_and_then_the_incident(
    qtbot: QtBot, screen: MatrixScreen, declared: Incident
) -> None:
    qtbot.keyClick(screen.board, Key.Key_Left)
    assert screen.board.mark == ""
    assert screen.rows.facts, "what is owed at the whole level"
    qtbot.keyClick(screen.board, Key.Key_Up)
    assert not screen.rows.facts
    assert "Nothing is open at this level" in screen.about.text()
    screen.board.go((1, FAIRNESS))
    qtbot.keyClick(screen.board, Key.Key_Return)
    assert screen.rows.hasFocus()
    with qtbot.waitSignal(screen.opened) as opened:
        qtbot.keyClick(screen.rows, Key.Key_Return)
    assert opened.args == [declared.id]


def test_a_mark_dragged_to_another_level_asks_why_and_regrades(
    qtbot: QtBot, screen: MatrixScreen, store: Store, declared: Incident
) -> None:
    board, left = screen.board, Qt.MouseButton.LeftButton
    start, end = board.rect_of(declared.id).center(), board.cell_rect((0, 0)).center()
    qtbot.mousePress(board, left, pos=start)
    qtbot.mouseMove(board, start + QPoint(0, -30))
    qtbot.mouseMove(board, end)
    qtbot.mouseRelease(board, left, pos=end)
    assert "SEV-2 becomes SEV-1" in screen.ask.title.text()
    answer(qtbot, screen, "reason", "It reaches everybody")
    confirm(qtbot, screen)
    known = incidents.get(store, declared.id)
    assert known.severity == "SEV-1"
    assert known.conduct.triages[-1].body.override == "It reaches everybody"
    qtbot.waitUntil(lambda: bool(board.table.lines[0].cells[FAIRNESS].marks))


def test_a_mark_let_go_in_its_own_level_stays(qtbot: QtBot, screen: MatrixScreen, declared: Incident) -> None:
    board, left = screen.board, Qt.MouseButton.LeftButton
    start = board.rect_of(declared.id).center()
    qtbot.mousePress(board, left, pos=start)
    qtbot.mouseMove(board, start + QPoint(-200, 0))
    qtbot.mouseRelease(board, left, pos=start + QPoint(-200, 0))
    assert not screen.ask.isVisible()


def test_shift_and_an_arrow_regrade_too_and_need_a_reason(
    qtbot: QtBot, screen: MatrixScreen, store: Store, declared: Incident
) -> None:
    qtbot.keyClick(screen.board, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Return)
    qtbot.waitUntil(lambda: "needs a reason" in screen.ask.trouble.text())
    answer(qtbot, screen, "reason", "one branch only")
    confirm(qtbot, screen)
    assert incidents.get(store, declared.id).severity == "SEV-3"


def test_the_pack_is_edited_in_place_previewed_and_put_in_force(
    qtbot: QtBot, screen: MatrixScreen, store: Store, declared: Incident
) -> None:
    screen.board.go((1, 2))
    qtbot.keyClick(screen.board, Key.Key_E)
    answer(qtbot, screen, "escalate", "half an hour")
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Return)
    assert "no span of time" in screen.ask.trouble.text()
    answer(qtbot, screen, "escalate", "45 min")
    confirm(qtbot, screen)
    assert policies.current(store)[0].offset("escalate", "SEV-2").words == "2 h", "a draft changes nothing"  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: [one.clock for one in screen.rows.facts] == ["escalate"])
    (change,) = screen.rows.facts
    assert change.reference == declared.reference
    assert change.after.due < change.before.due
    qtbot.keyClick(screen.board, Key.Key_P)
    answer(qtbot, screen, "reason", "Two hours are too long")
    confirm(qtbot, screen)
    assert policies.current(store)[0].offset("escalate", "SEV-2").words == "45 min"  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: screen.view is not None and screen.view.scheme == policies.current(store)[0])
    assert incidents.get(store, declared.id).policy == declared.policy, "open incidents keep their rules"


def test_the_commander_applies_the_pack_in_force_to_an_open_incident(
    qtbot: QtBot, screen: MatrixScreen, store: Store, declared: Incident
) -> None:
    scheme = policies.current(store)[0]
    policies.choose(store, A, with_offset(scheme, "escalate", "SEV-2", offset_of("45 min")), "too long")
    qtbot.waitUntil(lambda: screen.view is not None and screen.view.scheme != scheme)
    qtbot.keyClick(screen.board, Key.Key_P)
    qtbot.waitUntil(lambda: [one.clock for one in screen.rows.facts] == ["escalate"])
    screen.rows.setFocus()
    qtbot.keyClick(screen.rows, Key.Key_Return)
    answer(qtbot, screen, "reason", "It helps nobody to wait")
    confirm(qtbot, screen)
    assert incidents.get(store, declared.id).policy != declared.policy


def test_letting_go_of_a_draft_shows_what_is_in_force(qtbot: QtBot, screen: MatrixScreen) -> None:
    screen.board.go((0, 0))
    qtbot.keyClick(screen.board, Key.Key_E)
    answer(qtbot, screen, "meaning", "Somebody is hurt")
    confirm(qtbot, screen)
    assert screen.board.table.lines[0].cells[0].text == "Somebody is hurt"
    qtbot.keyClick(screen.board, Key.Key_X)
    assert screen.draft is None
    assert screen.board.table.lines[0].cells[0].text.startswith("People are harmed")


def test_a_route_is_edited_with_whom_it_leads_to(qtbot: QtBot, screen: MatrixScreen) -> None:
    qtbot.keyClick(screen.board, Key.Key_E)
    answer(qtbot, screen, "to", "ethics committee, legal, works council")
    confirm(qtbot, screen)
    assert screen.draft is not None
    route = next(one for one in screen.draft.routes if one.kind == "fairness")
    assert route.to == ("ethics committee", "legal", "works council")
    assert screen.board.table.heads[FAIRNESS][1] == "ethics committee, legal, works council"


def test_an_incident_of_another_pack_stands_below_the_levels(
    qtbot: QtBot, screen: MatrixScreen, store: Store, declared: Incident
) -> None:
    policies.choose(store, A, load_shipped("p0-p2"), "one scheme for all")
    qtbot.waitUntil(lambda: screen.board.table.lines[0].level == "P0")
    assert [line.level for line in screen.board.table.lines] == ["P0", "P1", "P2", ""]
    screen.board.go((3, 99))
    assert screen.board.mark == declared.id
    assert screen.rows.facts
