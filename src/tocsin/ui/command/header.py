"""The top of the command screen: what it is, how grave, how far, since when, who, and where it can go."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.model.incident import CLOSED, CONTAINED, FIELDS, FOLLOWS, REOPENED, RESOLVED, Incident
from tocsin.model.instant import When
from tocsin.model.stages import stages
from tocsin.operations.command import CommandView
from tocsin.ui.command.callout import CallOutCard
from tocsin.ui.command.freeze_chip import FreezeChip
from tocsin.ui.command.people import People, RoleLine
from tocsin.ui.command.stage_strip import StageStrip
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import LARGE, PAD, SHAPES, Tone, tone_of_rank
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import MINUS, countdown, short_stamp, span, stamp

# What a status is moved to by: the word on the button and its key.
MOVES: dict[str, tuple[str, str]] = {
    CONTAINED: ("Contain", "C"),
    RESOLVED: ("Resolve", "R"),
    CLOSED: ("Close", "X"),
    REOPENED: ("Re-open", "O"),
}
_WIDE = 1500  # pixels: from here on names have more room


class Badge(QWidget):
    """The severity: shape and word on its own colour. A click asks to change it."""

    clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._word, self._tone = "", Tone.GREY
        self.setFixedSize(QSize(118, 50))
        self.setObjectName("severity")
        theme.changed.connect(self.update)

    def show_level(self, word: str, rank: int, meaning: str) -> None:
        """Show a level by its id and rank, 0 the gravest."""
        self._word, self._tone = word, tone_of_rank(rank)
        self.setAccessibleName(f"Severity {word}")
        set_tip(self, f"{meaning}   S changes it")
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(self._tone.value))
        painter.drawRoundedRect(self.rect(), 5, 5)
        ink = palette.on_danger if palette.dark else "#ffffff"
        paint_icon(painter, SHAPES[self._tone], ink, QRectF(14, 17, 16, 16))
        painter.setPen(ink)
        painter.setFont(sans(LARGE + 2, bold=True))
        painter.drawText(self.rect().adjusted(38, 0, -6, 0), int(Qt.AlignmentFlag.AlignVCenter), self._word)


class Header(QFrame):
    """Shows one view. Its signals say what the operator wants."""

    title_wanted = Signal()
    severity_wanted = Signal()
    move_wanted = Signal(str)
    other_wanted = Signal(int)
    people_wanted = Signal()
    more_wanted = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        set_look(self, role="panel")
        self._zone = zone
        self._incident: Incident | None = None
        self.badge = Badge(theme)
        self.reference = Label("", "title")
        set_look(self.reference, tone=Tone.GREY.value)
        self.title = TitleLabel()
        self.state = ElidedLabel("", "small")
        self.state.setObjectName("incident-state")
        self.stages = StageStrip(theme, zone)
        self.started_caption = Label("started (estimate)", "small")
        self.started, self.started_note = Label("", "large"), Label("", "small")
        self.since, self.since_caption = Label("", "figure"), Label("since detection", "small")
        self.since.setObjectName("since-detection")
        self._times = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.people = People(zone)
        self.missing = RoleLine(theme, zone)
        self.callout = CallOutCard(theme, zone)
        self.other = _quiet("", "Another open incident: Ctrl Up, Ctrl Down")
        self.moves = {status: _move_button(status) for status in MOVES}
        self.more = _quiet("More", "Add an alert, link as a duplicate, or withdraw")
        self.freeze = FreezeChip(theme, zone)
        self._lay_out()
        self._wire()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def show_view(self, view: CommandView, writable: bool) -> None:
        """Show the incident as it was read."""
        known = self._incident = view.incident
        level = view.scheme.level(known.severity)
        self.badge.show_level(known.severity, view.rank, level.meaning if level else "")
        self.reference.show_text(known.reference)
        self.title.show_text(known.title)
        set_tip(self.title, f"{known.title}   E or a double click changes it")
        self.stages.show_stages(stages(known, view.scheme, view.clocks), view.now)
        self._show_state(view)
        self.people.show_people(known, view.scheme, view.now)
        self.missing.show_roles(known, view.scheme, view.now)
        self.callout.show_incident(known, view.scheme, view.now, writable=writable)
        self._show_other(view)
        self.freeze.show_freeze(view.freeze)
        onward = FOLLOWS[known.status][0]
        for status, button in self.moves.items():
            button.setVisible(writable and not known.withdrawn and status == onward)
        self.more.setVisible(writable and not known.withdrawn)
        self.show_time(view.now)

    def show_time(self, now: datetime) -> None:
        """Carry the running time on."""
        known = self._incident
        if known is None:
            return
        self.callout.show_time(now)
        # One line at a time: the card asks for people too. Hidden again here, all would be laid out anew.
        self.missing.show_time(now, alone=self.callout.isHidden())
        resolved = known.reached(RESOLVED) or known.reached(CLOSED)
        self.since_caption.show_text("detected to resolved" if resolved else "since detection")
        self.since.show_text(countdown((resolved or now) - known.detected))
        self._show_start(known, now)

    def _fit(self) -> None:
        """Where there is less room, the two times stand below each other: the title needs it more."""
        wide = self.width() > _WIDE
        self.people.set_wide(wide)
        self._times.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )
        self._times.setSpacing(14 if wide else 4)

    def _show_start(self, known: Incident, now: datetime) -> None:
        start = known.start
        self.started.set_tone(Tone.ORANGE if start is None else None)
        if start is None:
            self.started_caption.show_text("started")
            self.started.show_text("not estimated")
            self.started_note.show_text("T states it")
            return
        even, uneven = _give_or_take(start)
        self.started_caption.show_text(f"started, {uneven}" if uneven else "started (estimate)")
        self.started.show_text(f"{short_stamp(start.at, self._zone, now)}{even}")
        gap = known.detected - start.at
        undetected = f"undetected for {span(gap)}" if gap > timedelta(0) else "detected before it began"
        self.started_note.show_text(undetected)
        set_tip(self.started, f"between {stamp(start.low, self._zone)} and {stamp(start.high, self._zone)}")

    def _show_state(self, view: CommandView) -> None:
        known = view.incident
        words = [view.system, known.status]
        if known.withdrawn:
            words = [f"withdrawn: {known.withdrawn}", *words]
        if known.channel:
            words.append(known.channel)
        unsettled = list(_conflicts(known))
        self.state.show_text(" · ".join([*unsettled, *view.links, *words]))
        self.state.set_tone(Tone.YELLOW if known.withdrawn or view.links or unsettled else None)

    def _show_other(self, view: CommandView) -> None:
        ids = [one.id for one in view.open]
        place = ids.index(view.incident.id) + 1 if view.incident.id in ids else 0
        self.other.setText(f"{place or '–'} of {len(ids)} open   Ctrl ↑↓")
        self.other.setVisible(len(ids) > 1 or (not place and bool(ids)))

    def _wire(self) -> None:
        self.badge.clicked.connect(self.severity_wanted)
        self.title.wanted.connect(self.title_wanted)
        self.more.clicked.connect(self.more_wanted)
        self.other.clicked.connect(lambda: self.other_wanted.emit(1))
        self.people.wanted.connect(self.people_wanted)
        self.missing.wanted.connect(self.people_wanted)
        self.callout.people_wanted.connect(self.people_wanted)
        self.callout.level_wanted.connect(self.severity_wanted)
        for status, button in self.moves.items():
            button.clicked.connect(lambda _checked=False, status=status: self.move_wanted.emit(status))

    def _lay_out(self) -> None:
        layout = QHBoxLayout()
        layout.setSpacing(14)
        below = QVBoxLayout(self)
        below.setContentsMargins(PAD, 10, PAD, 10)
        below.setSpacing(8)
        below.addLayout(layout)
        below.addWidget(self.missing)
        below.addWidget(self.callout)
        layout.addWidget(self.badge)
        layout.addLayout(self._what(), 1)
        self._times.addLayout(_column(self.started_caption, self.started, self.started_note))
        self._times.addLayout(_column(self.since_caption, self.since))
        layout.addLayout(self._times)
        layout.addWidget(self.people)
        layout.addLayout(self._where_to())

    def _what(self) -> QVBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.reference)
        line.addWidget(self.title, 1)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.stages)
        below = QHBoxLayout()
        below.addWidget(self.state, 1)
        below.addWidget(self.other)
        column.addLayout(below)
        return column

    def _where_to(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(self.freeze)
        for button in (*self.moves.values(), self.more):
            column.addWidget(button)
        column.addStretch(1)
        return column


class TitleLabel(ElidedLabel):
    """The title; a double click asks to change it."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("", "title")
        self.setObjectName("incident-title")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.wanted.emit()


