"""Does Ctrl K find what was meant, from the keyboard alone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tocsin.ui.finder import Choice, Finder, fitting, score
from tocsin.ui.theme import Theme


def choices(log: list[str]) -> list[Choice]:
    titles = ["Show Wall", "Show Command", "Declare an incident", "Log a line"]
    found = Choice("INC-2026-WR-0007", lambda: log.append("0007"), "Credit scorer declines over-60s")
    return [found, *(Choice(title, lambda title=title: log.append(title)) for title in titles)]  # type: ignore[misc]


def test_letters_must_come_in_order_and_count_more_at_the_start_of_words() -> None:
    assert score("xyz", "Show Wall") == 0
    assert score("llaw", "Show Wall") == 0
    assert score("sw", "Show Wall") > score("sw", "misuse of a widget")
    assert score("wall", "Show Wall") > score("wall", "w-a-l-l of text")


def test_the_best_comes_first_and_details_are_searched_too() -> None:
    log = list[str]()
    assert fitting("comm", choices(log))[0].title == "Show Command"
    assert fitting("credit", choices(log))[0].title == "INC-2026-WR-0007"
    assert len(fitting(" ", choices(log))) == 5
    assert fitting("zzzz", choices(log)) == []


def test_type_and_enter_runs_it(qtbot: QtBot, theme: Theme) -> None:
    window, log = QWidget(), list[str]()
    qtbot.addWidget(window)
    window.resize(800, 600)
    finder = Finder(theme, window)
    window.show()
    finder.ask("Find", choices(log))
    qtbot.keyClicks(finder.line, "line")
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    assert log == ["Log a line"]
    assert not finder.isVisible()


def test_arrows_choose_and_escape_closes(qtbot: QtBot, theme: Theme) -> None:
    window, log = QWidget(), list[str]()
    qtbot.addWidget(window)
    window.show()
    finder = Finder(theme, window)
    finder.ask("Find", choices(log))
    qtbot.keyClick(finder.line, Qt.Key.Key_Down)
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    finder.ask("Find", choices(log))
    with qtbot.waitSignal(finder.closed):
        qtbot.keyClick(finder.line, Qt.Key.Key_Escape)
    assert log == ["Show Wall"]


def test_what_was_typed_can_be_the_choice(qtbot: QtBot, theme: Theme) -> None:
    window, log = QWidget(), list[str]()
    qtbot.addWidget(window)
    window.show()
    finder = Finder(theme, window)
    known = [Choice("Operator A", lambda: log.append("known"))]
    finder.ask("Who?", known, lambda typed: Choice(f"New: {typed}", lambda: log.append(typed)))
    qtbot.keyClicks(finder.line, "oper")
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    finder.ask("Who?", known, lambda typed: Choice(f"New: {typed}", lambda: log.append(typed)))
    qtbot.keyClicks(finder.line, " Operator B ")
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    assert log == ["known", "Operator B"]
