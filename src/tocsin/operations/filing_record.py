"""What is on record for a notice as of an entry: the incident's own entries, answers, rules, what served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import NotFound
from tocsin.model import timeline
from tocsin.model.answers import Answer
from tocsin.model.deployment import Deployment, serving
from tocsin.model.evidence import Evidence
from tocsin.model.filings import Filing, filings
from tocsin.model.journal import Entry, EvidenceAttached
from tocsin.model.prefill import Record
from tocsin.model.regime import Regime, Rules, Stage
from tocsin.model.timeline import Item
from tocsin.operations import duties
from tocsin.operations.dossier import deployed
from tocsin.operations.duties import DutiesView
from tocsin.operations.past import Past, past
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Ground:
    """What a notice rests on, as of one entry; `deployed` is all that ever served its system."""

    past: Past
    rules: Rules
    answers: Mapping[str, Answer]
    items: tuple[Item, ...]
    evidence: tuple[Evidence, ...]
    deployed: tuple[Deployment, ...]
    now: datetime
    zone: str
    duties: DutiesView


def ground(store: Store, incident: str, as_of: str | None = None) -> Ground:
    """Gather it, up to the entry named; by default up to the newest that bears on the incident, at this
    instant. Raises NotFound and BadInput.
    """
    found = past(store, incident, as_of)
    now = store.now() if as_of is None else found.last.recorded_at
    view = duties.view(found.state, found.scheme, found.rules, found.answers, now, store.zone, found.former)
    return Ground(
        past=found,
        rules=found.rules,
        answers=found.answers,
        items=tuple(_items(found.entries)),
        evidence=tuple(_evidence(found.entries)),
        deployed=tuple(deployed(store, found)),
        now=now,
        zone=store.zone,
        duties=view,
    )


def stage_of(rules: Rules, duty: str) -> tuple[Regime, Stage]:
    """Return regime and stage of a duty. Raises NotFound."""
    found = rules.stage(duty)
    if found is None:
        raise NotFound("the rules in force know no such duty.", where=duty[:100],
                       hint="A duty is REGIME/STAGE; `tocsin duties INCIDENT` lists them.")  # fmt: skip
    return found


def record(base: Ground, duty: str, filing: Filing | None, phase: str, late: bool | None) -> Record:
    """Return what a field of a notice may be filled from."""
    regime, stage = stage_of(base.rules, duty)
    state = base.past.state
    began = state.start.at if state.start else state.detected
    served = [one for each in serving(base.deployed, began) for one in each.candidates]
    return Record(
        incident=state,
        rules=base.rules,
        regime=regime,
        stage=stage,
        system=base.past.system,
        now=base.now,
        zone=base.zone,
        phase=phase,
        entries={one.id: one for one in base.past.entries},
        items=base.items,
        answers=base.answers,
        evidence=base.evidence,
        served=tuple(served),
        deployed=base.deployed,
        related=tuple(_related(base.past)),
        filings=tuple(one for one in filings(state) if filing is None or one.id != filing.id),
        filing=filing,
        late=late,
    )


def _related(found: Past) -> Sequence[str]:
    return [f"{one.relation} {one.reference}{f', {one.title}' if one.title else ''}" for one in found.related]


def _items(entries: Sequence[Entry]) -> Sequence[Item]:
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.subject, []).append(entry)
    found = [item for own in about.values() if (item := timeline.fold(own)) is not None]
    return sorted((one for one in found if not one.withdrawn), key=lambda one: (one.happened.at, one.id))


def _evidence(entries: Sequence[Entry]) -> Sequence[Evidence]:
    return [
        Evidence(one.id, one.subject, one.incident, one.body.sha256, one.body.size, one.body.name,
                 one.author.name, one.recorded_at)
        for one in entries
        if isinstance(one.body, EvidenceAttached)
    ]  # fmt: skip
