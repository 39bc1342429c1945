"""The running log, newest first, and the field for the next line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from tocsin.model.running_log import Line
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SMALL, Tone
from tocsin.ui.panel import Panel, rule
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import ElidedLabel, Label, visible
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import MONTHS, clock_time, short_stamp

_TIME_WIDTH = 50
_AUTHOR_WIDTH = 86
_NARROW, _NARROW_AUTHOR = 340, 74
_LATER = timedelta(minutes=2)
_MOST_LINES = 4
_SAVED = "saved"
_ICONS = {
    "alert": ("triangle", "orange"),
    "status": ("check", "green"),
    "severity": ("hexagon", "red"),
    "clock": ("clock", "muted"),
}
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class LinePainter(RowPainter):
    """Draws time, author and text of a line; the text wraps."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None
        self._heights: dict[tuple[str, int, str, int], int] = {}

    def height(self, fact: Line, width: int) -> int:
        key = fact.id, fact.edits, fact.withdrawn, width
        if key not in self._heights:
            self._heights[key] = self._measured(fact, width)
        return self._heights[key]

    def set_now(self, now: datetime) -> None:
        """Take the time; past midnight the lines of before carry their day, so all are measured again."""
        before, self.now = self.now, now
        if before is None or before.astimezone(self._zone).date() != now.astimezone(self._zone).date():
            self._heights.clear()

    def forget(self, ids: set[str], width: int) -> None:
        """Forget the heights of lines that are shown no more, or at another width."""
        self._heights = {key: h for key, h in self._heights.items() if key[0] in ids and key[3] == width}

    def _measured(self, fact: Line, width: int) -> int:
        metrics = QFontMetrics(sans())
        room = self._text_rect(QRect(0, 0, width, 0), fact).width()
        wrapped = metrics.boundingRect(QRect(0, 0, max(room, 40), 4000), _WRAP, self.said(fact)).height()
        return max(min(wrapped, _MOST_LINES * metrics.lineSpacing()), self._least(fact, width)) + 12

    def draw(self, painter: QPainter, rect: QRect, fact: Line) -> None:
        top = QRect(rect.left() + PAD, rect.top() + 6, _TIME_WIDTH, 17)
        for text in self._times(fact.at):
            self.text(painter, top, text, mono(SMALL + 1), "muted")
            top.translate(0, 15)
        if self._narrow(rect.width()):
            author = QRect(rect.left() + PAD, top.top(), _NARROW_AUTHOR, 17)
        else:
            author = QRect(rect.left() + PAD + _TIME_WIDTH, rect.top() + 6, _AUTHOR_WIDTH, 17)
        self.text(painter, author, fact.author, sans(SMALL + 1), "muted")
        room = self._text_rect(rect, fact)
        if fact.kind in _ICONS:
            name, colour = _ICONS[fact.kind]
            spot = QRectF(room.left() - 18, rect.top() + 9, 12, 12)
            paint_icon(painter, name, self.theme.colour(colour).name(), spot)
        font = sans()
        font.setStrikeOut(bool(fact.withdrawn))
        painter.setFont(font)
        painter.setPen(self.theme.colour("muted" if fact.kind == "record" or fact.withdrawn else "text"))
        painter.drawText(room, _WRAP, self.said(fact))

    def said(self, line: Line) -> str:
        """Return the text with what must be known of it: lane, later writing, corrections, retraction."""
        lane = f"{line.lane}: " if line.lane not in ("", "noted") else ""
        remarks = []
        if line.kind == "said" and line.recorded_at - line.at > _LATER and self.now is not None:
            remarks.append(f"written {short_stamp(line.recorded_at, self._zone, self.now)}")
        if line.edits:
            remarks.append("corrected" if line.edits == 1 else f"corrected {line.edits} times")
        if line.withdrawn:
            remarks.append(f"retracted: {line.withdrawn}")
        after = f" ({', '.join(remarks)})" if remarks else ""
        return visible(f"{lane}{line.text}{after}")

    def _text_rect(self, rect: QRect, line: Line) -> QRect:
        beside = _NARROW_AUTHOR if self._narrow(rect.width()) else _TIME_WIDTH + _AUTHOR_WIDTH
        left = PAD + beside + 8 + (18 if line.kind in _ICONS else 0)
        return rect.adjusted(left, 6, -PAD, -5)

    def _times(self, at: datetime) -> tuple[str, ...]:
        """Return the time today, else the day and the time under each other."""
        local = at.astimezone(self._zone)
        clock = clock_time(at, self._zone, seconds=False)
        if self.now is None or local.date() == self.now.astimezone(self._zone).date():
            return (clock,)
        same_year = local.year == self.now.astimezone(self._zone).year
        return (f"{local.day} {MONTHS[local.month - 1]}", clock if same_year else str(local.year))

    def _least(self, line: Line, width: int) -> int:
        return 2 + 15 * (len(self._times(line.at)) + self._narrow(width))

    def _narrow(self, width: int) -> bool:
        """Whether the author goes under the time, to leave room for the words."""
        return width < _NARROW


