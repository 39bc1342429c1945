"""Samples on their way in: what is implausible, double or there already is counted and left out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.importers.base import Samples
from tocsin.importers.times import BEYOND_US, FIRST_US
from tocsin.model.instant import from_us, iso
from tocsin.operations.tally import Tally
from tocsin.store import imports, samples
from tocsin.store.database import Connection

Columns = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]  # times, values, lines
_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Sieve:
    """The sieve of one import; `own` is its number, 0 while it has none."""

    tally: Tally
    own: int

    def plausible(self, piece: Samples) -> Columns:
        """Return the samples with a value and a time of this century, in order of time, each time once."""
        return self._unique(*self._in_order(piece))

    def _in_order(self, piece: Samples) -> Columns:
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
    ) -> Columns:
        """Keep the first of each time; the same value again is already there, another one is rejected."""
        again = np.zeros(len(times), bool)
        again[1:] = times[1:] == times[:-1]
        if not again.any():
            return times, values, lines
        first = np.maximum.accumulate(np.where(again, 0, np.arange(len(times))))
        same = again & (values == values[first])
        self.tally.already += int(np.count_nonzero(same))
        for index in np.flatnonzero(again & ~same).tolist():
            line = int(lines[first[index]])
            held = f"{values[first[index]]:g} " + (f"in line {line} of this file" if line else "just before")
            self.tally.reject(int(lines[index]), _conflict(times[index], values[index], held))
        return times[~again], values[~again], lines[~again]

    def new(
        self,
        connection: Connection,
        number: int,
        times: NDArray[np.int64],
        values: NDArray[np.float64],
        lines: NDArray[np.int64],
    ) -> Columns:
        """Return what the store does not have; a value other than its own is rejected, naming its import."""
        if int(times[0]) > samples.last_instant(connection, number, self.own):
            return times, values, lines
        there, known, owners = samples.held(connection, number, int(times[0]), int(times[-1]), self.own)
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
        if number == self.own:
            return "in an earlier line of this file"
        found = imports.get(connection, number)
        when = f" of {iso(found.completed)}" if found.completed else ""
        return f"by the import of {found.source}{when} ({found.id})"

    def _reject(self, lines: NDArray[np.int64], reason: str) -> None:
        for line in lines[:_TOLD].tolist():
            self.tally.reject(line, reason)
        if len(lines) > _TOLD:
            self.tally.reject(int(lines[_TOLD]), f"{reason}, and so on", len(lines) - _TOLD)


def _conflict(time_us: np.int64, value: np.float64, held: str) -> str:
    return f"{value:g} at {iso(from_us(int(time_us)))}, which already has {held}"
