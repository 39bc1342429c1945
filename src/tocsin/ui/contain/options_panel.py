"""The ways to contain a system: who may, how, how long it takes, and whether it was ever rehearsed."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.operations.containment_view import Offered
from tocsin.ui.contain import words
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, Tone
from tocsin.ui.panel import Panel, rule
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label, button_text, set_look, set_tip, visible
from tocsin.ui.theme import Theme, mono, sans

_HEIGHT, _FIGURE_WIDTH = 68, 74
_NONE = (
    "No way to contain this system is registered.\n\nSay beforehand what can be switched off, rolled back or "
    "routed round, who may do it and how: on the worst day nobody has to think of it."
)


class OptionPainter(RowPainter):
    """Draws an option; `now` is the second shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.now: datetime | None = None

    def height(self, fact: Offered, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Offered) -> None:
        if self.now is None:
            return
        tone = Tone.BLUE if fact.pulled else words.readiness_tone(fact.readiness)
        shape = QRectF(rect.left() + PAD, rect.top() + 10, 14, 14)
        paint_icon(painter, SHAPES[tone], self.theme.palette.tone(tone), shape)
        left, right = rect.left() + PAD + 26, rect.right() - PAD
        name = QRect(left, rect.top() + 7, right - left - _FIGURE_WIDTH - 6, 20)
        self.text(painter, name, fact.option.name, sans(), "text")
        minutes = QRect(right - _FIGURE_WIDTH, rect.top() + 7, _FIGURE_WIDTH, 20)
        self.text(painter, minutes, f"{fact.option.minutes} min", mono(), "text", right=True)
        second = QRect(left, rect.top() + 28, right - left, 16)
        self.text(painter, second, words.option_line(fact), sans(SMALL), "muted")
        third = QRect(left, rect.top() + 46, right - left, 16)
        said = words.rehearsed(fact.option, fact.readiness, self.now)
        colour = "muted" if tone in (Tone.GREY, Tone.BLUE) else tone.value
        self.text(painter, third, f"in effect · {said}" if fact.pulled else said, sans(SMALL), colour)


class OptionsPanel(Panel):
    """The options; the cursor's one is read below. `wanted(key)` by its buttons: P, N, E, H."""

    wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Ways to contain")
        self._painter = OptionPainter(theme)
        self.rows = Rows(self._painter, "Ways to contain", keys_mean_cursor=True)
        self.rows.setObjectName("options")
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setMinimumHeight(60)
        self.details.setObjectName("option-details")
        self.details.setAccessibleName("How the option is pulled")
        self.details.setTabChangesFocus(True)
        self.empty = Label(_NONE, "muted", wrap=True)
        self.add_first = QPushButton(button_text("Register one   N"))
        self.buttons = {
            "P": small("Pull", "P", "Pull the selected option"),
            "N": small("New", "N", "Register another way to contain"),
            "E": small("Edit", "E", "Change the selected option"),
            "H": small("Rehearsed", "H", "Record a rehearsal of the selected option"),
        }
        self._lay_out()

    def show_options(self, options: Sequence[Offered], system: str, now: datetime, writable: bool) -> None:
        """Show the options of a system."""
        self._painter.now = now
        self.rows.show_rows(
            (one.option.id, f"{one.option.name}, {words.option_line(one)}", one) for one in options
        )
        self._pages.setCurrentIndex(1 if options else 0)
        amber = sum(words.readiness_tone(one.readiness) is not Tone.GREY for one in options)
        self.remark.show_text(f"{system} · {amber} not rehearsed lately" if amber else system)
        for key, button in self.buttons.items():
            button.setEnabled(writable)
            button.setVisible(bool(options) or key == "N")
        self.add_first.setVisible(writable)
        self.show_details()

    def show_details(self) -> None:
        """Show how the option under the cursor is pulled."""
        one: Offered | None = self.rows.selected
        text = visible(words.details(one)) if one is not None else ""
        if text != self.details.toPlainText():
            self.details.setPlainText(text)

    def _lay_out(self) -> None:
        for key, button in self.buttons.items():
            self.head.addWidget(button)
            button.clicked.connect(lambda _checked=False, key=key: self.wanted.emit(key))
        self.add_first.clicked.connect(lambda: self.wanted.emit("N"))
        self.rows.selectionModel().currentChanged.connect(lambda *_: self.show_details())
        self.rows.chosen.connect(lambda _one: self.wanted.emit("P"))
        set_look(self.add_first, role="main")
        empty, listed = QWidget(), QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(3 * PAD, PAD, 3 * PAD, PAD)
        column.addStretch(1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.empty)
        column.addWidget(self.add_first, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        below = QVBoxLayout(listed)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.rows, 1)
        below.addWidget(rule())
        set_look(self.details, role="plain")
        below.addWidget(self.details)
        below.setStretch(0, 3)
        below.setStretch(2, 2)
        # Laid into its panel first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout()
        self.room.addLayout(self._pages, 1)
        self._pages.addWidget(empty)
        self._pages.addWidget(listed)


def small(text: str, key: str, tip: str) -> QPushButton:
    """Return a quiet button for the head of a panel, with its key."""
    button = QPushButton(f"{text}  {key}")
    set_look(button, role="quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(tip)
    set_tip(button, f"{tip}   {key}")
    return button
