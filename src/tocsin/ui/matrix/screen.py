"""The matrix screen: levels by definition, response, escalation and route, and who is owed what by when."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.matrix import Owed
from tocsin.model.severity import Scheme
from tocsin.operations.matrix import MatrixView, look
from tocsin.operations.policies_applied import Change, preview
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.matrix.board import Board
from tocsin.ui.matrix.deeds import MatrixDeeds, Where
from tocsin.ui.matrix.details import OwedPainter
from tocsin.ui.matrix.table import table
from tocsin.ui.matrix.words import changed, told, under
from tocsin.ui.palette import GAP, PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import Rows
from tocsin.ui.text import Label, set_look, set_tip

Key = Qt.Key
_PREVIEW = "What would change"
_AROUND = 56  # pixels of the panel around the matrix
_LEAST = 160  # pixels that are left for what is owed


class MatrixScreen(QWidget):
    """Arrows move, Enter goes to what is owed, Shift and arrows re-grade, E edits. `opened(incident)`."""

    opened = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.view: MatrixView | None = None
        self.draft: Scheme | None = None
        self._edited = ""  # the version that the draft was begun from
        self._changes: tuple[Change, ...] = ()
        self._previewing = False
        self._reading = self._stale = False
        self.setObjectName("matrix")
        self.setAccessibleName("Matrix")
        self.board = Board(desk.theme)
        self._painter = OwedPainter(desk.theme, ZoneInfo(desk.store.zone))
        self.rows = Rows(self._painter, "Who is owed what by when")
        self.said = Label("Reading the journal …", "muted", wrap=True)
        self.about = Label("", wrap=True)
        self._buttons: dict[Key, QPushButton] = {}
        self._lay_out()
        self.setFocusProxy(self.board)
        self.ask = Ask(self)
        self.deeds = MatrixDeeds(desk, self.ask, self.take_draft)
        self._wire()

    def refresh(self) -> None:
        """Read again; what comes meanwhile waits for one more reading."""
        if self._reading or not self.isVisible():
            self._stale = True
            return
        self._reading, self._stale = True, False
        job = self._desk.read(partial(look, self._desk.store), self._show)
        job.refused.connect(self._show_trouble)
        job.ended.connect(self._read)

    def take_draft(self, scheme: Scheme) -> None:
        """Show an edited pack that is not in force, with which clocks of open incidents it would change."""
        if self.draft is None and self.view is not None:
            self._edited = self.view.scheme.version
        self.draft = None if self.view is not None and scheme == self.view.scheme else scheme
        self._preview(previewing=self.draft is not None)
        self._show_board()

    def discard(self) -> None:
        """Let go of what was edited and not put in force, and of the preview."""
        self.draft, self._changes, self._previewing = None, (), False
        self._show_board()

    def edit(self) -> None:
        """Ask for other words of the cell under the cursor."""
        line, cell, scheme = self.board.line, self.board.cell, self._scheme()
        if line is not None and cell is not None and scheme is not None:
            kind = cell.route.kind if cell.route else ""
            self.deeds.edit(scheme, Where(line.level, cell.kind, kind), cell)

    def grade(self, level: str = "", incident: str = "") -> None:
        """Ask to re-grade the incident whose mark is under the cursor."""
        watched = self.view.watched.get(incident or self.board.mark) if self.view else None
        if watched is None:
            self._desk.tell("No incident is under the cursor.")
        else:
            self.deeds.grade(watched, level or watched.incident.severity)

    def put_in_force(self) -> None:
        """Put the draft in force; without one preview what the pack in force would change."""
        if self.draft is not None:
            self.deeds.put_in_force(self.draft, self._edited, len(self._changes))
        elif self.view is not None:
            self._preview(previewing=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        button = self._buttons.get(Key(event.key()))
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and button is not None and button.isEnabled():
            button.click()
        elif event.key() == Key.Key_Escape:
            self.board.setFocus()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()
        if self.ask.isVisible():
            self.ask.place()

    def _read(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()

    def _show(self, view: MatrixView) -> None:
        self.view = view
        self.said.hide()
        if self._previewing:
            self._preview(previewing=True)
        self._show_board()

    def _show_trouble(self, error: UserError) -> None:
        self.said.show_text(str(error))
        self.said.show()

    def _scheme(self) -> Scheme | None:
        return self.draft or (self.view.scheme if self.view else None)

    def _show_board(self) -> None:
        view, scheme = self.view, self._scheme()
        if view is None or scheme is None:
            return
        shown = table(view.matrix if self.draft is None else under(view.matrix, scheme))
        nearest = {id: one.nearest for id, one in view.watched.items()}
        states = {id: clock.state if clock else None for id, clock in nearest.items()}
        self.board.show_table(shown, states, changed(table(view.matrix), shown))
        draft = "" if self.draft is None else " · a draft, not in force"
        self._panel.remark.show_text(f"{scheme.title}, version {scheme.version}{draft}")
        self._panel.remark.set_tone(Tone.ORANGE if draft else None)
        writable = not self._desk.store.read_only
        for key in (Key.Key_E, Key.Key_G):
            self._buttons[key].setEnabled(writable)
        self._buttons[Key.Key_P].setText(f"{'Put in force' if self.draft else _PREVIEW}   P")
        self._buttons[Key.Key_X].setEnabled(self.draft is not None or self._previewing)
        self._show_details()

    def _show_details(self) -> None:
        view = self.view
        if view is None:
            return
        self._painter.now = self._desk.store.now()
        if self._previewing:
            count = f"{len(self._changes)} clocks of open incidents would change"
            self._details.remark.show_text(
                count if self._changes else "no clock of an open incident would change"
            )
            self.about.show_text(self._why_preview())
            self.rows.show_rows((f"{c.incident}/{c.clock}", self._painter.words(c), c) for c in self._changes)
            return
        cell, line = self.board.cell, self.board.line
        marks = [one.id for one in cell.marks] if cell else []
        here = marks or [one.id for each in (line.cells if line else ()) for one in each.marks]
        self._details.remark.show_text(self._where(bool(marks)))
        self.about.show_text(told(self.board.line, self.board.cell, self._scheme()))
        owed = sorted(
            (one for id in here for one in view.owed.get(id, ())),
            key=lambda one: (one.by is None, one.by or view.now),
        )
        self.rows.show_rows((f"{o.incident}/{o.clock}/{o.what}", self._painter.words(o), o) for o in owed)

    def _where(self, in_cell: bool) -> str:
        line = self.board.line
        if line is None:
            return ""
        head = self.board.table.heads[self.board.place[1]][0]
        level = line.level or "another pack"
        return f"{level} · {head}" if in_cell else f"all of {level}"

    def _why_preview(self) -> str:
        if self.draft is not None:
            return "What would change if commanders applied the draft. P puts it in force, X lets go of it."
        return "What would change under the pack in force. Enter applies it to an incident, X goes back."

    def _preview(self, *, previewing: bool) -> None:
        scheme = self._scheme()
        self._previewing, self._changes = previewing, () if not previewing else self._changes
        if previewing and scheme is not None:
            self._desk.read(partial(preview, self._desk.store, scheme), partial(self._take_changes, scheme))

    def _take_changes(self, scheme: Scheme, changes: tuple[Change, ...]) -> None:
        if self._previewing and scheme == self._scheme():
            self._changes = changes
            self._show_board()

    def _chosen(self, fact: Owed | Change) -> None:
        if isinstance(fact, Owed):
            self._open(fact.incident)
        elif self.draft is None and self.view is not None:
            self.deeds.apply(fact, self.view.sha256)
        else:
            self._desk.tell("The draft is not in force yet: P puts it in force.")

    def _open(self, incident: str) -> None:
        self._desk.choose_incident(incident)
        self.opened.emit(incident)

    def _tick(self, now: datetime) -> None:
        if self.isVisible() and self.view is not None:
            self._painter.now = now
            self.rows.repaint_rows()

    def _fit(self) -> None:
        """Give the matrix the height its words need, what is owed the rest."""
        room = self.height() - 3 * GAP
        high = max(min(self.board.minimumHeight() + _AROUND, room - _LEAST), 200)
        self._panel.setFixedHeight(high)
        # Both, because words that wrap would make what they like least what they need.
        self._details.setFixedHeight(max(room - high, _LEAST))

    def _moved(self) -> None:
        rect = self.board.cell_rect(self.board.place)
        self._scroll.ensureVisible(
            rect.center().x(), rect.center().y(), rect.width() // 2, rect.height() // 2
        )
        if not self._previewing:
            self._show_details()

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self.refresh)
        desk.heartbeat.tick.connect(self._tick)
        self.board.moved.connect(self._moved)
        self.board.laid.connect(lambda _height: self._fit())
        self.board.entered.connect(self.rows.setFocus)
        self.board.opened.connect(self._open)
        self.board.grade_wanted.connect(lambda incident, level: self.grade(level, incident))
        self.rows.chosen.connect(self._chosen)
        self.ask.closed.connect(self.board.setFocus)

    def _lay_out(self) -> None:
        self._panel, self._details = Panel("Severity × escalation"), Panel("Owed")
        deeds: tuple[tuple[Key, str, str, Callable[[], None]], ...] = (
            (Key.Key_E, "Edit the cell", "Other words in the pack; nothing is in force by that", self.edit),
            (
                Key.Key_G,
                "Re-grade",
                "Another level for the incident under the cursor; or drag it",
                self.grade,
            ),
            (Key.Key_P, _PREVIEW, "Which clocks of open incidents the pack would change", self.put_in_force),
            (Key.Key_X, "Let go", "Let go of the draft or the preview", self.discard),
        )
        for key, word, tip, run in deeds:
            button = self._buttons[key] = QPushButton(f"{word}   {chr(key)}")
            set_look(button, role="quiet")
            set_tip(button, tip)
            button.setAccessibleName(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, run=run: run())
            self._panel.head.addWidget(button)
        scroll = self._scroll = QScrollArea()
        scroll.setWidget(self.board)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._panel.room.setContentsMargins(8, 6, 8, 8)
        self._panel.room.addWidget(self.said)
        self._panel.room.addWidget(scroll, 1)
        self.about.setContentsMargins(PAD, 6, PAD, 6)
        self._details.room.addWidget(self.about)
        self._details.room.addWidget(self.rows, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self._panel)
        layout.addWidget(self._details, 1)
