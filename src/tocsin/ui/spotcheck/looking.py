"""What the review form reads: which draw to review, and how it stands."""

from dataclasses import dataclass

from tocsin.operations import decisions, spotcheck, systems
from tocsin.operations.spotcheck_report import Report
from tocsin.store.folder import Store

_FIRST = ("prompt", "answer", "reference", "decision", "recommendation", "final", "score")  # roles


@dataclass(frozen=True, slots=True)
class Looked:
    """A spot check's report, the system's name, and the columns a reviewer sees first."""

    report: Report
    system: str
    first: tuple[str, ...]


def choose(store: Store, system: str, draw: str) -> str:
    """Return the draw to review: the one named, else the newest with decisions waiting, else the newest.

    Empty when there is none, of this system (name, alias or id) if one is named.
    """
    if draw:
        return draw
    if system and systems.find(store, system) is None:
        return ""
    known = spotcheck.listed(store, system)
    return next((check.id for check in known if check.waiting()), known[0].id if known else "")


def look(store: Store, draw: str) -> Looked:
    """Return how a draw stands. Raises NotFound."""
    told = spotcheck.report(store, draw)
    system = told.check.drawn.system
    roles = decisions.roles_of(store, system)
    first = tuple(name for role in _FIRST for name in roles.all(role))
    return Looked(told, systems.name_of(store, system), first)
