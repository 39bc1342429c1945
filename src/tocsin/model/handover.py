"""Hand-overs: a role passes with a briefing, once both sides confirmed, at a time they agree on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tocsin.model.incident import Incident
from tocsin.model.roles import current, ledger

OUTGOING, INCOMING = "outgoing", "incoming"
SIDES = (OUTGOING, INCOMING)
QUESTIONS = "questions"  # the block of a briefing that holds the open questions, one a line


class State(StrEnum):
    """How a hand-over stands. `TAKEN_BACK` is one whose passing was undone."""

    OPEN = "open"
    PASSED = "passed"
    CANCELLED = "cancelled"
    OVERTAKEN = "overtaken"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over. `id` is the entry that prepared it, `by` who wrote that and `prepared` when.

    `confirmed` says of each side that confirmed when it did. `effective` is the time stated last by a side,
    else the one planned; of one that passed it is when the role did. `reason` is why it was cancelled.
    """

    id: str
    role: str
    outgoing: str
    person: str
    prepared: datetime
    by: str
    state: State
    briefing: dict[str, str] = field(default_factory=dict)
    confirmed: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    effective: datetime | None = None
    reason: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """The open questions of its briefing: the incoming person answers each before confirming."""
        return questions(self.briefing)

    def name(self, side: str) -> str:
        """Return who confirms for a side."""
        return self.outgoing if side == OUTGOING else self.person

    def unanswered(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        """Return the questions to which these answers say nothing."""
        return tuple(one for one in self.questions if not answers.get(one, "").strip())


def questions(briefing: Mapping[str, str]) -> tuple[str, ...]:
    """Return the open questions of a briefing, each once."""
    lines = (line.strip() for line in briefing.get(QUESTIONS, "").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def handovers(incident: Incident) -> tuple[Handover, ...]:
    """Return every hand-over of an incident that was not withdrawn, in the order they were prepared."""
    conduct, tenures = incident.conduct, ledger(incident)
    passed = {one.body.handover: one.at for one in conduct.assumed if one.body.handover}
    cancelled = {one.body.handover: one.body.reason for one in conduct.cancelled}
    found = []
    for said in conduct.handovers:
        body = said.body
        confirmations = [one for one in conduct.confirmations if one.body.handover == said.entry]
        stated = [one.body.effective for one in confirmations if one.body.effective]
        tenure = current(tenures, body.role)
        confirmed = {one.body.side: one.at for one in confirmations}
        standing = tenure is not None and tenure.entry == body.tenure
        found.append(
            Handover(
                id=said.entry, role=body.role, outgoing=body.outgoing, person=body.person, prepared=said.at,
                by=said.by, state=_state(said.entry, passed, cancelled, confirmed, standing=standing),
                briefing=body.briefing, confirmed=confirmed,
                answers={name: text for one in confirmations for name, text in one.body.answers.items()},
                effective=passed.get(said.entry) or (stated[-1] if stated else body.planned),
                reason=cancelled.get(said.entry, ""),
            )
        )  # fmt: skip
    return tuple(found)


def _state(
    id: str,
    passed: Mapping[str, datetime],
    cancelled: Mapping[str, str],
    confirmed: Mapping[str, datetime],
    *,
    standing: bool,
) -> State:
    if id in passed:
        return State.PASSED
    if id in cancelled:
        return State.CANCELLED
    if len(confirmed) == len(SIDES):
        return State.TAKEN_BACK
    return State.OPEN if standing else State.OVERTAKEN


def standing(incident: Incident, role: str = "") -> Handover | None:
    """Return the newest hand-over that waits for a side, of one role or of any; None when none does."""
    found = [one for one in handovers(incident) if one.state is State.OPEN and role in ("", one.role)]
    return found[-1] if found else None
