"""Decision logs: which column is the id, which the time; all others are kept, some under new names."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options
from tocsin.importers.mapping import Head, Pattern, column, constant, pattern, stated_time

COLUMN = "column."
ROW = "#"  # as an id: rows are told apart by file and number
_ID_NAMES = ("id", "decision_id", "request_id", "case_id", "uuid")


@dataclass(frozen=True, slots=True)
class DecisionsMapping:
    """What id and time are made of, and the other columns of the log, by the name each gets."""

    time: Pattern
    id: Pattern
    others: Mapping[str, Pattern]

    @property
    def numbered(self) -> bool:
        """Whether the rows have no id of their own but their number."""
        return self.id.constant == ROW

    def assumed(self) -> list[Assumed]:
        """Return what to tell of it."""
        renamed = [f"{made} as {name}" for name, made in self.others.items() if made.column != name]
        told = [
            Assumed("time", self.time.constant or str(self.time)),
            Assumed("id", ROW if self.numbered else str(self.id)),
        ]
        return told + ([Assumed("columns renamed", ", ".join(renamed))] if renamed else [])

    def stated(self) -> dict[str, str]:
        """Return it as Options.mapping says it."""
        renamed = {COLUMN + name: str(made) for name, made in self.others.items() if made.column != name}
        return {"time": str(self.time), "id": ROW if self.numbered else str(self.id), **renamed}


def decisions_mapping(head: Head, options: Options) -> DecisionsMapping:
    """Return which column is what. Raises BadInput."""
    stated = options.mapping
    unknown = [k for k in stated if k not in ("time", "id") and not (k.startswith(COLUMN) and k != COLUMN)]
    if unknown:
        raise BadInput(
            f"--map knows no “{min(unknown)}” for decisions.",
            where=head.source,
            hint="It takes time, id and column.NAME.",
        )
    time, id = stated_time(head, options), _id(head, options)
    told = {
        key.removeprefix(COLUMN): pattern(said, head.columns, head.source)
        for key, said in stated.items()
        if key.startswith(COLUMN)
    }
    gone = {time.column, id.column, *(made.column for made in told.values())}
    others = {_free(name): column(name) for name in head.columns if name not in gone}
    names = [*others, *(_free(name) for name in told)]
    twice = [name for name in names if [one.lower() for one in names].count(name.lower()) > 1]
    if twice:
        raise BadInput(f"two columns of the log would be called {twice[0]}.", where=head.source)
    return DecisionsMapping(time, id, others | {_free(name): made for name, made in told.items()})


def _id(head: Head, options: Options) -> Pattern:
    if said := options.mapping.get("id", ""):
        if said == ROW and ROW not in head.columns:
            return constant(ROW)
        return pattern(said, head.columns, head.source)
    for name in head.columns:
        if name.lower() in _ID_NAMES:
            return column(name)
    raise BadInput(
        "no column tells decisions apart, so that none is counted twice.",
        where=head.source,
        hint="Say --map id=COLUMN, or id=# to number its rows.",
    )


def _free(name: str) -> str:
    return f"{name}_" if name.lower() in ("id", "time") else name
