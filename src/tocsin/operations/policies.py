"""Policy packs: the one in force, frozen into the journal when an incident first uses it, and read back."""

from tocsin.errors import NotFound
from tocsin.model.journal import PolicyFrozen
from tocsin.model.operator import Author
from tocsin.model.severity import Scheme
from tocsin.policy.freeze import freeze, thaw
from tocsin.policy.load import load_shipped
from tocsin.store import policies
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write


def in_force(write: Write, author: Author) -> tuple[Scheme, str]:
    """Return the scheme a new incident gets, and the SHA-256 it is frozen under."""
    scheme = load_shipped()
    return scheme, freeze_into(write, author, scheme)


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
    return thaw(policies.get(connection, sha256))


def scheme(store: Store, sha256: str) -> Scheme:
    """Return a scheme as it was frozen. Raises NotFound, and BadInput when it cannot be used."""
    with store.journal.read() as connection:
        return of(connection, sha256)
