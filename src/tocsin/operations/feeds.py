"""What a live source sends, on its way into the store: pieces and cursor in one transaction, a day an import.

Whoever kills the program between two transactions finds at the next start what the last one left, and the
source is asked again from its cursor on: nothing is missing, nothing is there twice.
"""

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Rows, Samples, Table
from tocsin.model.instant import from_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.model.source import LiveSource
from tocsin.operations import imports as imported
from tocsin.operations import original
from tocsin.operations.belonging import Belonging
from tocsin.operations.recording import Recording
from tocsin.operations.sieve import Sieve
from tocsin.operations.tally import Tally
from tocsin.operations.writing import LONGEST_NAME
from tocsin.store import feeds, imports, merging, samples, series, watermarks
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_TAKEN = 64  # times something was taken, after which small chunks become one
_MOST_CHUNKS = 32  # small ones that a series may keep all the same
_MERGED_AT_ONCE = 16
_LATE = timedelta(minutes=10)  # several queries of one round overtake each other by less
_MOST_REJECTS = 1_000  # a day, kept with their reasons; all are counted
Found = tuple[Signal, str, samples.Times, samples.Values]


@dataclass
class Feed:
    """One live source's way into the store. `author` is who runs the program."""

    store: Store
    source: LiveSource
    author: Author
    _untidy: int = _TAKEN

    def take(self, pieces: Sequence[Piece], cursor: dict[str, Any] | None = None) -> Tally:
        """Store pieces, and with them the cursor if there is one; return what became of the rows.

        Raises StoreProblem when it could not be stored; then nothing was. What is there already is counted
        and left alone, so that the same pieces may be taken again. An alert that is new counts as raised now.
        """
        tally, now = Tally(), self.store.now()
        belonging = Belonging(self.store, self.source.system)
        found = self._sifted(pieces, tally, belonging)
        rows = [piece for piece in pieces if isinstance(piece, Rows)]
        _name_systems(rows, belonging)
        belonging.add_systems(self.author)
        with self.store.signals.write() as connection:
            day = None
            if found or rows or tally.read:
                first_us = min((int(times[0]) for _, _, times, _ in found), default=None)
                day = self._day(connection, now, first_us)
                self._store_samples(connection, found, day.number, tally)
                recording = Recording(
                    self.store, belonging, tally, day.number, arrived=now, source=self.source.name
                )
                for piece in rows:
                    tally.met(piece.record, len(piece.rows))
                    recording.rows(connection, piece)
                recording.put_newer(connection)
                counts = imports.Counts(tally.read, tally.stored, tally.already, tally.rejected)
                feeds.count(connection, day, counts, tally.assumed, set(tally.records))
                if tally.stored and tally.last_us is not None:
                    feeds.note_arrival(connection, day.number, now, tally.last_us)
            kept = feeds.get(connection, self.source.name)
            newest = _later(kept.state.newest, tally.last_us)
            state = replace(kept.state, rows=kept.state.rows + tally.stored, newest=newest)
            feeds.put(connection, self.source.name, cursor=cursor, state=state)
        self._untidy += bool(found)
        if day is not None and tally.rejects:
            self._keep_rejects(day.id, tally)
        return tally

    def end_days(self, stop: threading.Event | None = None, *, today_too: bool = False) -> None:
        """Close the imports of days that are over, and have the journal say what they brought.

        When `stop` is set meanwhile, a day stays open until the next time.
        """
        stop = stop or threading.Event()
        today = "" if today_too else _day_of(self.store.now())
        with self.store.signals.read() as connection:
            over = [
                one
                for one in feeds.open_imports(connection, self.source.name)
                if _day_of(one.started) != today
            ]
        for one in over:
            self._merge(one.number, 1, stop)
            if stop.is_set():
                return
            with self.store.signals.write() as connection:
                feeds.close(connection, one.number, self.store.now())
        if over:
            imported.append_missing_entries(self.store)

    def tidy(self, stop: threading.Event) -> None:
        """Make one chunk of many small ones in today's import, when enough has come since the last time."""
        if self._untidy < _TAKEN:
            return
        self._untidy = 0
        with self.store.signals.read() as connection:
            days = feeds.open_imports(connection, self.source.name)
        for one in days:
            self._merge(one.number, _MOST_CHUNKS, stop)

    def _merge(self, number: int, most: int, stop: threading.Event) -> None:
        """Merge in short transactions, series by series; those with no more than `most` are left alone."""
        with self.store.signals.read() as connection:
            crowded = merging.crowded(connection, number, most)
        for start in range(0, len(crowded), _MERGED_AT_ONCE):
            if stop.is_set():
                return
            with self.store.signals.write() as connection:
                for one in crowded[start : start + _MERGED_AT_ONCE]:
                    merging.merge(connection, one, number)

    def _sifted(self, pieces: Iterable[Piece], tally: Tally, belonging: Belonging) -> list[Found]:
        """Return the plausible samples by signal, and count what is set aside."""
        sieve, found = Sieve(tally, 0), []
        for piece in pieces:
            match piece:
                case Samples():
                    signal = belonging.signal(piece)
                    length = len(signal.name) + len(signal.unit)
                    if length > LONGEST_NAME:
                        tally.reject(0, f"the name of a signal has {length:,} characters", len(piece.times))
                        continue
                    times, values, _lines = sieve.plausible(piece)
                    tally.met("samples", len(times))
                    if len(times):
                        tally.spans(int(times[0]), int(times[-1]))
                        found.append((signal, signal.id, times, values))
                case Assumed(what, value):
                    tally.assumed[what] = value
                case Rejected(line, reason, count):
                    tally.reject(line, reason, count)
                case Table():
                    raise BadInput("a live source cannot send decision logs.", where=self.source.name)
                case _:
                    pass
        return found

    def _store_samples(self, connection: Connection, found: Sequence[Found], day: int, tally: Tally) -> None:
        if not found:
            return
        numbers = series.numbers_of(connection, [id for _, id, _, _ in found])
        first = min(int(times[0]) for _, _, times, _ in found)
        ends = samples.ends_since(connection, first)
        sieve, press = Sieve(tally, day), samples.compressor()
        packed: list[tuple[int, dict[str, Any]]] = []
        waiting: dict[int, int] = {}  # by series, the first instant of what is packed and not inserted yet
        for signal, id, times, values in found:
            number = numbers.get(id)
            if number is None:
                numbers[id] = number = series.ensure(connection, signal)
            if int(times[0]) <= ends.get(number, samples.EARLIEST):
                if number in waiting:
                    _insert(connection, day, packed, waiting)
                lines = np.zeros(len(times), np.int64)
                times, values, _ = sieve.new(connection, number, times, values, lines)
            if len(times):
                ends[number] = max(ends.get(number, samples.EARLIEST), int(times[-1]))
                waiting[number] = min(waiting.get(number, samples.LATEST), int(times[0]))
                tally.stored += len(times)
                packed += [(number, one) for one in samples.pack_all(times, values, press)]
        _insert(connection, day, packed, waiting)

    def _day(self, connection: Connection, now: datetime, first_us: int | None) -> imports.Import:
        """Return the import of today that takes what begins at `first_us`, opened by the first that comes.

        What is older than what had long arrived goes into one of its own: how far an import had come tells
        what a document of that time could know (`store.past.limits`).
        """
        for one in feeds.open_imports(connection, self.source.name):
            if _day_of(one.started) == _day_of(now):
                before_us = feeds.arrived_by(connection, one.number, now - _LATE)
                if first_us is None or before_us is None or first_us > before_us:
                    return one
        number = imports.begin(
            connection,
            id=self.store.new_id(),
            source=self.source.name,
            sha256="",
            importer=self.source.importer,
            record="",
            system=self.source.system,
            author=self.author,
            started=now,
            feed=self.source.name,
        )
        return imports.get(connection, number)

    def _keep_rejects(self, id: str, tally: Tally) -> None:
        """Add what was set aside to the file of the day; it explains, and nothing depends on it."""
        file = original.rejects_file(self.store.folder("imports"), id)
        with suppress(OSError):
            held = file.read_bytes().count(b"\n") if file.exists() else 0
            with file.open("ab") as told:
                for reject in tally.rejects[: max(_MOST_REJECTS - held, 0)]:
                    told.write(msgspec.json.encode(reject) + b"\n")


def _insert(
    connection: Connection, day: int, packed: list[tuple[int, dict[str, Any]]], waiting: dict[int, int]
) -> None:
    samples.insert_many(connection, day, packed)
    watermarks.reopen(connection, waiting)
    packed.clear()
    waiting.clear()


def _name_systems(rows: Iterable[Rows], belonging: Belonging) -> None:
    """Meet every system the rows name; a name that is none is refused with its row later."""
    for name in {str(row.get("system", "")) for piece in rows for row in piece.rows}:
        with suppress(BadInput):
            belonging.system_of(name)


def _later(known: datetime | None, us: int | None) -> datetime | None:
    if us is None:
        return known
    found = from_us(us)
    return found if known is None else max(known, found)


def _day_of(instant: datetime) -> str:
    return instant.astimezone(UTC).date().isoformat()
