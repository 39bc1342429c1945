"""The change freeze, and every deployment seen in it."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tocsin.model.freeze import Flagged
from tocsin.operations.freeze import FreezeView
from tocsin.ui.contain import words
from tocsin.ui.contain.options_panel import small
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import stamp

_HEIGHT = 48


class FlagPainter(RowPainter):
    """Draws a deployment seen in the freeze."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone

    def height(self, fact: Flagged, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Flagged) -> None:
        said, tone = words.flag_words(fact)
        shape = QRectF(rect.left() + PAD, rect.top() + 9, 14, 14)
        name = "check" if fact.allowed is not None else SHAPES[tone]
        paint_icon(painter, name, self.theme.palette.tone(tone), shape)
        left, right = rect.left() + PAD + 26, rect.right() - PAD
        first = QRect(left, rect.top() + 6, right - left, 20)
        one = fact.deployment
        told = f"{one.title} ({one.kind}) · {stamp(one.began.at, self._zone)}"
        self.text(painter, first, told, sans(), "text")
        colour = "muted" if tone is Tone.GREY else tone.value
        self.text(painter, QRect(left, rect.top() + 27, right - left, 16), said, sans(SMALL), colour)


class FreezePanel(Panel):
    """The freeze of the incident. `wanted(key)`: F declares or lifts it, A allows what the cursor is on."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Change freeze")
        self._zone = zone
        self.rows = Rows(FlagPainter(theme, zone), "Deployments in the change freeze", keys_mean_cursor=True)
        self.rows.setObjectName("flagged")
        # Beside words that wrap, what a list likes would be the least it takes: it gets what is left instead.
        self.rows.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.rows.setMinimumHeight(60)
        self.said = Label("", "small", wrap=True)
        self.turn = small("Declare", "F", "Declare or lift the change freeze")
        self.allow = small("Allow", "A", "Say that the selected deployment was meant")
        for button, key in ((self.turn, "F"), (self.allow, "A")):
            self.head.addWidget(button)
            button.clicked.connect(lambda _checked=False, key=key: self.wanted.emit(key))
        self.rows.chosen.connect(lambda _one: self.wanted.emit("A"))
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(PAD, 8, PAD, 8)
        column.addWidget(self.said)
        self.room.addWidget(below)
        self.room.addWidget(self.rows, 1)

    def show_freeze(self, view: FreezeView, writable: bool) -> None:
        """Show how it stands."""
        told, tone = words.freeze_line(view, self._zone)
        self.said.set_tone(tone)
        none = "" if view.flagged or not view.spans else " Nothing was deployed in it."
        self.said.show_text(f"{told[:1].upper()}{told[1:]}.{none}")
        count = len(view.open)
        self.remark.show_text(f"{count} deployment{'s' if count > 1 else ''} flagged" if count else "")
        self.remark.set_tone(Tone.ORANGE if count else None)
        self.rows.show_rows((one.deployment.id, f"{one.deployment.title}, {words.flag_words(one)[0]}", one)
                            for one in reversed(view.flagged))  # fmt: skip
        self.turn.setText("Lift  F" if view.standing else "Declare  F")
        self.turn.setVisible(writable)
        self.allow.setVisible(writable and count > 0)
