"""Systems by layers as a table: who watches, where nobody does, and since when one is silent."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from tocsin.model.coverage import Watching
from tocsin.model.signal import Layer
from tocsin.operations.coverage import CoverageView, LayerCoverage, SystemCoverage
from tocsin.ui.charts.sparkline import paint_hatch
from tocsin.ui.desk import Desk
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import NORMAL, SMALL
from tocsin.ui.text import set_look, tip, visible
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp
from tocsin.ui.wall.words import brief

_LOWEST, _HIGHEST, _HEAD, _PAD = 46, 76, 30, 8
_NAMES = 0.14  # of the width
_SHOWN = 6  # signals named in a tip
_LAYERS = tuple(Layer)
_FACT = int(Qt.ItemDataRole.UserRole)
_SHAPES = {
    Watching.WATCHED: ("circle", "grey"),
    Watching.PARTLY: ("clock", "yellow"),
    Watching.SILENT: ("clock", "orange"),
    Watching.ALERTS: ("circle", "blue"),
    Watching.BLIND: ("circle", "muted"),
}

Index = QModelIndex | QPersistentModelIndex


class MatrixModel(QAbstractTableModel):
    """A row a system, a column a layer."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._zone = ZoneInfo(desk.store.zone)
        self.now = desk.store.now()
        self.systems: tuple[SystemCoverage, ...] = ()

    def show(self, view: CoverageView) -> None:
        """Show the coverage as it stood."""
        same = [one.system.id for one in view.systems] == [one.system.id for one in self.systems]
        if not same:
            self.beginResetModel()
        self.systems, self.now = view.systems, view.now
        if not same:
            self.endResetModel()
        elif self.systems:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.systems) - 1, len(_LAYERS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.systems)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(_LAYERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:  # noqa: N802
        if role == Qt.ItemDataRole.DisplayRole:
            across = orientation == Qt.Orientation.Horizontal
            return _LAYERS[section].value if across else visible(self.systems[section].system.name)
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Vertical:
            return tip(self.systems[section].system.name)
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        one = self.systems[index.row()]
        layer = one.layers[index.column()]
        if role == _FACT:
            return layer
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(told(one, layer, self.now, self._zone)))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ". ".join(told(one, layer, self.now, self._zone))
        return None


class Matrix(QTableView):
    """The table. `wanted(SystemCoverage, LayerCoverage)` with Enter or a double click; `pointed(words)`."""

    wanted = Signal(object, object)
    pointed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.coverage = MatrixModel(desk)
        self.setModel(self.coverage)
        self._painter = _CellPainter(desk.theme, self.coverage)
        self.setItemDelegate(self._painter)
        self.setObjectName("coverage")
        self.setAccessibleName("Systems by layers: arrows move, Enter shows the signals")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        across.setFixedHeight(_HEAD)
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(_LOWEST)
        set_look(down, role="names")
        down.setHighlightSections(False)
        down.setSectionsClickable(False)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        down.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.doubleClicked.connect(lambda _index: self._want())
        desk.theme.changed.connect(self.viewport().update)

    def show_view(self, view: CoverageView) -> None:
        """Show the coverage; the cursor stays where it is."""
        self.coverage.show(view)
        self._share_out()
        if not self.currentIndex().isValid() and view.systems:
            self.setCurrentIndex(self.coverage.index(0, 0))

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        self.pointed.emit(str(current.data() or "") if current.isValid() else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._want()
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self.verticalHeader().setFixedWidth(min(max(round(self.width() * _NAMES), 110), 220))
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Let few systems have the height there is."""
        room = self.viewport().height() // max(len(self.coverage.systems), 1)
        self.verticalHeader().setDefaultSectionSize(min(max(room, _LOWEST), _HIGHEST))

    def _want(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            one = self.coverage.systems[index.row()]
            self.wanted.emit(one, one.layers[index.column()])


class _CellPainter(QStyledItemDelegate):
    """Draws a cell: hatched where nobody watches, else a shape, a word and how many signals."""

    def __init__(self, theme: Theme, model: MatrixModel) -> None:
        super().__init__()
        self._theme, self._model = theme, model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        layer: LayerCoverage = index.data(_FACT)
        colour, view = self._theme.colour, option.widget
        box = QRectF(option.rect).adjusted(1, 2, -3, -2)
        here = isinstance(view, Matrix) and view.currentIndex() == index
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        blind = layer.watching is Watching.BLIND
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("ground" if blind else "raised"))
        painter.drawRoundedRect(box, 3, 3)
        if blind:
            paint_hatch(painter, box.adjusted(1, 1, -1, -1), colour("line"))
        if here:
            focused = view.hasFocus()
            painter.setPen(QPen(colour("accent" if focused else "muted"), 2 if focused else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
        self._paint_words(painter, box, layer, self._model.now)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRectF, layer: LayerCoverage, now: datetime) -> None:
        word, below = words(layer, now)
        shape, tone = _SHAPES[layer.watching]
        colour = self._theme.colour
        if layer.watching is Watching.BLIND:
            painter.setFont(sans(SMALL))
            room = QRectF(0, 0, QFontMetricsF(painter.font()).horizontalAdvance(word) + 12, 16)
            room.moveCenter(box.center())
            painter.fillRect(room, colour("ground"))
            painter.setPen(colour("muted"))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), word)
            return
        left, top = _PAD + 17, box.center().y() - 18
        paint_icon(painter, shape, colour(tone).name(), QRectF(box.left() + _PAD, top + 4, 11, 11))
        for text, font, ink, at in (
            (word, sans(NORMAL), "text" if layer.watching is Watching.WATCHED else tone, top),
            (below, sans(SMALL), "muted", top + 18),
        ):
            room = QRectF(box.left() + left, at, box.width() - left - 4, 18)
            painter.setFont(font)
            painter.setPen(colour(ink))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


def words(layer: LayerCoverage, now: datetime) -> tuple[str, str]:
    """Return the word of a cell and the line below it."""
    count = len(layer.watches)
    signals = f"{count} signal{'s' if count != 1 else ''}"
    ago = brief(now - layer.since) if layer.since is not None else ""
    match layer.watching:
        case Watching.WATCHED:
            return "watched", signals
        case Watching.SILENT:
            return f"silent {ago}", signals
        case Watching.PARTLY:
            return f"{len(layer.silent)} of {count} silent", f"longest {ago}"
        case Watching.ALERTS:
            return "alerts only", f"newest {ago} ago"
        case Watching.BLIND:
            return "blind", ""


def told(one: SystemCoverage, layer: LayerCoverage, now: datetime, zone: ZoneInfo) -> list[str]:
    """Say in lines all that is known of a cell."""
    lines = [visible(f"{one.system.name} · {layer.layer}: {layer.watching}")]
    since = short_stamp(layer.since, zone, now) if layer.since is not None else ""
    match layer.watching:
        case Watching.BLIND:
            return [*lines, "Nobody watches: no signal of this layer comes in"]
        case Watching.ALERTS:
            return [*lines, f"No signal comes in; the newest of {layer.alerts} alerts came {since}"]
        case Watching.SILENT:
            lines.append(f"Nothing was heard since {since}")
        case Watching.PARTLY:
            lines.append(f"Something is missing since {since}")
    named = layer.silent or layer.watches
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    what = "Silent: " if layer.silent else ""
    return [*lines, what + ", ".join(visible(watch.signal.name) for watch in named[:_SHOWN]) + more]
