"""Import: what is the same for every source. Check, count, refuse, keep the original, show at once.

One import at a time per store, held by a lock beside the files. Rows are written in short transactions under
an import that readers ignore; the last one makes it complete, then the journal says so, under an id made
before. Whatever ends an import early (a stop, a refusal, a crash) leaves nothing that anybody can see.
"""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tocsin.errors import BadInput, StoreProblem
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Samples, Step, Table
from tocsin.model.instant import iso
from tocsin.model.operator import Author
from tocsin.operations import archive, belonging, original, packing, readings, signals, systems, waiting
from tocsin.operations import imports as imported
from tocsin.operations.progress import Progress
from tocsin.operations.recording import decisions_file
from tocsin.operations.tally import Reject, Tally
from tocsin.operations.writing import Writing
from tocsin.store import imports
from tocsin.store.folder import Store, checked_zone

MOST_REJECTED = 0.1
Work = Generator[Progress, None, "ImportReport"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. read = stored + already + rejected + missing.

    `read` counts values: one a row, or one a value column of it. `rejects` are the first thousand of those
    set aside; `id` is that of the journal entry, empty in a dry run. `messages` are the ids of its messages,
    for a timeline to take. `records` tells how many of each kind were met: values of samples, else rows.
    """

    source: str
    importer: str
    record: str
    system: str
    read: int
    stored: int
    already: int
    rejected: int
    missing: int = 0
    assumed: dict[str, str] = field(default_factory=dict)
    series: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    rejects: tuple[Reject, ...] = ()
    dry_run: bool = False
    id: str = ""
    messages: tuple[str, ...] = ()
    records: dict[str, int] = field(default_factory=dict)


def ingest(
    store: Store, author: Author, path: Path, *, system: str, options: Options, dry_run: bool = False
) -> Work:
    """Import one file into `system`, which is added when new; in a dry run only tell what would happen.

    Raises BadInput when the file's structure is wrong or more than a tenth of it is rejected; then, and when
    the generator is closed early, nothing of it is stored.
    """
    systems.checked_name(system)
    if options.zone:
        checked_zone(options.zone)
    with _in_words(path):
        return (yield from _ingested(store, author, path, system, options, dry_run=dry_run))


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Tell of a full disk, or one that went away, what to do about it."""
    try:
        yield
    except OSError as error:
        raise StoreProblem(
            f"the import stopped: {error.strerror or error}.",
            where=original.shown(path),
            hint="Nothing of it was stored. When the disk has room, import it again.",
        ) from error


def _ingested(
    store: Store, author: Author, path: Path, system: str, options: Options, *, dry_run: bool
) -> Work:
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
            return (yield from _imported(store, author, path, system, options, Path(folder), dry_run=True))
    store.refuse_read_only()
    lock = yield from waiting.turn(store.path / "import.lock", "waiting for another import to finish")
    try:
        yield from sweep(store)
        with _work_folder(store) as folder:
            return (yield from _imported(store, author, path, system, options, folder, dry_run=False))
    finally:
        lock.release()


@contextmanager
def _work_folder(store: Store) -> Iterator[Path]:
    folder = store.folder("imports") / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(store: Store) -> Generator[Progress, None, None]:
    """Delete what imports left behind that a crash or a stop ended. The caller holds the import lock."""
    with store.signals.read() as connection:
        unfinished = imports.pending(connection)
    for one in unfinished:
        yield from _swept(store, one.number)
        _drop_files(store, one.id, one.sha256)


def _swept(store: Store, number: int) -> Generator[Progress, None, None]:
    (store.path / "imports" / decisions_file(number)).unlink(missing_ok=True)
    more = True
    while more:
        with store.signals.write() as connection:
            more = imports.sweep_some(connection, number)
        yield Progress(0, None, "clearing away what an unfinished import left")


def _drop_files(store: Store, id: str, sha256: str) -> None:
    """Delete what an import kept of its file, unless a complete one was of the same."""
    folder = store.folder("imports")
    original.rejects_file(folder, id).unlink(missing_ok=True)
    with store.signals.read() as connection:
        kept = imports.is_kept(connection, sha256)
    if sha256 and not kept:
        (folder / sha256).unlink(missing_ok=True)


def _imported(
    store: Store, author: Author, path: Path, system: str, options: Options, folder: Path, *, dry_run: bool
) -> Work:
    original.refuse_stores(path)
    whole = packing.packed if path.is_dir() else original.copy
    copied = yield from whole(path, folder)
    source = yield from archive.unpacked(copied, folder)
    found = readings.of(source, options)
    names = ", ".join(dict.fromkeys(importer.name for _, importer in found))
    writing = Writing(store, belonging.told(store, system), dry_run=dry_run, name=copied.name)
    entry = store.new_id()
    if not dry_run:
        writing.begin(entry, copied.sha256, names, author, _said(options))
    _note_earlier(store, copied.sha256, writing.tally)
    if unread := readings.unread(source, found):
        writing.tally.assumed["left out"] = unread
    try:
        for part, importer in found:
            within = part.name if len(found) > 1 else ""
            yield from _taken(readings.pieces(importer, part, options), writing, within)
        tally = _judged(writing)
        report = _report(copied.name, names, system, tally, dry_run=dry_run)
        if dry_run:
            return report
        writing.belonging.add_systems(author)
        original.keep(copied, store.folder("imports"))
        original.keep_rejects(tally.rejects, store.folder("imports"), entry)
        writing.complete()
    except BaseException:
        # Also when the generator is closed: what was written must not stay, not even unseen.
        if not dry_run:
            for _ in sweep(store):
                pass
            _drop_files(store, entry, copied.sha256)
        raise
    with store.signals.read() as connection:
        done = imports.get(connection, writing.number)
    imported.append_entry(store, done)
    signals.carry_out(store)  # somebody may have placed some of them meanwhile
    return replace(report, id=entry)


def _said(options: Options) -> dict[str, str]:
    """Return what the person said of a file, as the journal keeps it and `remembered` reads it."""
    told = {"record": options.record, "zone": options.zone, "time_unit": options.time_unit,
            "importer": options.importer, "at": iso(options.at) if options.at else ""}  # fmt: skip
    columns = {f"map.{key}": column for key, column in options.mapping.items()}
    return {key: value for key, value in {**told, **columns}.items() if value}


def _note_earlier(store: Store, sha256: str, tally: Tally) -> None:
    """Say when the very same file is in already; what it holds is found there, record by record."""
    with store.signals.read() as connection:
        earlier = imports.of_file(connection, sha256)
    if earlier is not None and earlier.completed is not None:
        tally.assumed["imported before"] = f"on {iso(earlier.completed)} as {earlier.source}"


def _taken(pieces: Iterator[Piece], writing: Writing, within: str) -> Generator[Progress, None, None]:
    """Write what an importer yields; `within` names the member of an archive it reads."""
    tally = writing.tally
    place = f"{within}: " if within else ""
    with closing(pieces):  # type: ignore[type-var]
        for piece in pieces:
            match piece:
                case Step(done, total, note):
                    yield Progress(done, total, note)
                case Assumed(what, value):
                    tally.assumed[place + what] = value
                case Rejected(line, reason, count):
                    tally.reject(line, place + reason, count)
                case Samples():
                    writing.take_samples(piece)
                    yield Progress(tally.read, None, "storing")
                case Rows():
                    writing.take_rows(piece)
                    yield Progress(tally.read, None, "storing")
                case Table():
                    writing.take_table(piece)
    writing.judge()


def _judged(writing: Writing) -> Tally:
    """Return the count of all that was taken. Raises BadInput: too much rejected, or nothing there."""
    tally = writing.tally
    if tally.rejected > MOST_REJECTED * tally.read:
        raise BadInput(_too_many(tally), where=writing.name, hint="Nothing of it was stored.")
    if not tally.read:
        raise BadInput("there is nothing in it to import.", where=writing.name)
    return tally


def _too_many(tally: Tally) -> str:
    shown = "; ".join(f"line {reject.line}: {reject.reason}" for reject in tally.rejects[:3])
    return f"{tally.rejected:,} of {tally.read:,} were rejected, more than a tenth ({shown})."


def _report(source: str, importer: str, system: str, tally: Tally, *, dry_run: bool) -> ImportReport:
    first, last = tally.span()
    return ImportReport(
        source=source,
        importer=importer,
        record=", ".join(sorted(tally.records)),
        system=system,
        read=tally.read,
        stored=tally.stored,
        already=tally.already,
        rejected=tally.rejected,
        missing=tally.missing,
        assumed=dict(tally.assumed),
        series=tuple(tally.series),
        first=first,
        last=last,
        rejects=tuple(tally.rejects),
        dry_run=dry_run,
        messages=() if dry_run else tuple(tally.messages),
        records=dict(sorted(tally.records.items())),
    )
