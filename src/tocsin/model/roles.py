"""Roles: who holds an incident's threads, with a ledger of who had which when (domain.md T5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.model.incident import CLOSED, REOPENED, Incident
from tocsin.model.severity import Role, Scheme

COMMANDER = "commander"
MOST_ROLES = 2  # of one person; the third is a hint
REPEAT = timedelta(minutes=2)
MOST_REPORTS = 7  # people a commander can lead directly: the span of control of the incident command system


@dataclass(frozen=True, slots=True)
class Tenure:
    """A person has a role from `assumed` until before `relinquished`; None while they have it.

    `entry` is the one by which they have it. A tenure without length is kept: it was said, and held at no
    instant. `handover` is the entry that prepared the hand-over by which it came, if it came by one.
    """

    role: str
    person: str
    assumed: datetime
    entry: str
    relinquished: datetime | None = None
    handover: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether the person had the role at an instant."""
        return self.assumed <= at and (self.relinquished is None or at < self.relinquished)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A role that the rules ask for and nobody has, since when, and until when somebody had to have it."""

    role: Role
    since: datetime
    due: datetime

    def told(self, now: datetime) -> int:
        """How often it is to be told again by now: every two minutes until somebody has it."""
        return max(0, int((now - self.since) / REPEAT))


def ledger(incident: Incident) -> tuple[Tenure, ...]:
    """Return who had which role when: the commander's tenures first, each role's in order of time.

    Exactly one person commands at every instant from the declaration on, who declared being the first. What
    was written later begins no earlier than what it follows, however a machine's clock was set meanwhile.
    """
    first = Tenure(COMMANDER, incident.author, incident.declared, incident.id)
    of: dict[str, list[Tenure]] = {COMMANDER: [first]}
    ended = {one.body.tenure: one.at for one in incident.conduct.relinquished}
    for said in incident.conduct.assumed:
        own = of.setdefault(said.body.role, [])
        begins = max(said.at, own[-1].assumed if own else incident.declared)
        one = Tenure(said.body.role, said.body.person, begins, said.entry, handover=said.body.handover)
        _follow(own, one, ended)
    for role, own in of.items():
        if role != COMMANDER and own[-1].entry in ended:
            own[-1] = _until(own[-1], ended[own[-1].entry])
    return tuple(one for own in of.values() for one in own)


def _follow(own: list[Tenure], one: Tenure, ended: dict[str, datetime]) -> None:
    """Let a tenure follow those of its role; who has the role already goes on having it."""
    last = own[-1] if own else None
    gave_back = ended.get(last.entry) if last and last.role != COMMANDER else None
    if last is not None and gave_back is None and last.person == one.person:
        own[-1] = replace(one, assumed=last.assumed)
        return
    if last is not None:
        own[-1] = _until(last, min(one.assumed, gave_back) if gave_back else one.assumed)
    own.append(one)


def _until(tenure: Tenure, at: datetime) -> Tenure:
    return replace(tenure, relinquished=max(at, tenure.assumed))


def current(tenures: Iterable[Tenure], role: str) -> Tenure | None:
    """Return the tenure of whoever has a role now; None while nobody has it."""
    return next((one for one in tenures if one.role == role and one.relinquished is None), None)


def holder(tenures: Iterable[Tenure], role: str, at: datetime) -> str:
    """Return who had a role at an instant, empty when nobody."""
    return next((one.person for one in tenures if one.role == role and one.holds(at)), "")


def title(scheme: Scheme, role: str) -> str:
    """Return what a role is called in a pack; its id where the pack does not name it."""
    return next((one.title for one in scheme.roles if one.id == role and one.title), role)


def needed(scheme: Scheme, level: str) -> tuple[Role, ...]:
    """Return the roles that somebody has to have at a level."""
    return tuple(role for role in scheme.roles if not role.levels or level in role.levels)


def vacancies(incident: Incident, scheme: Scheme) -> tuple[Vacancy, ...]:
    """Return the roles that the rules ask for at this level and that nobody has; none once it is closed."""
    if incident.withdrawn or incident.status == CLOSED:
        return ()
    tenures = ledger(incident)
    return tuple(
        Vacancy(role, since, since + timedelta(minutes=max(role.minutes, 1)))
        for role in needed(scheme, incident.severity)
        if current(tenures, role.id) is None and (since := _since(incident, role, tenures))
    )


def _since(incident: Incident, role: Role, tenures: tuple[Tenure, ...]) -> datetime:
    """Since when a role is both asked for and nobody's."""
    asked = incident.declared
    for grade in reversed(incident.grades):
        if role.levels and grade.level not in role.levels:
            break
        asked = grade.at
    given = [one.relinquished for one in tenures if one.role == role.id and one.relinquished]
    opened = [move.at for move in incident.moves if move.status == REOPENED]
    return max([incident.declared, asked, *given[-1:], *opened[-1:]])


def hints(incident: Incident) -> Iterator[str]:
    """Yield what is unwise about who does what, in words; nothing here is refused."""
    held: dict[str, list[str]] = {}
    for role, person in incident.staff.items():
        held.setdefault(person, []).append(role)
    for person, own in held.items():
        if len(own) > MOST_ROLES:
            yield f"{person} has {len(own)} roles: {', '.join(own)}"
    reports = (set(held) | at_work(incident)) - {incident.commander}
    if len(reports) > MOST_REPORTS:
        yield f"{len(reports)} people report to {incident.commander}: let somebody lead a part of them"


def at_work(incident: Incident) -> set[str]:
    """Return who has a task that is not done."""
    conduct = incident.conduct
    doing = {one.body.id: one.body.person for one in conduct.added}
    for one in conduct.steps:
        finished = one.body.state in ("done", "skipped")
        doing[one.body.step] = "" if finished else one.body.person or doing.get(one.body.step, "")
    return {person for person in doing.values() if person}
