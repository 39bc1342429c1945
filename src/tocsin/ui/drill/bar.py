"""The bar over every screen of a drill: that it is one, how long it goes on, what was said last."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from tocsin.ui.icons import Icon
from tocsin.ui.palette import BAR_HEIGHT, GAP, SHAPES, Tone
from tocsin.ui.text import ElidedLabel, Label, set_tip
from tocsin.ui.theme import Theme
from tocsin.ui.times import span


class DrillBar(QFrame):
    """Always there while a drill's store is open. `messages_wanted`, `end_wanted`."""

    messages_wanted = Signal()
    end_wanted = Signal()

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("drill")
        self.setFixedHeight(BAR_HEIGHT)
        self.setAccessibleName(f"Drill, no real incident: {title}")
        self.mark = Icon(theme, SHAPES[Tone.ORANGE], "orange", 16)
        self.head = Label("DRILL, no real incident", "large")
        self.title = ElidedLabel(title)
        set_tip(self.title, f"{title}. Nothing leaves this store, and no figure counts it.")
        self.said = ElidedLabel("", "muted")
        self.said.hide()  # until something is said the title has its room
        self.left = Label("", "mono")
        self.messages, self.end = QPushButton("Messages   Ctrl Shift J"), QPushButton("End and score")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP + 6, 0, GAP + 6, 0)
        layout.setSpacing(GAP)
        for widget, stretch in (
            (self.mark, 0),
            (self.head, 0),
            (self.title, 2),
            (self.said, 3),
            (self.left, 0),
        ):
            layout.addWidget(widget, stretch)
        for button in (self.messages, self.end):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.messages.clicked.connect(self.messages_wanted)
        self.end.clicked.connect(self.end_wanted)
        theme.changed.connect(self._dress)
        self._dress()

    def show_left(self, now: datetime, ends: datetime, speed: float) -> None:
        """Show how much of the drill is left, in its own time."""
        words = f"{span(ends - now)} left" if now < ends else "over"
        self.left.show_text(f"{words} · {speed:g}×" if speed != 1 else words)

    def show_message(self, text: str) -> None:
        """Show what was said last."""
        self.said.show_text(text)
        set_tip(self.said, text)
        self.said.setVisible(bool(text))

    def _dress(self) -> None:
        palette = self._theme.palette
        self.setStyleSheet(
            f"QFrame#drill {{ background: {palette.fill(Tone.ORANGE)}; border: 0; "
            f"border-bottom: 1px solid {palette.tone(Tone.ORANGE)}; }}"
        )
