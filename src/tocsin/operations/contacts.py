"""Contacts: how a person is reached, and who stands behind a title such as CISO."""

import re

from tocsin.errors import BadInput, NotFound
from tocsin.model.arrangement import ContactSet
from tocsin.model.callees import Contacts
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.roster import key
from tocsin.operations import arranged
from tocsin.store.database import Connection
from tocsin.store.folder import Store, checked_zone

LONGEST_NAME, LONGEST_PHONE, LONGEST_MAIL = 80, 40, 254
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*(?: ?(?:x|ext\.?) ?[0-9]+)?", re.IGNORECASE)
# One address as it is sent to (RFC 5321): nothing in it can begin another header or recipient.
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")


def save(
    store: Store,
    author: Author,
    name: str,
    *,
    phone: str = "",
    email: str = "",
    person: str = "",
    zone: str = "",
) -> Entry:
    """Set a contact, or set it anew; with nothing but a name it is there no more. Raises BadInput."""
    body = checked(name, phone=phone, email=email, person=person, zone=zone)
    with store.write() as write:
        return write.add(author, body, subject=_subject(body.name))


def checked(name: str, *, phone: str = "", email: str = "", person: str = "", zone: str = "") -> ContactSet:
    """Return a contact as it would be set. Raises BadInput."""
    name = _line(name, "a contact needs a name", LONGEST_NAME)
    person = _line(person, "", LONGEST_NAME) if person.strip() else ""
    if person and key(person) == key(name):
        person = ""
    phone, email = " ".join(phone.split()), email.strip()
    if phone and (len(phone) > LONGEST_PHONE or not _PHONE.fullmatch(phone)):
        raise BadInput(
            "this is not a telephone number.", where=repr(phone[:60]), hint="Such as +49 30 901820."
        )
    if email:
        checked_mail(email)
    if zone:
        checked_zone(zone)
    return ContactSet(name, phone, email, person, zone)


def checked_mail(address: str) -> str:
    """Return one mail address. Raises BadInput."""
    if len(address) > LONGEST_MAIL or not _MAIL.fullmatch(address) or ".." in address:
        raise BadInput(
            "this is not a mail address.", where=repr(address[:60]), hint="Such as duty@example.org."
        )
    return address


def listed(store: Store) -> list[ContactSet]:
    """Return the contacts by name."""
    with store.journal.read() as connection:
        return sorted(book(connection).values(), key=lambda one: key(one.name))


def get(store: Store, name: str) -> ContactSet:
    """Return a contact by name. Raises NotFound."""
    with store.journal.read() as connection:
        found = book(connection).get(key(name))
    if found is None:
        raise NotFound("there is no such contact.", where=name, hint="`tocsin contact list` names them.")
    return found


def book(connection: Connection) -> Contacts:
    """Return the contacts by `roster.key` of their names, without those that say nothing."""
    found = arranged.bodies(connection, "contact.set")
    return {key(one.name): one for one in found if one.phone or one.email or one.person}


def _subject(name: str) -> str:
    return f"contact {key(name)}"


def _line(text: str, missing: str, longest: int) -> str:
    trimmed = " ".join(text.split())
    if not trimmed:
        raise BadInput(f"{missing}.")
    if len(trimmed) > longest or not trimmed.isprintable():
        raise BadInput(f"a name is one line of 1 to {longest} characters.", where=repr(trimmed[:90]))
    return trimmed
