"""What the screen and its sheets read, each loaded when it is first asked for: it would delay the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.document import Printing
from tocsin.model.filing import Filled
from tocsin.model.filings import filings
from tocsin.model.regime import Rules
from tocsin.operations import duties
from tocsin.operations.duties import DutiesView
from tocsin.store.folder import Store
from tocsin.ui.duties import words
from tocsin.ui.duties.words import Row
from tocsin.ui.times import MONTHS, WEEKDAYS


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows: the duties, each with its newest filing."""

    view: DutiesView
    rows: list[Row]


def listed(store: Store, incident: str) -> Listed:
    """Return the duties of an incident, each with its newest filing. Raises NotFound."""
    view = duties.look(store, incident)
    return Listed(view, words.rows(view, filings(view.incident)))


def page(store: Store, incident: str, duty: str, filing: str, typed: Mapping[str, Filled]) -> bytes:
    """Return a notice as PDF, with what is typed and not saved yet. Raises NotFound and BadInput."""
    from tocsin.operations import notice

    made = notice.model(store, incident, duty, filing, set=typed)
    return notice.render(made, notice.with_printing(Printing(), made))


def rules(store: Store) -> Rules:
    """Return the rules in force in a store, with the holidays their calendars know."""
    from tocsin.operations import regimes

    return regimes.rules(store)


def to_the_second(at: datetime) -> str:
    """Return day and time in the zone of the time itself: Mon 23 Nov 2026, 23:59:59 CET."""
    zone = at.tzname() or ""
    day = f"{WEEKDAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year}"
    return f"{day}, {at:%H:%M:%S} {f'UTC{zone}' if zone[:1] in '+-' else zone}".rstrip()
