"""The clocks of an incident, nearest first: ticking by the heartbeat, from facts alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from tocsin.model.clocks import ClockState, State, state_at
from tocsin.ui.command.clock_painter import ClockPainter
from tocsin.ui.command.clock_words import tone_of
from tocsin.ui.palette import Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import Rows
from tocsin.ui.text import set_look, set_tip
from tocsin.ui.theme import Theme

__all__ = ["ClocksPanel", "tone_of"]

_WIDE, _NARROW = 400, 340  # pixels: below these four and three buttons leave no room for how many are late


class ClocksPanel(Panel):
    """The clocks of the incident.

    `met_wanted(ClockState)`, `waiver_wanted(ClockState)` and `pause_wanted(ClockState)` by M, W and H;
    `fact_wanted()` by F.
    """

    met_wanted = Signal(object)
    waiver_wanted = Signal(object)
    pause_wanted = Signal(object)
    fact_wanted = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Clocks")
        self._painter = ClockPainter(theme, zone)
        self.rows = Rows(self._painter, "Clocks, nearest first", keys_mean_cursor=True)
        self.rows.setObjectName("clocks")
        self._painter.rows = self.rows
        self.room.addWidget(self.rows)
        self.met = _small("Met", "M", "Mark the selected clock as met")
        self.waive = _small("Waive", "W", "Waive the selected clock, with a reason")
        self.pause = _small("Hold", "H", "Let the selected clock stand still, with a reason, or go on")
        self.fact = _small("Fact", "F", "State a moment that clocks count from")
        names = ("clock-met", "clock-waive", "clock-pause", "clock-fact")
        for button, name in zip((self.met, self.waive, self.pause, self.fact), names, strict=True):
            button.setObjectName(name)
            self.head.addWidget(button)
        self.met.clicked.connect(self.want_met)
        self.waive.clicked.connect(self.want_waiver)
        self.pause.clicked.connect(self.want_pause)
        self.fact.clicked.connect(self.fact_wanted)
        self.rows.chosen.connect(lambda clock: self._want(self.met_wanted))
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._show_selected())

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What the Tab key goes through."""
        return self.met, self.waive, self.pause, self.fact, self.rows

    def show_clocks(self, clocks: tuple[ClockState, ...], now: datetime) -> None:
        """Show the clocks as they were read; `show_time` carries them on."""
        self._painter.now = now
        before = self.rows.selected
        self.rows.show_rows((clock.id, f"{clock.name}, {self.words_of(clock)}", clock) for clock in clocks)
        here = self.rows.selected
        if clocks and (here is None or before is None or (before.ticking and not _in_hand(here))):
            self.rows.select(clocks[0].id)  # what was in hand has ended: on to the nearest
        self._show_selected()
        self.show_time(now)

    def show_time(self, now: datetime) -> None:
        """Show the clocks at another instant."""
        self._painter.pass_time(now)
        states = [state_at(clock, now) for clock in self.rows.facts]
        late, still = states.count(State.OVERDUE), states.count(State.PAUSED)
        told = [f"{late} overdue"] * bool(late) + [f"{still} paused"] * bool(still)
        self.remark.show_text(", ".join(told) or "nearest first")
        self.remark.set_tone(Tone.RED if late else Tone.YELLOW if still else None)

    def select(self, id: str) -> None:
        """Put the cursor on a clock and let the keys go there."""
        self.rows.select(id)
        self.rows.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        # What is left out is in the menu and in Ctrl K; how many are late must be seen.
        self.fact.setVisible(self.width() >= _WIDE)
        self.pause.setVisible(self.width() >= _NARROW)

    def want_met(self) -> None:
        """Ask for the selected clock to be marked met."""
        self._want(self.met_wanted)

    def want_waiver(self) -> None:
        """Ask for the selected clock to be waived."""
        self._want(self.waiver_wanted)

    def want_pause(self) -> None:
        """Ask for the selected clock to stand still, or to go on."""
        self._want(self.pause_wanted)

    def words_of(self, clock: ClockState) -> str:
        """Return what stands below a clock's name."""
        return self._painter.said(clock)

    def _want(self, signal: object) -> None:
        clock = self.rows.selected
        if clock is not None:
            signal.emit(clock)  # type: ignore[attr-defined]

    def _show_selected(self) -> None:
        """Say of the clock in hand how it was counted, and whether it goes on with the next key."""
        clock = self.rows.selected
        self.pause.setText("Go on  H" if clock is not None and clock.paused is not None else "Hold  H")
        set_tip(self.rows, "" if clock is None or self._painter.now is None else self._painter.tip(clock))


def _in_hand(clock: ClockState) -> bool:
    return clock.ticking or clock.paused is not None


def _small(text: str, key: str, tip: str) -> QPushButton:
    button = QPushButton(f"{text}  {key}")
    set_look(button, role="quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(tip)
    set_tip(button, f"{tip}   {key}")
    return button
