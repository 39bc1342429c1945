"""Policy packs: the one in force, chosen and edited by people, and frozen when an incident first uses it.

A pack is kept as it was chosen: its calendars name countries, and "home" for a zone. What an incident freezes
has public holidays and zones written out, so that no later data moves a clock that runs.
"""

from dataclasses import dataclass

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.arrangement import PolicyChosen
from tocsin.model.incident import standing
from tocsin.model.journal import Entry, PolicyFrozen
from tocsin.model.operator import Author
from tocsin.model.severity import Scheme
from tocsin.operations.timeline import checked_text
from tocsin.policy.check_parts import everything_wrong
from tocsin.policy.expand import as_written, expanded
from tocsin.policy.freeze import digest, freeze, thaw
from tocsin.policy.load import load_shipped
from tocsin.policy.write import tables_of
from tocsin.store import journal, policies
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

# The wall asks for the pack of every open incident, mostly the same: 90 kB of JSON take 3 ms to read.
_THAWED: dict[str, Scheme] = {}
_MOST_THAWED = 50
SUBJECT = "policy"  # of the entries that choose the pack for new incidents


@dataclass(frozen=True, slots=True)
class Ruling:
    """The pack that rules new incidents, as it was chosen.

    `sha256` is what an incident declared now would freeze, `source` the pack as it was chosen, empty for the
    one that is shipped and that nobody chose. `entry` chose it, None for that one.
    """

    scheme: Scheme
    sha256: str
    source: str = ""
    entry: Entry | None = None


def in_force(write: Write, author: Author) -> tuple[Scheme, str]:
    """Return the scheme a new incident gets, holidays and zones written out, and its SHA-256."""
    store = write.store
    scheme = expanded(_ruling(write.connection)[0], store.zone, store.now())
    return scheme, freeze_into(write, author, scheme)


def current(store: Store) -> tuple[Scheme, str]:
    """Return the pack in force as it was chosen, to be shown and edited, and the SHA-256 incidents get."""
    found = ruling(store)
    return found.scheme, found.sha256


def for_new(connection: Connection) -> Scheme:
    """Return the pack that rules incidents declared from now on, as it was chosen."""
    return _ruling(connection)[0]


def ruling(store: Store) -> Ruling:
    """Return the pack in force, with who chose it, when and why."""
    with store.journal.read() as connection:
        scheme, entry = _ruling(connection)
    source = entry.body.sha256 if entry and isinstance(entry.body, PolicyChosen) else ""
    return Ruling(scheme, freeze(expanded(scheme, store.zone, store.now()))[0], source, entry)


def choose(
    store: Store,
    author: Author,
    scheme: Scheme,
    reason: str = "",
    *,
    instead_of: str = "",
    id: str = "",
) -> Entry:
    """Let a pack rule the incidents declared from now on; those that are open keep theirs.

    `instead_of` is the version of the same pack that was edited: nothing that somebody else put in force
    meanwhile is lost. Raises BadInput for a pack that cannot be used, NotAllowed when it is in force already.
    """
    scheme = checked(as_written(scheme))
    reason = checked_text(reason) if reason.strip() else ""
    with store.write() as write:
        if id and (known := journal.find(write.connection, id)) is not None:
            return known
        now, _ = _ruling(write.connection)
        if scheme == now:
            raise NotAllowed(f"{words(scheme)} is in force already.", where=scheme.id)
        same = (scheme.id, scheme.version) == (now.id, now.version)
        if same or (instead_of and (scheme.id, instead_of) != (now.id, now.version)):
            raise NotAllowed(
                f"{words(now)} is in force meanwhile, and says something else.",
                where=now.id,
                hint="Make the change in that one, or give yours another version.",
            )
        sha256 = freeze_into(write, author, scheme)
        return write.add(author, PolicyChosen(sha256, reason), subject=SUBJECT, id=id)


def words(scheme: Scheme) -> str:
    """Return a pack's title and version as people say them."""
    return f"{scheme.title} version {scheme.version}"


def checked(scheme: Scheme) -> Scheme:
    """Return a scheme that can be used and written as a folder. Raises BadInput with file, key and reason."""
    if wrong := everything_wrong(scheme):
        raise BadInput("; ".join(f"{one.file}: {one}" for one in wrong), where=scheme.id)
    tables_of(scheme)
    return scheme


def freeze_into(write: Write, author: Author, scheme: Scheme) -> str:
    """Return the SHA-256 of the scheme's content, appending the content when the journal lacks it."""
    sha256, content = freeze(scheme)
    try:
        policies.get(write.connection, sha256)
    except NotFound:
        write.add(author, PolicyFrozen(scheme.id, scheme.version, sha256, content))
    return sha256


def of(connection: Connection, sha256: str) -> Scheme:
    """Return a scheme as it was frozen. Raises NotFound, and BadInput when it cannot be used."""
    if (known := _THAWED.get(sha256)) is not None:
        return known
    content = policies.get(connection, sha256)
    found = thaw(content)
    if digest(content) == sha256:  # only what bears its own name is the same in every store
        if len(_THAWED) >= _MOST_THAWED:
            _THAWED.clear()
        _THAWED[sha256] = found
    return found


def scheme(store: Store, sha256: str) -> Scheme:
    """Return a scheme as it was frozen. Raises NotFound, and BadInput when it cannot be used."""
    with store.journal.read() as connection:
        return of(connection, sha256)


def history(store: Store) -> list[Entry]:
    """Return every choice of a pack that nobody undid, the newest first."""
    with store.journal.read() as connection:
        return _choices(connection)[::-1]


def _ruling(connection: Connection) -> tuple[Scheme, Entry | None]:
    chosen = _choices(connection)
    if not chosen:
        return load_shipped(), None
    body = chosen[-1].body
    assert isinstance(body, PolicyChosen)
    return of(connection, body.sha256), chosen[-1]


def _choices(connection: Connection) -> list[Entry]:
    about = standing(journal.entries(connection, subject=SUBJECT))
    return [entry for entry in about if isinstance(entry.body, PolicyChosen)]
