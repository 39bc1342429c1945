"""The duties by nearest deadline, the selected one in full, and what does not apply and why."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QSplitter, QVBoxLayout

from tocsin.ui.contain.options_panel import small
from tocsin.ui.duties import words
from tocsin.ui.duties.words import Row
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import LARGE, PAD, SHAPES, SMALL, Tone
from tocsin.ui.panel import Panel, rule
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.theme import Theme, mono, sans

_HEIGHT, _FIGURE, _STATE = 58, 112, 176


class DutyPainter(RowPainter):
    """Draws the duties as of `now`, the second shown."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Row, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Row) -> None:
        if self.now is None:
            return
        tone = words.tone(fact, self.now)
        mark = QRectF(rect.left() + PAD, rect.top() + 12, 13, 13)
        paint_icon(painter, SHAPES[tone], self.theme.palette.tone(tone), mark)
        left, right = rect.left() + PAD + 24, rect.right() - PAD
        figure = painter.fontMetrics().horizontalAdvance("—")
        if fact.view.clock is not None:
            figure = _FIGURE
        name = QRect(left, rect.top() + 8, right - left - figure - 6, 20)
        applies = fact.view.duty.applies
        self.text(painter, name, fact.view.duty.stage.name, sans(), "text" if applies else "muted")
        self._figure(painter, _figure_rect(rect), fact, tone)
        said, its = words.state(fact, self._zone, self.now)
        room = min(_STATE, painter.fontMetrics().horizontalAdvance(said) + 4)
        at = QRect(right - _STATE, rect.top() + 31, _STATE, 17)
        self.text(painter, at, said, sans(SMALL + 1), its.value, right=True)
        below = QRect(left, rect.top() + 31, right - left - room - 10, 17)
        self.text(painter, below, words.second(fact), sans(SMALL), "muted")

    def _figure(self, painter: QPainter, rect: QRect, fact: Row, tone: Tone) -> None:
        assert self.now is not None
        text = words.figure(fact, self.now)
        colour = "text" if tone in (Tone.BLUE, Tone.GREY) else tone.value
        plain = text[:1].isalpha() or text == "—"
        self.text(painter, rect, text, sans() if plain else mono(LARGE), colour, right=True)


