"""The timeline's entries as a table that stays quick with thousands of rows."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from tocsin.model.lanes import learned_apart
from tocsin.model.timeline import Item
from tocsin.ui.desk import Desk
from tocsin.ui.text import tip, visible
from tocsin.ui.theme import mono, sans
from tocsin.ui.timeline import words

COLUMNS = ("Happened", "Learned", "Lane", "Text", "By", "State")
_HAPPENED, _LEARNED, _LANE, _TEXT, _BY, _STATE = range(len(COLUMNS))
_WIDTHS = {_HAPPENED: 176, _LEARNED: 122, _LANE: 80, _BY: 96, _STATE: 164}
_ROW = 28

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class EntriesModel(QAbstractTableModel):
    """Entries by the time they happened; a cell's words are made when it is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.items: tuple[Item, ...] = ()
        self._rows: dict[str, int] = {}

    def show(self, items: Sequence[Item]) -> bool:
        """Show these entries; return whether they stand in other rows than before."""
        ids = [item.id for item in items]
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
            return tip(item.text[:2000]) if column == _TEXT else None
        if role == Role.FontRole:
            return self._font(item, column)
        if role == Role.ForegroundRole:
            return self._desk.theme.colour(_colour(item, column))
        return None

    def _words(self, item: Item, column: int) -> str:
        zone = self._desk.store.zone
        match column:
            case _ if column == _HAPPENED:
                return words.when(item.happened, zone)
            case _ if column == _LEARNED:
                learned = learned_apart(item)
                return words.stamp(learned, zone) if learned else ""
            case _ if column == _LANE:
                return item.lane
            case _ if column == _TEXT:
                return " ".join(item.text[:400].split())
            case _ if column == _BY:
                return item.author
            case _:
                return _state(item)

    def _font(self, item: Item, column: int) -> Any:
        font = mono() if column in (_HAPPENED, _LEARNED) else sans()
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
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
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
