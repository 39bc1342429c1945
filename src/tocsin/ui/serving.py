"""What was serving at a moment, in words: a system, a time, and below what is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton

from tocsin.errors import BadInput, UserError
from tocsin.model.deployment import Deployment, Serving
from tocsin.model.incident import Incident
from tocsin.model.operator import System
from tocsin.operations import deployments, incidents, systems
from tocsin.operations.times import parse_when
from tocsin.store.folder import Store
from tocsin.ui.deployment_words import between, read_time
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look
from tocsin.ui.timeline import words
from tocsin.ui.times import stamp
from tocsin.ui.window import Window

_PAUSE_MS = 150  # while somebody types, only what stands for this long is looked up
_MOST = 12
_NOTHING = "Nothing is known to have served then."


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sheet begins with: the systems, and the incident in hand, if any."""

    systems: tuple[System, ...]
    incident: Incident | None


class ServingSheet(Sheet):
    """Answers while it is typed. `record_wanted` when somebody knows better."""

    record_wanted = Signal()

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "What was serving at …", width=660)
        self._desk = desk
        self._asked = 0
        self._about = ""
        self._moment_wanted: datetime | None = None
        self.system, self.at = SystemField(desk.theme, "Which system"), QLineEdit()
        self.at_read = Label("", "small")
        self.answer, self.doubt = Label("", wrap=True), Label("", "small", wrap=True)
        self.record_button = QPushButton("Record a deployment")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self.ask)
        self._lay_out()
        self._wire()

    def open(self) -> None:
        """Open on the system of the incident in hand and when it began; on what was asked before, without."""
        self.present(self.at)
        self._desk.read(partial(_known, self._desk.store, self._desk.incident), self._offer)

    def open_at(self, moment: datetime | None) -> None:
        """Open on a moment of the incident in hand; None: on when it began."""
        self._about, self._moment_wanted = "", moment
        self.open()

    def ask(self) -> None:
        """Look up what served in the system at the time typed."""
        name, store = self.system.currentText().strip(), self._desk.store
        self.at_read.show_text(read_time(self.at.text(), self._desk, empty="now"))
        try:
            at = self._moment()
        except BadInput:
            return
        if not name:
            self._show("", "Name a system.")
            return
        self._asked += 1
        call = partial(deployments.serving, store, name, at)
        job = self._desk.jobs.read(call)
        job.succeeded.connect(partial(self._answered, self._asked))
        job.refused.connect(partial(self._refused, self._asked))
        job.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.record_button.hasFocus():
            self.record_button.click()
        else:
            self.ask()

    def _moment(self) -> datetime:
        now, zone = self._desk.store.now(), self._desk.store.zone
        typed = self.at.text().strip()
        return parse_when(typed, now=now, zone=zone).at if typed else now

    def _offer(self, known: _Known) -> None:
        name, one = self.system.currentText(), known.incident
        if one is not None and one.id != self._about:
            self._about = one.id
            name = next((each.name for each in known.systems if each.id == one.system), name)
            began = self._moment_wanted or (one.start.at if one.start else one.detected)
            self._moment_wanted = None
            self.at.setText(words.typed_instant(began.replace(microsecond=0), self._desk.store.zone))
            self.at.selectAll()
        only = known.systems[0].name if len(known.systems) == 1 else ""
        self.system.show_systems(known.systems, name or only)
        self.ask()

    def _answered(self, number: int, found: Sequence[Serving]) -> None:
        if number == self._asked:
            lines = [sentence(one, self._desk.store.zone) for one in found[:_MOST]]
            more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
            self._show("\n".join([*lines, *more]), "" if found else _NOTHING)

    def _refused(self, number: int, error: UserError) -> None:
        if number == self._asked:
            self._show("", str(error))

    def _show(self, answer: str, doubt: str) -> None:
        self.answer.show_text(answer)
        self.answer.setVisible(bool(answer))
        self.doubt.show_text(doubt)
        self.doubt.set_tone(Tone.YELLOW if doubt else None)
        self.doubt.setVisible(bool(doubt))
        QTimer.singleShot(0, self, self._placed)

    def _wire(self) -> None:
        self.system.entered.connect(self.ask)
        self.system.currentTextChanged.connect(lambda _text: self._soon.start())
        self.at.textChanged.connect(lambda _text: self._soon.start())
        self.record_button.clicked.connect(self._wants_to_record)
        self._desk.bell.journal_changed.connect(self._again)
        self._desk.bell.signals_changed.connect(self._again)

    def _again(self) -> None:
        if self.isVisible():
            self._soon.start()

    def _wants_to_record(self) -> None:
        self.dismiss()
        self.record_wanted.emit()

    def _lay_out(self) -> None:
        self.setObjectName("serving-sheet")
        self.at.setObjectName("serving-at")
        self.at.setPlaceholderText("now, or 14:20, or 2026-10-28 03:10")
        self.at.setMaxLength(100)
        self.answer.setObjectName("serving-answer")
        self.answer.setAccessibleName("What was serving")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, row in (("System", self.system), ("At", self.at), ("", self.at_read)):
            if label:
                row.setAccessibleName(label)
            form.addRow(Label(label), row)
        set_look(self.record_button, role="plain")
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.record_button)
        self.body.addLayout(form)
        for part in (self.answer, self.doubt):
            self.body.addWidget(part)
        self.body.addLayout(buttons)


def sentence(one: Serving, zone: str) -> str:
    """Return what served under one name, in a sentence."""
    kind = "" if one.kind == "model" else f" ({one.kind})"
    what = " ".join(filter(None, (one.name, one.slot))) + kind
    last, home = one.candidates[-1], ZoneInfo(zone)
    if one.sure and not last.began.is_range:
        return f"{what}: {last.version}, since {stamp(last.at, home)}{_more(last)}"
    began = between(last.began, home)
    if one.sure:
        return f"{what}: {last.version}, since some time {began}{_more(last)}"
    if len(one.candidates) == 1:
        return f"{what}: {last.version}, if it served already: it began {began}{_more(last)}"
    versions = " or ".join(each.version for each in one.candidates)
    return f"{what}: {versions}; {last.version} began {began}"


def _more(one: Deployment) -> str:
    run_by = {True: "run by a vendor", False: "run by us", None: ""}[one.vendor]
    pinned = {True: "pinned", False: "not pinned", None: ""}[one.pinned]
    said = ", ".join(filter(None, (run_by, pinned)))
    return f" ({said})" if said else ""


def _known(store: Store, incident: str) -> _Known:
    known = tuple(systems.names(store))
    return _Known(known, incidents.get(store, incident) if incident else None)
