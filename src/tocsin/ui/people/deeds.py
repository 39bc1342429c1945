"""What is asked and then written about contacts, channels and rotas."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from tocsin.errors import UserError
from tocsin.importers.http_errors import Stopped
from tocsin.model.arrangement import ContactSet
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.operations import channels, contacts, roster
from tocsin.operations.channels import SMTP, Channel
from tocsin.operations.people import RotaNow
from tocsin.store.folder import Store
from tocsin.ui.command.ask import Answers, Ask, Blank
from tocsin.ui.desk import Desk
from tocsin.ui.sources.strongbox import Strongbox

_log = logging.getLogger(__name__)
_KEPT = "kept as it is when empty"
_LABELS = {"ca": "Certificates", "tls": "TLS"}


class PeopleDeeds(QObject):
    """Asks by the strip and writes. `locked(error, again)` when secrets wait for their passphrase."""

    locked = Signal(object, object)
    _tried = Signal(str, bool)

    def __init__(self, desk: Desk, ask: Ask, strongbox: Strongbox) -> None:
        super().__init__(ask)
        self._desk, self._ask, self._strongbox = desk, ask, strongbox
        self._stop = threading.Event()
        self._tried.connect(
            lambda said, well: self._desk.tell(said, trouble=not well), Qt.ConnectionType.QueuedConnection
        )

    def stop(self) -> None:
        """Let a test message that is under way go: nobody is there to be told any more."""
        self._stop.set()

    def contact(self, known: object) -> None:
        """Ask for a contact, or for one anew; `known` may be a title nobody stands behind yet."""
        old = known if isinstance(known, ContactSet) else ContactSet(known if isinstance(known, str) else "")
        blanks = [
            Blank("name", "Name or title", old.name, "a person, or a title such as CISO"),
            Blank("person", "Who holds it", old.person, "for a title: the person's name"),
            Blank("phone", "Telephone", old.phone, "such as +49 30 901820"),
            Blank("email", "Mail", old.email, "such as duty@example.org"),
            Blank("zone", "Time zone", old.zone, "where they are, such as Europe/Berlin"),
        ]
        title = f"Contact {old.name}" if old.name else "A person, or who stands behind a title"
        self._ask.ask(title, blanks, "Save", self._save_contact)

    def channel(self, kind: str, known: Channel | None) -> None:
        """Ask for a channel of a kind, or for one anew."""
        said = dict(known.settings) if known is not None else {}
        name = known.name if known is not None else kind.replace("smtp", "mail")
        where = "HOST:PORT, such as mail.example.org:587" if kind == SMTP else "https://chat.example.org/hook"
        blanks = [
            Blank("name", "Name", name, "small letters and digits"),
            Blank("place", "Mail server" if kind == SMTP else "URL", known.place if known else "", where),
            *(Blank(f"set:{key}", _LABELS.get(key, key.capitalize()), said.get(key, ""), meaning)
              for key, meaning in channels.SETTINGS[kind].items() if key != "secret"),
            *_secret_blanks(kind, said),
        ]  # fmt: skip
        title = "Mail server that messages go out by" if kind == SMTP else "Webhook that messages go to"
        self._ask.ask(title, blanks, "Save", partial(self._save_channel, kind, said))

    def remove(self, fact: ContactSet | Channel | RotaNow) -> None:
        """Ask whether a contact, a channel or a rota goes."""
        store, author = self._desk.store, self._desk.author
        call: Callable[[], Any]
        if isinstance(fact, ContactSet):
            name, call = fact.name, partial(contacts.save, store, author, fact.name)
        elif isinstance(fact, Channel):
            name, call = fact.name, partial(_removed, store, author, fact, self._strongbox)
        else:
            name, call = fact.rota.name, partial(roster.remove, store, author, fact.rota.name)
        self._ask.ask(f"Remove {name}?", [], "Remove", lambda _answers: self._write(call, f"{name} is gone"))

    def test(self, channel: Channel) -> None:
        """Send a test message; for mail without an address of its own, ask to whom."""
        if channel.kind == SMTP and not channels.recipients(channel.settings):
            blank = Blank("to", "To", "", "a mail address")
            self._ask.ask(f"Test {channel.name}", [blank], "Send", partial(self._test_to, channel))
        else:
            self._send(channel, "")

    def _test_to(self, channel: Channel, answers: Answers) -> None:
        self._ask.done()
        self._send(channel, answers["to"].strip())

    def _send(self, channel: Channel, to: str) -> None:
        self._desk.tell(f"{channel.name}: sending a test …")
        run = partial(self._trial, channel, to)
        threading.Thread(target=run, name=f"test {channel.name}", daemon=True).start()

    def _trial(self, channel: Channel, to: str) -> None:
        # Loaded here: what sends is heavy, and most consoles never need it.
        from tocsin.operations import sending

        try:
            said, well = (
                sending.trial(self._desk.store, channel, self._strongbox.get, self._stop, to=to),
                True,
            )
        except UserError as error:
            said, well = str(error), False
        except Stopped:
            return
        except Exception:  # noqa: BLE001 - a server may provoke anything
            _log.exception("a test message broke")
            said, well = "A fault of the program; it was logged.", False
        if not self._stop.is_set():
            self._tried.emit(f"{channel.name}: {said}", well)

    def _save_contact(self, answers: Answers) -> None:
        said = {name: answers[name] for name in ("person", "phone", "email")}
        call = partial(
            contacts.save, self._desk.store, self._desk.author, answers["name"],
            **said, zone=answers["zone"].strip(),
        )  # fmt: skip
        self._write(call, "Contact saved")

    def _save_channel(self, kind: str, before: dict[str, str], answers: Answers) -> None:
        settings = {
            name.removeprefix("set:"): text for name, text in answers.items() if name.startswith("set:")
        }
        secret = answers.get("secret", "").strip()
        settings["secret"] = _secret_kind(kind, answers, before, secret)
        call = partial(
            _saved, self._desk.store, self._desk.author, answers["name"].strip(), kind, answers["place"],
            settings, secret, self._strongbox,
        )  # fmt: skip
        again = partial(self._save_channel, kind, before, answers)
        job = self._write(call, "Channel saved")
        job.refused.connect(lambda error: self.locked.emit(error, again))

    def _write(self, call: Callable[[], Any], said: str) -> Any:
        job = self._desk.write(call, lambda _entry: self._ask.done(), said=said)
        job.refused.connect(lambda error: self._ask.refuse(str(error)))
        job.broke.connect(lambda _error: self._ask.refuse("A fault of the program; it was logged."))
        return job


def _secret_blanks(kind: str, said: dict[str, str]) -> list[Blank]:
    hint = _KEPT if said.get("secret", "no") != "no" else "none"
    if kind == SMTP:
        return [Blank("secret", "Password", "", hint, secret=True)]
    choices = (("yes", "a token or password"), ("path", "the end of the URL"))
    return [
        Blank("secret", "Secret", "", hint, secret=True),
        Blank("as", "The secret is", said.get("secret", "yes"), choices=choices),
    ]


def _secret_kind(kind: str, answers: Answers, before: dict[str, str], secret: str) -> str:
    kept = before.get("secret", "no")
    if not secret and kept == "no":
        return "no"
    return "yes" if kind == SMTP else answers["as"]


def _saved(
    store: Store,
    author: Author,
    name: str,
    kind: str,
    place: str,
    settings: dict[str, str],
    secret: str,
    strongbox: Strongbox,
) -> Entry:
    """Save a channel, its secret before: a channel that waits for one sends nothing."""
    checked = channels.checked(name, kind, place, settings)
    if secret:
        strongbox.put(channels.secret_name(checked.name, checked.place), secret)
    return channels.save(store, author, name, kind, place, settings)


def _removed(store: Store, author: Author, channel: Channel, strongbox: Strongbox) -> Entry:
    if channel.needs_secret:  # first: a wrong passphrase must not leave it behind
        strongbox.put(channel.secret_name, "")
    return channels.remove(store, author, channel.name)
