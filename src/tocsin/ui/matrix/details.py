"""What is owed at a cell of the matrix, and which clocks another pack would change, as rows."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from tocsin.model.clocks import State
from tocsin.model.matrix import Owed
from tocsin.operations.policies_applied import Change
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, Tone
from tocsin.ui.rows import RowPainter
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import countdown, short_stamp

_HIGH = 42
_WHEN = 190  # pixels of the due time at the right
_TONES = {State.OVERDUE: Tone.RED, State.DUE_SOON: Tone.YELLOW, State.RUNNING: Tone.BLUE}


class OwedPainter(RowPainter):
    """Draws who is owed what, by when, and what would become of a clock."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Owed | Change, width: int) -> int:
        return _HIGH

    def draw(self, painter: QPainter, rect: QRect, fact: Owed | Change) -> None:
        tone = self._tone(fact)
        shape = QRectF(rect.left() + PAD, rect.top() + 8, 12, 12)
        paint_icon(painter, SHAPES[tone], self.theme.palette.tone(tone), shape)
        first, second, when, left = self.said(fact)
        words = QRect(rect.left() + PAD + 22, rect.top() + 4, rect.width() - 2 * PAD - 22 - _WHEN, 18)
        self.text(painter, words, first, sans(), "text")
        self.text(painter, words.translated(0, 17), second, sans(SMALL), "muted")
        side = QRect(rect.right() - PAD - _WHEN, rect.top() + 4, _WHEN, 18)
        self.text(painter, side, left, mono(), tone.value if tone is Tone.RED else "text", right=True)
        self.text(painter, side.translated(0, 17), when, sans(SMALL), "muted", right=True)

    def said(self, fact: Owed | Change) -> tuple[str, str, str, str]:
        """Return the words of a row: what and to whom, in which incident, by when, and how long that is."""
        return self._owed(fact) if isinstance(fact, Owed) else self._change(fact)

    def words(self, fact: Owed | Change) -> str:
        """Return a row for those who hear it."""
        return ", ".join(part for part in self.said(fact) if part)

    def _owed(self, one: Owed) -> tuple[str, str, str, str]:
        to = ", ".join(one.to)
        first = f"{to}: {one.what}" if to else one.what
        second = f"{one.reference} · owed by {one.from_}{f' · {one.state}' if one.state else ''}"
        if one.by is None:
            return first, second, "no due time", ""
        left = countdown(one.by - self.now) if self.now else ""
        return first, second, f"by {self._at(one.by)}", left

    def _change(self, one: Change) -> tuple[str, str, str, str]:
        level = one.level if one.level == one.to_level else f"{one.level} → {one.to_level}"
        before, after = (self._due(clock) for clock in (one.before, one.after))
        return (
            f"{one.name} {one.what}",
            f"{one.reference} · {level} · {one.title}",
            f"now {before}",
            f"then {after}",
        )

    def _due(self, clock: object) -> str:
        if clock is None:
            return "none"
        due = getattr(clock, "due", None)
        return self._at(due) if due else str(getattr(clock, "state", ""))

    def _at(self, at: datetime) -> str:
        return short_stamp(at, self._zone, self.now or at)

    def _tone(self, fact: Owed | Change) -> Tone:
        if isinstance(fact, Change):
            return Tone.ORANGE
        if fact.by is not None and self.now is not None and fact.by < self.now:
            return Tone.RED
        return _TONES.get(fact.state, Tone.GREY) if fact.state else Tone.GREY
