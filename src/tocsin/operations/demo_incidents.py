"""The incidents of the demonstration: declared, triaged, staffed, told and contained, all by commands."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from tocsin.model.clocks import State
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import (
    alerts,
    answers,
    clocks,
    containment,
    diagnosis,
    escalation,
    facts,
    filings,
    incidents,
    playbook,
    roles,
    timeline,
    triage,
    update_draft,
    updates,
)
from tocsin.store.folder import Store

Told = dict[str, Any]
_Deed = Callable[[Store, Author, str, Told], object]


def play(store: Store, clock: ManualClock, now: datetime, told: Told) -> None:
    """Declare an incident and do all that is told of it, each `minutes` before `now` by whom it says."""
    declared = now - timedelta(minutes=told["minutes"])
    clock.set_wall(declared)
    by = Author(told["by"])
    # Newest first: of each signal the alert that an operator would have seen last.
    newest = {alert.metric: alert for alert in reversed(alerts.list_all(store, system=told["system"]))}
    incident = incidents.declare(
        store,
        by,
        title=told["title"],
        system=told["system"],
        severity=told["severity"],
        alert_ids=[newest[metric].id for metric in told["signals"] if metric in newest],
        detected=declared - timedelta(minutes=4),
        channel="automated monitoring",
    )
    if "impact" in told:
        incidents.set_fields(store, by, incident.id, {"impact": told["impact"]})
    for minutes, deed in sorted(_deeds(store, incident.id, told), key=itemgetter(0), reverse=True):
        clock.set_wall(now - timedelta(minutes=minutes))
        deed()


def _deeds(store: Store, incident: str, told: Told) -> Iterator[tuple[float, Callable[[], object]]]:
    for kind, deed in _DEEDS.items():
        for one in told.get(kind, ()):
            yield one["minutes"], partial(deed, store, Author(one["by"]), incident, one)
    for one in told.get("pulls", ()):
        if "confirmed_minutes" in one:
            yield one["confirmed_minutes"], partial(_confirm, store, Author(one["by"]), incident, one)


def _line(store: Store, by: Author, incident: str, told: Told) -> object:
    lane, _, text = timeline.parse_line(told["text"], now=store.now(), zone=store.zone)
    earlier = told.get("happened_minutes")
    happened = None if earlier is None else When(store.now() - timedelta(minutes=earlier), zone=store.zone)
    return timeline.add(store, by, incident, text, lane=lane, happened=happened)


def _update(store: Store, by: Author, incident: str, told: Told) -> object:
    """Tell what the console drafts."""
    drafted = update_draft.draft(store, incident, told["audience"])
    return updates.tell(
        store, by, incident, told["audience"], drafted.text, to=drafted.to or told["audience"]
    )


def _confirm(store: Store, by: Author, incident: str, told: Told) -> object:
    return containment.confirm(store, by, incident, told["option"], True, told["seen"])


def _answers(store: Store, by: Author, incident: str, told: Told) -> None:
    for question, values in told.items():
        if question not in ("minutes", "by"):
            answers.answer(store, by, question, tuple(values), incident=incident)


_DEEDS: dict[str, _Deed] = {
    "triages": lambda store, by, incident, told: triage.record(
        store, by, incident, told["answers"], fields=told["fields"]
    ),
    "answers": _answers,
    "facts": lambda store, by, incident, told: facts.state(
        store, by, incident, told["fact"], store.now(), told["evidence"]
    ),
    "filings": lambda store, by, incident, told: filings.open(store, by, incident, told["duty"]),
    "acknowledged": lambda store, by, incident, told: escalation.acknowledge(store, by, incident),
    "marks": lambda store, by, incident, told: clocks.mark(store, by, incident, told["clock"], State.MET),
    "roles": lambda store, by, incident, told: roles.assume_role(
        store, by, incident, told["role"], told["person"]
    ),
    "steps": lambda store, by, incident, told: playbook.done(
        store, by, incident, told["step"], finding=told.get("finding", ""), evidence=told.get("evidence", "")
    ),
    "layers": lambda store, by, incident, told: diagnosis.judge(
        store, by, incident, told["layer"], told["finding"], evidence=told["evidence"]
    ),
    "pulls": lambda store, by, incident, told: containment.pull(store, by, incident, told["option"]),
    "updates": _update,
    "lines": _line,
    "moves": lambda store, by, incident, told: incidents.move(
        store, by, incident, told["status"], note=told["note"]
    ),
}
