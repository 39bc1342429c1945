"""The writing of one import: sorted, compared with what is there, packed, in short transactions."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.importers.base import Rows, Samples, Table
from tocsin.importers.times import BEYOND_US, FIRST_US
from tocsin.model.instant import from_us, iso
from tocsin.model.operator import Author
from tocsin.model.signal import Signal, likely_layer
from tocsin.operations.recording import Recording
from tocsin.operations.tally import Tally
from tocsin.store import decisions, imports, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

# One transaction takes at most this much: about 50 ms of packing, inserting and syncing.
_SAMPLES_AT_ONCE = 262_144
_PIECES_AT_ONCE = 64
_ROWS_AT_ONCE = 200
_TOLD = 1_000


@dataclass
class Writing:
    """One import on its way into the store. `number` is 0 in a dry run and before `begin`."""

    store: Store
    system: str
    record: str
    name: str
    dry_run: bool
    number: int = 0
    tally: Tally = field(default_factory=Tally)
    _waiting: list[Samples] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def begin(self, id: str, sha256: str, importer: str, author: Author) -> None:
        """Open the import."""
        with self.store.signals.write() as connection:
            self.number = imports.begin(
                connection,
                id=id,
                source=self.name,
                sha256=sha256,
                importer=importer,
                record=self.record,
                system=self.system,
                author=author,
                started=self.store.now(),
            )

    def complete(self, tally: Tally) -> None:
        """Make it visible."""
        counts = imports.Counts(tally.read, tally.stored, tally.already, tally.rejected)
        with self.store.signals.write() as connection:
            imports.complete(connection, self.number, counts, tally.assumed, self.store.now())

    def samples(self, piece: Samples) -> None:
        """Take samples of one signal; written now or with the next ones."""
        self._waiting.append(piece)
        if (
            len(self._waiting) >= _PIECES_AT_ONCE
            or sum(len(p.times) for p in self._waiting) >= _SAMPLES_AT_ONCE
        ):
            self.flush()

    def rows(self, piece: Rows) -> None:
        """Take alerts, deployments or messages."""
        for start in range(0, len(piece.rows), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            with self._transaction() as connection:
                self._recording().rows(connection, self.record, Rows(piece.rows[part], piece.lines[part]))

    def table(self, piece: Table) -> None:
        """Take a decision log."""
        log = self._recording().table(piece)
        if log is not None:
            with self.store.signals.write() as connection:
                decisions.add(connection, log)

    def _recording(self) -> Recording:
        return Recording(self.store, self.system, self.number, self.tally, self._seen)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self.store.signals.read() if self.dry_run else self.store.signals.write()

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with self._transaction() as connection:
            for piece in waiting:
                self._write(connection, piece)

    def _write(self, connection: Connection, piece: Samples) -> None:
        signal = Signal(
            self.system, piece.metric, piece.labels, piece.unit, likely_layer(piece.metric), piece.segment
        )
        self.tally.series[signal.name] = None
        times, values, lines = self._plausible(piece)
        if not len(times):
            return
        self.tally.spans(int(times[0]), int(times[-1]))
        times, values, lines = self._unique(times, values, lines)
        number = (
            series.number_of(connection, signal.id) if self.dry_run else series.ensure(connection, signal)
        )
        if number is not None and int(times[0]) <= samples.last_instant(connection, number, self.number):
            times, values, lines = self._new(connection, number, times, values, lines)
        self.tally.stored += len(times)
        if not self.dry_run and number is not None:
            samples.append(connection, number, times, values, self.number)

    def _plausible(self, piece: Samples) -> "_Columns":
        """Return the samples with a value and a time of this century, in order of time."""
        present = ~np.isnan(piece.values)
        self.tally.missing += int(len(present) - np.count_nonzero(present))
        finite = present & np.isfinite(piece.values)
        near = finite & (piece.times >= FIRST_US) & (piece.times < BEYOND_US)
        times, values, lines = piece.times, piece.values, piece.lines
        if not near.all():
            self._reject(lines[present & ~finite], "the value is not finite")
            self._reject(lines[finite & ~near], "the time is not between 2000 and 2100")
            times, values, lines = times[near], values[near], lines[near]
        if len(times) > 1 and bool((times[1:] < times[:-1]).any()):
            order = np.argsort(times, kind="stable")
            return times[order], values[order], lines[order]
        return times, values, lines

    def _unique(
        self, times: NDArray[np.int64], values: NDArray[np.float64], lines: NDArray[np.int64]
    ) -> "_Columns":
        """Keep the first of each time; the same value again is already there, another one is rejected."""
        again = np.zeros(len(times), bool)
        again[1:] = times[1:] == times[:-1]
        if not again.any():
            return times, values, lines
        first = np.maximum.accumulate(np.where(again, 0, np.arange(len(times))))
        same = again & (values == values[first])
        self.tally.already += int(np.count_nonzero(same))
        for index in np.flatnonzero(again & ~same).tolist():
            held = f"{values[first[index]]:g} in line {lines[first[index]]} of this file"
            self.tally.reject(int(lines[index]), _conflict(times[index], values[index], held))
        return times[~again], values[~again], lines[~again]

    def _new(
        self,
        connection: Connection,
        number: int,
        times: NDArray[np.int64],
        values: NDArray[np.float64],
        lines: NDArray[np.int64],
    ) -> "_Columns":
        """Keep what the store does not have; name the import that holds another value."""
        there, known, owners = samples.held(connection, number, int(times[0]), int(times[-1]), self.number)
        if not len(there):
            return times, values, lines
        place = np.minimum(np.searchsorted(there, times), len(there) - 1)
        met = there[place] == times
        same = met & (known[place] == values)
        self.tally.already += int(np.count_nonzero(same))
        differing = np.flatnonzero(met & ~same)
        for index in differing[:_TOLD].tolist():
            at = place[index]
            held = f"{known[at]:g} {self._origin(connection, int(owners[at]))}"
            self.tally.reject(int(lines[index]), _conflict(times[index], values[index], held))
        if len(differing) > _TOLD:
            self.tally.reject(int(lines[differing[_TOLD]]), "more of the same", len(differing) - _TOLD)
        return times[~met], values[~met], lines[~met]

    def _origin(self, connection: Connection, number: int) -> str:
        if number == self.number:
            return "in an earlier line of this file"
        found = imports.get(connection, number)
        when = f" of {iso(found.completed)}" if found.completed else ""
        return f"by the import of {found.source}{when} ({found.id})"

    def _reject(self, lines: NDArray[np.int64], reason: str) -> None:
        for line in lines[:_TOLD].tolist():
            self.tally.reject(line, reason)
        if len(lines) > _TOLD:
            self.tally.reject(int(lines[_TOLD]), f"{reason}, and so on", len(lines) - _TOLD)


_Columns = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]


def _conflict(time_us: np.int64, value: np.float64, held: str) -> str:
    return f"{value:g} at {iso(from_us(int(time_us)))}, which already has {held}"
