"""Verify: the chain over its stored bytes, and the projections against a fresh fold of the journal."""

from dataclasses import dataclass

from tocsin.store import journal, projections
from tocsin.store.folder import Store

_SLICE = 500  # entries; some 20 ms


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked: the first bad entry with its reason, and the projections that differ."""

    ok: bool
    entries: int
    site: str
    head: str
    entry: str = ""
    seq: int = 0
    reason: str = ""
    differences: tuple[str, ...] = ()


def verify(store: Store) -> Verification:
    """Check the whole journal of a store. Projections are compared only when the chain holds.

    Read in slices, because a writer waits for every reader: only the last slice and the projections, which
    belong together, are read in one transaction.
    """
    chains = journal.Chains()
    more = True
    while more:
        with store.journal.read() as connection:
            more = chains.check(connection, _SLICE)
            if not more:
                entries, (_, head) = journal.count(connection), journal.head_of(connection, store.site)
                held = projections.stored(connection)
    if (fault := chains.fault) is not None:
        return Verification(False, entries, store.code, head, fault.id, fault.seq, fault.reason)
    differences = tuple(projections.differences(held, chains.entries))
    reason = f"{len(differences)} projections differ from the journal" if differences else ""
    return Verification(not differences, entries, store.code, head, reason=reason, differences=differences)
