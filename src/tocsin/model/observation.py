"""An observation: what somebody noticed, reported before anybody knows whether it is an incident."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

import msgspec

from tocsin.model.decoding import converted
from tocsin.model.fields import Fields, value_of
from tocsin.model.incident import set_fields, standing
from tocsin.model.instant import When
from tocsin.model.journal import Entry, FieldsSet, ObservationReported, Withdrawn

MONITORING, USER, INTERNAL, EXTERNAL = (
    "automated monitoring", "user report", "internal discovery", "external report",
)  # fmt: skip
CHANNELS = (MONITORING, USER, INTERNAL, EXTERNAL)  # domain.md K3


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation as its corrections leave it; every earlier word stays in the journal.

    Fields: `system` (its id), `text`, `channel` (one of CHANNELS), `noticed_by`, `happened` (When), `learned`
    (instant or None), `incident` (id of the one declared from it, or that took it in). `author` reported it.
    """

    id: str
    author: str
    recorded_at: datetime
    fields: Fields = field(default_factory=dict)
    withdrawn: str = ""
    edits: int = 0

    @property
    def happened(self) -> When:
        """When it happened, as now believed: as stated, else when we learned of it."""
        value = value_of(self.fields, "happened")
        return When(self.learned) if value is None else converted(value, When)

    @property
    def learned(self) -> datetime:
        """When we came to know of it: as stated, else when it was written down (domain.md K5)."""
        value = value_of(self.fields, "learned")
        return self.recorded_at if value is None else converted(value, datetime)

    @property
    def is_late(self) -> bool:
        """Whether it was stated to have happened at another time than we learned of it."""
        return self.is_stated("happened") and self.happened.at != self.learned

    def is_stated(self, name: str) -> bool:
        """Whether somebody stated a field, as against what follows from the others."""
        return value_of(self.fields, name) is not None

    @property
    def system(self) -> str:
        """The id of the system it is about."""
        return self._text("system")

    @property
    def text(self) -> str:
        """What was noticed."""
        return self._text("text")

    @property
    def channel(self) -> str:
        """How it reached us."""
        return self._text("channel")

    @property
    def noticed_by(self) -> str:
        """Who noticed it, in the reporter's words; empty when nobody said."""
        return self._text("noticed_by")

    @property
    def incident(self) -> str:
        """The id of the incident it belongs to, empty while it waits."""
        return self._text("incident")

    def _text(self, name: str) -> str:
        return str(value_of(self.fields, name, ""))


def fold(entries: Iterable[Entry]) -> Observation | None:
    """Return the observation its journal entries describe, in order; None when they report none."""
    nothing: Observation | None = None
    return reduce(_step, standing(entries), nothing)


def _step(state: Observation | None, entry: Entry) -> Observation | None:
    match entry.body:
        case ObservationReported() as body:
            values = {"system": body.system, "text": body.text, "channel": body.channel}
            values |= {"noticed_by": body.noticed_by} if body.noticed_by else {}
            stated = {"happened": entry.occurred, "learned": body.learned}
            built = {name: msgspec.to_builtins(at) for name, at in stated.items() if at is not None}
            fields = set_fields({}, entry, {**values, **built})
            return Observation(entry.subject, entry.author.name, entry.recorded_at, fields)
        case FieldsSet() as body if state is not None:
            edits = state.edits + ("incident" not in body.fields)
            return replace(state, fields=set_fields(state.fields, entry, body.fields), edits=edits)
        case Withdrawn() as body if state is not None and body.entry == state.id:
            return replace(state, withdrawn=body.reason)
        case _:
            return state
