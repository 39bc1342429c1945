"""The playbook screen: what is to be done in the incident in hand, by whom and until when."""

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.playbook import LAYERS
from tocsin.model.steps import StepState
from tocsin.operations import fix_verification
from tocsin.operations.fix_verification import FixView
from tocsin.operations.playbook import PlaybookView, look_first
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.playbook.deeds import Deeds
from tocsin.ui.playbook.examples_page import ExamplesPage
from tocsin.ui.playbook.head import Head
from tocsin.ui.playbook.steps_page import StepsPage
from tocsin.ui.text import Label, button_text, set_look

_NONE = "No incident is open.\nCtrl D declares one; Ctrl K finds closed ones."


class PlaybookScreen(QWidget):
    """Shows the incident in hand, or the gravest open one; X turns to its examples and the fix, and back.

    `triage_wanted(incident)`: it has no type yet, and so no playbook of its own.
    """

    triage_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playbook")
        self.setAccessibleName("Playbook")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._desk = desk
        self._view: PlaybookView | None = None
        self._wanted_step = ""
        self._reading = self._stale = self._fix_reading = self._fix_stale = False
        self.head = Head(desk)
        self.steps = StepsPage(desk)
        self.examples = ExamplesPage(desk, lambda: self.ask)
        self.said = Label("Reading the journal …", "large", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.untyped = QPushButton(
            button_text("No type yet: only what all playbooks share.  Triage   Ctrl T")
        )
        self._lay_out()
        self.ask = Ask(self)
        self._deeds = Deeds(desk, self.ask)
        self._wire()

    @property
    def view(self) -> PlaybookView | None:
        """What is shown, None when nothing is."""
        return self._view

    @property
    def on_examples(self) -> bool:
        """Whether the second page is shown."""
        return self._inner.currentIndex() == 1

    def refresh(self) -> None:
        """Read again; what comes meanwhile waits for one more reading."""
        if self._reading or not self.isVisible():
            self._stale = True
            return
        self._reading, self._stale = True, False
        job = self._desk.read(partial(look_first, self._desk.store, self._desk.incident), self._show)
        job.refused.connect(self._show_trouble)
        job.ended.connect(self._read)

    def open_step(self, id: str) -> None:
        """Put the cursor on a step, once it is read."""
        self._wanted_step = id
        self.turn(examples=False)
        self._find_wanted()

    def turn(self, *, examples: bool) -> None:
        """Show the examples and the fix, or the steps."""
        self._inner.setCurrentIndex(1 if examples else 0)
        self.head.show_page(examples)
        if examples:
            self._read_fix()
            self.examples.table.setFocus()
        else:
            self.steps.phases.focus()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.ask.isVisible():
            self.ask.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        key = event.text().upper()
        if self._view is None or not plain or not key or not self._press(key):
            super().keyPressEvent(event)

    def _press(self, key: str) -> bool:
        if key == "X":
            self.turn(examples=not self.on_examples)
        elif key.isdecimal() and 1 <= int(key) <= len(LAYERS):
            self._deeds.layer(list(LAYERS)[int(key) - 1])
        elif self.on_examples:
            return self.examples.press(key)
        elif key == "N":
            self._deeds.task()
        elif key == "M":
            self._only_mine()
        elif key == "E":
            self._choose_files()
        else:
            return self._deeds.press(key, self.steps.phases.current)
        return True

    def _only_mine(self) -> None:
        self.steps.only_mine(not self.steps.mine, self._desk.store.now())
        self.head.show_mine(self.steps.mine)
        self.steps.phases.focus()

    def _choose_files(self) -> None:
        one = self.steps.phases.current
        if one is None or self._desk.store.read_only:
            return
        names, _ = QFileDialog.getOpenFileNames(self, "Attach files as evidence")
        self._attach(one, [Path(name) for name in names])

    def _attach(self, one: StepState | None, paths: list[Path]) -> None:
        if one is not None and paths:
            self._deeds.attach(one, paths)

    def _read(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()

    def _show(self, view: PlaybookView | None) -> None:
        self._view = self._deeds.view = view
        self._pages.setCurrentIndex(0 if view is None else 1)
        if view is None:
            self.said.setText(_NONE)
            return
        if not self._desk.incident:
            self._desk.choose_incident(view.incident.id)
        now = self._desk.store.now()
        self.head.show_view(view)
        self.untyped.setVisible(not view.title and not self.on_examples)
        self.steps.show_view(view, now)
        if self.on_examples:
            self._read_fix()
        self._find_wanted()
        if self.focusWidget() in (None, self) and not self.ask.isVisible():
            self.turn(examples=self.on_examples)

    def _find_wanted(self) -> None:
        if self._wanted_step and self._view is not None and self.steps.phases.select(self._wanted_step):
            self._wanted_step = ""

    def _read_fix(self) -> None:
        """Read the second page, one reading at a time: an older one must not end after a newer one."""
        if self._view is None or self._fix_reading:
            self._fix_stale = True
            return
        self._fix_reading, self._fix_stale = True, False
        call = partial(fix_verification.look, self._desk.store, self._view.incident.id)
        self._desk.read(call, self._show_fix).ended.connect(self._fix_read)

    def _fix_read(self) -> None:
        self._fix_reading = False
        if self._fix_stale and self.on_examples:
            self._read_fix()

    def _show_fix(self, view: FixView) -> None:
        if self._view is not None and view.incident.id == self._view.incident.id:
            self.examples.show_fix(view)

    def _show_trouble(self, error: UserError) -> None:
        self._view = self._deeds.view = None
        self.said.setText(str(error))
        self._pages.setCurrentIndex(0)

    def _tick(self, now: datetime) -> None:
        if self._view is not None and self.isVisible():
            self.steps.show_time(now)

    def _keys_back(self) -> None:
        self.turn(examples=self.on_examples)

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self.refresh)
        desk.bell.signals_changed.connect(lambda: self._read_fix() if self.on_examples else None)
        desk.incident_chosen.connect(lambda _id: self.refresh())
        desk.operator_changed.connect(lambda _name: self.refresh())
        desk.heartbeat.tick.connect(self._tick)
        self.ask.closed.connect(self._keys_back)
        self.head.turned.connect(lambda examples: self.turn(examples=examples))
        self.head.mine_wanted.connect(self._only_mine)
        self.head.task_wanted.connect(self._deeds.task)
        self.untyped.clicked.connect(
            lambda: self.triage_wanted.emit(self._view.incident.id) if self._view else None
        )
        self.steps.layers.wanted.connect(self._deeds.layer)
        self.steps.phases.chosen.connect(self._deeds.next)
        self.steps.details.wanted.connect(self._press)
        self.steps.dropped.connect(self._attach)

    def _lay_out(self) -> None:
        set_look(self.untyped, role="chip", tone="orange")
        self.untyped.setObjectName("playbook-untyped")
        inside = QWidget()
        self._inner = QStackedLayout(inside)
        self._inner.addWidget(self.steps)
        self._inner.addWidget(self.examples)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.head)
        column.addWidget(self.untyped)
        column.addWidget(inside, 1)
        empty = QWidget()
        QVBoxLayout(empty).addWidget(self.said)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(body)
