"""Whether the fix holds: which version mends it, what raised the incident and how quiet it has been (C6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from tocsin.model.fix_verification import WatchState
from tocsin.operations.fix_verification import FixView
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SMALL, Tone
from tocsin.ui.panel import Panel, rule
from tocsin.ui.playbook import words
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label, button_text, set_look, visible
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp

_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class WatchPainter(RowPainter):
    """Draws what raised the incident, with its shape, the word, and since when it is quiet."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: WatchState, width: int) -> int:
        room = QRect(0, 0, max(width - 2 * PAD - 22, 60), 2000)
        wrapped = QFontMetrics(sans(SMALL)).boundingRect(room, _WRAP, visible(self.said(fact))).height()
        return 30 + min(wrapped, 80)

    def draw(self, painter: QPainter, rect: QRect, fact: WatchState) -> None:
        name, colour = words.watch_shape(fact)
        spot = QRectF(rect.left() + PAD - 2, rect.top() + 8, 14, 14)
        paint_icon(painter, name, self.theme.colour(colour).name(), spot)
        left = rect.left() + PAD + 20
        line = QRect(left, rect.top() + 5, rect.right() - PAD - left, 19)
        self.text(painter, line, fact.watch.title, sans(), "text")
        painter.setFont(sans(SMALL))
        painter.setPen(self.theme.colour("muted"))
        below = QRect(left, rect.top() + 24, line.width(), rect.height() - 28)
        painter.drawText(below, _WRAP, visible(self.said(fact)))

    def said(self, one: WatchState) -> str:
        """Return how it stands in words."""
        parts = [one.why if one.why.startswith(one.quiet.value) else f"{one.quiet.value}: {one.why}"]
        if self.now is not None and one.since is not None:
            parts.append(f"since {short_stamp(one.since, self._zone, self.now)}")
        if self.now is not None and one.until is not None and one.until > self.now:
            parts.append(f"long enough at {short_stamp(one.until, self._zone, self.now)}")
        return ", ".join(parts)


class FixPanel(Panel):
    """`verify_wanted()` when the fix is to be verified."""

    verify_wanted = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Fix in production")
        self._painter, self._zone = WatchPainter(theme, zone), zone
        self.state = Label("Reading …", "large", wrap=True)
        self.state.setObjectName("fix-state")
        self.reasons = Label("", "small", wrap=True)
        self.reasons.setObjectName("fix-reasons")
        self.rows = Rows(self._painter, "What raised the incident, and how quiet it has been")
        self.rows.setObjectName("fix-watches")
        self.verify = QPushButton(button_text("Verify  V"))
        self.verify.setObjectName("fix-verify")
        self.verify.setAccessibleName("Say that the fix holds in production")
        set_look(self.verify, role="quiet")
        self.verify.clicked.connect(self.verify_wanted)
        self.head.addWidget(self.verify)
        top = QVBoxLayout()
        top.setContentsMargins(PAD, 8, PAD, 8)
        top.setSpacing(6)
        top.addWidget(self.state)
        top.addWidget(self.reasons)
        self.room.addLayout(top)
        self.room.addWidget(rule())
        self.room.addWidget(self.rows, 1)

    def show_fix(self, view: FixView, *, writable: bool) -> None:
        """Show how it stands."""
        self._painter.now = view.now
        verified = view.verified
        if verified is not None and not view.spoke_since:
            self._say(f"Version {verified.version} is verified", Tone.GREEN, verified.evidence)
        elif verified is not None:
            self._say(f"Version {verified.version} was verified, but it speaks again", Tone.RED,
                      "; ".join(one.why for one in view.spoke_since))  # fmt: skip
        elif view.reasons:
            self._say(f"Not verified{f': version {view.version}' if view.version else ''}", Tone.ORANGE,
                      "\n".join(f"• {reason}" for reason in view.reasons))  # fmt: skip
        else:
            self._say(f"Version {view.version} can be verified", Tone.BLUE, f"quiet for {view.quiet}")
        since = "" if view.fixed is None else f"serves since {short_stamp(view.fixed, self._zone, view.now)}"
        self.remark.show_text(since)
        self.verify.setVisible(writable)
        self.rows.show_rows((number, f"{one.watch.title}: {self._painter.said(one)}", one)
                            for number, one in enumerate(view.watches))  # fmt: skip

    def _say(self, state: str, tone: Tone, why: str) -> None:
        self.state.show_text(state)
        self.state.set_tone(tone)
        self.reasons.show_text(why)
