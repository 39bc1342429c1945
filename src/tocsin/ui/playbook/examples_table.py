"""Examples against versions as a table: every cell says pass or fail in a word, a shape and a colour."""

from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from tocsin.model.examples import Table
from tocsin.model.response import Example
from tocsin.ui.icons import icon
from tocsin.ui.text import tip, visible
from tocsin.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_FIXED = ("Example", "Input", "Expected")
_ROW, _ID_PX, _VERSION_PX, _SHORT = 26, 110, 118, 300


class ExamplesModel(QAbstractTableModel):
    """The table as it was read; words are made when seen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.table = Table()
        theme.changed.connect(_icon.cache_clear)

    def show(self, table: Table) -> None:
        """Show another table."""
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def example(self, row: int) -> Example | None:
        """Return the example of a row."""
        return self.table.examples[row] if 0 <= row < len(self.table.examples) else None

    def version(self, column: int) -> str:
        """Return the version of a column, empty for one of the others."""
        at = column - len(_FIXED)
        return self.table.columns[at].version if 0 <= at < len(self.table.columns) else ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.table.examples)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(_FIXED) + len(self.table.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: N802
        if orientation != Qt.Orientation.Horizontal:
            return None
        version = self.version(section)
        if role == Role.DisplayRole:
            return visible(version) if version else _FIXED[section]
        if role == Role.ToolTipRole and version and (column := self.table.column(version)):
            return tip(f"{version}\n{column.words}")
        return int(Qt.AlignmentFlag.AlignLeft) if role == Role.TextAlignmentRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        example = self.example(index.row()) if index.isValid() else None
        if example is None:
            return None
        version = self.version(index.column())
        if not version:
            whole = (example.id, example.input, example.expected)[index.column()]
            if role in (Role.DisplayRole, Role.AccessibleTextRole):
                return visible(whole[:_SHORT]).replace("\n", " ")
            return tip(_told(example)) if role == Role.ToolTipRole else None
        return self._cell(example, version, role)

    def _cell(self, example: Example, version: str, role: int) -> Any:
        tries = self.table.cells.get((example.id, version))
        name, colour = ("check", "green") if tries and tries.good else ("hexagon", "red")
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            if tries is None:
                return "not tried"
            word = "pass" if tries.good else "fail"
            return word if tries.tried == 1 else f"{word} {tries.passed} of {tries.tried}"
        if role == Role.ForegroundRole:
            return self._theme.colour(colour if tries else "muted")
        if role == Role.DecorationRole and tries is not None:
            return _icon(name, self._theme.colour(colour).name())
        if role == Role.ToolTipRole and tries is not None and tries.output:
            return tip(f"What came out:\n{tries.output[:2000]}")
        return None


class ExamplesTable(QTableView):
    """The table; letters are keys of the screen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.shown = ExamplesModel(theme)
        self.setModel(self.shown)
        self.setObjectName("examples")
        self.setAccessibleName("Examples by versions: arrows move, P and F record a try of the cell")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)

    @property
    def example(self) -> Example | None:
        """The example under the cursor."""
        return self.shown.example(self.currentIndex().row())

    @property
    def version(self) -> str:
        """The version under the cursor, else the newest; empty where none was tried."""
        found = self.shown.version(self.currentIndex().column())
        columns = self.shown.table.columns
        return found or (columns[-1].version if columns else "")

    def show_table(self, table: Table) -> None:
        """Show the table; the cursor stays where it was."""
        row, column = self.currentIndex().row(), self.currentIndex().column()
        self.shown.show(table)
        head = self.horizontalHeader()
        for at in range(self.shown.columnCount()):
            head.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch if at in (1, 2) else _FIXED_MODE)
        self.setColumnWidth(0, _ID_PX)
        for at in range(len(_FIXED), self.shown.columnCount()):
            self.setColumnWidth(at, _VERSION_PX)
        if table.examples:
            row = min(max(row, 0), len(table.examples) - 1)
            column = min(max(column, 0), self.shown.columnCount() - 1)
            self.setCurrentIndex(self.shown.index(row, column))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)


_FIXED_MODE = QHeaderView.ResizeMode.Interactive


def _told(one: Example) -> str:
    parts = (("Input", one.input), ("Expected", one.expected), ("Observed", one.observed), ("Note", one.note))
    return "\n".join(f"{name}: {text[:1000]}" for name, text in parts if text)


@lru_cache(maxsize=8)
def _icon(name: str, colour: str) -> QIcon:
    return icon(name, colour, 12)
