"""Briefings: drafted from what is on record, built as of an entry."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import NotFound
from tocsin.model import briefing, briefing_draft, duty_clocks, handover
from tocsin.model.briefing import LONGEST_BLOCK, Briefing
from tocsin.model.briefing_draft import Facts
from tocsin.model.clocks import ClockState, clock_states
from tocsin.model.coverage import layer_of
from tocsin.model.handover import Handover, State
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry
from tocsin.model.next_actions import Action, next_actions
from tocsin.model.report import as_of as identity
from tocsin.model.response import HandoverConfirmed
from tocsin.model.severity import Scheme
from tocsin.model.timeline import Item
from tocsin.model.timeline import fold as item_of
from tocsin.operations import blast_radius
from tocsin.operations import past as journal_past
from tocsin.operations.past import Past
from tocsin.operations.progress import Progress
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the sheet of a hand-over begins with: the incident, its hand-overs, the briefing drafted now.

    `since` counts the entries written after the hand-over that waits was prepared, its confirmations apart:
    its briefing knows none of them.
    """

    incident: Incident
    scheme: Scheme
    handovers: tuple[Handover, ...]
    blocks: dict[str, str]
    since: int = 0


def draft(store: Store, reference: str) -> Drafted:
    """Return the briefing of an incident as its facts give it now. Raises NotFound."""
    past = journal_past.past(store, reference)
    found = handover.handovers(past.state)
    waiting = handover.standing(past.state)
    since = sum(waiting is not None and _news(one, waiting) for one in past.entries)
    facts = _facts(past, store.now(), store.zone)
    return Drafted(past.state, past.scheme, found, briefing_draft.draft(facts), since)


def _news(entry: Entry, waiting: Handover) -> bool:
    """Whether an entry was written after a hand-over was prepared, and is no confirmation of it."""
    confirms = isinstance(entry.body, HandoverConfirmed) and entry.body.handover == waiting.id
    return entry.recorded_at > waiting.prepared and not confirms


def readings(store: Store, reference: str) -> Generator[Progress, None, str]:
    """Return what the system's own records tell of the reach of an incident, a sentence a line.

    It counts decisions, so it takes its time with large logs. Empty where nothing is known.
    """
    radius = yield from blast_radius.look(store, reference)
    return "\n".join(briefing_draft.readings(radius))


def with_readings(blocks: dict[str, str], told: str) -> dict[str, str]:
    """Return a briefing with what the records tell at the end of its situation summary."""
    situation = "\n".join(filter(None, (blocks.get("situation", ""), told)))
    return {**blocks, "situation": situation[:LONGEST_BLOCK]}


def build(store: Store, reference: str, id: str = "", as_of: str | None = None) -> Briefing:
    """Return the briefing of a hand-over as of an entry; by default the newest that waits or took place.

    Where there is none it is drafted from the journal alone, in no role. Raises NotFound and BadInput.
    """
    past = journal_past.past(store, reference, as_of)
    found = _chosen(past.state, id)
    blocks = (
        found.briefing if found else briefing_draft.draft(_facts(past, past.last.recorded_at, store.zone))
    )
    state = past.state
    return Briefing(
        reference=state.reference,
        title=state.title,
        system=past.system,
        level=journal_past.level_of(past.scheme, state),
        status=state.status,
        zone=store.zone,
        as_of=identity(past.last, past.drill),
        declared=state.declared,
        detected=state.detected,
        blocks=briefing.laid_out(blocks),
        charts=journal_past.drawn(store, past),
        handover=found,
    )


def _chosen(state: Incident, id: str) -> Handover | None:
    found = handover.handovers(state)
    if id:
        named = next((one for one in found if one.id == id), None)
        if named is None:
            raise NotFound("there is no such hand-over.", where=id)
        return named
    standing = [one for one in found if one.state in (State.OPEN, State.PASSED)]
    return standing[-1] if standing else None


def _facts(past: Past, now: datetime, zone: str) -> Facts:
    state = past.state
    scheme = duty_clocks.joined(past.scheme, state, past.rules, past.answers, now, zone)
    clocks = clock_states(state, scheme, now, zone, past.former)
    return Facts(
        incident=state,
        scheme=scheme,
        system=past.system,
        clocks=tuple(clocks),
        actions=tuple(_actions(past, scheme, clocks, now)),
        lines=journal_past.timeline_lines(past.entries, state),
        now=now,
        zone=zone,
    )


def _actions(past: Past, scheme: Scheme, clocks: list[ClockState], now: datetime) -> list[Action]:
    told = [item for item in _items(past) if item.lane == "told" and not item.source]
    layers = dict.fromkeys(layer_of(alert, None).value for _, alert in past.state.alerts)
    return next_actions(past.state, scheme, clocks, told, layers, now)


def _items(past: Past) -> list[Item]:
    about: dict[str, list[Entry]] = {}
    for entry in past.entries:
        if entry.subject != past.state.id:
            about.setdefault(entry.subject, []).append(entry)
    return [item for own in about.values() if (item := item_of(own)) is not None]
