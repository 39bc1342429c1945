"""The signals of one system by layer: shape and word of each state, newest value, blind layers hatched."""

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.candidate import about
from tocsin.model.coverage import Pulse, Watching
from tocsin.model.instant import from_us
from tocsin.operations.investigation import Investigation, LayerSeen, Seen
from tocsin.ui.charts.sparkline import paint_hatch
from tocsin.ui.desk import Desk
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import NORMAL, PAD, SHAPES, SMALL, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import Index, RowPainter, Rows
from tocsin.ui.signals.ledger import PointedRows
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import number
from tocsin.ui.wall.words import brief

TONES = {
    AlertSeverity.CRITICAL: Tone.RED,
    AlertSeverity.HIGH: Tone.ORANGE,
    AlertSeverity.MEDIUM: Tone.YELLOW,
    AlertSeverity.LOW: Tone.BLUE,
}
_ROW, _HEAD = 27, 25
_SHAPE = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A row: a signal, an alert of another tool, or a layer nobody watches. `heading`: it begins a layer.

    `changed` tells that the signal is one of those that changed when it started.
    """

    layer: LayerSeen
    heading: bool
    seen: Seen | None = None
    told: Alert | None = None
    changed: bool = False


class ListPanel(Panel):
    """`pointed(Line)` as the cursor moves, `chosen(Line)` with Enter or a double click."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("Signals")
        self._painter = _LinePainter(desk.theme)
        self.rows = PointedRows(
            self._painter, "Signals by layer: Enter shows the evidence", keys_mean_cursor=True
        )
        self.rows.setObjectName("investigated-signals")
        self._shown: Hashable = None
        self.room.addWidget(self.rows)
        self.rows.pointed.connect(self.pointed)
        self.rows.chosen.connect(self.chosen)

    @property
    def line(self) -> Line | None:
        """The row under the cursor."""
        found = self.rows.selected
        return found if isinstance(found, Line) else None

    def show_signals(self, view: Investigation, changed: Collection[int] = ()) -> None:
        """Show the signals of a system; the cursor stays on its signal. `changed` are numbers of some."""
        self._painter.now = view.now
        asked = view.system.id, view.layers, tuple(changed)
        if asked == self._shown:
            self.rows.viewport().update()  # how long one is silent is told by the time
            return
        self._shown = asked
        self.rows.show_rows((key(one), _spoken(one), one) for one in lines(view, changed))

    def select(self, number: int) -> None:
        """Put the cursor on a signal."""
        self.rows.select(f"series {number}")


def lines(view: Investigation, changed: Collection[int] = ()) -> Iterator[Line]:
    """Yield the rows of a system, layer by layer; nothing for one without any signal at all."""
    if not view.signals and not any(layer.told for layer in view.layers):
        return
    for layer in view.layers:
        if not layer.signals and not layer.told:
            yield Line(layer, True)
        for place, seen in enumerate(layer.signals):
            yield Line(layer, place == 0, seen, changed=seen.number in changed)
        for place, alert in enumerate(layer.told):
            yield Line(layer, place == 0 and not layer.signals, told=alert)


def key(one: Line) -> str:
    """Return what tells a row from the others."""
    if one.seen is not None:
        return f"series {one.seen.number}"
    return f"alert {one.told.id}" if one.told is not None else f"layer {one.layer.layer}"


def told(one: Line, now: datetime) -> tuple[str, str, str]:
    """Return name, value and state of a row in words."""
    if one.seen is not None:
        signal = one.seen.signal
        name = " · ".join(filter(None, (signal.name, signal.segment, signal.group)))
        unit = f" {signal.unit}" if signal.unit and len(signal.unit) <= 3 else ""
        return name, f"{number(one.seen.heard.last)}{unit}", _state(one, one.seen, now)
    if one.told is not None:
        value = "" if one.told.value is None else number(one.told.value)
        own = one.told.source == "tocsin"
        state = one.told.severity.value if own else f"{one.told.severity} alert of {one.told.source}"
        return about(one.told), value, state
    silent = one.layer.watching is Watching.ALERTS
    return (
        ("alerts of other tools only, none lasts", "", "") if silent else ("nobody is watching", "", "blind")
    )


