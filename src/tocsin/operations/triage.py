"""Triage: the answers, the level they lead to and what kind of incident it is, in one write (T1 to T3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.errors import BadInput, NotAllowed
from tocsin.model import triage
from tocsin.model.classification import CATEGORIES, HYPOTHESES, TYPES, suggested
from tocsin.model.clocks import ClockState
from tocsin.model.fields import replaced_by
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.journal import Entry, FieldsSet
from tocsin.model.observation import CHANNELS
from tocsin.model.operator import Author
from tocsin.model.response import IncidentTriaged
from tocsin.model.severity import Scheme
from tocsin.operations import alerts, clocks, freeze, incidents, policies
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents as stored
from tocsin.store.folder import Store, Write

# What triage says besides the level: field to the words of its choices, none where it is free text.
CHOICES: dict[str, dict[str, str]] = {
    "type": TYPES,
    "category": CATEGORIES,
    "channel": {channel: channel.capitalize() for channel in CHANNELS},
    "hypothesis": HYPOTHESES,
    "scope": {},
}
_CLOCK = ("triaged", "graded")


@dataclass(frozen=True, slots=True)
class TriageView:
    """What the sheet starts from: the answers last given, and what alerts suggest of fields nobody has set.

    `clock` is that of the classification, None where the pack has none.
    """

    incident: Incident
    scheme: Scheme
    answers: Mapping[str, str]
    fields: Mapping[str, str]
    suggested: Mapping[str, str] = field(default_factory=dict)
    clock: ClockState | None = None


def look(store: Store, incident: str) -> TriageView:
    """Return what is known for the triage of an incident, by reference or id. Raises NotFound."""
    known = incidents.get(store, incident)
    scheme = policies.scheme(store, known.policy)
    said = {name: known.text(name) for name in CHOICES}
    layers = alerts.layers(store, [alert for _, alert in known.alerts]).values()
    proposed = {name: value for name, value in suggested(layers).items() if not said[name]}
    rules = {rule.id for rule in scheme.clocks if any(fact in rule.met_by for fact in _CLOCK)}
    clock = next((one for one in clocks.listed(store, known.id) if one.rule in rules), None)
    return TriageView(known, scheme, given(known), said, proposed, clock)


def given(incident: Incident) -> Mapping[str, str]:
    """Return the answers given last; a level given by hand since then left them as they were."""
    return next((one.body.answers for one in reversed(incident.conduct.triages)), {})


def record(
    store: Store,
    author: Author,
    incident: str,
    answers: Mapping[str, str],
    *,
    level: str | None = None,
    override: str = "",
    fields: Mapping[str, str] | None = None,
    id: str = "",
) -> list[Entry]:
    """Record a triage: answers (question id to answer id), the level, and fields of CHOICES that are known.

    Without `level` it is the one the answers lead to; another one needs the reason in `override`. An `id`
    made before makes a retry record once. Raises BadInput, NotFound, and NotAllowed for an incident that was
    closed or withdrawn.
    """
    checked = _checked_fields(fields or {})
    with store.write() as write:
        known, scheme = _open(write, incident)
        body = _body(scheme, answers, level, override)
        return _write(write, author, known, scheme, body, checked, id)


def regrade(
    store: Store,
    author: Author,
    incident: str,
    level: str,
    reason: str,
    *,
    fields: Mapping[str, str] | None = None,
    id: str = "",
) -> list[Entry]:
    """Give a level by hand, its answers staying as they were; another than now needs a reason.

    Raises BadInput, NotFound and NotAllowed.
    """
    checked = _checked_fields(fields or {})
    with store.write() as write:
        known, scheme = _open(write, incident)
        level = incidents.checked_level(scheme, level)
        if level != known.severity and not reason.strip():
            raise BadInput("another level needs a reason.", where=level, hint="Say why, in a line.")
        before = given(known)
        found = triage.verdict(scheme.triage, before) if before else None
        because = reason.strip() or f"{level} confirmed"
        suggested_ = found.level if found else ""
        override = because if suggested_ != level else ""
        body = IncidentTriaged(dict(before), suggested_, level, checked_text(because), override)
        return _write(write, author, known, scheme, body, checked, id)


def _open(write: Write, incident: str) -> tuple[Incident, Scheme]:
    known = stored.get(write.connection, incident)
    if known.status == CLOSED or known.withdrawn:
        state = "withdrawn" if known.withdrawn else CLOSED
        raise NotAllowed(f"an incident that is {state} is not graded.", where=known.reference,
                         hint="" if known.withdrawn else "Re-open it first.")  # fmt: skip
    return known, policies.of(write.connection, known.policy)


def _body(scheme: Scheme, answers: Mapping[str, str], level: str | None, override: str) -> IncidentTriaged:
    """What is written: the answers with the level they lead to, or another one with its reason."""
    if wrong := triage.checked(scheme.triage, answers):
        raise BadInput(f"{wrong}.", where="answers")
    found = triage.verdict(scheme.triage, answers)
    if found is None and level is None:
        raise BadInput(f"{scheme.title} has no questions for triage.", hint="Give the level and the reason.")
    suggested_ = found.level if found else ""
    chosen = suggested_ if level is None else incidents.checked_level(scheme, level)
    if chosen == suggested_:
        override = ""
    elif not override.strip():
        raise BadInput(f"the answers lead to {suggested_ or 'no level'}.", where=chosen,
                       hint="Say why it is another level.")  # fmt: skip
    because = triage.explained(scheme.triage, found, answers) if found else override
    return IncidentTriaged(
        dict(answers), suggested_, chosen, because, checked_text(override) if override else ""
    )


def _write(
    write: Write, author: Author, known: Incident, scheme: Scheme, body: IncidentTriaged,
    fields: Mapping[str, str], id: str,
) -> list[Entry]:  # fmt: skip
    changed = {name: value for name, value in fields.items() if value != known.text(name)}
    entries = []

    def add(body: FieldsSet | IncidentTriaged, names: Iterable[str], id: str = "") -> None:
        replaced = replaced_by(known.fields, tuple(names))
        entries.append(write.add(author, body, incident=known.id, subject=known.id, replaces=replaced, id=id))

    if changed:
        add(FieldsSet(dict(changed)), changed)
    add(body, ("severity",), id)  # last, so that undo takes the level back first
    freeze.with_level_in(write, author, known, scheme, body.level)
    return entries


def _checked_fields(fields: Mapping[str, str]) -> dict[str, str]:
    checked = {}
    for name, value in fields.items():
        if name not in CHOICES:
            raise BadInput(
                "triage does not ask for this.", where=name, hint=f"It asks for {', '.join(CHOICES)}."
            )
        choices = CHOICES[name]
        if choices and value and value not in choices:
            raise BadInput(
                f"there is no such {name}.", where=value[:60], hint=f"There are {', '.join(choices)}."
            )
        checked[name] = value if choices or not value.strip() else checked_text(value)
    return checked
