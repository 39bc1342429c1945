"""When it started: the estimate, its interval and evidence, what changed just before, a person's say."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from tocsin.model.candidate import Candidate
from tocsin.model.deployment import Deployment
from tocsin.model.instant import When
from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD
from tocsin.ui.panel import Panel
from tocsin.ui.signals.density import Density
from tocsin.ui.signals.ledger import Cell, Column, Entry, Ledger
from tocsin.ui.signals.slow import Slow, State
from tocsin.ui.signals.start_words import distance, interval, moment
from tocsin.ui.signals.under_way import UnderWay
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip
from tocsin.ui.times import short_stamp

if TYPE_CHECKING:
    from tocsin.operations.start import StartView

_COLUMNS = (
    Column("when"),
    Column("what", wide=True, least=110),
    Column("distance", right=True, figures=True),
)
_ROWS = 3


class StartPanel(Panel):
    """`judged(verdict)`: "accepted", "adjusted" or "rejected" is wanted. `deployment_opened(id)`."""

    judged = Signal(str)
    deployment_opened = Signal(str)

    def __init__(self, desk: Desk, slow: Slow) -> None:
        super().__init__("When did it start?")
        self._desk, self._slow, self._zone = desk, slow, ZoneInfo(desk.store.zone)
        self.when, self.interval = Label("", "title"), ElidedLabel("", "muted")
        self.evidence, self.alerts = Label("", "muted", wrap=True), ElidedLabel("", "small")
        self.density = Density(desk.theme, self._zone)
        self.before = Ledger(desk.theme, _COLUMNS, "What changed just before: Enter opens it")
        self.before.setObjectName("changed-before")
        self.nothing_before = Label("", "small", wrap=True)
        self.accept, self.adjust = QPushButton("Accept   A"), QPushButton("Adjust   B")
        self.reject = QPushButton("No evidence   X")
        self._lay_out()
        slow.changed.connect(self.refresh)
        self.before.chosen.connect(lambda one: self.deployment_opened.emit(one.id))

    @property
    def view(self) -> "StartView | None":
        """The newest estimate of the system in hand."""
        found: StartView | None = self._slow.answer
        return found

    @property
    def may_accept(self) -> bool:
        """Whether there is an estimate to accept."""
        return self.view is not None and self.view.when is not None and not self._desk.store.read_only

    def refresh(self) -> None:
        """Show how it stands with the estimate."""
        view, now = self.view, self._desk.store.now()
        start = view.when if view is not None else None
        if view is None:
            running = self._slow.state in (State.RUNNING, State.NOTHING)
            self.when.show_text("Looking …" if running else "Not known")
            self.interval.show_text("")
            self.evidence.show_text("Every signal of the system is searched for a change, together.")
        elif start is None:
            self.when.show_text("No evidence of a change")
            self.interval.show_text("")
            self.evidence.show_text(view.evidence)
        else:
            self.when.show_text(moment(start, self._zone, now))
            self.interval.show_text(interval(start, self._zone, now))
            self.evidence.show_text(view.evidence)
        if view is not None:
            former = [one for _, one in reversed(view.history) if one is not None]
            self.density.show_evidence(start, view.times_us, view.density, former[:-1] or former, now)
            set_tip(self.density, _history(view.history, self._zone, now))
        else:
            self.density.hide()
        for button in (self.adjust, self.reject):
            button.setEnabled(view is not None and not self._desk.store.read_only)
        self.accept.setEnabled(self.may_accept)
        set_tip(self.adjust, "Drag over the chart, or Shift with arrows in it, where it began   B")

    def show_alerts(self, found: Candidate | None) -> None:
        """Show when the alerts that wait say it started, all together, and what likely brought it about."""
        self.alerts.setVisible(found is not None)
        if found is None:
            return
        now, count = self._desk.store.now(), len(found.alerts)
        start = interval(found.start, self._zone, now).removeprefix("90 %: ")
        start = start or short_stamp(found.start.at, self._zone, now)
        cause = found.cause.text if found.cause is not None else ""
        who = f"{count} alerts together" if count > 1 else "its alert"
        self.alerts.show_text(" · ".join(filter(None, (f"{who}: {start}", cause))))

    def show_before(self, deployed: Sequence[Deployment]) -> None:
        """Show what was deployed nearest to the start, the nearest before it first."""
        start = self.view.when if self.view is not None else None
        now = self._desk.store.now()
        near = sorted(deployed, key=lambda one: _rank(one, start))[:_ROWS] if start is not None else []
        entries = [
            Entry(
                one.id,
                (
                    Cell(short_stamp(one.began.at, self._zone, now), "muted"),
                    Cell(f"{one.title} · {one.kind}", bold=place == 0),
                    Cell(distance(one, start) if start is not None else "", bold=place == 0),
                ),
                one,
            )
            for place, one in enumerate(near)
        ]
        self.before.show_entries(entries)
        self.before.setVisible(bool(entries))
        self.before.setFixedHeight(self.before.height_of(max(len(entries), 1)))
        self.nothing_before.setVisible(not entries)
        self.nothing_before.show_text(_no_change(bool(deployed), start))

    def _lay_out(self) -> None:
        self.room.setContentsMargins(0, 6, 0, 6)
        self.room.setSpacing(3)
        self.room.addWidget(UnderWay(self._slow, "searching for the start"))
        first = _row(self.when, self.interval, stretch=1)
        self.room.addLayout(first)
        self.room.addLayout(_row(self.evidence, stretch=0, fills=True))
        self.room.addLayout(_row(self.alerts, stretch=0, fills=True))
        self.room.addWidget(self.density, 1)
        self.room.addLayout(self._buttons())
        self.room.addSpacing(4)
        self.room.addWidget(heading("What changed just before"))
        self.room.addWidget(self.before)
        self.room.addLayout(_row(self.nothing_before, stretch=0, fills=True))
        self.refresh()
        self.show_alerts(None)
        self.show_before(())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(PAD, 2, PAD, 2)
        row.setSpacing(6)
        said = (
            (self.accept, "accepted"),
            (self.adjust, "adjusted"),
            (self.reject, "rejected"),
        )
        for button, verdict in said:
            button.setObjectName(f"start-{verdict}")
            button.clicked.connect(lambda _checked, verdict=verdict: self.judged.emit(verdict))
            row.addWidget(button)
        set_look(self.accept, role="main")
        row.addStretch(1)
        return row


def heading(words: str) -> QWidget:
    """Return a quiet heading within a panel."""
    part = QWidget()
    line = QHBoxLayout(part)
    line.setContentsMargins(PAD, 4, PAD, 0)
    line.addWidget(Label(words.upper(), "heading"))
    line.addStretch(1)
    return part


def _row(*widgets: QWidget, stretch: int, fills: bool = False) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(PAD, 0, PAD, 0)
    row.setSpacing(10)
    for widget in widgets:
        row.addWidget(widget, 1 if fills or (stretch and widget is widgets[-1]) else 0)
    return row


def _rank(one: Deployment, start: When | None) -> tuple[bool, float]:
    if start is None:
        return False, 0.0
    gap = (start.at - one.began.low).total_seconds()
    return one.began.low > start.high, abs(gap)


def _no_change(deployed: bool, start: When | None) -> str:
    if start is not None:
        return (
            "No deployment is known of this system. Ctrl Shift D records one; a file or MLflow brings them."
        )
    return (
        "Deployments are held against the start once there is one." if deployed else "No deployment is known."
    )


def _history(history: Sequence[tuple[datetime, When | None]], zone: ZoneInfo, now: datetime) -> str:
    """Return how the estimate moved as evidence came, the newest first."""
    lines = [
        f"as of {short_stamp(at, zone, now)}: {'no evidence' if one is None else moment(one, zone, now)}"
        for at, one in reversed(history)
    ]
    return "\n".join(["How the estimate moved", *lines]) if lines else ""
