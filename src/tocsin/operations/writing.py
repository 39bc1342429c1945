"""The writing of one import: pieces gathered, sifted and packed, then inserted in short transactions."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tocsin.errors import BadInput
from tocsin.importers.base import Rows, Samples, Table
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.operations.belonging import Belonging
from tocsin.operations.recording import Recording
from tocsin.operations.sieve import Sieve
from tocsin.operations.tally import Tally
from tocsin.store import decisions, imports, log_marks, merging, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

# One transaction takes at most this much: it only inserts what was packed before, in some 30 ms.
_SAMPLES_AT_ONCE = 1_048_576
_PIECES_AT_ONCE = 256
_JUDGED_AT_ONCE = 64
_ROWS_AT_ONCE = 200
LONGEST_NAME = 2_000  # characters of metric, labels and unit; more is no name and would fill every screen


@dataclass
class Writing:
    """One import on its way into the store. `number` is 0 in a dry run and before the first transaction."""

    store: Store
    belonging: Belonging
    name: str
    dry_run: bool
    number: int = 0
    tally: Tally = field(default_factory=Tally)
    _opening: dict[str, Any] = field(default_factory=dict)
    _taken: deque[tuple[Signal, str, Samples]] = field(default_factory=deque)
    _packed: list[tuple[Signal, samples.Packed]] = field(default_factory=list)
    _packed_samples: int = 0
    _packed_until: dict[str, int] = field(default_factory=dict)  # by signal id, the newest time packed
    _recording: Recording | None = None

    def begin(self, id: str, sha256: str, importer: str, author: Author, options: dict[str, str]) -> None:
        """Say what is imported; the first transaction writes it down."""
        self._opening = {
            "id": id,
            "source": self.name,
            "sha256": sha256,
            "importer": importer,
            "record": options.get("record", ""),
            "system": self.belonging.system,
            "author": author,
            "options": options,
            "started": self.store.now(),
        }

    def complete(self) -> None:
        """Write the rest and make all of it visible. Raises BadInput when a live source was faster."""
        tally = self.tally
        counts = imports.Counts(tally.read, tally.stored, tally.already, tally.rejected)
        with self._transaction() as connection:
            self._insert(connection)
            if merging.clashes(connection, self.number):
                raise BadInput(
                    "a live source has just brought some of the same samples.",
                    where=self.name,
                    hint="Import it again; what is there then is left alone.",
                )
            self.recording().put_newer(connection)
            records = ", ".join(sorted(tally.records))
            imports.complete(connection, self.number, counts, tally.assumed, self.store.now(), records)
            log_marks.reopen(connection, self.number)

    def take_samples(self, piece: Samples) -> None:
        """Take samples of one signal; judged now or with the next ones."""
        self.tally.met("samples", len(piece.times))
        signal = self.belonging.signal(piece)
        length = len(signal.name) + len(signal.unit)
        if length > LONGEST_NAME:
            reason = f"the name of the signal has {length:,} characters; {LONGEST_NAME:,} is the limit"
            self.tally.reject(int(piece.lines[0]), reason, len(piece.times))
            return
        self.tally.series[signal.name] = None
        if len(piece.times):
            self._taken.append((signal, signal.id, piece))
        if len(self._taken) >= _JUDGED_AT_ONCE or len(piece.times) >= samples.CHUNK:
            self.judge()

    def judge(self) -> None:
        """Sift and pack what was taken; write when enough has come together."""
        while self._taken:
            sifted = []
            with self.store.signals.read() as connection:
                while self._taken and not self._overlaps():
                    signal, id, piece = self._taken.popleft()
                    times, values = self._sift(connection, id, piece)
                    if len(times):
                        sifted.append((signal, times, values))
                        self._packed_until[id] = int(times[-1])
            if not self.dry_run:
                self._packed += [
                    (signal, samples.pack_all(times, values)) for signal, times, values in sifted
                ]
                self._packed_samples += sum(len(times) for _, times, _ in sifted)
            full = self._packed_samples >= _SAMPLES_AT_ONCE or len(self._packed) >= _PIECES_AT_ONCE
            if full or self._taken:
                self._write()

    def _overlaps(self) -> bool:
        """Whether the next piece can be compared only when the store has what is packed."""
        _, id, piece = self._taken[0]
        return int(piece.times.min()) <= self._packed_until.get(id, samples.EARLIEST)

    def _sift(self, connection: Connection, id: str, piece: Samples) -> tuple[samples.Times, samples.Values]:
        """Return what is new of a piece, and count all of it."""
        sieve = Sieve(self.tally, self.number)
        columns = sieve.plausible(piece)
        if len(columns[0]):
            self.tally.spans(int(columns[0][0]), int(columns[0][-1]))
            number = series.number_of(connection, id)
            if number is not None:
                columns = sieve.new(connection, number, *columns)
        self.tally.stored += len(columns[0])
        return columns[0], columns[1]

    def _write(self) -> None:
        if not self.dry_run:
            with self._transaction() as connection:
                self._insert(connection)
        self._packed_until.clear()

    def _insert(self, connection: Connection) -> None:
        for signal, packed in self._packed:
            samples.insert_packed(connection, series.ensure(connection, signal), self.number, packed)
        self._packed, self._packed_samples = [], 0

    def take_rows(self, piece: Rows) -> None:
        """Take alerts, deployments or messages."""
        self.tally.met(piece.record, len(piece.rows))
        if piece.record == "alerts":
            self.judge()  # the samples before it, so that an alert finds its signal
            self._write()
        for start in range(0, len(piece.rows), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            with self._transaction() as connection:
                rows = Rows(piece.record, piece.rows[part], piece.lines[part])
                self.recording().rows(connection, rows)

    def take_table(self, piece: Table) -> None:
        """Take a decision log."""
        self.tally.met("decisions", piece.rows)
        if not self.dry_run:
            self._write()
        log = self.recording().table(piece)
        if log is not None:
            with self._transaction() as connection:
                decisions.put(connection, log)

    def recording(self) -> Recording:
        """Return what takes the records of this import."""
        if self._recording is None:
            self._recording = Recording(self.store, self.belonging, self.tally)
        self._recording.number = self.number
        return self._recording

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Give a connection to write with, the import being opened in it if need be; in a dry run to read."""
        if self.dry_run:
            with self.store.signals.read() as connection:
                yield connection
            return
        with self.store.signals.write() as connection:
            self.number = self.number or imports.begin(connection, **self._opening)
            yield connection
