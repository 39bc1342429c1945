"""The two pages of a hand-over: what is prepared, and what both sides confirm."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.model import roles
from tocsin.model.handover import INCOMING, OUTGOING, SIDES, Handover
from tocsin.operations.briefing import Drafted, with_readings
from tocsin.ui.handover.blocks import BriefingForm, BriefingView
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, button_text, set_look, visible
from tocsin.ui.times import short_stamp

_PLANNED = "as soon as both confirmed, or 14:30"
_EFFECTIVE = "now, or 14:30"


class PreparePage(QWidget):
    """Which role, to whom, when, and the briefing."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self.role, self.person, self.planned = QComboBox(), QLineEdit(), QLineEdit()
        self.form = BriefingForm()
        self._blocks: dict[str, str] = {}
        self._reach = ""  # what the records tell of who is affected
        self.save = QPushButton("Prepare   Ctrl Enter")
        self._lay_out()

    @property
    def chosen(self) -> str:
        """The id of the role."""
        return str(self.role.currentData() or "")

    def learn(self, names: Sequence[str]) -> None:
        """Offer the names of the operators there are."""
        completer = QCompleter([visible(name) for name in names], self.person)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.person.setCompleter(completer)

    def begin_anew(self) -> None:
        """Forget what was typed: it belongs to another hand-over."""
        self.person.clear()
        self.planned.clear()
        self._blocks, self._reach = {}, ""
        self.form.offer({}, anew=True)

    def show_draft(self, found: Drafted) -> None:
        """Offer the roles that somebody has and the briefing as the facts give it; what was typed stays."""
        now = self.chosen
        self.role.clear()
        for one in roles.ledger(found.incident):
            if one.relinquished is None:
                title = roles.title(found.scheme, one.role)
                self.role.addItem(visible(f"{title}: {one.person}"), one.role)
        self.role.setCurrentIndex(max(0, self.role.findData(now)))
        self._blocks = found.blocks
        self.form.offer(with_readings(found.blocks, self._reach))

    def take(self, waiting: Handover) -> None:
        """Take over what was prepared, to be written anew."""
        self.person.setText(visible(waiting.person))
        self.role.setCurrentIndex(max(0, self.role.findData(waiting.role)))
        self.form.write(waiting.briefing)

    def tell_reach(self, told: str) -> None:
        """Add what the records tell of who is affected."""
        self._reach = told
        self.form.offer(with_readings(self._blocks, told))

    def _lay_out(self) -> None:
        for field, name, hint in (
            (self.person, "To", "who takes it over"),
            (self.planned, "When", _PLANNED),
        ):
            field.setAccessibleName(name)
            field.setPlaceholderText(hint)
            field.setObjectName(f"handover-{name.lower()}")
            field.setMaxLength(80)
        self.role.setAccessibleName("Role")
        self.role.setObjectName("handover-role")
        self.save.setObjectName("handover-save")
        set_look(self.save, role="main")
        top = QHBoxLayout()
        top.setSpacing(GAP)
        parts: list[tuple[str, QWidget]]
        parts = [("Role", self.role), ("To", self.person), ("When", self.planned)]
        for words, part in parts:
            top.addWidget(Label(words, "muted"))
            top.addWidget(part, 1)
        below = QHBoxLayout()
        below.addWidget(Label("Drafted from what is on record; yours once you change it.", "small"))
        below.addStretch(1)
        below.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(self.form, 1)
        layout.addLayout(below)