@dataclass(frozen=True, slots=True)
class Pending:
    """A line on its way: its id was made before, so that sending it again stores it once."""

    id: str
    text: str


class Input(QLineEdit):
    """The field for a line; Escape gives the keys back to the screen."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class LogPanel(Panel):
    """The log and its field. `line_written(Pending)` asks for a line to be saved.

    The field empties at Enter and the line shows as saving; `saved` or `refused` tells how it ended. A
    refused text comes back into the field, unless another was begun there.
    """

    line_written = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, new_id: Callable[[], str]) -> None:
        super().__init__("Running log")
        self._painter = LinePainter(theme, zone)
        self._new_id = new_id
        self._refused: Pending | None = None
        self.rows = Rows(self._painter, "Running log, newest first")
        self.rows.setObjectName("log")
        self.input = Input()
        self.input.setObjectName("log-input")
        self.input.setAccessibleName("Next line of the running log")
        self.input.setMaxLength(20_000)
        self.input.setPlaceholderText("What happened?   L")
        self.input.returnPressed.connect(self._write)
        self.input.left.connect(self.left)
        self.input.textEdited.connect(self._begun)
        self.state = ElidedLabel("", "small")
        self.state.setObjectName("log-state")
        self._lay_out()
        self._tell("")

    def show_lines(self, lines: tuple[Line, ...], now: datetime) -> None:
        """Show the log."""
        self._painter.set_now(now)
        self._painter.forget({line.id for line in lines}, self.rows.viewport().width())
        was_top = self.rows.verticalScrollBar().value() == 0
        self.remark.show_text(f"{len(lines)} lines" if lines else "")
        self.rows.show_rows((line.id, f"{line.author}: {self._painter.said(line)}", line) for line in lines)
        if was_top:
            self.rows.scrollToTop()

    def set_writable(self, writable: bool, why_not: str = "") -> None:
        """Open or close the field."""
        self.input.setEnabled(writable)
        self.input.setPlaceholderText("What happened?   L" if writable else why_not)

    def write(self, text: str = "") -> None:
        """Let the keys go to the field, with the beginning of a line in it when it is empty."""
        if text and not self.input.text():
            self.input.setText(text)
        self.input.setFocus()

    def saved(self, line: Pending) -> None:
        """Say that the commit returned."""
        self._tell(_SAVED, Tone.GREEN)

    def refused(self, line: Pending, why: str) -> None:
        """Give a refused text back, with the reason."""
        if not self.input.text():
            self.input.setText(line.text)
            self._refused = line
        self._tell(f"not saved: {why}", Tone.RED)

    def _write(self) -> None:
        text = self.input.text().strip()
        if not text:
            return
        again = self._refused is not None and self._refused.text == text
        line = self._refused if again and self._refused else Pending(self._new_id(), text)
        self._refused = None
        self.input.clear()
        self._tell(f"saving: {text}", Tone.YELLOW)
        self.line_written.emit(line)

    def _begun(self, _text: str) -> None:
        """A new line is being typed: what was said of the one before has been read."""
        if self.state.text() == _SAVED:
            self._tell("")

    def _tell(self, text: str, tone: Tone | None = None) -> None:
        self.state.show_text(text or "Enter saves · /decide /do /tell · @14:20 · !task @name 5m …")
        self.state.set_tone(tone)

    def _lay_out(self) -> None:
        foot = QVBoxLayout()
        foot.setContentsMargins(PAD - 4, 8, PAD - 4, 6)
        foot.setSpacing(3)
        foot.addWidget(self.input)
        foot.addWidget(self.state)
        self.head.addWidget(Label("L", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.room.addWidget(self.rows, 1)
        self.room.addWidget(rule())
        self.room.addLayout(foot)
