"""The chart of an investigation: the whole beside what changed, the start, deployments, who noticed."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.alert import Alert
from tocsin.model.instant import When, to_us
from tocsin.operations import investigation_chart
from tocsin.operations.investigation_chart import RANGES, Lane, Learnt, Picture, RateCurve
from tocsin.ui.charts.scene import Note
from tocsin.ui.charts.strip import Episode
from tocsin.ui.charts.strips import Strips
from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.signals.alert_card import AlertCard
from tocsin.ui.signals.list_panel import TONES
from tocsin.ui.text import Label

_REST_MS = 60  # a cursor that runs down a list reads where it stops
_LEAST = 150
_ALIKE = 1.5  # how many times larger one of two rates may be, so that one scale serves both

Wanted = int | RateCurve


class LanesPanel(Panel):
    """Reads what it draws off the interface thread.

    `brushed(start, end)`: a stretch was selected. `deployment_opened(id)` and `alert_opened(Alert)` when one
    was clicked at; the alert is shown below the chart too.
    """

    brushed = Signal(object, object)
    deployment_opened = Signal(str)
    alert_opened = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("Chart")
        self._desk = desk
        self._system = ""
        self._wanted: tuple[Wanted, ...] = ()
        self._calm_until: datetime | None = None
        self._asked: Hashable = None
        self._learnt = Learnt()
        self._reading = self._stale = False
        self.range = "6 weeks"
        self.changed: frozenset[str] = frozenset()  # keys of curves that changed when it started
        self.picture: Picture | None = None
        self.charts = Strips(desk.theme, ZoneInfo(desk.store.zone))
        self.charts.setObjectName("investigated-chart")
        self.card = AlertCard(desk)
        self.said = Label("Reading …", "muted", wrap=True)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._read)
        self._lay_out()
        self.setMinimumHeight(_LEAST)
        self.charts.outdated.connect(self._rest.start)
        self.charts.brushed.connect(self.brushed)
        self.charts.clicked.connect(self._clicked)

    def show_lanes(
        self, system: str, wanted: Sequence[Wanted], calm_until: datetime | None, mark: Hashable = None
    ) -> None:
        """Draw signals by number and rates, top to bottom; `mark` is another one when samples came."""
        asked = (system, tuple(wanted), calm_until, mark)
        if asked == self._asked and wanted:
            return
        self._asked = asked
        if system != self._system:
            self._learnt, self.picture = Learnt(), None
            self.card.dismiss()
        self._system, self._wanted, self._calm_until = system, tuple(wanted), calm_until
        if not wanted:
            self.say(
                "Nothing is measured of this system yet.\nCtrl I imports a file; Ctrl 6 connects a source."
            )
        else:
            self._rest.start()

    def choose(self, name: str) -> None:
        """Show one of the ranges."""
        self.range = name
        self._rest.start()

    def show_start(self, start: When | None) -> None:
        """Shade from the start, with the bounds it lies between, to the right edge."""
        self.charts.set_window(start)

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Draw what is to be said of moments."""
        self.charts.set_notes(notes)

    def say(self, words: str) -> None:
        """Say why there is nothing to draw."""
        self.said.show_text(words)
        self._pages.setCurrentIndex(0)
        self.remark.show_text("")

    def _read(self) -> None:
        if not self._wanted or self._reading or not self.isVisible():
            self._stale = self._reading
            return
        self._reading, self._stale = True, False
        call = partial(
            investigation_chart.draw,
            self._desk.store,
            self._system,
            self._wanted,
            self._learnt,
            range=self.range,
            pixels=max(self.charts.pixels(), 200),
            calm_until=self._calm_until,
        )
        job = self._desk.read(call, partial(self._show, self._system, self._wanted))
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self._rest.start()

    def _refused(self, error: UserError) -> None:
        if self.picture is None:
            self.say(str(error))

    def _show(self, system: str, wanted: tuple[Wanted, ...], picture: Picture | None) -> None:
        if (system, wanted) != (self._system, self._wanted):
            return
        if picture is None:
            self.say("No samples of this signal.")
            return
        self.picture = picture
        self._pages.setCurrentIndex(1)
        self.charts.blockSignals(True)  # what was read fits this range
        self.charts.set_range(picture.start, picture.end)
        self.charts.clear()
        span = _shared_span(picture.lanes)
        for lane in picture.lanes:
            self._draw(lane, span)
        self.charts.set_marks([(one.began, one.title) for one in picture.deployments])
        self.charts.blockSignals(False)
        self.remark.show_text(_remark(picture))

    def _draw(self, lane: Lane, span: float) -> None:
        strip = self.charts.add(lane.key, lane.title, lane.about)
        strip.least_span = span
        same = len(lane.low) == 0 or lane.low is lane.high
        strip.set_data(lane.times_us, lane.low, None if same else lane.high, last=lane.last)
        if lane.band is not None:
            strip.set_band(lane.band.times_us, lane.band.centre, lane.band.low, lane.band.high)
        strip.set_episodes(tuple(_episode(alert) for alert in reversed(lane.alerts)))
        lasting = [alert for alert in lane.alerts if alert.ended is None]
        grave = TONES[min(lasting, key=_grave).severity] if lasting else None
        changed = Tone.YELLOW if lane.key in self.changed else None
        strip.set_tone(Tone.RED if lane.worse else grave or changed)

    def _clicked(self, earliest: datetime, latest: datetime, place: int) -> None:
        """Open what was clicked at: a deployment, else the departure of that lane."""
        picture = self.picture
        if picture is None:
            return
        for one in picture.deployments:
            if earliest <= one.began.high <= latest:
                self.deployment_opened.emit(one.id)
                return
        lanes = picture.lanes[place : place + 1]
        over = [alert for lane in lanes for alert in lane.alerts if _covers(alert, earliest, latest)]
        if over:
            self.open_alert(over[0], [alert for lane in lanes for alert in lane.alerts])

    def open_alert(self, alert: Alert, others: Sequence[Alert] = ()) -> None:
        """Show an alert with all its evidence below the chart; `others` are the next and former ones."""
        self.card.show_alert(alert, others)
        self.alert_opened.emit(alert)

    def _lay_out(self) -> None:
        empty, inside = QWidget(), QWidget()
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(empty).addWidget(self.said)
        room = QVBoxLayout(inside)
        room.setContentsMargins(PAD, 2, 2, 2)
        room.addWidget(self.charts)
        # Laid into its panel first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout()
        self.room.addLayout(self._pages, 1)
        self._pages.addWidget(empty)
        self._pages.addWidget(inside)
        self.room.addWidget(self.card)


