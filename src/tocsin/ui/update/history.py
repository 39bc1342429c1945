"""What was told to whom and what was put off, newest first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from tocsin.model.response import UpdateTold
from tocsin.model.updates import title_of
from tocsin.operations.updates import Draft, Told
from tocsin.ui.palette import SMALL
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp


class ToldPainter(RowPainter):
    """Draws an update with its number, to whom it went, by whom, and what it was about."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.titles: dict[str, str] = {}
        self.now: datetime | None = None

    def height(self, fact: Told, width: int) -> int:
        return 40

    def draw(self, painter: QPainter, rect: QRect, fact: Told) -> None:
        line = rect.adjusted(8, 3, -6, -20)
        font = sans()
        font.setStrikeOut(bool(fact.withdrawn))
        self.text(painter, line, self.head(fact), font, "muted" if fact.withdrawn else "text")
        self.text(painter, line.translated(0, 16), self.said(fact), sans(SMALL), "muted")

    def head(self, fact: Told) -> str:
        """Return when, which and to whom."""
        at = short_stamp(fact.at, self._zone, self.now or fact.at)
        if isinstance(fact.body, UpdateTold):
            way = f" by {fact.body.by}" if fact.body.by else ""
            audience = self.titles.get(fact.body.audience, fact.body.audience)
            return f"{at}  {audience} {fact.number}: {fact.body.to}{way}"
        until = short_stamp(fact.body.until, self._zone, self.now or fact.at)
        return f"{at}  put off until {until}"

    def said(self, fact: Told) -> str:
        """Return by whom, and what it said, or what became of it."""
        if fact.withdrawn:
            return f"{fact.by} · withdrawn: {fact.withdrawn}"
        if not isinstance(fact.body, UpdateTold):
            return f"{fact.by} · {fact.body.reason}"
        against = f" · told against {len(fact.body.breaches)} rule(s)" if fact.body.breaches else ""
        correction = f" · correction: {fact.body.reason}" if fact.body.corrects else ""
        return f"{fact.by}{correction}{against} · {title_of(fact.body.text)}"


class History(Rows):
    """The list. `chosen(Told)` with Enter: correct it; `withdrawal_wanted(Told)` with Delete."""

    withdrawal_wanted = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        self._told = ToldPainter(theme, zone)
        super().__init__(self._told, "Told before", keys_mean_cursor=True)
        self.setObjectName("update-history")

    def show_history(self, draft: Draft) -> None:
        """Show what was told in the incident of a draft, to all audiences."""
        self._told.titles = {one.audience: one.title for one in draft.audiences}
        self._told.now = draft.now
        self.show_rows(
            (one.entry, f"{self._told.head(one)}, {self._told.said(one)}", one) for one in draft.history
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Delete and self.selected is not None:
            self.withdrawal_wanted.emit(self.selected)
        else:
            super().keyPressEvent(event)
