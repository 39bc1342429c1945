"""Stating the facts clocks count from, with what they rest on."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.errors import BadInput, NotAllowed
from tocsin.model import facts
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import FactStated
from tocsin.operations import policies, regimes
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents
from tocsin.store.database import Connection
from tocsin.store.folder import Store

MAX_ID = 100
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)  # no fact that counts, not even of placing on the market
_HOW = {
    "incident_occurred": "Estimate the incident's start instead.",
    "detection": "It was said when the incident was declared.",
    "update": "Tell a status update.",
    "triaged": "Triage the incident.",
    "graded": "Change the severity.",
    "acknowledged": "Acknowledge the escalation.",
    "verified": "Verify the fix.",
}


@dataclass(frozen=True, slots=True)
class Known:
    """One fact of an incident: when it came true, by whom and with what it was stated, empty if derived."""

    id: str
    title: str
    at: datetime
    by: str = ""
    evidence: str = ""


def listed(store: Store, incident: str) -> list[Known]:
    """Return the facts that count for an incident's clocks, in the order they came true. Raises NotFound."""
    with store.journal.read() as connection:
        return known(incidents.get(connection, incident))


def known(incident: Incident) -> list[Known]:
    """Return the facts that count for an incident's clocks, in the order they came true."""
    said = {one.body.fact: one for one in incident.conduct.facts}
    found = [
        Known(id_, facts.title(id_), at, said[id_].by, said[id_].body.evidence)
        if id_ in said
        else Known(id_, facts.title(id_), at)
        for id_, at in facts.facts(incident).items()
    ]
    return sorted(found, key=lambda one: (one.at, one.id))


def state(
    store: Store, author: Author, incident: str, fact: str, at: datetime, evidence: str = "", *, id: str = ""
) -> Entry:
    """State when a fact came true; stated again, the newer statement counts. `id` makes a retry store once.

    Raises NotFound, NotAllowed for a fact that follows from what is done, BadInput for an unknown one and for
    a time that lies ahead.
    """
    fact = fact.strip()
    evidence = checked_text(evidence) if evidence.strip() else ""
    if fact in facts.DERIVED or fact.startswith((facts.MET, facts.DUE, facts.UPDATE)):
        raise NotAllowed(f"{facts.title(fact)} follows from what is done here.", where=fact,
                         hint=_HOW.get(fact, "Do it on the command screen."))  # fmt: skip
    if not facts.may_be_stated(fact) or len(fact) > MAX_ID:
        raise BadInput("there is no such fact.", where=fact[:MAX_ID],
                       hint=f"There are {', '.join(facts.STATED)}, and submission:REGIME/STAGE.")  # fmt: skip
    if at > store.now() and not facts.lies_ahead(fact):
        raise BadInput("this fact cannot lie ahead.", where=iso(at))
    if at < _LONG_AGO:
        raise BadInput("this lies too far back to count from.", where=iso(at))
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        _check_law(write.connection, fact, known)
        body = FactStated(fact, evidence)
        occurred = When(at, zone=store.zone)
        return write.add(author, body, incident=known.id, subject=known.id, occurred=occurred, id=id)


def _check_law(connection: Connection, fact: str, incident: Incident) -> None:
    """Raise BadInput for a fact of an unknown regime, and for the filing of an unknown duty."""
    rules, regime = regimes.current(connection), fact.partition(facts.AT)[2]
    if regime and rules.regime(regime) is None:
        raise BadInput("there is no such regime.", where=regime, hint="`tocsin regimes list` names them.")
    duty = fact.removeprefix(facts.SUBMISSION)
    if duty == fact or rules.stage(duty) is not None:
        return
    own, _, group = duty.partition("/")
    of_group = rules.regime(own)
    clocks = policies.of(connection, incident.policy).clocks
    by_pack = any(fact in (one.anchor, one.not_after_from, *one.met_by, *one.until) for one in clocks)
    if not by_pack and (of_group is None or group not in of_group.groups):
        raise BadInput(
            "there is no such duty.", where=duty, hint="`tocsin duties INCIDENT --all` lists them."
        )
