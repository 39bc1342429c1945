"""What a live importer promises: to say what answers at a URL, and to poll it from where it was left.

It never touches the store and keeps nothing in memory between two rounds: what it must know next time goes
into its `Cursor`, which `operations.sync` writes in the same transaction as what was yielded before it. A
program that is killed at any instant goes on from the last one: without a gap, without a duplicate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from tocsin.errors import BadInput
from tocsin.importers.base import Piece
from tocsin.importers.http import Http


@dataclass(frozen=True, slots=True)
class Setting:
    """Something a person may set: its `meaning` in a few words, and the value it has when nobody does."""

    name: str
    meaning: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where a source was read, as JSON values in the importer's own terms.

    It closes what was yielded since the last one: those pieces and the cursor are stored together or not at
    all. What follows the last cursor of a round is not stored, so that a round ends with one.
    """

    value: dict[str, Any]


class LiveImporter(Protocol):
    """One kind of server. `settings` are all it understands."""

    name: ClassVar[str]
    records: ClassVar[tuple[str, ...]]
    settings: ClassVar[tuple[Setting, ...]]

    def answers(self, http: Http) -> str:
        """Return what is there, as "Prometheus 2.42.0". Raises BadInput when it is something else."""
        ...

    def poll(
        self, http: Http, settings: Mapping[str, str], cursor: dict[str, Any], now: datetime
    ) -> Iterator[Piece | Cursor]:
        """Yield what is new since `cursor` (empty at first), each part closed by a Cursor.

        `settings` holds a value for each of the importer's own, `now` is the instant of the round. Raises
        BadInput when the answer is wrong, NoAnswer (http_errors.py) when there is none.
        """
        ...


def check(known: tuple[Setting, ...], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return a value for each known setting. Raises BadInput for one nobody knows."""
    names = [one.name for one in known]
    for name in chosen:
        if name not in names:
            raise BadInput("there is no such setting.", where=name, hint=f"There are: {', '.join(names)}.")
    return {one.name: chosen.get(one.name, one.default) for one in known}
