"""Roles: assume, relinquish, staff several at once; what stands, and since when (domain.md T5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import BadInput, NotAllowed
from tocsin.model import roles
from tocsin.model.fields import replaced_by
from tocsin.model.incident import ROLES, Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import Entry, RoleAssumed
from tocsin.model.operator import Author
from tocsin.model.response import RoleRelinquished
from tocsin.model.roles import COMMANDER, Tenure, Vacancy
from tocsin.operations import policies
from tocsin.operations.operators import checked_name
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents
from tocsin.store.folder import Store, Write

AHEAD = timedelta(minutes=5)  # how far a typed time may lie ahead: people round up; it counts as now


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who does what in an incident: the ledger, the roles nobody has, and what is unwise about it."""

    incident: Incident
    ledger: tuple[Tenure, ...]
    vacancies: tuple[Vacancy, ...]
    hints: tuple[str, ...]
    titles: dict[str, str]


def look(store: Store, incident: str) -> Staffing:
    """Return who does what in an incident, by reference or id. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme = policies.of(connection, known.policy)
    titles = {role: roles.title(scheme, role) for role in ROLES}
    return Staffing(
        known, roles.ledger(known), roles.vacancies(known, scheme), tuple(roles.hints(known)), titles
    )


def assume_role(
    store: Store,
    author: Author,
    incident: str,
    role: str,
    person: str,
    *,
    at: datetime | None = None,
    id: str = "",
) -> Entry:
    """Give a role to a person; whoever had it relinquishes it by this. `at` is when it really was.

    Raises BadInput for a time before whoever has it took it, NotAllowed when the person has it already.
    """
    role, person = checked_role(role), checked_name(person)
    with store.write() as write:
        return assume_in(write, author, incidents.get(write.connection, incident), role, person, at, id=id)


def relinquish(
    store: Store,
    author: Author,
    incident: str,
    role: str,
    *,
    reason: str = "",
    at: datetime | None = None,
    id: str = "",
) -> Entry:
    """Give a role back, so that nobody has it. Raises NotAllowed for the commander's and for one not held."""
    role = checked_role(role)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        return _relinquish_in(write, author, known, role, reason, at, id=id)


def staff(store: Store, author: Author, incident: str, people: Mapping[str, str]) -> list[Entry]:
    """Give several roles at once, all or none of them; an empty name gives a role back.

    Roles that a person has already are left as they are. Raises as `assume_role` and `relinquish` do.
    """
    wanted = {checked_role(role): checked_name(name) if name.strip() else "" for role, name in people.items()}
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        changed = {role: name for role, name in wanted.items() if name != known.staff.get(role, "")}
        return [
            assume_in(write, author, known, role, name)
            if name
            else _relinquish_in(write, author, known, role, "", None)
            for role, name in changed.items()
        ]


def assume_in(
    write: Write,
    author: Author,
    known: Incident,
    role: str,
    person: str,
    at: datetime | None = None,
    *,
    handover: str = "",
    id: str = "",
) -> Entry:
    """Give a role to a person in a transaction that runs already; see `assume_role`."""
    tenure = roles.current(roles.ledger(known), role)
    if tenure is not None and tenure.person == person and not (id and tenure.entry == id):
        raise NotAllowed(f"{person} has this role already.", where=role)
    when = when_of(write.store, at, tenure.assumed if tenure else known.declared)
    body = RoleAssumed(role, person, handover)
    replaces = replaced_by(known.roles, (role,))
    return write.add(
        author, body, incident=known.id, subject=known.id, occurred=when, replaces=replaces, id=id
    )


def _relinquish_in(
    write: Write,
    author: Author,
    known: Incident,
    role: str,
    reason: str,
    at: datetime | None,
    *,
    id: str = "",
) -> Entry:
    if role == COMMANDER:
        raise NotAllowed(
            "somebody always commands an incident.",
            where=known.reference,
            hint="Hand command over, or let somebody else assume it.",
        )
    tenure = roles.current(roles.ledger(known), role)
    if tenure is None:
        raise NotAllowed("nobody has this role.", where=role)
    body = RoleRelinquished(role, tenure.entry, checked_text(reason) if reason.strip() else "")
    when = when_of(write.store, at, tenure.assumed)
    replaces = replaced_by(known.roles, (role,))
    return write.add(
        author, body, incident=known.id, subject=known.id, occurred=when, replaces=replaces, id=id
    )


def when_of(store: Store, at: datetime | None, earliest: datetime) -> When | None:
    """Return when a role changes hands: as stated, None for now.

    Raises BadInput for a time before `earliest` or ahead.
    """
    if at is None:
        return None
    now = store.now()
    if at > now + AHEAD:
        raise BadInput("this time lies ahead.", where=iso(at), hint="A role passes when it has passed.")
    if at < earliest:
        raise BadInput(
            "a role does not change hands before whoever has it took it.",
            where=iso(at),
            hint=f"That was {iso(earliest)}.",
        )
    return None if at >= now else When(at, zone=store.zone)


def checked_role(role: str) -> str:
    """Return the id of a role. Raises BadInput."""
    if role not in ROLES:
        raise BadInput("there is no such role.", where=role, hint=f"Roles: {', '.join(ROLES)}.")
    return role
