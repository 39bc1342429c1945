"""The timeline: what happened, was noticed, decided, done, told and deployed, each with its own times."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

import msgspec

from tocsin.model.decoding import converted
from tocsin.model.fields import Fields, value_of
from tocsin.model.incident import set_fields, standing
from tocsin.model.instant import When
from tocsin.model.journal import Entry, FieldsSet, TimelineAdded, Withdrawn

# The lanes in the order they are drawn. "noted" is where a line of the running log goes by itself.
LANES = ("happened", "detected", "decided", "done", "told", "deployed", "noted")

# What is told to others cannot be untold: it is withdrawn with a reason, never undone.
FINAL_LANES = ("told",)


@dataclass(frozen=True, slots=True)
class Item:
    """One timeline entry as its corrections leave it; every earlier text stays in the journal.

    Fields: `lane`, `text`, `happened` (When), `learned` (instant or None), and `source` of one that was taken
    from elsewhere. `author` is who said it, `edits` counts the corrections.
    """

    id: str
    incident: str
    author: str
    recorded_at: datetime
    fields: Fields = field(default_factory=dict)
    withdrawn: str = ""
    edits: int = 0

    @property
    def lane(self) -> str:
        """The lane it is drawn in."""
        return str(value_of(self.fields, "lane"))

    @property
    def text(self) -> str:
        """What it says now."""
        return str(value_of(self.fields, "text"))

    @property
    def happened(self) -> When:
        """When it happened, as now believed."""
        return converted(value_of(self.fields, "happened"), When)

    @property
    def learned(self) -> datetime:
        """When we came to know of it: as stated, else when it was written down."""
        value = value_of(self.fields, "learned")
        return self.recorded_at if value is None else converted(value, datetime)

    @property
    def source(self) -> str:
        """Where it was taken from; empty for one written here. What others said elsewhere moves no clock."""
        return str(value_of(self.fields, "source", ""))

    @property
    def credit(self) -> str:
        """Who said it, and where if not here."""
        return f"{self.author} ({self.source})" if self.source else self.author

    @property
    def conflict(self) -> bool:
        """Whether two people corrected the same field without knowing of each other."""
        return any(register.conflict for register in self.fields.values())


def fold(entries: Iterable[Entry]) -> Item | None:
    """Return the timeline entry its journal entries describe; None when it was undone."""
    nothing: Item | None = None
    return reduce(step, standing(entries), nothing)


def step(state: Item | None, entry: Entry) -> Item | None:
    """Return the timeline entry after one more journal entry that was not undone."""
    match entry.body:
        case TimelineAdded() as body:
            happened = msgspec.to_builtins(entry.happened)
            stated = {"lane": body.lane, "text": body.text, "happened": happened}
            learned = {} if body.learned is None else {"learned": msgspec.to_builtins(body.learned)}
            values = {**stated, **learned, **({"source": body.source} if body.source else {})}
            fields = set_fields({}, entry, values)
            said_by = body.said_by or entry.author.name
            return Item(entry.id, entry.incident, said_by, entry.recorded_at, fields)
        case FieldsSet() as body if state is not None:
            return replace(state, fields=set_fields(state.fields, entry, body.fields), edits=state.edits + 1)
        case Withdrawn() as body if state is not None:
            return replace(state, withdrawn=body.reason)
        case _:
            return state
