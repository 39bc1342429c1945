"""The columns of a table to import: what stands in them and what each becomes, changed by single keys."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from tocsin.importers.proposal import Proposal
from tocsin.ui import roles
from tocsin.ui.palette import Tone
from tocsin.ui.text import Label, tip, visible
from tocsin.ui.theme import Theme, mono, sans

_HEADS = ("Column", "Becomes   ← →", "First values")
_COLUMN, _ROLE, _CELLS = range(3)
_ROW, _LEAST_ROWS, _MOST_ROWS = 25, 3, 6
_TALL = 900  # pixels of a window in which the table may have more rows
_SHOWN = 4

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class ColumnsModel(QAbstractTableModel):
    """A row a column of the file, then a row a field that is a constant or combined from columns."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.proposal = Proposal("samples", (), (), {})
        self.said: dict[str, str] = {}
        self.made: list[str] = []  # fields that are no column alone

    def show(self, proposal: Proposal) -> None:
        """Show the columns of a table with what each would become."""
        self.beginResetModel()
        self.proposal, self.said = proposal, dict(proposal.mapping)
        self.made = list(roles.patterns(self.said, proposal.columns))
        self.endResetModel()

    def choose(self, row: int, role: str) -> None:
        """Let a column become something else."""
        columns = self.proposal.columns
        if row < len(columns) and role in self.roles:
            self._say(roles.with_role(self.said, columns, self.proposal.record, columns[row], role))

    def make(self, field: str, words: str) -> None:
        """Let a field be words, or columns in words; of no words nothing."""
        self._say(roles.with_pattern(self.said, self.proposal.columns, field, words))

    @property
    def roles(self) -> tuple[str, ...]:
        """What a column can become."""
        return roles.roles(self.proposal.record)

    def role(self, row: int) -> str:
        """Return what a row becomes."""
        columns = self.proposal.columns
        if row >= len(columns):
            return self.made[row - len(columns)]
        return roles.role_of(columns[row], self.said, columns, self.proposal.record)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.proposal.columns) + len(self.made)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return _HEADS[section]
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return left if role == Role.TextAlignmentRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Role.DisplayRole, Role.EditRole, Role.AccessibleTextRole):
            return visible(self._words(index.row(), index.column()))
        if role == Role.ToolTipRole and index.column() == _CELLS:
            return tip("\n".join(self._cells(index.row())))
        if role == Role.FontRole:
            return mono() if index.column() == _CELLS else sans(bold=index.column() == _ROLE)
        if role == Role.ForegroundRole:
            quiet = index.column() == _CELLS or self.role(index.row()) in (roles.IGNORED, roles.KEPT)
            return self._theme.colour("muted" if quiet else "accent" if index.column() == _ROLE else "text")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = index.column() == _ROLE and index.row() < len(self.proposal.columns)
        return super().flags(index) | (Qt.ItemFlag.ItemIsEditable if editable else Qt.ItemFlag(0))

    def _say(self, said: dict[str, str]) -> None:
        self.beginResetModel()
        self.said, self.made = said, list(roles.patterns(said, self.proposal.columns))
        self.endResetModel()
        self.changed.emit()

    def _words(self, row: int, column: int) -> str:
        columns = self.proposal.columns
        if column == _ROLE:
            # While something is missing, nothing is decided but what a person said.
            open_ = bool(self.proposal.missing) and self.role(row) == self.roles[-1]
            return "–" if open_ else self.role(row)
        if column == _CELLS:
            return "   ".join(self._cells(row)[:_SHOWN])
        return columns[row] if row < len(columns) else self.said[self.made[row - len(columns)]]

    def _cells(self, row: int) -> list[str]:
        """Return the first different values of a column."""
        if row >= len(self.proposal.columns):
            return ["the same in every row" if "{" not in self._words(row, _COLUMN) else "combined"]
        cells = (line[row].strip() for line in self.proposal.rows if row < len(line))
        return list(dict.fromkeys(cell for cell in cells if cell))


