"""What people said of alerts: accepted as the new normal, or snoozed; and what follows for detection (D2).

The journal holds it. A baseline that begins anew is read from there by whoever judges a series, so that
nothing in signals.db has to be undone when the acceptance is.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import StoreProblem
from tocsin.model.incident import standing
from tocsin.model.instant import to_us
from tocsin.model.journal import Entry
from tocsin.model.judgement import AlertsAccepted, AlertsSnoozed
from tocsin.store import journal, series, watermarks
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_KINDS = ("alerts.accepted", "alerts.snoozed")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person said of an alert, in which entry; `at` is the end of a snooze or a baseline's begin."""

    entry: str
    author: str
    said: datetime
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What counts of all that was said, by alert id. Of two about one alert the later counts."""

    accepted: Mapping[str, Verdict]
    snoozed: Mapping[str, Verdict]

    def asleep(self, alert: str, now: datetime) -> bool:
        """Whether an alert is snoozed at an instant."""
        return (one := self.snoozed.get(alert)) is not None and now < one.at


def verdicts(connection: Connection) -> Verdicts:
    """Return what people said of alerts, from the journal."""
    accepted: dict[str, Verdict] = {}
    snoozed: dict[str, Verdict] = {}
    for entry in _said(connection):
        match entry.body:
            case AlertsAccepted(alerts=ids, since=at, reason=reason):
                accepted |= dict.fromkeys(ids, _verdict(entry, at, reason))
            case AlertsSnoozed(alerts=ids, until=at, reason=reason):
                snoozed |= dict.fromkeys(ids, _verdict(entry, at, reason))
    return Verdicts(accepted, snoozed)


def new_normals(connection: Connection) -> dict[str, int]:
    """Return since when the baseline of signals counts, by signal id, in UTC microseconds.

    `connection` reads the journal. Samples before that instant are no past of later ones, and departures
    that began before it are none any more. A signal that is not named keeps all of its past.
    """
    found: dict[str, int] = {}
    for entry in _said(connection):
        if isinstance(body := entry.body, AlertsAccepted):
            found |= {signal: max(to_us(body.since), found.get(signal, 0)) for signal in body.signals}
    return found


def judge_again(store: Store, signals: Collection[str], since: datetime) -> None:
    """Have the samples of signals, by id, judged again from an instant on: their baseline is another one.

    If this fails they are judged by it from the next samples on.
    """
    with suppress(StoreProblem), store.signals.write() as connection:
        numbers = series.numbers_of(connection, list(signals))
        watermarks.reopen(connection, dict.fromkeys(numbers.values(), to_us(since)))


def _said(connection: Connection) -> list[Entry]:
    if not journal.entries(connection, kinds=_KINDS, limit=1):
        return []  # undoings are many where nothing of this is among what they undo
    return standing(journal.entries(connection, incident="", kinds=(*_KINDS, "undone")))


def _verdict(entry: Entry, at: datetime, reason: str) -> Verdict:
    return Verdict(entry.id, entry.author.name, entry.recorded_at, at, reason)
