"""The command screen in one look: the incident, its clocks, what is to do, and the running log."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.model import steps
from tocsin.model.alert import Alert
from tocsin.model.clocks import ClockState
from tocsin.model.coverage import layer_of
from tocsin.model.incident import Incident
from tocsin.model.next_actions import Action, next_actions
from tocsin.model.running_log import Line, lines
from tocsin.model.severity import Scheme
from tocsin.model.timeline import Item
from tocsin.model.urgency import Watched
from tocsin.operations import clocks, deployments, escalation, freeze
from tocsin.operations.freeze import FreezeView
from tocsin.store import incidents, journal, systems, timeline
from tocsin.store.database import Connection
from tocsin.store.folder import Store

LONGEST_LOG = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident that is not closed, as the picker shows it. `rank` 0 is the gravest."""

    id: str
    reference: str
    title: str
    level: str
    rank: int
    status: str


@dataclass(frozen=True, slots=True)
class CommandView:
    """All that the command screen shows of one incident, as of one moment.

    `clocks` come nearest first and `actions` open ones first, as they stood at `now`; `lines` newest first,
    at most LONGEST_LOG. `links` are words such as "duplicate of INC-2026-WR-0003", in both directions. `open`
    are all incidents to choose from, the most urgent first.
    """

    now: datetime
    incident: Incident
    scheme: Scheme
    system: str
    clocks: tuple[ClockState, ...]
    actions: tuple[Action, ...]
    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    links: tuple[str, ...]
    open: tuple[Standing, ...]
    freeze: FreezeView | None = None

    @property
    def rank(self) -> int:
        """The level's place in the scheme, 0 for the gravest."""
        return self.scheme.rank(self.incident.severity)

    @property
    def playbook(self) -> str:
        """How far the playbook is, as a heading; empty while the incident has no type."""
        if not self.incident.text("type"):
            return ""
        states = steps.standing(self.incident, self.scheme, self.now)
        return steps.progress(self.incident, self.scheme, states).words

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The incident's alerts in the order they were added."""
        return tuple(alert for _, alert in self.incident.alerts)


def look(store: Store, incident: str = "") -> CommandView | None:
    """Return the view of one incident by reference or id; of the most urgent one when none is named.

    None when no incident stands open and none is named. Raises NotFound.
    """
    now = store.now()
    with store.journal.read() as connection:
        watched = clocks.watched(connection, now, store.zone)
        if incident:
            one = clocks.watch(connection, incidents.get(connection, incident), now, store.zone)
        elif watched:
            one = watched[0]
        else:
            return None
        view = _view(connection, one, watched, now, store.zone)
    return replace(view, freeze=_freeze(store, view))


def _freeze(store: Store, view: CommandView) -> FreezeView:
    """Return how the change freeze stands; what was deployed is read only where there was one."""
    known = view.incident
    ran = deployments.of_system(store, known.system) if known.conduct.freezes else []
    return freeze.view(known, view.scheme, ran, view.now)


def _view(
    connection: Connection, one: Watched, watched: list[Watched], now: datetime, zone: str
) -> CommandView:
    known, scheme = one.incident, one.scheme
    items = timeline.items(connection, known.id)
    entries = journal.entries(connection, incident=known.id)
    others = incidents.list_all(connection)
    names = {other.id: other.reference for other in others} | {r.id: r.name for r in scheme.clocks}
    log = lines(entries, {item.id: item for item in items}, known.id, names)
    system = systems.by_name(connection, known.system)
    # What is told in imported history was told elsewhere: it does no duty of this console.
    told = [item for item in items if item.lane == "told" and not item.source]
    asked = clocks.asked(connection, known, now, zone)
    layers = dict.fromkeys(layer_of(alert, None).value for _, alert in known.alerts)
    calling = escalation.arranged_in(connection).standing(known, scheme, now, zone)
    return CommandView(
        now=now,
        incident=known,
        scheme=scheme,
        system=system.name if system else known.system,
        clocks=one.clocks,
        actions=tuple(next_actions(known, scheme, one.clocks, told, layers, now, calling, asked)),
        lines=tuple(log[:LONGEST_LOG]),
        items=tuple(items),
        links=tuple(_links(known, others)),
        open=tuple(_standing(each) for each in watched),
    )


def _standing(one: Watched) -> Standing:
    known = one.incident
    return Standing(known.id, known.reference, known.title, known.severity, one.rank, known.status)


def _links(known: Incident, all_of_them: Iterable[Incident]) -> Iterable[str]:
    """Say how incidents hang together, from both ends."""
    references = {other.id: other.reference for other in all_of_them}
    for link in known.links:
        yield f"{link.relation} {references.get(link.other, link.other)}"
    for other in all_of_them:
        for link in other.links:
            if link.other == known.id:
                back = "has the duplicate" if link.relation == "duplicate of" else link.relation
                yield f"{back} {other.reference}"
