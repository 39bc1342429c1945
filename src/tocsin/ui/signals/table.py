"""The signals as a table that stays quick with ten thousand rows: found by typing, sorted, chosen in bulk."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from tocsin.operations.signals import Listed
from tocsin.ui.desk import Desk
from tocsin.ui.icons import icon
from tocsin.ui.palette import NORMAL
from tocsin.ui.signals import words
from tocsin.ui.signals.words import COLUMNS, Column
from tocsin.ui.text import tip, visible
from tocsin.ui.theme import mono, sans

_ROW = 26
_AIR = 22  # pixels beside the words of a cell
_MEASURED = 300  # rows that say how wide a column is
_SHARES = {Column.SYSTEM: 0.16, Column.SEGMENT: 0.13, Column.GROUP: 0.11}  # of the table, at most
_LEAST_NAME = 150

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class SignalsModel(QAbstractTableModel):
    """Those of the signals that hold every word typed, in the order chosen; words are made when seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._now = desk.store.now()
        self._all: Sequence[Listed] = ()
        self._texts: Sequence[str] = ()
        self._typed: list[str] = []
        self._order: tuple[Column, bool] | None = None
        self.rows: list[Listed] = []
        desk.theme.changed.connect(_icon.cache_clear)

    def show(self, rows: Sequence[Listed], texts: Sequence[str], now: datetime) -> None:
        """Show these signals as they stood at `now`; `texts` are what typing finds each by."""
        self._all, self._texts, self._now = rows, texts, now
        self._choose()

    def search(self, typed: str) -> None:
        """Show only the signals in which every word typed occurs somewhere."""
        self._typed = typed.casefold().split()
        self._choose()

    def order(self, column: Column, *, down: bool) -> None:
        """Sort by a column."""
        self._order = column, down
        self._choose()

    def _choose(self) -> None:
        rows = [
            one
            for one, text in zip(self._all, self._texts, strict=True)
            if all(word in text for word in self._typed)
        ]
        if self._order is not None:
            column, down = self._order
            rows.sort(key=lambda one: words.sorted_by(one, column), reverse=down)
        if [one.number for one in rows] != [one.number for one in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def width(self, column: Column) -> int:
        """Return how many pixels the words of a column need."""
        metrics, head = QFontMetrics(self._font(column)), QFontMetrics(sans())
        some = {words.cell(one, column, self._now, self._zone) for one in self.rows[:_MEASURED]}
        widths = [metrics.horizontalAdvance(visible(text)) for text in some]
        extra = 20 if column is Column.STATE else 0
        return max([*widths, head.horizontalAdvance(COLUMNS[column]) + 10]) + _AIR + extra

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: N802
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == Role.DisplayRole:
            return COLUMNS[column]
        return (_RIGHT if column in words.FIGURES else _LEFT) if role == Role.TextAlignmentRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one, column = self.rows[index.row()], Column(index.column())
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return visible(words.cell(one, column, self._now, self._zone))
        if role == Role.ToolTipRole:
            return tip(words.told(one, column, self._now, self._zone))
        if role == Role.FontRole:
            return self._font(column)
        if role == Role.ForegroundRole:
            return self._desk.theme.colour(words.colour(one, column))
        if role == Role.TextAlignmentRole:
            return _RIGHT if column in words.FIGURES else _LEFT
        if role == Role.DecorationRole and column is Column.STATE:
            return _icon(*words.shape(one), self._desk.theme.palette.dark, self._desk)
        return None

    def _font(self, column: Column) -> Any:
        return mono(NORMAL - 1) if column in words.FIGURES else sans()


@lru_cache(maxsize=32)
def _icon(name: str, colour: str, _dark: bool, desk: Desk) -> QIcon:
    return icon(name, desk.theme.colour(colour).name(), 12)


class SignalsTable(QTableView):
    """The table. `pointed(Listed or None)` tells of the signal under the cursor; letters are the screen's."""

    pointed = Signal(object)
    chosen_changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.signals = SignalsModel(desk)
        self._needed: dict[Column, int] = {}
        self._down = False
        self._column: Column | None = None
        self.setModel(self.signals)
        self.setObjectName("signals-table")
        self.setAccessibleName("Signals: arrows move, Shift and arrows choose several, Ctrl A all")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        head = self.horizontalHeader()
        # Of its own: painting the heads, Qt would look at each row whether all of a column are chosen.
        head.setSelectionModel(QItemSelectionModel(self.signals, head))
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(False)
        head.sectionClicked.connect(lambda section: self.sort_by(Column(section)))
        head.setSectionResizeMode(Column.SIGNAL, QHeaderView.ResizeMode.Stretch)
        desk.theme.changed.connect(self.viewport().update)
        self.selectionModel().selectionChanged.connect(lambda _on, _off: self.chosen_changed.emit())

    @property
    def current(self) -> Listed | None:
        """The signal under the cursor."""
        row = self.currentIndex().row()
        return self.signals.rows[row] if 0 <= row < len(self.signals.rows) else None

    @property
    def chosen(self) -> list[Listed]:
        """The signals chosen, top to bottom; the one under the cursor where none is."""
        # By ranges: Qt makes an index of every single row, which takes seconds for ten thousand.
        ranges = cast(Iterable[QItemSelectionRange], self.selectionModel().selection())
        rows = sorted({row for one in ranges for row in range(one.top(), one.bottom() + 1)})
        found = [self.signals.rows[row] for row in rows]
        return found or ([self.current] if self.current else [])

    def show_rows(self, rows: Sequence[Listed], texts: Sequence[str], now: datetime) -> None:
        """Show signals; the cursor and what is chosen stay."""
        if self._keeping(lambda: self.signals.show(rows, texts, now)) or not self._needed:
            self._measure()

    def search(self, typed: str) -> None:
        """Show only those with every word typed."""
        self._keeping(lambda: self.signals.search(typed))

    def sort_by(self, column: Column) -> None:
        """Sort by a column; by the same again: the other way round."""
        self._down = not self._down if column is self._column else False
        self._column = column
        head = self.horizontalHeader()
        head.setSortIndicatorShown(True)
        way = Qt.SortOrder.DescendingOrder if self._down else Qt.SortOrder.AscendingOrder
        head.setSortIndicator(column, way)
        self._keeping(lambda: self.signals.order(column, down=self._down))

    def sort_on(self, step: int) -> None:
        """Sort by the column so many further on."""
        before = self._column if self._column is not None else Column(0)
        self.sort_by(Column((before + step) % len(COLUMNS)))

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        self.pointed.emit(self.current)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text, keys = event.text(), event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if text.isprintable() and text.strip() and not keys:
            event.ignore()  # a letter is a key of the screen, not a search in the table
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._share_out()

    def _keeping(self, change: Callable[[], None]) -> bool:
        """Do what may put other rows there, choose the same signals again; return whether it did."""
        current = self.current.number if self.current else None
        chosen = {one.number for one in self.chosen}
        before = self.signals.rows
        change()
        rows = self.signals.rows
        if rows is before or [one.number for one in rows] == [one.number for one in before]:
            return False
        places = {one.number: row for row, one in enumerate(rows)}
        self.selectionModel().select(self._ranges(places, chosen), QItemSelectionModel.SelectionFlag.Select)
        at = places.get(current if current is not None else -1, 0 if rows else -1)
        if at >= 0:
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            if not chosen & places.keys():
                flag = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.signals.index(at, 0), flag)
            self.scrollTo(self.signals.index(at, 0))
        else:
            self.pointed.emit(None)
        return True

    def _ranges(self, places: dict[int, int], chosen: set[int]) -> QItemSelection:
        """Return what is chosen as few runs of rows."""
        rows = sorted(places[number] for number in chosen if number in places)
        selection, last = QItemSelection(), len(COLUMNS) - 1
        start = 0
        for at in range(1, len(rows) + 1):
            if at == len(rows) or rows[at] != rows[at - 1] + 1:
                top, bottom = self.signals.index(rows[start], 0), self.signals.index(rows[at - 1], last)
                selection.select(top, bottom)
                start = at
        return selection

    def _measure(self) -> None:
        self._needed = {
            column: self.signals.width(column) for column in Column if column is not Column.SIGNAL
        }
        self._share_out()

    def _share_out(self) -> None:
        """Give each column what its words need; the signal's name has all that is left."""
        whole, spent = self.viewport().width(), 0
        for column, needed in self._needed.items():
            width = min(needed, round(_SHARES[column] * whole)) if column in _SHARES else needed
            self.setColumnWidth(column, width)
            spent += width
        # Where the name would have no room, what can be told from the tip goes first.
        for column in (Column.SAMPLES, Column.RHYTHM, Column.UNIT):
            hidden = whole - spent < _LEAST_NAME
            self.setColumnHidden(column, hidden)
            spent -= self._needed.get(column, 0) if hidden else 0
