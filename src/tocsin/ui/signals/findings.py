"""Puts what was found into the panels: which curves are drawn, what is marked on them, what stands beside."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tocsin.model.instant import from_us
from tocsin.operations import investigation
from tocsin.operations.investigation import Investigation, noticed_after
from tocsin.operations.investigation_chart import fitting, parted
from tocsin.operations.investigation_windows import Windows
from tocsin.ui.charts.scene import Note
from tocsin.ui.palette import Tone
from tocsin.ui.signals.head import Head
from tocsin.ui.signals.inquiry import Inquiry
from tocsin.ui.signals.lanes_panel import LanesPanel, Wanted
from tocsin.ui.signals.list_panel import Line, ListPanel, key
from tocsin.ui.signals.segments_panel import SegmentsPanel
from tocsin.ui.signals.side import Side
from tocsin.ui.signals.slow import State
from tocsin.ui.text import set_tip
from tocsin.ui.times import MONTHS, number, short_stamp

if TYPE_CHECKING:
    from tocsin.detectors.segments import SegmentChange
    from tocsin.operations.investigation_decisions import Decided

_NO_LOG = (
    "No decisions of this system are here, so nobody knows whether a segment is failing behind the average.\n"
    "Ctrl I imports a decision log: one row a decision, with its time, its id, and columns such as region.\n"
    "`tocsin decisions roles` says which column holds what."
)
_TIP = "Alarms a week in the last four, of the false-alarm budget. `tocsin detectors` sets it."
_LIKELY = 0.5
_NO_INPUTS = "Inputs are compared from a decision log. Ctrl I imports one."


@dataclass(frozen=True, slots=True)
class Parts:
    """What shows an investigation, and what is asked meanwhile."""

    head: Head
    list: ListPanel
    lanes: LanesPanel
    segments: SegmentsPanel
    side: Side
    inquiry: Inquiry


class Findings:
    """Keeps which signal or segment is in hand; answers are read from the inquiry."""

    def __init__(self, part: Parts, zone: ZoneInfo) -> None:
        self._part, self._zone = part, zone
        self._view: Investigation | None = None
        self._pointed: Hashable = None
        self._segment: Hashable = None  # whose rate is drawn; None while signals are
        self._range_chosen = self._moved = False
        part.list.pointed.connect(self._point)
        part.segments.pointed.connect(self._point_segment)
        part.head.range_wanted.connect(self.choose_range)
        part.inquiry.changed.connect(self.show_answers)

    def choose_range(self, name: str) -> None:
        """Show one of the ranges; from here on none is chosen by itself."""
        self._range_chosen = True
        self._take_range(name)

    def show_view(self, view: Investigation) -> None:
        """Show what was read of a system; of another one from the beginning."""
        part = self._part
        if self._view is None or view.system.id != self._view.system.id:
            self._pointed, self._segment = None, None
            self._range_chosen = self._moved = False
        self._view = view
        part.head.show_systems(view.systems, view.system.id)
        part.head.show_range(part.lanes.range)
        part.list.remark.show_text(_budget(view))
        set_tip(part.list.remark, _TIP)
        part.side.spot.show_report(view.spot, logged=view.decided is not None)
        self.show_answers()

    def show_answers(self) -> None:
        """Show what is known of the start and the decisions by now."""
        part, view = self._part, self._view
        if view is None:
            return
        when, found = part.inquiry.when, part.inquiry.found
        part.list.show_signals(view, self._changed())
        part.side.start.refresh()
        part.side.start.remark.show_text(self._about(view))
        lasting = [one for one in view.candidates if one.ended is None]
        part.side.start.show_alerts(lasting[0] if lasting else None)
        part.side.start.show_before(view.deployments)
        part.lanes.show_start(when)
        part.lanes.show_notes(self._notes(view))
        self._show_found(view, found)
        if when is not None and not self._range_chosen and view.signals:
            newest = max(one.heard.last_us for one in view.signals)
            self._take_range(fitting(when.low, from_us(newest)))
        if not self._moved:
            self._point_at_worst(view)
        if found is not None and found.scan is not None and found.scan.findings and not self._moved:
            self._segment = found.scan.findings[0].where
        self._draw()

    def _show_found(self, view: Investigation, found: "Decided | None") -> None:
        part = self._part
        compared = part.inquiry.windows
        if compared is None:
            part.head.show_windows("", "")
        else:
            part.head.show_windows(self._compared(compared), self._spelt_out(compared))
        if view.decided is None:
            part.segments.show_scan(None, _NO_LOG)
            part.side.inputs.show_comparison(None, _NO_INPUTS)
        elif found is None:
            state = part.inquiry.decided.state
            words = "" if state in (State.STOPPED, State.FAILED) else "Looking through the decisions …"
            part.segments.show_scan(None, words)
            part.side.inputs.show_comparison(None, words)
        else:
            part.segments.show_scan(found.scan, found.why_segments)
            part.side.inputs.show_comparison(found.comparison, found.why_inputs)

    def _take_range(self, name: str) -> None:
        if name != self._part.lanes.range:
            self._part.head.show_range(name)
            self._part.lanes.choose(name)

    def _point_at_worst(self, view: Investigation) -> None:
        """Put the cursor on the signal that speaks most."""
        worst, changed = view.worst, self._changed()
        first = next((one.number for one in view.signals), None)
        number = worst.number if worst is not None else next(iter(changed), first)
        if number is not None:
            self._part.list.select(number)
        self._moved = False

    def _changed(self) -> tuple[int, ...]:
        """Return the numbers of the signals that changed when it started, the likeliest first."""
        estimate = self._part.inquiry.estimate
        if estimate is None or estimate.when is None:
            return ()
        return tuple(one.number for one in estimate.series if one.number and one.chance >= _LIKELY)

    def _about(self, view: Investigation) -> str:
        """Say what people have decided of the start, and of which incident it is."""
        about = f"for {view.incident.reference}" if view.incident is not None else ""
        return " · ".join(filter(None, (self._verdict(view), about)))

    def _point(self, line: Line) -> None:
        if key(line) != self._pointed:
            self._pointed, self._segment, self._moved = key(line), None, True
            self._part.lanes.card.dismiss()
            self._draw()

    def _point_segment(self, one: "SegmentChange") -> None:
        if one.where != self._segment:
            self._segment, self._moved = one.where, True
            self._draw()

    def _draw(self) -> None:
        """Draw what is in hand below the whole that it is a part of."""
        view = self._view
        if view is None:
            return
        self._part.lanes.changed = frozenset(str(number) for number in self._changed())
        mark = view.mark, tuple(alert.id for alert in view.alerts if alert.ended is None)
        self._part.lanes.show_lanes(view.system.id, self._wanted(view), self._calm_until(view), mark)

    def _calm_until(self, view: Investigation) -> datetime | None:
        """Return up to when all was normal: the start, else when the first alert that lasts began."""
        if (when := self._part.inquiry.when) is not None:
            return when.low
        lasting = [one.alert for one in view.signals if one.alert is not None]
        return min((alert.start.low if alert.start else alert.time for alert in lasting), default=None)

    def _wanted(self, view: Investigation) -> list[Wanted]:
        found = self._part.inquiry.found
        if found is not None and self._segment is not None and self._segment in found.rates:
            pair = [found.rates.get(()), found.rates[self._segment]]  # type: ignore[index]
            return list(dict.fromkeys(one for one in pair if one is not None))
        line = self._part.list.line
        if line is None or line.seen is None:
            return self._about_no_signal(view, line)
        whole = investigation.beside(view, line.seen.number)
        return [one for one in (whole, line.seen.number) if one is not None]

    def _about_no_signal(self, view: Investigation, line: Line | None) -> list[Wanted]:
        """Return the rate an alert of decisions is about, beside that of all; else what changed."""
        found = self._part.inquiry.found
        if found is not None and line is not None and line.told is not None:
            said = parted(line.told)
            rates = [found.rates.get(())] + [
                rate for where, rate in found.rates.items() if set(where) == said
            ]
            if said and len(rates) > 1:
                return [one for one in rates if one is not None]
        first = next((one.number for one in view.signals), None)
        number = next(iter(self._changed()), first)
        return [number] if number is not None else []

    def _notes(self, view: Investigation) -> list[Note]:
        when, notes = self._part.inquiry.when, []
        if (found := self._found(view)) is not None:
            notes.append(Note(found, "would be found here", Tone.GREEN, dashed=True))
        noticed = noticed_after(view, when.low if when is not None else None)
        if noticed is not None:
            notes.append(Note(noticed.at, f"noticed by a person: {noticed.how}"[:60]))
        return notes

    def _found(self, view: Investigation) -> datetime | None:
        """Return when the first alert was raised about what began then, in the time of the samples."""
        estimate, when = self._part.inquiry.estimate, self._part.inquiry.when
        if estimate is None or when is None:
            return None
        raised = [
            one.time
            for one in view.alerts
            if one.time >= when.low and (one.start is None or one.start.low <= when.high)
        ]
        return min([*raised, *filter(None, [estimate.found])], default=None)

    def _verdict(self, view: Investigation) -> str:
        one = view.judged
        if one is None:
            return ""
        at = short_stamp(one.at, self._zone, view.now)
        chosen = one.said.chosen
        told = f" as {short_stamp(chosen.at, self._zone, view.now)}" if chosen is not None else ""
        return f"{one.said.verdict}{told} by {one.author}, {at}"

    def _compared(self, compared: Windows) -> str:
        first, last = (self._day(at) for at in compared.baseline)
        return f"since {self._day(compared.window[0])} against {first} – {last}"

    def _spelt_out(self, compared: Windows) -> str:
        now = self._view.now if self._view is not None else from_us(0)
        spans = (("baseline", compared.baseline), ("window", compared.window))
        lines = [
            f"{name}: {' – '.join(short_stamp(from_us(at), self._zone, now) for at in span)}"
            for name, span in spans
        ]
        return "\n".join([*lines, "chosen by you" if compared.chosen else "by the start", "W chooses others"])

    def _day(self, at_us: int) -> str:
        local = from_us(at_us).astimezone(self._zone)
        return f"{local.day} {MONTHS[local.month - 1]}"


def _budget(view: Investigation) -> str:
    """Say how many false alarms a week are allowed, and how many alarms there were of late."""
    allowed, used = number(view.budget.allowed), number(view.budget.used)
    return f"alarms: {used} a week, {allowed} may be false"
