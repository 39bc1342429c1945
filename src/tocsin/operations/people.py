"""The screen "On call" in one look: rotas, contacts, channels, and words of the rules that lead to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.model.arrangement import ContactSet
from tocsin.model.callees import ROUTE
from tocsin.model.incident import ROLES
from tocsin.model.ladder import SENDING
from tocsin.model.response import NoticeSent
from tocsin.model.roster import Rota, Stretch, key
from tocsin.model.severity import Scheme
from tocsin.operations import channels, contacts, policies, roster
from tocsin.operations.channels import Channel
from tocsin.store import journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store

AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RotaNow:
    """A rota as it stands: who is on duty, what follows when, and where nobody is in the coming week."""

    rota: Rota
    now: Stretch | None
    after: Stretch | None
    gaps: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class PeopleView:
    """All of it as of `now`. `unnamed` are words the rules call by that lead to nobody.

    `last` is what came of each channel's last message, by its name, and when.
    """

    now: datetime
    rotas: tuple[RotaNow, ...]
    contacts: tuple[ContactSet, ...]
    channels: tuple[Channel, ...]
    unnamed: tuple[str, ...]
    last: Mapping[str, tuple[datetime, NoticeSent]] = field(default_factory=dict)


def look(store: Store) -> PeopleView:
    """Return who is on duty and how people are reached now."""
    now = store.now()
    scheme, _ = policies.current(store)
    with store.journal.read() as connection:
        duty, book = roster.duty(connection), contacts.book(connection)
        ways = channels.list_in(connection)
        last = _last(connection) if ways else {}
    known = {*duty, *book, *ROLES, ROUTE}
    return PeopleView(
        now,
        tuple(_rota(one, now) for _, one in sorted(duty.items())),
        tuple(one for _, one in sorted(book.items())),
        tuple(ways),
        tuple(word for word in called(scheme) if key(word) not in known),
        last,
    )


def called(scheme: Scheme) -> tuple[str, ...]:
    """Return all words by which a scheme calls people, in the order of its steps, each once."""
    words = [word for step in scheme.escalation for word in step.call]
    words += [word for level in scheme.levels for word in level.escalate_to]
    if ROUTE in words:
        words += [word for route in scheme.routes for word in route.to]
    return tuple({key(word): word for word in reversed(words)}.values())[::-1]


def _last(connection: Connection) -> dict[str, tuple[datetime, NoticeSent]]:
    found = {}
    for entry in journal.entries(connection, kinds=("notice.sent",)):
        if isinstance(entry.body, NoticeSent) and entry.body.outcome != SENDING:
            found[entry.body.channel] = entry.recorded_at, entry.body
    return found


def _rota(rota: Rota, now: datetime) -> RotaNow:
    return RotaNow(rota, rota.stretch(now), rota.after(now), rota.gaps(now, now + AHEAD))