class _Chooser(QStyledItemDelegate):
    """Offers what a column can become."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802
        box = QComboBox(parent)
        model = index.model()
        if isinstance(model, ColumnsModel):
            box.addItems(list(model.roles))
            box.setCurrentText(model.role(index.row()))
        box.activated.connect(lambda _place: self._take(box))
        return box

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:  # noqa: N802
        if isinstance(editor, QComboBox) and isinstance(model, ColumnsModel):
            model.choose(index.row(), editor.currentText())

    def _take(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)


class ColumnsTable(QTableView):
    """Up and down move, left and right change what a column becomes, a letter chooses it, Delete takes it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.columns = ColumnsModel(theme)
        self.setModel(self.columns)
        self._chooser = _Chooser()
        self.setItemDelegateForColumn(_ROLE, self._chooser)
        self.setObjectName("import-columns")
        self.setAccessibleName("Columns: up and down move, left and right or a letter say what one becomes")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setSectionResizeMode(_CELLS, QHeaderView.ResizeMode.Stretch)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self.viewport().update)
        self.columns.modelAboutToBeReset.connect(self._remember)
        self.columns.modelReset.connect(self._come_back)
        self._row = 0

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        row, step = self.currentIndex().row(), {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        text = event.text().lower()
        if row >= 0 and event.key() in step and not event.modifiers():
            self._turn(row, step[Qt.Key(event.key())])
        elif row >= 0 and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._drop(row)
        elif row >= 0 and text.isalpha() and not event.modifiers():
            self._pick(row, text)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # the sheet's own key
        else:
            super().keyPressEvent(event)

    def _turn(self, row: int, step: int) -> None:
        there = self.columns.roles
        now = self.columns.role(row)
        place = there.index(now) if now in there else 0
        self.columns.choose(row, there[(place + step) % len(there)])

    def _pick(self, row: int, letter: str) -> None:
        """Choose the next of what begins with a letter."""
        there, now = self.columns.roles, self.columns.role(row)
        offered = [role for role in there if role.startswith(letter)]
        if offered:
            place = offered.index(now) + 1 if now in offered else 0
            self.columns.choose(row, offered[place % len(offered)])

    def _drop(self, row: int) -> None:
        columns = len(self.columns.proposal.columns)
        if row >= columns:
            self.columns.make(self.columns.made[row - columns], "")
        else:
            self.columns.choose(row, self.columns.roles[-1])

    def _remember(self) -> None:
        self._row = max(self.currentIndex().row(), 0)

    def _come_back(self) -> None:
        rows = self.columns.rowCount()
        if rows:
            self.setCurrentIndex(self.columns.index(min(self._row, rows - 1), _ROLE))
        most = _MOST_ROWS if self.window().height() < _TALL else 2 * _MOST_ROWS
        shown = min(max(rows, _LEAST_ROWS), most)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + shown * _ROW + 6)
        metrics = self.fontMetrics()
        names = [self.columns.index(row, _COLUMN).data() or "" for row in range(min(rows, 200))]
        widest = max((metrics.horizontalAdvance(name) for name in names), default=80)
        self.setColumnWidth(_COLUMN, min(max(widest + 24, 90), 260))
        self.setColumnWidth(_ROLE, 120)


class ColumnsPart(QWidget):
    """The table of columns, and a line for what stands in no column. `said(mapping)` after each change."""

    said = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.table = ColumnsTable(theme)
        self.field, self.words, self.add = QComboBox(), QLineEdit(), QPushButton("Add")
        self.missing = Label("", wrap=True)
        self.missing.set_tone(Tone.ORANGE)
        self.field.setAccessibleName("Field that stands in no column")
        self.words.setAccessibleName("What it is: words, or columns in braces")
        self.words.setPlaceholderText("the same in every row, as ms; or columns combined, as {host}/{region}")
        self.add.clicked.connect(self.make)
        self.table.columns.changed.connect(lambda: self.said.emit(dict(self.table.columns.said)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(self.table)
        line = QHBoxLayout()
        line.addWidget(Label("No column, but", "muted"))
        line.addWidget(self.field)
        line.addWidget(Label("is", "muted"))
        line.addWidget(self.words, 1)
        line.addWidget(self.add)
        layout.addLayout(line)
        layout.addWidget(self.missing)
        self.hide()

    @property
    def proposal(self) -> Proposal:
        """What is shown."""
        return self.table.columns.proposal

    def show_proposal(self, proposal: Proposal | None, missing: str) -> None:
        """Show the columns of a table; nothing for what is none."""
        self.setVisible(proposal is not None)
        if proposal is None:
            return
        self.table.columns.show(proposal)
        self._offer(self.table.columns.roles)
        self.missing.setText(missing)
        self.missing.setVisible(bool(missing))

    def make(self) -> None:
        """Take what is typed for a field that stands in no column."""
        self.table.columns.make(self.field.currentText(), self.words.text())
        self.words.clear()

    def _offer(self, there: Sequence[str]) -> None:
        fields = [
            role for role in there if role not in (roles.IGNORED, roles.KEPT, roles.LABEL, "extra", "value")
        ]
        if [self.field.itemText(at) for at in range(self.field.count())] != fields:
            self.field.clear()
            self.field.addItems(fields)
            self.field.setCurrentText("unit" if "unit" in fields else fields[0])
