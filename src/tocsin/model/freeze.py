"""Change freezes: spans in which nothing but the roll-back is deployed, and what was all the same (C2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.conduct import Said
from tocsin.model.deployment import Deployment
from tocsin.model.incident import CLOSED, RESOLVED, Incident
from tocsin.model.response import DeploymentAllowed
from tocsin.model.severity import Scheme


@dataclass(frozen=True, slots=True)
class Span:
    """One freeze, from `begin` until before `end`, which is None while it stands.

    `why_ended` is what lifted it: resolved, closed, or a person's words; `lifted_by` is empty for the former.
    """

    entry: str
    begin: datetime
    by: str
    reason: str
    end: datetime | None = None
    why_ended: str = ""
    lifted_by: str = ""

    def may_hold(self, deployment: Deployment) -> bool:
        """Whether a deployment began, or may have begun, within the span."""
        began = deployment.began
        return began.high >= self.begin and (self.end is None or began.low < self.end)

    def holds(self, deployment: Deployment) -> bool:
        """Whether it began within the span for certain."""
        began = deployment.began
        return began.low >= self.begin and (self.end is None or began.high < self.end)


@dataclass(frozen=True, slots=True)
class Flagged:
    """A deployment seen within a freeze. `sure` is False where it may have begun before or after it.

    `rolls_back` names a version that served before the freeze: then it may be the roll-back itself. `allowed`
    is who allowed it and why.
    """

    deployment: Deployment
    span: Span
    sure: bool
    rolls_back: bool = False
    allowed: Said[DeploymentAllowed] | None = None


def spans(incident: Incident) -> tuple[Span, ...]:
    """Return the freezes of an incident, oldest first: a lift ends one, and so does resolving or closing.

    One that is declared while another stands is the same freeze. A withdrawn incident has none.
    """
    if incident.withdrawn:
        return ()
    found: list[Span] = []
    ends = _ends(incident)
    for said in sorted(incident.conduct.freezes, key=lambda one: one.at):
        if found and _stands(found[-1], said.at):
            continue
        after = next((one for one in ends if one[0] >= said.at), (None, "", ""))
        found.append(Span(said.entry, said.at, said.by, said.body.reason, *after))
    return tuple(found)


def standing(incident: Incident, now: datetime) -> Span | None:
    """Return the freeze that stands at an instant."""
    return next((one for one in spans(incident) if one.begin <= now and _stands(one, now)), None)


def wanted(incident: Incident, scheme: Scheme) -> bool:
    """Whether the level asks for a freeze and there has been none: the level came later than the incident."""
    over = incident.status in (RESOLVED, CLOSED) or bool(incident.withdrawn)
    return not over and incident.severity in scheme.freeze and not incident.conduct.freezes


def flagged(incident: Incident, deployments: Sequence[Deployment]) -> tuple[Flagged, ...]:
    """Return the deployments of the incident's system that were seen within one of its freezes, oldest first.

    It follows from their times alone, so that one imported later is flagged too.
    """
    known = spans(incident)
    if not known:
        return ()
    allowed = {one.body.deployment: one for one in incident.conduct.allowed}
    own = [one for one in deployments if one.system == incident.system]
    found: dict[str, Flagged] = {}
    for one in own:
        # Most began long before: the wall asks for all deployments of every open incident.
        span = None if one.at < known[0].begin else next((each for each in known if each.may_hold(one)), None)
        if span is not None:
            back = rolls_back(one, own, span.begin)
            found[one.id] = Flagged(one, span, span.holds(one), back, allowed.get(one.id))
    return tuple(sorted(found.values(), key=lambda one: (one.deployment.began.at, one.deployment.id)))


def unallowed(found: Iterable[Flagged]) -> tuple[Flagged, ...]:
    """Return those that nobody allowed."""
    return tuple(one for one in found if one.allowed is None)


def rolls_back(deployment: Deployment, others: Iterable[Deployment], begin: datetime) -> bool:
    """Whether it brings back a version that served under the same name before another took over."""
    before = [one for one in others if one.at < begin and one.key == deployment.key]
    last = max(before, key=lambda one: one.at, default=None)
    return last is not None and last.version != deployment.version and any(
        one.version == deployment.version for one in before
    )  # fmt: skip


def _stands(span: Span, at: datetime) -> bool:
    return span.end is None or at < span.end


def _ends(incident: Incident) -> list[tuple[datetime, str, str]]:
    """Return what ends a freeze, by time: when, why and by whom."""
    lifts = [(one.at, one.body.reason or "lifted", one.by) for one in incident.conduct.lifts]
    moves = [(one.at, one.status, "") for one in incident.moves if one.status in (RESOLVED, CLOSED)]
    return sorted([*lifts, *moves])
