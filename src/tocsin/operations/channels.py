"""Channels by which messages go out by themselves: webhooks and mail servers, set, listed, removed.

Their secrets lie where those of sources do, under the channel's name and place: no other server gets them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput, NotFound
from tocsin.importers.http import checked_url, is_loopback
from tocsin.model.arrangement import ChannelRemoved, ChannelSet
from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.operations.contacts import checked_mail
from tocsin.store import journal
from tocsin.store.database import Connection
from tocsin.store.folder import Store

WEBHOOK, SMTP = "webhook", "smtp"
KINDS = (WEBHOOK, SMTP)
MOST = 20
# What may be set of each kind, with what it means.
SETTINGS: dict[str, dict[str, str]] = {
    WEBHOOK: {
        "user": "user name; without one the secret is a bearer token",
        "secret": "no, yes (password or token), or path: the secret is the end of the URL",
        "ca": "file of certificates that are trusted beside the system's own",
    },
    SMTP: {
        "from": "the address messages come from",
        "to": "addresses that get every message, beside the people called; commas between",
        "tls": "starttls, tls, or none (only to this machine)",
        "user": "user name",
        "secret": "no, or yes: a password is kept under the channel's name",
        "ca": "file of certificates that are trusted beside the system's own",
    },
}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_PLACE = re.compile(r"\[?([A-Za-z0-9.:_-]+?)\]?:([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out. `since` is when it was first set: steps that began before are not sent by it."""

    name: str
    kind: str
    place: str
    settings: Mapping[str, str]
    since: datetime

    @property
    def secret_name(self) -> str:
        """What its secret is kept under."""
        return secret_name(self.name, self.place)

    @property
    def needs_secret(self) -> bool:
        """Whether a password, token or end of a URL belongs to it."""
        return self.settings.get("secret", "no") != "no"

    @property
    def ca(self) -> Path | None:
        """The file of certificates it trusts beside the system's own."""
        return Path(self.settings["ca"]) if self.settings.get("ca") else None


def secret_name(name: str, place: str) -> str:
    """Return what a channel's secret is kept under: with the server's address, so that no other gets it."""
    return f"channel {name} at {place}"


def save(
    store: Store, author: Author, name: str, kind: str, place: str, settings: Mapping[str, str]
) -> Entry:
    """Add a channel, or set the one of its name anew. Raises BadInput."""
    body = checked(name, kind, place, settings)
    with store.write() as write:
        known = list_in(write.connection)
        if len(known) >= MOST and all(one.name != body.name for one in known):
            raise BadInput(f"there are {MOST} channels already.", hint="Remove one that is not needed.")
        return write.add(author, body, subject=_subject(body.name))


def checked(name: str, kind: str, place: str, settings: Mapping[str, str]) -> ChannelSet:
    """Return a channel as it would be set. Raises BadInput."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            "a channel's name is 1 to 60 small letters, digits, dots, dashes or underscores.", where=name[:80]
        )
    if kind not in KINDS:
        raise BadInput(
            "there is no such kind of channel.", where=kind, hint=f"There are: {', '.join(KINDS)}."
        )
    said = {key: value.strip() for key, value in settings.items() if value.strip()}
    for key, value in said.items():
        if key not in SETTINGS[kind]:
            raise BadInput(
                "there is no such setting.", where=key, hint=f"There are: {', '.join(SETTINGS[kind])}."
            )
        if not value.isprintable() or len(value) > 1000:
            raise BadInput("a setting is one line of at most 1,000 characters.", where=key)
    _check_secret(kind, said)
    place = _hook(place) if kind == WEBHOOK else _mail(place, said)
    return ChannelSet(name, kind, place, said)


def remove(store: Store, author: Author, name: str) -> Entry:
    """Send nothing by a channel any more. Raises NotFound."""
    with store.write() as write:
        if all(one.name != name for one in list_in(write.connection)):
            raise _no_channel(name)
        return write.add(author, ChannelRemoved(name), subject=_subject(name))


def listed(store: Store) -> list[Channel]:
    """Return the channels by name."""
    with store.journal.read() as connection:
        return list_in(connection)


def get(store: Store, name: str) -> Channel:
    """Return a channel by its name. Raises NotFound."""
    for one in listed(store):
        if one.name == name:
            return one
    raise _no_channel(name)


def list_in(connection: Connection) -> list[Channel]:
    """Return the channels by name, as a transaction sees them."""
    found: dict[str, Channel] = {}
    entries = journal.entries(connection, kinds=("channel.set", "channel.removed", "undone"))
    for entry in standing(entries):
        match entry.body:
            case ChannelSet(name, kind, place, settings):
                since = found[name].since if name in found else entry.recorded_at
                found[name] = Channel(name, kind, place, settings, since)
            case ChannelRemoved(name):
                found.pop(name, None)
    return [found[name] for name in sorted(found)]


def host_and_port(place: str) -> tuple[str, int]:
    """Return the two parts of a mail server's place. Raises BadInput."""
    match = _PLACE.fullmatch(place.strip())
    port = int(match[2]) if match else 0
    if match is None or not 0 < port < 65_536:
        raise BadInput("a mail server is HOST:PORT.", where=place[:80], hint="Such as mail.example.org:587.")
    return match[1], port


def _hook(place: str) -> str:
    url = checked_url(place)
    if not url.startswith("https:") and not _is_here(url):
        raise BadInput("what is sent needs https, except to this very machine.", where=url)
    return url


def _is_here(url: str) -> bool:
    from urllib.parse import urlsplit

    return is_loopback(urlsplit(url).hostname or "")


def _mail(place: str, said: dict[str, str]) -> str:
    host, port = host_and_port(place)
    tls = said.setdefault("tls", "tls" if port == 465 else "starttls")
    if tls not in ("starttls", "tls", "none"):
        raise BadInput("the setting “tls” is starttls, tls or none.", where=tls)
    if tls == "none" and not is_loopback(host):
        raise BadInput("mail is sent encrypted, except to this very machine.", where=place)
    if "from" not in said:
        raise BadInput("the setting “from” is missing: the address messages come from.")
    checked_mail(said["from"])
    for one in recipients(said):
        checked_mail(one)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def recipients(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses that get every message."""
    return tuple(one.strip() for one in settings.get("to", "").split(",") if one.strip())


def _check_secret(kind: str, said: Mapping[str, str]) -> None:
    allowed = ("no", "yes", "path") if kind == WEBHOOK else ("no", "yes")
    if said.get("secret", "no") not in allowed:
        raise BadInput(
            f"the setting “secret” is {' or '.join(allowed)}.", hint="The secret itself is asked for."
        )
    if kind == SMTP and ("user" in said) != (said.get("secret", "no") == "yes"):
        raise BadInput("a mail server wants a user name and a password, or neither.")
    if kind == WEBHOOK and "user" in said and said.get("secret", "no") != "yes":
        raise BadInput("a user name needs a password.", hint="Set secret=yes; it is asked for.")


def _subject(name: str) -> str:
    return f"channel {name}"


def _no_channel(name: str) -> NotFound:
    return NotFound("there is no such channel.", where=name, hint="`tocsin channel list` names them.")
