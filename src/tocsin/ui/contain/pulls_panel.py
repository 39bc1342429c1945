"""What was pulled: its timer, and its live signal against what was usual before the incident."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tocsin.model.containment import PullState
from tocsin.model.containment_effect import words as effect_words
from tocsin.model.instant import When
from tocsin.operations.containment_view import Pulled
from tocsin.ui.charts.strips import Strips
from tocsin.ui.contain import words
from tocsin.ui.contain.options_panel import small
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import LARGE, PAD, SHAPES, SMALL, Tone
from tocsin.ui.panel import Panel, rule
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label, set_look
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import countdown, short_stamp

_HEIGHT, _FIGURE_WIDTH = 52, 118
_CHART = 150


class PullPainter(RowPainter):
    """Draws a pull with its timer; `now` is the second shown."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Pulled, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Pulled) -> None:
        if self.now is None:
            return
        state = fact.pull.state(self.now)
        tone = words.PULL_TONES[state]
        shape = QRectF(rect.left() + PAD, rect.top() + 10, 14, 14)
        paint_icon(painter, SHAPES[tone], self.theme.palette.tone(tone), shape)
        left, right = rect.left() + PAD + 26, rect.right() - PAD
        name = QRect(left, rect.top() + 7, right - left - _FIGURE_WIDTH - 6, 20)
        self.text(
            painter, name, fact.pull.body.name, sans(), "text" if state is not PullState.RELEASED else "muted"
        )
        second = QRect(left, rect.top() + 28, right - left, 16)
        self.text(painter, second, words.pull_line(fact, self._zone, self.now), sans(SMALL), "muted")
        figure = QRect(right - _FIGURE_WIDTH, rect.top() + 5, _FIGURE_WIDTH, 24)
        if state in (PullState.RUNNING, PullState.OVER_TIME):
            colour = "text" if tone is Tone.BLUE else tone.value
            told = countdown(words.left(fact, self.now))
            self.text(painter, figure, told, mono(LARGE + 1), colour, right=True)
        else:
            self.text(painter, figure, str(state), sans(), tone.value, right=True)


class PullsPanel(Panel):
    """The pulls, newest first, and the signal of the one under the cursor. `wanted(key)`: C, R or M."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Pulled")
        self._theme, self._zone = theme, zone
        self._painter = PullPainter(theme, zone)
        self.rows = Rows(self._painter, "What was pulled, newest first", keys_mean_cursor=True)
        self.rows.setObjectName("pulls")
        self.said = Label("", wrap=True)
        self.said.setObjectName("effect")
        self.chart = Strips(theme, zone)
        self.chart.setObjectName("effect-chart")
        self.chart.setFixedHeight(_CHART)
        self.empty = Label(
            "Nothing is pulled yet. P pulls an option; its effect is then watched here.", "muted", wrap=True
        )
        self.confirm, self.release = (
            small("Confirm", "C", "Say whether it worked"),
            small("Put back", "R", "Release"),
        )
        self.contained = QPushButton("Mark contained   M")
        self._shown: tuple[str, int] = ("", 0)
        self._lay_out()

    def show_pulls(
        self, pulled: Sequence[Pulled], now: datetime, contained_at: datetime | None, writable: bool
    ) -> None:
        """Show what was pulled; `contained_at` offers to say that the incident is contained since then."""
        self._painter.now = now
        self.rows.show_rows(
            (one.pull.id, f"{one.pull.body.name}, {words.pull_line(one, self._zone, now)}", one)
            for one in pulled
        )
        self.rows.setVisible(bool(pulled))
        self.rows.setFixedHeight(min(len(pulled), 3) * _HEIGHT + 2)
        self.empty.setVisible(not pulled)
        for button in (self.confirm, self.release):
            button.setVisible(bool(pulled) and writable)
        self.contained.setVisible(contained_at is not None and writable)
        if contained_at is not None:
            self.contained.setText(f"Contained since {short_stamp(contained_at, self._zone, now)}   M")
        self._remark(pulled, now)
        self.show_selected()

    def show_time(self, now: datetime) -> None:
        """Carry the timers on."""
        self._painter.now = now
        self._remark(self.rows.facts, now)
        self.rows.repaint_rows()

    def show_selected(self) -> None:
        """Show the signal of the pull under the cursor."""
        one: Pulled | None = self.rows.selected
        self.said.setVisible(one is not None)
        self.chart.setVisible(one is not None and one.curve is not None)
        if one is None:
            return
        effect = one.pull.effect
        told = effect_words(one.effect, one.pull.at, str(self._zone))
        seen = f"\n{'Worked' if effect.body.worked else 'Did not work'}: {effect.body.seen}" if effect else ""
        self.said.show_text(f"{told}{seen}")
        self.said.set_tone(words.VERDICT_TONES.get(one.effect.verdict) if effect is None else None)
        self._draw(one)

    def _draw(self, one: Pulled) -> None:
        curve, stretch = one.curve, one.stretch
        if curve is None or stretch is None:
            return
        key = (one.pull.id, curve.number)
        strip = self.chart.strip("signal")
        if strip is None or key != self._shown:
            self._shown = key
            self.chart.clear()
            strip = self.chart.add(
                "signal", curve.signal.metric, curve.signal.segment or curve.signal.layer.value
            )
        self.chart.blockSignals(True)
        self.chart.set_range(stretch.start, stretch.end)
        self.chart.blockSignals(False)
        same = len(curve.low) == 0 or curve.low is curve.high
        strip.set_data(curve.times_us, curve.low, None if same else curve.high, last=curve.last)
        if curve.band is not None:
            band = curve.band
            strip.set_band(band.times_us, band.centre, band.low, band.high)
        self.chart.set_marks([(When(one.pull.at), "pulled")])

    def _remark(self, pulled: Sequence[Pulled], now: datetime) -> None:
        late = sum(one.pull.state(now) is PullState.OVER_TIME for one in pulled)
        waiting = sum(one.pull.state(now) is PullState.RUNNING for one in pulled)
        told = f"{late} over time" if late else f"{waiting} to confirm" if waiting else ""
        self.remark.show_text(told)
        self.remark.set_tone(Tone.ORANGE if late else None)

    def _lay_out(self) -> None:
        set_look(self.contained, role="main")
        self.contained.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.contained.setObjectName("mark-contained")
        for button, key in ((self.contained, "M"), (self.confirm, "C"), (self.release, "R")):
            self.head.addWidget(button)
            button.clicked.connect(lambda _checked=False, key=key: self.wanted.emit(key))
        self.rows.selectionModel().currentChanged.connect(lambda *_: self.show_selected())
        self.rows.chosen.connect(lambda _one: self.wanted.emit("C"))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(PAD, 8, PAD, 6)
        column.addWidget(self.empty)
        column.addWidget(self.said)
        column.addWidget(self.chart)
        column.addStretch(1)
        self.room.addWidget(self.rows)
        self.room.addWidget(rule())
        self.room.addWidget(inside, 1)