def _spoken(one: Line) -> str:
    """Return a row as a screen reader says it."""
    if one.seen is None:
        return about(one.told) if one.told is not None else f"{one.layer.layer}: nobody is watching"
    alert = f", {one.seen.alert.severity} alert" if one.seen.alert is not None else ""
    return f"{one.layer.layer}: {one.seen.signal.name}{alert}{', changed' if one.changed else ''}"


def _state(one: Line, seen: Seen, now: datetime) -> str:
    if seen.alert is not None:
        return seen.alert.severity.value
    pulse = seen.heard.pulse
    if pulse is Pulse.ON_TIME:
        return "changed" if one.changed else ""
    return f"{pulse} {brief(now - from_us(seen.heard.last_us))}"


def mark(one: Line) -> tuple[str, str]:
    """Return shape and colour of a row's state; colour only where it means something."""
    alert = one.seen.alert if one.seen is not None else one.told
    if alert is not None:
        return SHAPES[TONES[alert.severity]], TONES[alert.severity].value
    if one.seen is not None and one.seen.heard.pulse is not Pulse.ON_TIME:
        return "clock", "orange" if one.seen.heard.pulse is Pulse.SILENT else "yellow"
    return ("diamond", "yellow") if one.changed else ("circle", "grey")


class _LinePainter(RowPainter):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.now: datetime | None = None

    def height(self, fact: Line, width: int) -> int:
        return _ROW + (_HEAD if fact.heading else 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        fact: Line = index.data(int(Qt.ItemDataRole.UserRole))
        view, rect = option.widget, QRect(option.rect)
        if fact.heading:
            above = QRect(rect.left() + PAD, rect.top() + 5, rect.width() - PAD, _HEAD - 5)
            painter.save()
            self.text(painter, above, fact.layer.layer.value.upper(), sans(SMALL), "muted")
            painter.restore()
            rect.setTop(rect.top() + _HEAD)
        painter.save()
        if isinstance(view, Rows):
            here = index.row() == view.currentIndex().row()
            over = bool(option.state & QStyle.StateFlag.State_MouseOver)
            if here or over:
                painter.fillRect(rect, self.theme.colour("selected" if here and view.hasFocus() else "hover"))
            if here:
                painter.fillRect(
                    QRect(rect.left(), rect.top(), 3, rect.height()), self.theme.colour("accent")
                )
        self.draw(painter, rect, fact)
        painter.restore()

    def draw(self, painter: QPainter, rect: QRect, fact: Line) -> None:
        assert self.now is not None
        name, value, state = told(fact, self.now)
        shape, ink = mark(fact)
        box = QRectF(rect.left() + PAD, rect.top() + (_ROW - _SHAPE) / 2, _SHAPE, _SHAPE)
        if fact.seen is None and fact.told is None:
            paint_hatch(painter, QRectF(rect.adjusted(PAD, 4, -PAD, -4)), self.theme.colour("line"))
            self._blind(painter, rect, name)
            return
        paint_icon(painter, shape, self.theme.colour(ink).name(), box)
        right = QRect(rect.right() - PAD, rect.top(), 0, rect.height())
        said = state if ink in ("red", "orange", "yellow", "blue") and not value else value
        width = QFontMetrics(mono(NORMAL)).horizontalAdvance(said) + 4
        right.setLeft(right.right() - width)
        colour = ink if ink != "grey" else "muted"
        self.text(painter, right, said, mono(NORMAL), colour, right=True)
        left = rect.left() + PAD + _SHAPE + 9
        room = right.left() - left - 8
        if state and said is value:
            wide = QFontMetrics(sans(SMALL)).horizontalAdvance(state) + 4
            named = QFontMetrics(sans(NORMAL)).horizontalAdvance(name)
            if named + wide + 10 <= room:
                word = QRect(right.left() - 8 - wide, rect.top(), wide, rect.height())
                self.text(painter, word, state, sans(SMALL), colour, right=True)
                room -= wide + 8
        self.text(painter, QRect(left, rect.top(), room, rect.height()), name, sans(NORMAL), "text")

    def _blind(self, painter: QPainter, rect: QRect, words: str) -> None:
        wide = QFontMetrics(sans(SMALL)).horizontalAdvance(words) + 16
        room = QRect(rect.left() + PAD, rect.top() + 5, min(wide, rect.width() - 2 * PAD), rect.height() - 10)
        room.moveCenter(QRect(rect).center())
        painter.fillRect(room, self.theme.colour("panel"))
        self.text(painter, room.adjusted(8, 0, 0, 0), words, sans(SMALL), "muted")