class DutiesPanel(Panel):
    """The list keeps its cursor. `wanted(key)` by its buttons, `picked()` when the cursor moved."""

    wanted = Signal(str)
    picked = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Duties")
        self._zone = zone
        self._painter = DutyPainter(theme, zone)
        self._found: list[Row] = []
        self._now: datetime | None = None
        self._drawn: dict[str, str] = {}
        self.every = False
        self.rows = Rows(self._painter, "Duties", keys_mean_cursor=True)
        self.rows.setObjectName("duties")
        self.none = Label("", "muted", wrap=True)
        self.details = WholeLines("duty-details", "The duty, and what does not apply")
        self._rest = ""
        self.buttons = {
            "Q": small("Questions", "Q", "Answer the questions that decide"),
            "J": small("Rule", "J", "Rule on the selected duty by hand"),
            "F": small("Fact", "F", "State the fact it counts from"),
            "V": small("All", "V", "Show every duty there is, or only these"),
            "C": small("Calculate", "C", "Work a deadline out"),
            "G": small("Regimes", "G", "The law as data"),
            "D": small("Papers", "D", "Export documents"),
            "B": small("Letters", "B", "Letters to persons"),
        }
        self._lay_out()

    @property
    def selected(self) -> Row | None:
        """The duty under the cursor."""
        found: Row | None = self.rows.selected
        return found

    def show_duties(
        self, found: Sequence[Row], told: str, now: datetime, *, writable: bool, follow: bool = False
    ) -> None:
        """Show the duties; `told` counts them. With `follow` a cursor at the top stays at the top."""
        self._found, self._now = list(found), now
        top = self.rows.currentIndex().row() <= 0
        self._painter.now = now
        shown = words.listed(found, every=self.every)
        self.rows.show_rows((one.id, _spoken(one, self._zone, now), one) for one in shown)
        if shown and (not self.rows.currentIndex().isValid() or (top and follow)):
            self.rows.select(shown[0].id)
        self.remark.show_text(told)
        self.rows.setVisible(bool(shown))
        self.none.setVisible(not shown)
        self.none.show_text(_none(found))
        self._rest = words.left_out(found, shown)
        self.buttons["V"].setText("Fewer  V" if self.every else "All  V")
        for key in "JF":
            self.buttons[key].setEnabled(writable and bool(shown))
        self.show_details()

    def turn(self) -> None:
        """Show every duty, or only those that apply or may."""
        self.every = not self.every
        if self._now is not None:
            writable = self.buttons["J"].isEnabled()
            self.show_duties(self._found, self.remark.text(), self._now, writable=writable)

    def select(self, duty: str) -> bool:
        """Put the cursor on a duty; return whether the list holds it."""
        self.rows.select(duty)
        return self.selected is not None and self.selected.id == duty

    def show_time(self, now: datetime) -> None:
        """Draw the rows whose figure is another one now."""
        self._now = self._painter.now = now
        view, drawn = self.rows.viewport(), self._drawn
        self._drawn = {}
        for row, rect in self.rows.rects():
            told = words.figure(row, now)
            self._drawn[row.id] = told
            if drawn.get(row.id) != told:
                view.update(rect)

    def show_details(self) -> None:
        """Show the duty under the cursor in full."""
        one = self.selected
        text = words.details(one, self._zone, self._now) if one is not None and self._now is not None else ""
        self.details.put("\n\n".join(part for part in (text, self._rest) if part))

    def _moved(self) -> None:
        self.show_details()
        self.picked.emit()

    def _lay_out(self) -> None:
        keys = QGridLayout()
        keys.setContentsMargins(4, 2, 4, 4)
        keys.setSpacing(0)
        for place, (key, button) in enumerate(self.buttons.items()):
            keys.addWidget(button, place // 4, place % 4)
            button.clicked.connect(lambda _checked=False, key=key: self.wanted.emit(key))
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._moved())
        self.rows.chosen.connect(lambda _one: self.wanted.emit("Enter"))
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.none.setMargin(2 * PAD)
        self.none.hide()
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        for part in (self.rows, self.none, self.details):
            parts.addWidget(part)
        for place, share in enumerate((6, 2, 5)):
            parts.setStretchFactor(place, share)
        parts.setSizes([500, 160, 280])
        column = QVBoxLayout()
        column.addWidget(parts)
        self.room.addLayout(column, 1)
        self.room.addWidget(rule())
        self.room.addLayout(keys)


class WholeLines(QPlainTextEdit):
    """Words to be read, as high as whole lines: the last one in sight is never cut."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(70)
        set_look(self, role="plain")

    def put(self, text: str) -> None:
        """Show a text unless it is the one shown: what is being read must not jump."""
        if visible(text) != self.toPlainText():
            self.setPlainText(visible(text))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        margins = self.contentsMargins()
        room = self.height() - margins.top() - margins.bottom() - int(self.document().documentMargin())
        left = max(room, 0) % self.fontMetrics().lineSpacing()
        if self.viewportMargins().bottom() != left:
            self.setViewportMargins(0, 0, 0, left)
        super().resizeEvent(event)


def _spoken(row: Row, zone: ZoneInfo, now: datetime) -> str:
    return f"{row.view.duty.stage.name}, {words.second(row)}, {words.state(row, zone, now)[0]}"


def _none(found: Sequence[Row]) -> str:
    if not found:
        return "No rules are in force in this store."
    if any(one.open for one in found):
        return (
            "No duty is known to apply yet.\n\nQ asks the questions that decide; V shows every duty there is."
        )
    return "Nothing applies, as the questions were answered.\n\nV shows every duty, Q the answers."


def _figure_rect(rect: QRect) -> QRect:
    return QRect(rect.right() - PAD - _FIGURE, rect.top() + 7, _FIGURE, 22)
