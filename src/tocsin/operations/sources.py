"""Live sources: set, listed, recognised, removed. The journal says which there are; secrets lie elsewhere."""

import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tocsin import plugins
from tocsin.errors import BadInput, NotFound, UserError
from tocsin.importers.http import Http, checked_url, is_loopback
from tocsin.importers.http_errors import Credentials, NoAnswer
from tocsin.importers.live import LiveImporter, Setting, check
from tocsin.model.journal import SourceRemoved, SourceSet
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.operations import receiver, watched_folder, webhook
from tocsin.operations.feeds import Feed
from tocsin.store import feeds, journal
from tocsin.store.folder import Store

FOLDER, WEBHOOK = "folder", "webhook"
SHORTEST_S, LONGEST_S = 1.0, 86_400.0
DEFAULT_S = 15.0
# What every source asked over HTTP understands, beside its importer's own.
HTTP_SETTINGS = (
    Setting("ca", "file of certificates that are trusted beside the system's own"),
    Setting("user", "user name; without one the secret is a bearer token"),
    Setting("secret", "yes: a password or token is kept under the source's name", "no"),
)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
Ask = Callable[[str], str | None]  # the secret kept under a name, None when there is none


@dataclass(frozen=True, slots=True)
class Status:
    """One source and how it goes; `lag_s` is how old its newest sample or record is, in seconds.

    `encrypted` is False for one asked over plain http on another machine.
    """

    source: LiveSource
    state: State
    lag_s: float | None
    encrypted: bool


def save(store: Store, author: Author, source: LiveSource) -> LiveSource:
    """Add a source, or set the one of its name anew; return it as it was set. Raises BadInput and Missing."""
    checked = _checked(source)
    body = SourceSet(
        checked.name, checked.importer, checked.place, checked.system, checked.every_s, checked.settings
    )
    with store.write() as write:
        write.add(author, body, subject=checked.name)
    return checked


def check_new(name: str, importer: str, place: str, every_s: float, settings: dict[str, str]) -> LiveSource:
    """Return a source of no system yet as `save` would set it; raises what that would, before it writes."""
    return _checked(LiveSource(name, importer, place, "", every_s, settings))


def remove(store: Store, author: Author, name: str) -> None:
    """Ask a source no more; what it sent stays, and the journal says what it was. Raises NotFound."""
    source = get(store, name)
    with store.write() as write:
        write.add(author, SourceRemoved(name), subject=name)
    Feed(store, source, author).end_days(today_too=True)


def end_removed(store: Store, author: Author, known: Collection[str]) -> None:
    """End the days of sources that are gone from `known`: one may still have sent while it was removed."""
    with store.signals.read() as connection:
        gone = feeds.open_ones(connection) - set(known)
    for name in gone:
        Feed(store, LiveSource(name, "", "", "", 0.0, {}), author).end_days(today_too=True)


def list_all(store: Store) -> list[LiveSource]:
    """Return the sources there are, by name."""
    found: dict[str, LiveSource] = {}
    with store.journal.read() as connection:
        for entry in journal.entries(connection, kinds=("source.set", "source.removed")):
            match entry.body:
                case SourceSet(name, importer, place, system, every_s, settings):
                    found[name] = LiveSource(name, importer, place, system, every_s, settings)
                case SourceRemoved(name):
                    found.pop(name, None)
    return [found[name] for name in sorted(found)]


def get(store: Store, name: str) -> LiveSource:
    """Return a source by its name. Raises NotFound."""
    for source in list_all(store):
        if source.name == name:
            return source
    raise NotFound("there is no such source.", where=name, hint="`tocsin sources list` names them.")


def status(store: Store) -> list[Status]:
    """Return every source with how it goes, by name."""
    now = store.now()
    known = list_all(store)
    with store.signals.read() as connection:
        return [_status(source, feeds.get(connection, source.name).state, now) for source in known]


def settings_of(importer: str) -> tuple[Setting, ...]:
    """Return what a person may set of a kind of source. Raises Missing."""
    if importer == FOLDER:
        return watched_folder.SETTINGS
    if importer == WEBHOOK:
        return webhook.SETTINGS
    return (*plugins.live_importer(importer).settings, *HTTP_SETTINGS)


