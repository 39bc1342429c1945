"""The timeline's entries as a table that stays quick with thousands of rows."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from tocsin.model.lanes import learned_apart
from tocsin.model.timeline import Item
from tocsin.ui.desk import Desk
from tocsin.ui.text import tip, visible
from tocsin.ui.theme import mono, sans
from tocsin.ui.timeline import words

COLUMNS = ("Happened", "Learned", "Lane", "Text", "By", "State")
_HAPPENED, _LEARNED, _LANE, _TEXT, _BY, _STATE = range(len(COLUMNS))
_SHORT = {_LEARNED: 0.2, _LANE: 0.15, _BY: 0.15, _STATE: 0.25}  # how much of the table each may have
_LEAST = 0.25  # of the table, for the text; Happened may have all that the others leave
_AIR = 24  # beside the words of a cell, and room for a digit more
_LOOKED_AT = 1000  # entries among which ranges are looked for: their words are the longest
_MEASURED = 200  # cells of a kind that say how wide their column is
_ROW = 28

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class EntriesModel(QAbstractTableModel):
    """Entries by the time they happened; a cell's words are made when it is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.items: tuple[Item, ...] = ()
        self._now = desk.store.now()
        self._rows: dict[str, int] = {}

    def show(self, items: Sequence[Item]) -> bool:
        """Show these entries; return whether they stand in other rows than before."""
        ids = [item.id for item in items]
        self._now = self._desk.store.now()
        other = ids != list(self._rows)
        if other:
            self.beginResetModel()
        self.items, self._rows = tuple(items), {id: row for row, id in enumerate(ids)}
        if other:
            self.endResetModel()
        elif ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(COLUMNS) - 1))
        return other

    def row_of(self, id: str) -> int:
        """Return the row of an entry, -1 for none."""
        return self._rows.get(id, -1)

    def width(self, column: int) -> int:
        """Return how many pixels the words of a column need; 0 for one in which nothing stands."""
        words = {self._words(item, column) for item in self._telling(column)} - {""}
        if not words:
            return 0
        metrics, head = QFontMetrics(self._plain_font(column)), QFontMetrics(sans())
        widths = [metrics.horizontalAdvance(visible(one)) for one in words]
        return max(*widths, head.horizontalAdvance(COLUMNS[column])) + _AIR

    def _telling(self, column: int) -> Iterable[Item]:
        """Give the entries whose words are the longest in a column, as far as that is known beforehand."""
        if column == _HAPPENED:
            ranges = (item for item in self.items[:_LOOKED_AT] if item.happened.is_range)
            return chain(islice(ranges, _MEASURED), self.items[:_MEASURED])
        if column == _LEARNED:
            return islice((item for item in self.items if learned_apart(item)), _MEASURED)
        if column == _STATE:
            return islice(
                (one for one in self.items if one.edits or one.withdrawn or one.conflict), _MEASURED
            )
        return self.items[:_MEASURED]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Role.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item, column = self.items[index.row()], index.column()
        if role == Role.DisplayRole:
            return visible(self._words(item, column))
        if role == Role.ToolTipRole:
            return self._tip(item, column)
        if role == Role.FontRole:
            return self._font(item, column)
        if role == Role.ForegroundRole:
            return self._desk.theme.colour(_colour(item, column))
        return None

    def _tip(self, item: Item, column: int) -> str | None:
        if column == _HAPPENED:
            return tip(words.span_of(item.happened, self._desk.store.zone))
        return tip(item.text[:2000]) if column == _TEXT else None

    def _words(self, item: Item, column: int) -> str:
        zone, now = self._desk.store.zone, self._now
        match column:
            case _ if column == _HAPPENED:
                return words.when(item.happened, zone, now)
            case _ if column == _LEARNED:
                learned = learned_apart(item)
                return words.stamp(learned, zone, now) if learned else ""
            case _ if column == _LANE:
                return item.lane
            case _ if column == _TEXT:
                return " ".join(item.text[:400].split())
            case _ if column == _BY:
                return item.author
            case _:
                return _state(item)

    def _plain_font(self, column: int) -> QFont:
        return mono() if column in (_HAPPENED, _LEARNED) else sans()

    def _font(self, item: Item, column: int) -> QFont:
        font = self._plain_font(column)
        font.setStrikeOut(bool(item.withdrawn) and column == _TEXT)
        return font


class EntriesTable(QTableView):
    """`selected(id)` follows the cursor; letters are keys of the screen, not a search."""

    selected = Signal(str)
    edit_wanted = Signal(str)
    retract_wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.entries = EntriesModel(desk)
        self._needed: dict[int, int] = {}
        self.setModel(self.entries)
        self.setObjectName("entries")
        self.setAccessibleName("Timeline entries")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(_TEXT, QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(lambda index: self.edit_wanted.emit(self.current_id))
        desk.theme.changed.connect(self.viewport().update)

    @property
    def current_id(self) -> str:
        """The id of the entry under the cursor, empty for none."""
        row = self.currentIndex().row()
        return self.entries.items[row].id if 0 <= row < len(self.entries.items) else ""

    def show_items(self, items: Sequence[Item]) -> None:
        """Show entries; the cursor stays on the one it is on."""
        id = self.current_id
        if self.entries.show(items):
            self.choose(id)
        self._needed = {column: self.entries.width(column) for column in (_HAPPENED, *_SHORT)}
        self._share_out()

    def choose(self, id: str) -> None:
        """Put the cursor on an entry, or on none."""
        row = self.entries.row_of(id)
        if row < 0:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
        elif row != self.currentIndex().row():
            self.setCurrentIndex(self.entries.index(row, 0))

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row():
            self.selected.emit(self.current_id)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Give each column what its words need, hide those without any; the text has all that is left."""
        if not self._needed:
            return
        whole = self.viewport().width()
        widths = {column: min(self._needed[column], round(most * whole)) for column, most in _SHORT.items()}
        left = whole - sum(widths.values()) - round(_LEAST * whole)
        widths[_HAPPENED] = min(self._needed[_HAPPENED], max(left, round(_LEAST * whole)))
        for column, width in widths.items():
            self.setColumnHidden(column, not width)
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_id:
            self.edit_wanted.emit(self.current_id)
        elif event.key() == Qt.Key.Key_Delete and self.current_id:
            self.retract_wanted.emit(self.current_id)
        elif event.text().isprintable() and event.text() and not event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)


def _state(item: Item) -> str:
    parts = []
    if item.withdrawn:
        parts.append("retracted")
    if item.conflict:
        parts.append("conflict")
    if item.edits:
        parts.append(f"corrected {item.edits} ×")
    return " · ".join(parts)


def _colour(item: Item, column: int) -> str:
    if item.conflict and column == _STATE:
        return "orange"
    if item.withdrawn or column in (_LEARNED, _LANE, _BY, _STATE):
        return "muted"
    return "text"