def next_range(name: str) -> str:
    """Return the range after this one."""
    names = list(RANGES)
    return names[(names.index(name) + 1) % len(names)]


def _shared_span(lanes: Sequence[Lane]) -> float:
    """Return how far values reach in any of several lanes of about one size; 0 where sizes are too different.

    The whole and a part of it are drawn to one scale, so that what moves little looks so.
    """
    middles = [float(np.nanmedian(lane.low)) for lane in lanes if np.isfinite(lane.low).any()]
    if len(middles) < 2 or min(middles) <= 0 or max(middles) > _ALIKE * min(middles):
        return 0.0
    return max(
        float(np.nanmax(lane.high) - np.nanmin(lane.low)) for lane in lanes if np.isfinite(lane.low).any()
    )


def _episode(alert: Alert) -> Episode:
    ended = None if alert.ended is None else to_us(alert.ended)
    return Episode(to_us(alert.time), ended, TONES[alert.severity])


def _covers(alert: Alert, earliest: datetime, latest: datetime) -> bool:
    return alert.time <= latest and (alert.ended is None or alert.ended >= earliest)


def _grave(alert: Alert) -> int:
    return list(TONES).index(alert.severity)


def _remark(picture: Picture) -> str:
    ran = len(picture.deployments)
    marks = f"{ran} deployment{'s' if ran != 1 else ''} marked" if ran else "no deployment in this time"
    return f"{' and '.join(dict.fromkeys(lane.title for lane in picture.lanes))} · {marks}"
