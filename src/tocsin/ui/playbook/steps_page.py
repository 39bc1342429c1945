"""The page of steps: phases as columns, the layers above them, the step in hand below."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tocsin.model.fields import value_of
from tocsin.model.incident import ROLES
from tocsin.model.steps import StepState
from tocsin.operations.playbook import PlaybookView
from tocsin.ui.desk import Desk
from tocsin.ui.evidence import local_files
from tocsin.ui.palette import GAP
from tocsin.ui.playbook.columns import Phases
from tocsin.ui.playbook.details import Details
from tocsin.ui.playbook.layers_strip import LayersStrip

_LOW = 760  # pixels: below this the step in hand gets less room


class StepsPage(QWidget):
    """`dropped(StepState, paths)` when files were let go over the page: evidence of the step in hand."""

    dropped = Signal(object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._view: PlaybookView | None = None
        self.mine = False
        self.layers = LayersStrip(desk.theme)
        self.phases = Phases(desk.theme, ZoneInfo(desk.store.zone))
        self.details = Details(desk)
        self.phases.pointed.connect(self._show_details)
        self.layers.set_writable(not desk.store.read_only)
        self.setAcceptDrops(not desk.store.read_only)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.layers)
        column.addWidget(self.phases, 1)
        column.addWidget(self.details)

    def show_view(self, view: PlaybookView, now: datetime) -> None:
        """Show a playbook as it was read."""
        self._view = view
        self.layers.show_layers(view.layers)
        self.phases.show_steps(self._shown(view), now)

    def show_time(self, now: datetime) -> None:
        """Let the time boxes count."""
        self.phases.show_time(now)

    def only_mine(self, mine: bool, now: datetime) -> None:
        """Show only what is given to who is at the desk or belongs to their roles, or all."""
        self.mine = mine
        if self._view is not None:
            self.phases.show_steps(self._shown(self._view), now)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if local_files(event.mimeData()) and self.phases.current is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        paths: list[Path] = local_files(event.mimeData())
        self.dropped.emit(self.phases.current, paths)
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.details.setFixedHeight(146 if self.height() < _LOW else 216)

    def _shown(self, view: PlaybookView) -> Sequence[StepState]:
        if not self.mine:
            return view.steps
        me = self._desk.author.name
        held = {role for role in ROLES if value_of(view.incident.roles, role, "") == me}
        return [one for one in view.steps if one.person == me or (not one.person and one.step.role in held)]

    def _show_details(self, one: StepState | None) -> None:
        files = self._view.files if self._view is not None else {}
        self.details.show_step(one, files, self._desk.store.now())