def _conflicts(known: Incident) -> Iterator[str]:
    """Say which fields or roles two people set without knowing of each other."""
    for name, register in {**known.fields, **known.roles}.items():
        if register.conflict:
            values = " or ".join(str(head.value) for head in register.heads)
            yield f"two values for {FIELDS.get(name, name).lower()}: {values}"


def _give_or_take(when: When) -> tuple[str, str]:
    """Return how sure a moment is: " ± 9 h" when even to both sides, else "−4 h +45 min"; one is empty."""
    before, after = _largest(when.at - when.low), _largest(when.high - when.at)
    if not when.is_range:
        return "", ""
    if before == after:
        return f" ± {before}", ""
    parts = [f"{MINUS}{before}"] * (when.low < when.at) + [f"+{after}"] * (when.high > when.at)
    return "", " ".join(parts)


def _largest(length: timedelta) -> str:
    """Return a length in its largest unit alone: 9 h."""
    return " ".join(span(length).split(" ")[:2])


def _column(*labels: Label) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addStretch(1)
    for label in labels:
        column.addWidget(label, 0, Qt.AlignmentFlag.AlignRight)
    column.addStretch(1)
    return column


def _quiet(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    set_look(button, role="quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(tip)
    set_tip(button, tip)
    return button


def _move_button(status: str) -> QPushButton:
    word, key = MOVES[status]
    button = QPushButton(f"{word}   {key}")
    button.setObjectName(f"move-{status}")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(f"{word} the incident")
    set_look(button, role="main")
    return button
