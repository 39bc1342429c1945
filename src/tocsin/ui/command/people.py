"""Who does what in an incident and since when, and a calm line for the roles that nobody has."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from tocsin.model import handover, roles
from tocsin.model.handover import SIDES, Handover
from tocsin.model.incident import ROLES, Incident
from tocsin.model.roles import Tenure, Vacancy
from tocsin.model.severity import Scheme
from tocsin.ui.icons import Icon
from tocsin.ui.palette import SHAPES, SMALL, Tone
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip, visible
from tocsin.ui.theme import Theme
from tocsin.ui.times import short_stamp, stamp

NOBODY = "unassigned"
_NAME_WIDTH, _SINCE_WIDTH = 88, 34  # pixels


class People(QWidget):
    """The roles that somebody has or that the rules ask for; a click on it wants to change them."""

    wanted = Signal()

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self.setObjectName("people")
        self.captions = {role: Label(role, "muted") for role in ROLES}
        self.names = {role: ElidedLabel("") for role in ROLES}
        self.since = {role: Label("", "small") for role in ROLES}
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        set_tip(self, "P assigns roles, Ctrl Shift H hands one over")
        self._lay_out()

    def set_wide(self, wide: bool) -> None:
        """Give names more room; where the title needs it, less, and leave since when to the tips."""
        for name in self.names.values():
            name.setFixedWidth(_NAME_WIDTH * 2 if wide else _NAME_WIDTH)
        for since in self.since.values():
            since.setFixedWidth(_SINCE_WIDTH if wide else 0)

    def show_people(self, known: Incident, scheme: Scheme, now: datetime) -> None:
        """Show who has which role since when, and who is missing."""
        held = {one.role: one for one in roles.ledger(known) if one.relinquished is None}
        missing = {one.role.id: one for one in roles.vacancies(known, scheme)}
        for role in ROLES:
            self._show_role(role, held.get(role), missing.get(role), now)
        hints = list(roles.hints(known))
        words = [*hints, "P assigns roles, Ctrl Shift H hands one over"]
        set_tip(self, "\n".join(words))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.wanted.emit()

    def _show_role(self, role: str, held: Tenure | None, missing: Vacancy | None, now: datetime) -> None:
        name, since = self.names[role], self.since[role]
        for part in (self.captions[role], name, since):
            part.setVisible(held is not None or (missing is not None and part is not since))
        at = held.assumed if held else missing.since if missing else now
        name.show_text(held.person if held else NOBODY)
        name.set_tone(None if held else Tone.ORANGE)
        # Of another day the hour says nothing: the tip has both.
        told = short_stamp(at, self._zone, now)
        since.show_text(told if len(told) <= len("00:00") else " ".join(told.split(" ")[:2]))
        for part in (self.captions[role], since):
            set_tip(part, f"since {stamp(at, self._zone)}")
        name.setAccessibleName(visible(f"{role}: {name.text()} since {told}"))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        widest = max(caption.sizeHint().width() for caption in self.captions.values())
        for row, role in enumerate(ROLES, start=1):
            caption, name, since = self.captions[role], self.names[role], self.since[role]
            caption.setFixedWidth(widest)
            caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            name.setFixedWidth(_NAME_WIDTH)
            since.setFixedWidth(_SINCE_WIDTH)
            for column, part in enumerate((caption, name, since)):
                grid.addWidget(part, row, column)
        grid.setRowStretch(0, 1)
        grid.setRowStretch(len(ROLES) + 1, 1)


class RoleLine(QFrame):
    """A line below the header: a hand-over that waits for a side, and roles that nobody has.

    A role counts from two minutes on, and stands until somebody has it; `repeated(words)` every two minutes.
    `wanted` on a click.
    """

    wanted = Signal()
    repeated = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self.setObjectName("role-line")
        self._vacancies: tuple[Vacancy, ...] = ()
        self._handover: Handover | None = None
        self._incident = ""
        self._told = 0
        self.icon = Icon(theme, SHAPES[Tone.BLUE], Tone.BLUE.value, SMALL)
        self.words = ElidedLabel("", "small")
        self.words.setObjectName("role-words")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_look(self, role="plain")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.icon)
        layout.addWidget(self.words, 1)
        self.hide()

    def show_roles(self, known: Incident, scheme: Scheme, now: datetime) -> None:
        """Show what is missing in an incident."""
        self._vacancies = roles.vacancies(known, scheme)
        self._handover = handover.standing(known)
        if known.id != self._incident:
            self._incident, self._told = known.id, _told(self._vacancies, now)
        self.show_time(now)

    def show_time(self, now: datetime, *, alone: bool = True) -> None:
        """Carry on: what is due has come, what was said is said again; in sight only when `alone`."""
        missing = [one for one in self._vacancies if one.told(now)]  # two minutes to find somebody in peace
        said = list(filter(None, (_passing(self._handover), _missing(missing, self._zone, now))))
        late = any(one.due <= now for one in missing)
        tone = Tone.ORANGE if late else Tone.BLUE
        self.icon.show_icon(SHAPES[tone], tone.value)
        self.words.show_text(" · ".join(said))
        self.words.set_tone(Tone.ORANGE if late else None)
        self.setVisible(bool(said) and alone)
        told = _told(self._vacancies, now)
        if told > self._told:
            self.repeated.emit(said[-1])
        self._told = told

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.wanted.emit()


def _told(vacancies: Iterable[Vacancy], now: datetime) -> int:
    return max((one.told(now) for one in vacancies), default=0)


def _passing(waiting: Handover | None) -> str:
    if waiting is None:
        return ""
    missing = [waiting.name(side) for side in SIDES if side not in waiting.confirmed]
    to = f"{waiting.role} to {waiting.person}"
    return f"Hand-over of {to} waits for {' and '.join(missing)}   Ctrl Shift H"


def _missing(vacancies: Iterable[Vacancy], zone: ZoneInfo, now: datetime) -> str:
    """Say which roles nobody has, since when, and until when somebody had to have them."""
    found = sorted(vacancies, key=lambda one: one.due)
    if not found:
        return ""
    parts = [
        f"{one.role.title or one.role.id} {'was due' if one.due <= now else 'by'} "
        f"{short_stamp(one.due, zone, now)}"
        for one in found
    ]
    since = short_stamp(min(one.since for one in found), zone, now)
    return f"Unassigned since {since}: {', '.join(parts)}   P assigns"
