"""The deputy's call-outs: a mark is called, and things go on as they are."""

from tocsin.errors import NotAllowed
from tocsin.model import callouts
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import MarkCalled
from tocsin.operations import policies
from tocsin.store import incidents
from tocsin.store.folder import Store


def call(store: Store, author: Author, incident: str, *, id: str = "") -> Entry:
    """Call the mark that was reached. Raises NotAllowed when none waits, NotFound."""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        found = callouts.due(known, policies.of(write.connection, known.policy), store.now())
        if found is None:
            raise NotAllowed("no mark waits to be called.", where=known.reference)
        return write.add(author, MarkCalled(found.minutes), incident=known.id, subject=known.id, id=id)
