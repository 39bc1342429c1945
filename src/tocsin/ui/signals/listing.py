"""Every signal in a list with a chart of one, and the matrix of who watches which layer."""

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import UserError
from tocsin.model.coverage import Pulse, Watching
from tocsin.operations import coverage, signals
from tocsin.operations.coverage import CoverageView, LayerCoverage, Rhythms, SystemCoverage
from tocsin.operations.signals import SignalsView
from tocsin.store.folder import Store
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, PAD
from tocsin.ui.panel import Panel
from tocsin.ui.signals.chart import ChartPanel
from tocsin.ui.signals.keys import key_row
from tocsin.ui.signals.matrix import Matrix
from tocsin.ui.signals.placing import PARTS, Placing
from tocsin.ui.signals.table import SignalsTable
from tocsin.ui.signals.words import searched
from tocsin.ui.text import ElidedLabel, Label
from tocsin.ui.times import number

_PAUSE_MS = 4000  # between two readings, however often samples come; what a person placed shows at once
_AGE = timedelta(seconds=30)  # a signal falls silent without any change in the store
_SHARES = (560, 300)  # pixels of the list and the chart to begin with; the list takes what more there is
_NONE = "No signals yet.\nCtrl I imports a file of samples; a live source brings its own."
_KEYS = (("/", "find"), ("Shift ↑ ↓", "choose several"), ("O", "sort"), ("L", "layer"), ("S", "segment"),
         ("G", "group"), ("M", "move to a system"), ("Ctrl Z", "undo"))  # fmt: skip
_MATRIX_KEYS = (("← ↑ ↓ →", "move"), ("Enter", "its signals"), ("2", "back to all signals"))

Views = tuple[SignalsView, list[str], CoverageView]


