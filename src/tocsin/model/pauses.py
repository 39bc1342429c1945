"""When a clock stood still: its pauses paired with what ended them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.model.clock_runs import Run
from tocsin.model.incident import Incident
from tocsin.model.spans import Pause


def of(incident: Incident, run: Run) -> tuple[tuple[Pause, ...], datetime | None]:
    """Return the pauses of a run that are over, in order, and since when it stands still, if it does.

    A run that begins anew begins running: pauses before it are not its own. One that was superseded stood
    still at most until then.
    """
    conduct, clock = incident.conduct, run.rule.id
    if not conduct.pauses or not run.rule.pausable:
        return (), None
    turns = [(said.at, True) for said in conduct.pauses if said.body.clock == clock and run.holds(said.at)]
    turns += [(said.at, False) for said in conduct.resumes if said.body.clock == clock and run.holds(said.at)]
    spans, open_ = list[Pause](), None
    for instant, begins in sorted(turns):
        if begins:
            open_ = open_ or instant
        elif open_ is not None:
            spans.append((open_, instant))
            open_ = None
    if open_ is not None and run.started is not None:
        open_ = max(open_, run.started)
    return tuple(spans), open_


def until(incident: Incident, run: Run, instant: datetime) -> tuple[Pause, ...]:
    """Return a run's pauses as far as they had lasted by an instant."""
    spans, open_ = of(incident, run)
    if open_ is not None:
        spans = (*spans, (open_, instant))
    return tuple((begin, min(end, instant)) for begin, end in spans if begin < instant)


def last_turn(incident: Incident, clock: str) -> datetime | None:
    """Return when a clock was last paused or resumed."""
    conduct = incident.conduct
    turns = [said.at for said in conduct.pauses if said.body.clock == clock]
    turns += [said.at for said in conduct.resumes if said.body.clock == clock]
    return max(turns, default=None)


def idle(spans: Sequence[Pause], start: datetime) -> timedelta:
    """Return how long a clock that began at `start` stood still."""
    return sum((max(end - max(begin, start), timedelta()) for begin, end in spans), timedelta())
