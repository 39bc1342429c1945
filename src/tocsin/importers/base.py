"""What an importer promises: to know its own sources, and to yield what is in them, piece by piece.

An importer is a class registered under the entry point group `tocsin.importers`. One of files has `name`,
`records`, `knows` and `read` (`Importer`); one of a server has `name`, `records`, `settings`, `answers` and
`poll` (`importers.live.LiveImporter`); one class may be both. It never touches the store: `operations.ingest`
and `operations.sync` check, count, refuse, keep the original and write. It yields

- `Samples`, `Rows` or `Table`: what was found;
- `Rejected`: a single record that is wrong, set aside with its reason; the others still count;
- `Assumed`: what it had to assume, shown to the person before and after;
- `Step`: how far it is, often enough (some ten times a second) for a stop button to answer.

Where the structure is wrong (encoding, header, units, zones) it raises BadInput, and nothing is stored.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput

_PARTS = re.compile(r"(?:(?<==)'[^']*'|\{[^{}]*\}|[^,])+")
RECORDS = ("samples", "alerts", "deployments", "decisions", "messages")


@dataclass(frozen=True, slots=True)
class Source:
    """The file to read. `path` is a private copy that nobody changes; `name` is what the person called it.

    `scratch` is an empty folder for the importer's own use, deleted afterwards. `modified` is when the
    original was last written. What was compressed by gzip, or alone in a zip, is unpacked already. An archive
    or a folder of several files comes with its `members`, name in it (as `a/b.json`) to unpacked copy; then
    `path` is the archive. Members no importer knows together are read one by one, as sources of their own.
    """

    path: Path
    name: str
    scratch: Path
    modified: datetime
    members: Mapping[str, Path] = field(default_factory=dict)

    def head(self, size: int = 65_536) -> bytes:
        """Return the first bytes."""
        with self.path.open("rb") as file:
            return file.read(size)


@dataclass(frozen=True, slots=True)
class Options:
    """What the person said about the file. Empty means: not said.

    `record` names the one kind of record wanted (else whatever the importer finds), `importer` the one that
    shall read it. `zone` is an IANA name for times without one, `time_unit` one of s, ms, us, ns for times
    that are numbers, `at` the instant of a file that states none; `mapping` says which column is what, with
    the importer's own keys.
    """

    record: str = ""
    zone: str = ""
    time_unit: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None
    importer: str = ""


def mapping(text: str) -> dict[str, str]:
    """Return what words like time=ts,value=latency say of the columns. Raises BadInput.

    A part without = goes on with the one before. Commas in quotes or braces divide nothing.
    """
    found: dict[str, str] = {}
    last = ""
    for part in _PARTS.findall(text) if text.strip() else ():
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
    `segment` is the part of the users or inputs it is about, `group` the protected group; `system` the name
    of the system where the source says one, else empty: the one the import was told.
    """

    metric: str
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    lines: NDArray[np.int64]
    labels: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    segment: str = ""
    group: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Alerts, deployments or messages: one dict a record, its `line` number under the same index in `lines`.

    Times are aware datetimes, numbers are numbers, truths booleans, everything else text. Absent means not
    said. `system` (a name) and `id` (the source's own: sent again it is the same record) are keys of all.

    alerts       time severity | metric message value threshold detector labels (dict) start ended updated
    deployments  time name version | kind slot vendor pinned until earliest
    messages     time text | author channel thread tags (list) extra (dict of text)

    An alert of a known id that says something else is its newer state when `updated` is later than what is
    held, or it has ended meanwhile; a deployment of a known id when it has an `until` now.
    """

    record: str
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
    """One record that was set aside, or `count` of them from `line` on."""

    line: int
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Assumed:
    """Something the source does not say: what it concerns, and what was taken instead."""

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
    """One kind of file."""

    name: ClassVar[str]
    records: ClassVar[tuple[str, ...]]

    def knows(self, source: Source) -> bool:
        """Whether the content (not the name) is of this kind. Looks at the head only, raises nothing."""
        ...

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield what is in the source. Raises BadInput when its structure is wrong."""
        ...