class ListingPart(QWidget):
    """Lists the signals, lets people place them in bulk, and tells where nobody watches.

    `list_wanted` when what is asked for stands in the list while the matrix is shown.
    """

    list_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rhythms = Rhythms()
        self._dirty, self._reading = True, False
        self.view: SignalsView | None = None
        self.covered: CoverageView | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        self.table, self.matrix, self.chart = SignalsTable(desk), Matrix(desk), ChartPanel(desk)
        self.search = QLineEdit()
        self.message = Label("Reading …", "muted", wrap=True)
        self.pointed = ElidedLabel("", "small")
        self._lay_out()
        self.ask = Ask(self)
        self._placing = Placing(desk, self.ask)
        self._wire()

    def refresh(self) -> None:
        """Read again: at once, or as soon as it is shown and the last reading is some time ago."""
        self._dirty = True
        self._read()

    def _hurry(self) -> None:
        self._pause.stop()
        self.refresh()

    def show_part(self, place: int) -> None:
        """Bring the list (0) or the matrix (1) to the front."""
        self._parts.setCurrentIndex(place)
        self.chart.setVisible(place == 0)
        (self.table, self.matrix)[place].setFocus()
        self._tell()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        (self.table if self._parts.currentIndex() == 0 else self.matrix).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        keys, text = event.modifiers(), event.text().upper()
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif text == "/":
            self.list_wanted.emit()
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()
        elif text == "O" and self.is_list:
            self.table.sort_on(-1 if keys & Qt.KeyboardModifier.ShiftModifier else 1)
        elif text == "R" and not keys and self.is_list:
            self.chart.next_range()
        elif text in PARTS and not keys and self.is_list:
            self.place(text)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._read()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.ask.isVisible():
            self.ask.place()

    @property
    def is_list(self) -> bool:
        """Whether the list is in front, and read."""
        return self._parts.currentIndex() == 0 and self.view is not None

    def place(self, key: str) -> None:
        """Ask where the chosen signals belong, for the part a key stands for."""
        if self.view is not None:
            self._placing.ask_for(key, self.table.chosen, self.view.rows)

    def _escape(self) -> None:
        if self.search.text():
            self.search.clear()
        (self.table if self._parts.currentIndex() == 0 else self.matrix).setFocus()

    def _read(self) -> None:
        if not self._dirty or self._reading or self._pause.isActive() or not self.isVisible():
            return
        self._dirty, self._reading = False, True
        job = self._desk.read(partial(_look, self._desk.store, self._rhythms), self._show)
        job.refused.connect(self._refused)
        job.ended.connect(self._read_ended)

    def _read_ended(self) -> None:
        self._reading = False
        self._pause.start()

    def _show(self, views: Views) -> None:
        self.view, texts, self.covered = views
        nothing = not self.view.rows and not self.covered.systems
        self.message.show_text(_NONE)
        self._pages.setCurrentIndex(0 if nothing else 1)
        self.table.show_rows(self.view.rows, texts, self.view.now)
        self.matrix.show_view(self.covered)
        if self.table.current is not None:
            self.chart.show_signal(self.table.current)
        self._tell()

    def _refused(self, error: UserError) -> None:
        if self.view is None:
            self.message.show_text(str(error))
            self._pages.setCurrentIndex(0)

    def _tick(self, now: datetime) -> None:
        if self.isVisible() and self.view is not None and abs(now - self.view.now) >= _AGE:
            self.refresh()

    def _find(self, typed: str) -> None:
        self.table.search(typed)
        self._tell()

    def _to_table(self) -> None:
        self.table.setFocus()

    def _show_layer(self, one: SystemCoverage, layer: LayerCoverage) -> None:
        if layer.watches:
            self.search.setText(f"{one.system.name} {layer.layer}")
            self.list_wanted.emit()
        else:
            self._desk.tell(f"Nobody watches {layer.layer} of {one.system.name}. Ctrl I imports a file.")

    def _tell(self) -> None:
        """Say how much there is, and what of it is late or blind."""
        if self.view is None or self.covered is None:
            return
        if self._parts.currentIndex() == 0:
            self.panel.remark.show_text(self._counted())
        else:
            self.panel.remark.show_text(_summed(self.covered))

    def _counted(self) -> str:
        assert self.view is not None
        rows, chosen = self.table.signals.rows, len(self.table.chosen)
        whole = len(self.view.rows)
        parts = [f"{number(len(rows))} of {number(whole)}" if len(rows) != whole else number(whole)]
        silent = sum(one.pulse is Pulse.SILENT for one in rows)
        late = sum(one.pulse is Pulse.LATE for one in rows)
        parts += [f"{number(silent)} silent"] if silent else []
        parts += [f"{number(late)} late"] if late else []
        parts += [f"{number(chosen)} chosen"] if chosen > 1 else []
        return " · ".join(parts)

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self._hurry)
        desk.bell.signals_changed.connect(self.refresh)
        desk.heartbeat.tick.connect(self._tick)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._to_table)
        self.table.pointed.connect(self.chart.show_signal)
        self.table.chosen_changed.connect(self._tell)
        self.matrix.wanted.connect(self._show_layer)
        self.matrix.pointed.connect(self.pointed.show_text)
        self.ask.closed.connect(self._to_table)

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        waiting = QVBoxLayout(page := QWidget())
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.addWidget(self.message)
        self._pages.addWidget(page)
        self._pages.addWidget(self._body())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _body(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(GAP, 0, GAP, GAP)
        self.panel = Panel("Signals")
        # Laid into its panel first: a stack without a parent shows its first page as a window of its own.
        self._parts = QStackedLayout()
        self.panel.room.addLayout(self._parts, 1)
        self._parts.addWidget(self._list_part())
        self._parts.addWidget(self._matrix_part())
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.panel)
        split.addWidget(self.chart)
        split.setSizes(_SHARES)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(GAP)
        layout.addWidget(split)
        return body

    def _list_part(self) -> QWidget:
        self.search.setPlaceholderText("/   find: a system, a layer, a metric, a label, silent, placed …")
        self.search.setAccessibleName("Find signals: every word typed must occur")
        self.search.setClearButtonEnabled(True)
        part = QWidget()
        layout = QVBoxLayout(part)
        layout.setContentsMargins(PAD, 8, 8, 0)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(key_row(_KEYS))
        return part

    def _matrix_part(self) -> QWidget:
        part = QWidget()
        layout = QVBoxLayout(part)
        layout.setContentsMargins(PAD, 8, 8, 0)
        layout.setSpacing(6)
        layout.addWidget(self.matrix, 1)
        layout.addWidget(self.pointed)
        layout.addWidget(key_row(_MATRIX_KEYS))
        return part


def _look(store: Store, rhythms: Rhythms) -> Views:
    view = signals.look(store, rhythms=rhythms)
    return view, [searched(one) for one in view.rows], coverage.look(store, rhythms=rhythms)


def _summed(view: CoverageView) -> str:
    """Say how many layers of all systems are blind or silent."""
    kinds = [layer.watching for one in view.systems for layer in one.layers]
    blind = kinds.count(Watching.BLIND)
    silent = kinds.count(Watching.SILENT) + kinds.count(Watching.PARTLY)
    parts = [f"{blind} of {len(kinds)} layers blind (hatched)"]
    return " · ".join([*parts, f"{silent} with something silent"] if silent else parts)
