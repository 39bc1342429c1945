"""What an importer promises: to know its own files, and to yield what is in them, piece by piece.

An importer is a class with `name`, `records`, `knows` and `read`, registered under the entry point group
`tocsin.importers`. It never touches the store: `operations.ingest` checks, counts, refuses, keeps the
original and writes. It yields

- `Samples`, `Rows` or `Table`: what was found;
- `Rejected`: a single line that is wrong, set aside with its reason; the others still count;
- `Assumed`: what it had to assume, shown to the person before and after;
- `Step`: how far it is, often enough (some ten times a second) for a stop button to answer.

Where the structure is wrong (encoding, header, units, zones) it raises BadInput, and nothing is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput

RECORDS = ("samples", "alerts", "deployments", "decisions", "messages")


@dataclass(frozen=True, slots=True)
class Source:
    """The file to read. `path` is a private copy that nobody changes; `name` is what the person called it.

    `scratch` is an empty folder for the importer's own use, deleted afterwards. `modified` is when the
    original was last written.
    """

    path: Path
    name: str
    scratch: Path
    modified: datetime

    def head(self, size: int = 65_536) -> bytes:
        """Return the first bytes."""
        with self.path.open("rb") as file:
            return file.read(size)


@dataclass(frozen=True, slots=True)
class Options:
    """What the person said about the file. Empty means: not said.

    `zone` is an IANA name for times without one, `time_unit` one of s, ms, us, ns for times that are numbers,
    `mapping` says which column is what, with the importer's own keys.
    """

    record: str = "samples"
    zone: str = ""
    time_unit: str = ""
    mapping: dict[str, str] = field(default_factory=dict)


def mapping(text: str) -> dict[str, str]:
    """Return what words like time=ts,value=latency say of the columns. Raises BadInput.

    A part without = goes on with the one before.
    """
    found: dict[str, str] = {}
    last = ""
    for part in text.split(",") if text.strip() else ():
        key, equals, column = part.partition("=")
        if equals:
            last = key.strip()
            found[last] = column.strip()
        elif last:
            found[last] += f",{part.strip()}"
        else:
            raise BadInput("--map is KEY=COLUMN, such as time=ts,value=latency.", where=text)
    return found


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of one signal, of equal lengths, in the file's order or sorted by time.

    `times` are int64 UTC microseconds, `values` float64 (NaN: missing), `lines` the line each came from.
    """

    metric: str
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    lines: NDArray[np.int64]
    labels: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Alerts, deployments or messages: one dict a record, its `line` number under the same index in `lines`.

    Keys are those of `model.alert.Alert`, `model.deployment.Deployment` or time, author, text; times are
    aware datetimes, numbers are numbers, everything else text. Absent means not said.
    """

    rows: list[dict[str, Any]]
    lines: list[int]


@dataclass(frozen=True, slots=True)
class Table:
    """A decision log, as Parquet in the scratch folder; first and last time in UTC microseconds."""

    path: Path
    rows: int
    columns: tuple[str, ...]
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line that was set aside, or `count` of them from `line` on."""

    line: int
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Assumed:
    """Something the file does not say: what it concerns, and what was taken instead."""

    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """How far the reading is; `total` None when unknown."""

    done: int
    total: int | None
    note: str


Piece = Samples | Rows | Table | Rejected | Assumed | Step


class Importer(Protocol):
    """One kind of source."""

    name: ClassVar[str]
    records: ClassVar[tuple[str, ...]]

    def knows(self, source: Source) -> bool:
        """Whether the content (not the name) is of this kind. Looks at the head only, raises nothing."""
        ...

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield what is in the source. Raises BadInput when its structure is wrong."""
        ...
