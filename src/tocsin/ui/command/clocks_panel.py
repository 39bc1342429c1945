"""The countdowns, nearest first: ticking by the heartbeat, from facts alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QPushButton

from tocsin.model.clocks import ClockState, State, at
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import LARGE, PAD, SHAPES, SMALL, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import set_look, set_tip
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import countdown, short_stamp

_TONES: dict[State, Tone] = {
    State.RUNNING: Tone.BLUE,
    State.DUE_SOON: Tone.ORANGE,
    State.OVERDUE: Tone.RED,
    State.WAITING: Tone.GREY,
    State.MET: Tone.GREEN,
    State.WAIVED: Tone.GREY,
    State.NOT_APPLICABLE: Tone.GREY,
    State.SUPERSEDED: Tone.GREY,
}
_FIGURE_WIDTH = 118


def tone_of(clock: ClockState) -> Tone:
    """Return the tone of a clock: met too late is not green."""
    return Tone.YELLOW if clock.late and clock.ended is not None else _TONES[clock.state]


class ClockPainter(RowPainter):
    """Draws name, basis, bar and what is left; `now` is the second shown."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: ClockState, width: int) -> int:
        return 64 if fact.ticking else 48

    def draw(self, painter: QPainter, rect: QRect, fact: ClockState) -> None:
        if self.now is None:
            return
        clock = at(fact, self.now)
        tone = tone_of(clock)
        left, right = rect.left() + PAD + 26, rect.right() - PAD
        shape = QRectF(rect.left() + PAD, rect.top() + 11, 14, 14)
        colour = self.theme.palette.tone(tone)
        paint_icon(painter, SHAPES[tone], colour, shape)
        name = QRect(left, rect.top() + 7, right - left - _FIGURE_WIDTH - 6, 20)
        self.text(painter, name, clock.name, sans(), "text" if clock.ticking else "muted")
        below = QRect(left, rect.top() + 29, right - left, 16)
        self.text(painter, below, self.said(clock), sans(SMALL), "muted")
        figure = QRect(right - _FIGURE_WIDTH, rect.top() + 5, _FIGURE_WIDTH, 24)
        self._figure(painter, figure, clock, tone)
        if clock.ticking:
            self._bar(painter, QRect(left, rect.bottom() - 11, right - left, 4), clock, colour)

    def said(self, clock: ClockState) -> str:
        """Return the second line: the state in a word, by when, and on what ground."""
        assert self.now is not None
        when = short_stamp(clock.due, self._zone, self.now) if clock.due else ""
        if clock.ended is not None:
            late = "late, " if clock.late else ""
            by = f" by {clock.by}" if clock.by else ""
            reason = f": {clock.reason}" if clock.reason else ""
            return f"{clock.state}{by} {late}{short_stamp(clock.ended, self._zone, self.now)}{reason}"
        if clock.state is State.WAITING:
            return f"not started · {clock.basis}"
        return f"{'stopped' if clock.stopped else clock.state} · due {when} · {clock.basis}"

    def _figure(self, painter: QPainter, rect: QRect, clock: ClockState, tone: Tone) -> None:
        assert self.now is not None
        left = clock.left(self.now)
        if clock.ended is not None or left is None:
            word = "late" if clock.late else clock.state.value if clock.ended else "waiting"
            self.text(painter, rect, word, sans(), tone.value, right=True)
            return
        colour = "text" if tone is Tone.BLUE else tone.value
        self.text(painter, rect, countdown(left), mono(LARGE + 3), colour, right=True)

    def _bar(self, painter: QPainter, rect: QRect, clock: ClockState, colour: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.colour("raised"))
        painter.drawRoundedRect(rect, 2, 2)
        share = self._share(clock)
        painter.setBrush(self.theme.colour(tone_of(clock).value))
        painter.drawRoundedRect(
            QRectF(rect.x(), rect.y(), max(4.0, rect.width() * share), rect.height()), 2, 2
        )

    def _share(self, clock: ClockState) -> float:
        """How much of the time is used up, 0 to 1."""
        if clock.started is None or clock.due is None or self.now is None or clock.due <= clock.started:
            return 1.0
        return min(1.0, max(0.0, (self.now - clock.started) / (clock.due - clock.started)))


class ClocksPanel(Panel):
    """The clocks of the incident. `met_wanted(ClockState)` and `waiver_wanted(ClockState)` by M and W."""

    met_wanted = Signal(object)
    waiver_wanted = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Clocks")
        self._painter = ClockPainter(theme, zone)
        self.rows = Rows(self._painter, "Clocks, nearest first", keys_mean_cursor=True)
        self.rows.setObjectName("clocks")
        self.room.addWidget(self.rows)
        self.met = _small("Met", "M", "Mark the selected clock as met")
        self.waive = _small("Waive", "W", "Waive the selected clock, with a reason")
        self.met.setObjectName("clock-met")
        self.waive.setObjectName("clock-waive")
        self.head.addWidget(self.met)
        self.head.addWidget(self.waive)
        self.met.clicked.connect(lambda: self._want(self.met_wanted))
        self.waive.clicked.connect(lambda: self._want(self.waiver_wanted))
        self.rows.chosen.connect(lambda clock: self._want(self.met_wanted))

    def show_clocks(self, clocks: tuple[ClockState, ...], now: datetime) -> None:
        """Show the clocks as they were read; `show_time` carries them on."""
        self._painter.now = now
        before = self.rows.selected
        self.rows.show_rows((clock.id, self._words(clock), clock) for clock in clocks)
        here = self.rows.selected
        if clocks and (here is None or before is None or (before.ticking and not here.ticking)):
            self.rows.select(clocks[0].id)  # what was in hand has ended: on to the nearest
        self.show_time(now)

    def show_time(self, now: datetime) -> None:
        """Show the clocks at another instant."""
        self._painter.now = now
        states = [at(clock, now) for clock in self.rows.facts]
        late = sum(clock.state is State.OVERDUE for clock in states)
        self.remark.show_text(f"{late} overdue" if late else "nearest first")
        self.remark.set_tone(Tone.RED if late else None)
        self.rows.repaint_rows()

    def select(self, id: str) -> None:
        """Put the cursor on a clock and let the keys go there."""
        self.rows.select(id)
        self.rows.setFocus()

    def want_met(self) -> None:
        """Ask for the selected clock to be marked met."""
        self._want(self.met_wanted)

    def want_waiver(self) -> None:
        """Ask for the selected clock to be waived."""
        self._want(self.waiver_wanted)

    def _want(self, signal: object) -> None:
        clock = self.rows.selected
        if clock is not None:
            signal.emit(clock)  # type: ignore[attr-defined]

    def _words(self, clock: ClockState) -> str:
        return f"{clock.name}, {self._painter.said(clock)}"


def _small(text: str, key: str, tip: str) -> QPushButton:
    button = QPushButton(f"{text}  {key}")
    set_look(button, role="quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(tip)
    set_tip(button, f"{tip}   {key}")
    return button
