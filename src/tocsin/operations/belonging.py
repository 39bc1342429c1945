"""Where what comes in belongs: to the system it names, and to the place people gave its signal."""

from dataclasses import dataclass, field

from tocsin.errors import BadInput
from tocsin.importers.base import Samples
from tocsin.model.operator import Author
from tocsin.model.signal import Placement, Signal, likely_layer, placed
from tocsin.operations import signals, systems
from tocsin.store.folder import Store

MOST_NEW = 500  # each is an entry of the journal, where it stays


@dataclass
class Belonging:
    """Answers for one import or one round of a source; `system` is the id of what names no other.

    A name met for the first time gets an id at once and is added by `add_systems`, so that what is refused
    later adds no system.
    """

    store: Store
    system: str
    name: str = ""
    new: dict[str, str] = field(default_factory=dict)  # name to id
    _known: dict[str, str] = field(default_factory=dict)
    _placements: dict[str, Placement] | None = None

    def system_of(self, name: str) -> str:
        """Return the id of the system with this name; without one, of the system told. Raises BadInput."""
        if not name:
            return self.system
        if name not in self._known:
            found = systems.find(self.store, name)
            trimmed = systems.checked_name(name)
            if found is None and trimmed not in self.new and len(self.new) >= MOST_NEW:
                raise BadInput(
                    f"it names more than {MOST_NEW:,} systems nobody knows yet, the last {trimmed}.",
                    hint="Is it systems that this column or label names?",
                )
            self._known[name] = found.id if found else self.new.setdefault(trimmed, self.store.new_id())
        return self._known[name]

    def signal(self, piece: Samples) -> Signal:
        """Return the signal of some samples, as people placed it or else as the importer proposes."""
        proposal = Signal(
            system=self.system_of(piece.system),
            metric=piece.metric,
            labels=piece.labels,
            unit=piece.unit,
            layer=likely_layer(piece.metric),
            segment=piece.segment,
            group=piece.group,
        )
        if self._placements is None:
            self._placements = signals.placements(self.store)
        return placed(proposal, self._placements.get(proposal.id))

    def add_systems(self, author: Author) -> None:
        """Add the systems met for the first time. Raises StoreProblem when somebody else just did."""
        for name, id in self.new.items():
            systems.add_as(self.store, author, name, id)


def told(store: Store, system: str) -> Belonging:
    """Return where records belong that are imported into a system named, which may be new."""
    known = systems.find(store, system)
    belonging = Belonging(store, known.id if known else store.new_id(), system)
    if known is None:
        belonging.new[systems.checked_name(system)] = belonging.system
    return belonging
