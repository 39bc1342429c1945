"""Who stands behind the words of a pack: a rota, a title, a role or a route becomes persons with numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.arrangement import ContactSet
from tocsin.model.classification import layer_of_cause
from tocsin.model.coverage import layer_of
from tocsin.model.fields import value_of
from tocsin.model.incident import ROLES, Incident
from tocsin.model.roster import Rota, key
from tocsin.model.severity import Route, Scheme

ROUTE = "route"  # the pack's word for those the kind of the incident leads to (domain.md T4)
Duty = Mapping[str, Rota]  # by `roster.key` of its name
Contacts = Mapping[str, ContactSet]  # likewise


@dataclass(frozen=True, slots=True)
class Callee:
    """Whom to call. `target` is the pack's word, `person` empty where nobody is known, and `why` says more.

    `until` is when a person on duty hands over, `zone` where the person is (IANA) if that is known.
    """

    target: str
    person: str
    number: str = ""
    email: str = ""
    why: str = ""
    until: datetime | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """All that tells whom a word means: who is on duty, how people are reached, who has which role."""

    incident: Incident
    scheme: Scheme
    duty: Duty
    contacts: Contacts

    def callees(self, words: tuple[str, ...], at: datetime) -> tuple[Callee, ...]:
        """Return those to call, in order, nobody twice."""
        found: list[Callee] = []
        for word in words:
            for one in self._of(word, at):
                if one.person and any(key(one.person) == key(other.person) for other in found):
                    continue
                if not any(one.target == other.target and one.person == other.person for other in found):
                    found.append(one)
        return tuple(found)

    def _of(self, word: str, at: datetime) -> Iterator[Callee]:
        if word == ROUTE:
            for route in routes(self.incident, self.scheme):
                for one in route.to:
                    yield from self._named(one, at)
        else:
            yield from self._named(word, at)

    def _named(self, word: str, at: datetime) -> Iterator[Callee]:
        if (rota := self.duty.get(key(word))) is not None:
            yield from self._on_duty(word, rota, at)
        elif (contact := self.contacts.get(key(word))) is not None:
            person = contact.person or contact.name
            why = f"named as {contact.name}" if contact.person else ""
            yield self._reached(word, person, why)
        elif (role := _role(self.incident, word)) is not None:
            yield (
                self._reached(word, role, f"{word} of the incident")
                if role
                else Callee(word, "", why=f"nobody has the role of {word}")
            )
        else:
            yield Callee(word, "", why="nobody is named for this; add a contact or a rota")

    def _on_duty(self, word: str, rota: Rota, at: datetime) -> Iterator[Callee]:
        now = rota.stretch(at)
        if now is None or not now.persons:
            yield Callee(word, "", why=f"nobody is on duty in {rota.name}")
            return
        for person in now.persons:
            yield self._reached(word, person, f"on duty in {rota.name}", now.ends)

    def _reached(self, word: str, person: str, why: str, until: datetime | None = None) -> Callee:
        own, title = self.contacts.get(key(person)), self.contacts.get(key(word))
        # A title may have a number of its own, which is dialled before the person's.
        known = [one for one in (title, own) if one is not None]
        number = next((one.phone for one in known if one.phone), "")
        email = next((one.email for one in known if one.email), "")
        zone = next((one.zone for one in known if one.zone), "")
        return Callee(word, person, number, email, why, until, zone)


def routes(incident: Incident, scheme: Scheme) -> tuple[Route, ...]:
    """Return the routes an incident takes at its level: those of its type, else those its alerts speak of.

    Without an alert its suspected cause leads to where that would show, as in the matrix.
    """
    kind = incident.text("type")
    found = [route for route in scheme.routes if kind and kind in route.types]
    if not found:
        layers = {layer_of(alert, None).value for _, alert in incident.alerts}
        layers = layers or {layer_of_cause(incident.text("hypothesis"))}
        found = [route for route in scheme.routes if any(layer in route.layers for layer in layers)]
    return tuple(route for route in found if not route.levels or incident.severity in route.levels)


def _role(incident: Incident, word: str) -> str | None:
    """Return who has a role of the incident, empty when nobody; None when the word is no role."""
    name = key(word)
    return str(value_of(incident.roles, name, "")) if name in ROLES else None