def kind(word: str) -> str:
    """Return the importer a person means, by its name or that without "_api" at its end. Raises BadInput."""
    names = [FOLDER, WEBHOOK, *(one.name for one in plugins.live())]
    for name in names:
        if word in (name, name.removesuffix("_api")):
            return name
    short = ", ".join(name.removesuffix("_api") for name in names)
    raise BadInput("there is no such kind of source.", where=word, hint=f"There are: {short}.")


def http(
    store: Store, place: str, settings: Mapping[str, str], secret: str | None, stop: threading.Event
) -> Http:
    """Return the way to a server. Raises BadInput when its URL or settings are wrong."""
    credentials = Credentials(settings.get("user", ""), secret) if secret is not None else None
    return Http(
        place,
        stop=stop,
        random=lambda: int.from_bytes(store.random(6)) / 2**48,
        clock=store.clock,
        credentials=credentials,
        ca=Path(settings["ca"]) if settings.get("ca") else None,
    )


def recognise(way: Http) -> tuple[str, str]:
    """Return which live importer knows what answers, and what it is in words. Raises BadInput and NoAnswer.

    All are asked; no answer at all to the first ends the asking.
    """
    reasons = []
    for importer in plugins.live():
        try:
            return importer.name, importer.answers(way)
        except NoAnswer:
            raise
        except BadInput as error:
            reasons.append(f"{importer.name.removesuffix('_api')}: {error.what}")
    raise BadInput("nothing that is known answers there.", where=way.url, hint=" ".join(reasons))


def live_settings(importer: LiveImporter, source: LiveSource) -> dict[str, str]:
    """Return a value for each of an importer's own settings, without those of the way to it."""
    ways = {one.name for one in HTTP_SETTINGS}
    own = {name: value for name, value in source.settings.items() if name not in ways}
    return check(importer.settings, own)


def secret_name(source: LiveSource) -> str:
    """Return what a source's secret is kept under: with the server's address, so that no other gets it."""
    return f"{source.name} at {source.place}"


def needs_secret(source: LiveSource) -> bool:
    """Whether a password or token belongs to a source."""
    return source.settings.get("secret", "no") == "yes"


def _checked(source: LiveSource) -> LiveSource:
    if not _NAME.fullmatch(source.name):
        raise BadInput(
            "a source's name is 1 to 60 small letters, digits, dots, dashes or underscores.",
            where=source.name[:80],
        )
    if not SHORTEST_S <= source.every_s <= LONGEST_S:
        raise BadInput("a source is asked every second at most, and once a day at least.", where=source.name)
    settings = {name: value for name, value in source.settings.items() if value}
    check(settings_of(source.importer), settings)
    place = source.place.strip()
    if source.importer not in (FOLDER, WEBHOOK):
        place = checked_url(place)
        if settings.get("secret", "no") not in ("yes", "no"):
            raise BadInput("the setting “secret” is yes or no.", hint="The secret itself is asked for.")
    if not place:
        raise BadInput("a source needs a place: a URL, a folder or an address.", where=source.name)
    if source.importer == FOLDER:
        place = watched_folder.checked(place, settings)
    elif source.importer == WEBHOOK:
        place = str(receiver.checked(place, settings)[0])
    return LiveSource(source.name, source.importer, place, source.system, float(source.every_s), settings)


def _status(source: LiveSource, state: State, now: datetime) -> Status:
    lag = None if state.newest is None else max((now - state.newest) / timedelta(seconds=1), 0.0)
    encrypted = not source.place.startswith("http:") or is_loopback(_host(source.place))
    return Status(source, state, lag, encrypted)


def _host(place: str) -> str:
    try:
        return urlsplit(place).hostname or ""
    except ValueError:
        return ""


def in_words(error: Exception) -> str:
    """Return an error as a source's state tells it."""
    if isinstance(error, UserError):
        return str(error)
    return f"a fault of the program ({type(error).__name__}: {error})"[:500]
