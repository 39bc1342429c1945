"""A person's say on the start: accept it, put it elsewhere, or say that nothing speaks for it."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tocsin.errors import UserError
from tocsin.model.instant import When, from_us
from tocsin.model.journal import Entry
from tocsin.operations.investigation import Investigation
from tocsin.operations.investigation_windows import Windows
from tocsin.operations.times import parse_span
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.desk import Desk
from tocsin.ui.signals.inquiry import Inquiry
from tocsin.ui.signals.start_words import interval, moment

if TYPE_CHECKING:
    from tocsin.operations.start import StartView

ACCEPTED, ADJUSTED, REJECTED = "accepted", "adjusted", "rejected"


class Judging:
    """Asks over the screen where a reason belongs to it, and writes one entry that can be undone."""

    def __init__(self, desk: Desk, ask: Ask, inquiry: Inquiry) -> None:
        self._desk, self._ask, self._inquiry = desk, ask, inquiry
        self._zone = ZoneInfo(desk.store.zone)

    def accept(self, view: Investigation) -> None:
        """Take the estimate as it is."""
        estimate = self._inquiry.estimate
        if estimate is None or estimate.when is None:
            self._desk.tell("There is no estimate to accept. B and a brush over the chart state one.")
        elif not self._desk.store.read_only:
            self._write(
                view, estimate, ACCEPTED, None, "", f"Start accepted{_of(view)}; Ctrl Z takes it back"
            )

    def adjust(self, view: Investigation, start: datetime, end: datetime) -> None:
        """Ask why it began in this stretch; the likeliest moment in it is kept where the estimate has one."""
        if self._desk.store.read_only:
            return
        now = self._desk.store.now()
        low, high = min(start, now), min(end, now)
        chosen = When(self._likeliest(low, high), low, high, self._desk.store.zone)
        words = (
            f"{moment(chosen, self._zone, now)} ({interval(chosen, self._zone, now).removeprefix('90 %: ')})"
        )
        blank = Blank("reason", "Why", hint="what speaks for it; may be empty")
        take = partial(self._adjusted, view, self._inquiry.estimate, chosen)
        self._ask.ask(f"It started {words}", [blank], "Save", take)

    def reject(self, view: Investigation) -> None:
        """Ask why there was no such change."""
        estimate = self._inquiry.estimate
        if estimate is None:
            self._desk.tell("Nothing is estimated yet.")
        elif not self._desk.store.read_only:
            blank = Blank("reason", "Why", hint="such as: a holiday, as each year; may be empty")
            take = partial(self._rejected, view, estimate)
            self._ask.ask("No evidence of a change here", [blank], "Save", take)

    def ask_windows(self) -> None:
        """Ask which windows are compared."""
        compared = self._inquiry.windows
        if compared is None:
            self._desk.tell("There are no decisions to compare. Ctrl I imports a decision log.")
            return
        spans = (("baseline", "Baseline", compared.baseline), ("window", "Window", compared.window))
        hint = "from .. to, as 2026-06-01 .. 2026-07-14; empty: by the start"
        blanks = [Blank(name, label, self._span(span), hint) for name, label, span in spans]
        self._ask.ask("Compare the window with the baseline", blanks, "Compare", self._windows)

    def _windows(self, answers: Answers) -> None:
        if not answers["baseline"].strip() or not answers["window"].strip():
            self._inquiry.choose_windows(None)
            self._ask.done()
            return
        try:
            baseline, window = (self._parsed(answers[name]) for name in ("baseline", "window"))
        except UserError as error:
            self._ask.refuse(str(error))
            return
        self._inquiry.choose_windows(Windows(baseline, window, chosen=True))
        self._ask.done()

    def _parsed(self, text: str) -> tuple[int, int]:
        from tocsin.errors import BadInput
        from tocsin.model.instant import to_us

        store = self._desk.store
        parts = [one.strip() for one in text.split("..")]
        if len(parts) != 2:
            raise BadInput("a window goes from one time to another.", where=text, hint="Write FROM .. TO.")
        since, until = map(to_us, parse_span(*parts, now=store.now(), zone=store.zone))
        if since >= until:
            raise BadInput("a window goes from earlier to later.", where=text)
        return since, until

    def _span(self, span: tuple[int, int]) -> str:
        return " .. ".join(f"{from_us(at).astimezone(self._zone):%Y-%m-%d %H:%M}" for at in span)

    def _likeliest(self, low: datetime, high: datetime) -> datetime:
        """Return the likeliest moment in a stretch by the density there is, else its middle."""
        import numpy as np

        from tocsin.model.instant import to_us

        estimate = self._inquiry.estimate
        if estimate is not None and len(estimate.times_us):
            times, density = np.asarray(estimate.times_us), np.asarray(estimate.density)
            inside = (times >= to_us(low)) & (times <= to_us(high))
            if inside.any() and float(density[inside].max()) > 0:
                return from_us(int(times[inside][int(np.argmax(density[inside]))]))
        return low + (high - low) / 2

    # The estimate comes with the question: a newer one, or another system's, may be there by the answer.
    def _adjusted(
        self, view: Investigation, estimate: "StartView | None", chosen: When, answers: Answers
    ) -> None:
        said = f"Start stated{_of(view)}; Ctrl Z takes it back"
        self._write(view, estimate, ADJUSTED, chosen, answers["reason"], said)

    def _rejected(self, view: Investigation, estimate: "StartView", answers: Answers) -> None:
        self._write(view, estimate, REJECTED, None, answers["reason"], "Rejected; Ctrl Z takes it back")

    def _write(
        self,
        view: Investigation,
        estimate: "StartView | None",
        verdict: str,
        chosen: When | None,
        reason: str,
        said: str,
    ) -> None:
        from tocsin.operations import start

        desk = self._desk
        call = partial(
            start.judge,
            desk.store,
            desk.author,
            estimate,
            verdict,
            incident=view.incident.id if view.incident is not None else "",
            system=view.system.id,
            chosen=chosen,
            reason=reason,
            id=desk.store.new_id(),
        )
        job = desk.write(call, self._done, said=said)
        job.refused.connect(lambda error: self._ask.refuse(str(error)) if self._ask.isVisible() else None)

    def _done(self, _entry: Entry) -> None:
        self._ask.done()


def _of(view: Investigation) -> str:
    return f" for {view.incident.reference}" if view.incident is not None else ""