class ConfirmPage(QWidget):
    """Who has confirmed, the briefing to read, the questions to answer.

    `sitting(name)` lets that person be at the desk.
    """

    sitting = Signal(str)

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self.side: str | None = None
        self._offered = ""
        self.about = Label("", "large", wrap=True)
        self.states = {side: Label("") for side in SIDES}
        self.seats = {side: QPushButton() for side in SIDES}
        self.since = Label("", "small", wrap=True)
        self.view = BriefingView()
        self.effective = QLineEdit()
        self.confirm, self.cancel = QPushButton(), QPushButton("Cancel the hand-over")
        self.anew, self.print = QPushButton("Write it anew"), QPushButton("PDF")
        self._names = dict.fromkeys(SIDES, "")
        self._lay_out()

    @property
    def stated(self) -> bool:
        """Whether somebody stated another time than what was agreed."""
        return self.effective.text().strip() != self._offered

    def first(self) -> QWidget:
        """Return where the keyboard goes: to the briefing, which is read before anything is answered."""
        return self.view

    def show_handover(self, one: Handover, found: Drafted, operator: str, now: datetime) -> None:
        """Show a hand-over that waits, to whoever is at the desk."""
        title = roles.title(found.scheme, one.role)
        self.about.show_text(f"{title}: {one.outgoing} → {one.person}")
        sides = [side for side in SIDES if one.name(side) == operator and side not in one.confirmed]
        self.side = sides[0] if sides else None
        for side in SIDES:
            self._show_side(one, side, operator, now)
        entries = "1 entry since then is" if found.since == 1 else f"{found.since} entries since then are"
        changed = f"; {entries} not in it" if found.since else ""
        self.since.show_text(f"Prepared by {one.by}, {short_stamp(one.prepared, self._zone, now)}{changed}.")
        self.since.set_tone(Tone.YELLOW if found.since else None)
        self.view.show_handover(one, answering=self.side == INCOMING)
        self._show_time(one, now)
        self.confirm.setVisible(self.side is not None)
        self.confirm.setText(button_text(f"Confirm as {operator}, {self.side}   Ctrl Enter"))

    def _show_side(self, one: Handover, side: str, operator: str, now: datetime) -> None:
        name, at = one.name(side), one.confirmed.get(side)
        self._names[side] = name
        told = f"✓ {name} confirmed {short_stamp(at, self._zone, now)}" if at else f"{name} has not confirmed"
        self.states[side].show_text(f"{side}:  {told}")
        self.states[side].set_tone(Tone.GREEN if at else Tone.ORANGE)
        self.seats[side].setText(button_text(f"{name} is at the desk"))
        self.seats[side].setVisible(at is None and name != operator)

    def _show_time(self, one: Handover, now: datetime) -> None:
        agreed = short_stamp(one.effective, self._zone, now) if one.effective else ""
        if agreed != self._offered or not self.effective.text():
            self._offered = agreed
            self.effective.setText(agreed)

    def _lay_out(self) -> None:
        self.effective.setPlaceholderText(_EFFECTIVE)
        self.effective.setAccessibleName("Effective")
        self.effective.setObjectName("handover-effective")
        self.effective.setMaxLength(40)
        self.effective.setFixedWidth(170)
        self.confirm.setObjectName("handover-confirm")
        set_look(self.confirm, role="main")
        for button in (self.cancel, self.anew, self.print):
            set_look(button, role="quiet")
        sides = QGridLayout()
        sides.setHorizontalSpacing(GAP)
        for row, side in enumerate((OUTGOING, INCOMING)):
            self.states[side].setObjectName(f"handover-{side}")
            self.seats[side].setObjectName(f"seat-{side}")
            self.seats[side].clicked.connect(partial(self._sit, side))
            sides.addWidget(self.states[side], row, 0)
            sides.addWidget(self.seats[side], row, 1)
        sides.setColumnStretch(2, 1)
        below = QHBoxLayout()
        for button in (self.cancel, self.anew, self.print):
            below.addWidget(button)
        below.addStretch(1)
        below.addWidget(Label("Effective", "muted"))
        below.addWidget(self.effective)
        below.addWidget(self.confirm)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.about)
        layout.addLayout(sides)
        layout.addWidget(self.since)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)

    def _sit(self, side: str) -> None:
        self.sitting.emit(self._names[side])
