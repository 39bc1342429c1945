"""Severity x escalation: levels side by side, routes one below the other, open incidents in their cells."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from tocsin.model.matrix import Column, Matrix, Spot
from tocsin.model.severity import Route
from tocsin.ui.icons import Icon
from tocsin.ui.palette import SHAPES, tone_of_rank
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip
from tocsin.ui.theme import Theme

_NAMES = 0.24  # of the width


class MatrixView(QWidget):
    """The matrix. `chosen(id)` gives the first incident of a cell that somebody opens."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._matrix: Matrix | None = None
        self._brief = False
        self._table = QWidget()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 12, 12)
        self._layout.addWidget(self._table)

    def show_matrix(self, matrix: Matrix) -> None:
        """Show a matrix; nothing is built anew when it is the same."""
        if matrix == self._matrix:
            return
        self._matrix = matrix
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        self._fill(grid, matrix)
        self._layout.replaceWidget(self._table, table)
        table.show()  # a hidden one would count as having no height
        self._table.deleteLater()
        self._table = table
        self._fit()

    def set_brief(self, brief: bool) -> None:
        """Keep who is called to one line each, the rest as a tip: what waits needs the room more."""
        if brief != self._brief:
            self._brief = brief
            self.repaint_all()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.repaint_all()

    def _fit(self) -> None:
        """Be as high as the words need at this width."""
        self._layout.activate()
        wraps = self._layout.hasHeightForWidth()
        height = self._layout.heightForWidth(self.width()) if wraps else self._layout.sizeHint().height()
        self.setFixedHeight(max(height, 0))

    def _fill(self, grid: QGridLayout, matrix: Matrix) -> None:
        unrouted = any(column.unrouted.incidents for column in matrix.columns)
        titles: list[str | Route] = [
            "respond in",
            "escalate to",
            *matrix.routes,
            *(["no route yet"] if unrouted else []),
        ]
        for row, title in enumerate(titles, start=1):
            name = _route(title, brief=self._brief) if isinstance(title, Route) else Label(title, "small")
            name.setFixedWidth(round(self.width() * _NAMES))
            grid.addWidget(name, row, 0)
        for number, column in enumerate(matrix.columns, start=1):
            grid.setColumnStretch(number, 1)
            grid.addWidget(self._level(column), 0, number)
            grid.addWidget(_words(column.respond or "—"), 1, number)
            grid.addWidget(_words(_escalation(column) or "—", brief=self._brief), 2, number)
            spots = [*column.spots, *([column.unrouted] if unrouted else [])]
            for row, spot in enumerate(spots, start=3):
                grid.addWidget(self._spot(spot, column, matrix), row, number)
        if matrix.elsewhere:
            text = f"{len(matrix.elsewhere)} more by another scheme"
            grid.addWidget(Label(text, "small"), len(titles) + 1, 0, 1, -1)

    def _level(self, column: Column) -> QWidget:
        tone = tone_of_rank(column.rank)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(4, 0, 0, 2)
        row.setSpacing(5)
        row.addWidget(Icon(self._theme, SHAPES[tone], tone.value, 12))
        label = Label(column.level.id)
        label.set_tone(tone)
        row.addWidget(label, 1)
        set_tip(head, column.level.meaning)
        head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return head

    def _spot(self, spot: Spot, column: Column, matrix: Matrix) -> QWidget:
        if not spot.incidents:
            return _words("" if spot.served else "—", middle=True)
        button = QPushButton(f"{len(spot.incidents)} open")
        button.setObjectName("matrix-open")
        button.setAccessibleName(f"{len(spot.incidents)} open at {column.level.id}")
        set_tip(button, ", ".join(one.reference for one in spot.incidents))
        set_look(button, role="spot", tone=tone_of_rank(column.rank).value)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._dress(button, column.rank)
        button.clicked.connect(lambda: self.chosen.emit(spot.incidents[0].id))
        return button

    def _dress(self, button: QPushButton, rank: int) -> None:
        palette, tone = self._theme.palette, tone_of_rank(rank)
        ink, ground = palette.tone(tone), palette.fill(tone)
        button.setStyleSheet(
            f"QPushButton {{ background: {ground}; color: {ink}; border: 1px solid {ink}; padding: 3px 0; }}"
            f"QPushButton:focus {{ border: 2px solid {palette.accent}; }}"
        )

    def repaint_all(self) -> None:
        """Build it in the other scheme of colours, or for another width."""
        matrix, self._matrix = self._matrix, None
        if matrix is not None:
            self.show_matrix(matrix)


def _escalation(column: Column) -> str:
    parts = [*column.level.escalate_to, column.level.forum]
    who = ", ".join(part for part in parts if part)
    return f"{who} in {column.escalate}" if column.escalate else who


def _route(route: Route, *, brief: bool) -> QWidget:
    box = QWidget()
    rows = QVBoxLayout(box)
    rows.setContentsMargins(0, 1, 4, 1)
    rows.setSpacing(0)
    title, to = Label(route.kind), ", ".join(route.to)
    set_tip(title, f"{route.title}: {', '.join(route.layers)}\n{to}")
    rows.addWidget(title)
    if not brief:
        rows.addWidget(ElidedLabel(to, "small"))
    return box


def _words(text: str, *, middle: bool = False, brief: bool = False) -> QWidget:
    cell = QFrame()
    set_look(cell, role="cell")
    rows = QVBoxLayout(cell)
    rows.setContentsMargins(5, 3, 4, 3)
    label = ElidedLabel(text, "small") if brief else Label(text, "small", wrap=not middle)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter if middle else Qt.AlignmentFlag.AlignTop)
    rows.addWidget(label)
    # Columns are equally wide, whatever stands in them.
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    cell.setSizePolicy(policy)
    return cell
