"""The phases side by side: each a list of steps with state by shape and word, time boxes counting."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tocsin.model import steps
from tocsin.model.playbook import PHASES
from tocsin.model.steps import StepState
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import GAP, PAD, SMALL, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.playbook import words
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, mono, sans

_LEFT, _LINE, _MOST_LINES = 26, 18, 4
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class StepPainter(RowPainter):
    """Draws a box or a shape, what is to be done and how it stands; at the right what is left of its time."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None
        self._heights: dict[tuple[str, int], int] = {}

    def height(self, fact: StepState, width: int) -> int:
        key = visible(fact.step.text), width
        if key not in self._heights:
            if len(self._heights) > 2000:
                self._heights.clear()
            room = QRect(0, 0, max(width - 2 * PAD - _LEFT + 11, 60), 4000)
            wrapped = QFontMetrics(sans()).boundingRect(room, _WRAP, key[0]).height()
            self._heights[key] = min(wrapped, _MOST_LINES * _LINE) + 32
        return self._heights[key]

    def draw(self, painter: QPainter, rect: QRect, fact: StepState) -> None:
        now = self.now
        if now is None:
            return
        one = steps.at(fact, now)
        name, colour = words.shape(one)
        spot = QRectF(rect.left() + PAD - 2, rect.top() + 9, 14, 14)
        if name:
            paint_icon(painter, name, self.theme.colour(colour).name(), spot)
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.theme.colour("muted"))
            painter.drawRoundedRect(spot.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        left = rect.left() + PAD + _LEFT - 6
        text = QRect(left, rect.top() + 7, rect.right() - PAD + 6 - left, rect.height() - 30)
        painter.setFont(sans())
        painter.setPen(self.theme.colour("muted" if one.finished else "text"))
        painter.drawText(text, _WRAP, visible(one.step.text))
        below = QRect(left, rect.bottom() - 22, rect.right() - PAD - left, 17)
        if countdown := words.left(one, now):
            width = QFontMetrics(mono()).horizontalAdvance(countdown) + 6
            self.text(painter, below.adjusted(below.width() - width, 0, 0, 0), countdown, mono(),
                      "red" if one.over else "text", right=True)  # fmt: skip
            below.setWidth(below.width() - width)
        said = words.below(one, now, self._zone)
        self.text(painter, below, said, sans(SMALL), colour if one.over or one.unanswered else "muted")


class StepList(Rows):
    """The steps of a phase; arrows to the side lead to the next phase."""

    sideways = Signal(int)
    focused = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.focused.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            self.sideways.emit(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)


class Phases(QWidget):
    """The four columns. `pointed(StepState or None)` tells of the step in hand, `chosen` comes with Enter."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._painter, self._zone = StepPainter(theme, zone), zone
        self.panels = {phase: Panel(phase) for phase in PHASES}
        self.lists = {phase: StepList(self._painter, f"Steps of {phase}") for phase in PHASES}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for number, (phase, panel) in enumerate(self.panels.items()):
            one = self.lists[phase]
            one.setObjectName(f"steps-{phase}")
            panel.room.addWidget(one)
            row.addWidget(panel, 1)
            one.sideways.connect(lambda by, at=number: self._go(at + by))
            one.chosen.connect(self.chosen)
            one.selectionModel().currentChanged.connect(lambda *_: self.pointed.emit(self.current))
            one.focused.connect(lambda at=one: self._focused(at))
        self._here = self.lists[PHASES[0]]

    @property
    def current(self) -> StepState | None:
        """The step in hand: that under the cursor of the column the keys went to last."""
        found: StepState | None = self._here.selected
        return found

    def show_steps(self, found: Sequence[StepState], now: datetime) -> None:
        """Show the steps, tasks first in their phase."""
        self._painter.now = now
        for phase, one in self.lists.items():
            here = [each for each in found if each.step.phase == phase]
            here.sort(key=lambda each: not each.task)
            fresh = not one.facts
            one.show_rows((each.step.id, words.aloud(each, now, self._zone), each) for each in here)
            if fresh and (still := next((each for each in here if not each.finished), None)):
                one.select(still.step.id)  # what is done needs nobody's hand
            done = sum(each.finished for each in here)
            self.panels[phase].remark.show_text(f"{done} / {len(here)}" if here else "nothing")
        self.show_time(now)
        self.pointed.emit(self.current)

    def show_time(self, now: datetime) -> None:
        """Let the time boxes count."""
        self._painter.now = now
        for phase, one in self.lists.items():
            late = sum(steps.at(each, now).over for each in one.facts)
            remark = self.panels[phase].remark
            if late:
                remark.show_text(f"{late} over time")
            elif remark.text().endswith("over time"):
                done = sum(each.finished for each in one.facts)
                remark.show_text(f"{done} / {len(one.facts)}")
            remark.set_tone(Tone.RED if late else None)
            if any(not each.finished and each.touched for each in one.facts):
                one.repaint_rows()

    def select(self, id: str) -> bool:
        """Put the cursor and the keys on a step; return whether it is shown."""
        for one in self.lists.values():
            if any(each.step.id == id for each in one.facts):
                one.select(id)
                self._here = one
                one.setFocus()
                self.pointed.emit(self.current)
                return True
        return False

    def focus(self) -> None:
        """Let the keys go to the column in hand, or to the first that holds anything."""
        if not self._here.facts:
            self._here = next((one for one in self.lists.values() if one.facts), self._here)
        self._here.setFocus()

    def _go(self, at: int) -> None:
        columns = list(self.lists.values())
        if 0 <= at < len(columns):
            columns[at].setFocus()

    def _focused(self, one: StepList) -> None:
        self._here = one
        self.pointed.emit(self.current)
