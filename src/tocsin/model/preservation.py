"""Keeping a system as it was until the authority knows (Regulation (EU) 2024/1689 Art. 73(6)).

A provider may not alter the system in a way that affects a later evaluation of the causes before it has
told the authority. What was done to the system meanwhile is said, never hidden and never forbidden here: harm
comes first, and evidence that was copied before makes a change harmless.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model import containment
from tocsin.model.deployment import Deployment
from tocsin.model.incident import Incident

# Regimes that forbid altering the system first, with the rule that does.
FORBIDS = {"eu-ai-act-73": "Regulation (EU) 2024/1689 Art. 73(6)"}


@dataclass(frozen=True, slots=True)
class Alteration:
    """Something that changed the system before the authority was told, and when."""

    at: datetime
    what: str


def alterations(
    incident: Incident, deployed: Sequence[Deployment], until: datetime
) -> tuple[Alteration, ...]:
    """Return what changed the system between the detection and `until`, oldest first."""
    return tuple(sorted(_found(incident, deployed, until), key=lambda one: (one.at, one.what)))


def _found(incident: Incident, deployed: Sequence[Deployment], until: datetime) -> Iterator[Alteration]:
    for pull in containment.pulls(incident):
        if pull.at <= until:
            without = "" if not pull.body.override else "; evidence was not preserved first"
            yield Alteration(pull.at, f"{pull.body.name}{without}")
    for one in deployed:
        if one.began.high > incident.detected and one.began.low <= until:
            yield Alteration(one.began.at, f"{one.kind} {one.title} put into service")
