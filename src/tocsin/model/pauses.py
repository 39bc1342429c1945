"""When a clock stood still: its pauses paired with what ended them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.model.clock_runs import Run
from tocsin.model.incident import Incident
from tocsin.model.spans import Pause


def of(incident: Incident, run: Run) -> tuple[tuple[Pause, ...], datetime | None]:
    """Return the pauses of a run that are over, and since when it stands still, None if it does not."""
    spans, open_ = spans_of(incident, run.rule.id)
    start = run.started
    assert start is not None
    return spans, None if open_ is None else max(open_, start)


def spans_of(incident: Incident, clock: str) -> tuple[tuple[Pause, ...], datetime | None]:
    """Return a clock's pauses that are over, in order, and the beginning of one that is not."""
    conduct = incident.conduct
    if not conduct.pauses:
        return (), None
    turns = [(said.at, True) for said in conduct.pauses if said.body.clock == clock]
    turns += [(said.at, False) for said in conduct.resumes if said.body.clock == clock]
    spans, open_ = list[Pause](), None
    for instant, begins in sorted(turns):
        if begins:
            open_ = open_ or instant
        elif open_ is not None:
            spans.append((open_, instant))
            open_ = None
    return tuple(spans), open_


def last_turn(incident: Incident, clock: str) -> datetime | None:
    """Return when a clock was last paused or resumed."""
    conduct = incident.conduct
    turns = [said.at for said in conduct.pauses if said.body.clock == clock]
    turns += [said.at for said in conduct.resumes if said.body.clock == clock]
    return max(turns, default=None)


def idle(spans: Sequence[Pause], start: datetime) -> timedelta:
    """Return how long a clock that began at `start` stood still."""
    return sum((max(end - max(begin, start), timedelta()) for begin, end in spans), timedelta())
