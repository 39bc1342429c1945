"""A watched folder: each file in it is imported once it is complete, then moved to done/ or rejected/.

The folder is listed again and again, which works on network drives and sticks where notices do not. A file
is complete when its size and its time stand still between two looks; unfinished names are left alone.
A program killed between an import and the move imports the file again, which adds nothing, and moves it.
"""

import logging
import os
import stat
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.errors import BadInput, StoreProblem, UserError
from tocsin.importers.base import Options, mapping
from tocsin.importers.live import Setting, check
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.operations import ingest, systems
from tocsin.operations.ingest import ImportReport
from tocsin.operations.original import shown
from tocsin.store.folder import Store, is_store

DONE, REJECTED = "done", "rejected"
SETTINGS = (
    Setting("record", "the kind of record wanted: samples, alerts, deployments, decisions or messages"),
    Setting("importer", "the importer that shall read them; empty: whichever knows the file"),
    Setting("zone", "time zone of times without one, such as Europe/Berlin"),
    Setting("time_unit", "unit of times that are numbers: s, ms, us or ns"),
    Setting("columns", "which column is what, such as time=ts,value=latency"),
    Setting("settle", "seconds a file must stand still before it counts as complete", "3"),
)
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", "~")
_NOT_DATA = ("desktop.ini", "thumbs.db")
_log = logging.getLogger(__name__)

# What tells a file from a later state of it: size and time of the last change in nanoseconds.
_Look = tuple[int, int]


def checked(place: str, settings: Mapping[str, str]) -> str:
    """Return the path of a folder that may be watched. Raises BadInput; it need not be there yet."""
    said = check(SETTINGS, settings)
    _seconds(said["settle"])
    mapping(said["columns"])
    folder = Path(place).expanduser()
    if not folder.is_absolute():
        raise BadInput("a watched folder is told by its whole path.", where=place[:200])
    if any(is_store(one) for one in (folder, *folder.parents)):
        raise BadInput("this folder lies in a store, where nothing may be moved.", where=place[:200])
    return str(folder)


def seen(place: str) -> str:
    """Return what lies in a folder now, in words. Raises BadInput when it is not there."""
    count = len(_files(Path(place)))
    waiting = {0: "no file waits", 1: "one file waits"}.get(count, f"{count:,} files wait")
    return f"The folder is there; {waiting} in it."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its report when it was imported, else the reason in plain words."""

    name: str
    report: ImportReport | None = None
    problem: str = ""


@dataclass
class WatchedFolder:
    """One folder and what is known of it between two rounds: files that could not be moved away."""

    store: Store
    author: Author
    source: LiveSource
    _stuck: dict[str, _Look] = field(default_factory=dict)

    def round(self, stopping: threading.Event) -> Iterator[Outcome]:
        """Import what is complete by now, one Outcome a file, the oldest first.

        Raises BadInput when the folder is gone or nothing in it may be moved, StoreProblem when nothing can
        be stored now: everything stays where it is, for the next round. Ends early when `stopping` is set.
        """
        settings = check(SETTINGS, self.source.settings)
        folder = Path(self.source.place)
        before = _files(folder)
        if not before:
            self._stuck.clear()
            return
        _make_room(folder)
        if stopping.wait(_seconds(settings["settle"])):
            return
        after = _files(folder)
        self._stuck = {name: look for name, look in self._stuck.items() if after.get(name) == look}
        for name in sorted(after, key=lambda name: (after[name][1], name)):
            if stopping.is_set():
                return
            if after[name] == before.get(name) and name not in self._stuck:
                yield from self._one(folder, name, after[name], settings, stopping)

    def _one(
        self, folder: Path, name: str, look: _Look, settings: dict[str, str], stopping: threading.Event
    ) -> Iterator[Outcome]:
        """Import one file and move it away."""
        path = folder / name
        safe = shown(path)
        try:
            report = self._imported(path, settings, stopping)
        except StoreProblem:
            raise
        except UserError as error:
            yield self._refused(path, look, str(error))
        except Exception as error:  # noqa: BLE001 - one file must not keep the others out for ever
            _log.exception("an importer broke on a file of a watched folder")
            yield self._refused(path, look, f"{safe}: a fault of the program ({type(error).__name__}).")
        else:
            if report is not None:
                yield Outcome(safe, report, self._moved(path, look, DONE, ""))

    def _refused(self, path: Path, look: _Look, reason: str) -> Outcome:
        """Set a file aside; one that went away, changed or cannot be opened has another turn."""
        moved = self._moved(path, look, REJECTED, reason)
        return Outcome(shown(path), problem=f"{reason} {moved}".strip())

    def _imported(
        self, path: Path, settings: dict[str, str], stopping: threading.Event
    ) -> ImportReport | None:
        """Return what became of a file, None when it was stopped; then nothing of it is stored."""
        name = systems.name_of(self.store, self.source.system)
        work = ingest.ingest(self.store, self.author, path, system=name, options=_options(settings))
        return _run(work, stopping)

    def _moved(self, path: Path, look: _Look, where: str, reason: str) -> str:
        """Move a file that is done with; return what went wrong, empty when nothing did."""
        if not _same(path, look):
            return ""  # somebody has put a newer one there: it has its own turn
        try:
            target = _free(path.parent / where, path.name)
            if reason:
                # Only ever a new file: a link that somebody has laid there must not be written through.
                with _told(target).open("x", encoding="utf-8", errors="replace") as told:
                    told.write(f"{reason}\n")
            path.rename(target)
        except OSError as error:
            self._stuck[path.name] = look
            return f"{shown(path)} cannot be moved to {where}/: {error.strerror}. It is left alone."
        return ""


def _run(work: Generator[object, None, ImportReport], stopping: threading.Event) -> ImportReport | None:
    with closing(work):
        while not stopping.is_set():
            try:
                next(work)
            except StopIteration as end:
                report: ImportReport = end.value
                return report
    return None


def _files(folder: Path) -> dict[str, _Look]:
    """Return the plain files of a folder that look finished; anything else is left alone. Raises BadInput."""
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                look = None if _unfinished(entry.name) else _look(folder / entry.name)
                if look is not None:
                    found[entry.name] = look
    except OSError as error:
        what = "the folder is not there" if isinstance(error, FileNotFoundError) else error.strerror
        raise BadInput(
            f"{what}.", where=shown(folder), hint="It is looked for again; was a stick or a drive taken away?"
        ) from None
    return found


def _unfinished(name: str) -> bool:
    low = name.lower()
    return low.startswith((".", "~")) or low.endswith(_UNFINISHED) or low in _NOT_DATA


def _look(path: Path) -> _Look | None:
    """Return size and time of a plain file, None for a link, pipe, folder, or what is gone."""
    try:
        told = path.lstat()
    except OSError:
        return None
    return (told.st_size, told.st_mtime_ns) if stat.S_ISREG(told.st_mode) else None


def _same(path: Path, look: _Look) -> bool:
    """Whether a file is still the one that was looked at, and can be read."""
    if _look(path) != look:
        return False
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True


def _make_room(folder: Path) -> None:
    """Make done/ and rejected/ and see that files can be moved there. Raises BadInput.

    Otherwise every round would import all of it again.
    """
    for name in (DONE, REJECTED):
        target = folder / name
        try:
            target.mkdir(exist_ok=True)
            if not stat.S_ISDIR(target.lstat().st_mode):
                raise BadInput(f"{name} is there and is no folder.", where=shown(folder))
            writable = os.access(folder, os.W_OK) and os.access(target, os.W_OK)
        except OSError:
            writable = False
        if not writable:
            raise BadInput(
                "nothing can be moved in this folder, so that its files would be imported for ever.",
                where=shown(folder),
                hint="Allow writing there, or import its files by hand.",
            )


def _free(folder: Path, name: str) -> Path:
    """Return a name nobody has there yet: a number is put behind one that is taken."""
    target, number = folder / name, 2
    while os.path.lexists(target) or os.path.lexists(_told(target)):
        target = folder / f"{Path(name).stem} {number}{Path(name).suffix}"
        number += 1
    return target


def _told(target: Path) -> Path:
    """Return where it is told why a file was rejected."""
    return target.with_name(f"{target.name}.reason.txt")


def _options(settings: dict[str, str]) -> Options:
    return Options(
        record=settings["record"],
        zone=settings["zone"],
        time_unit=settings["time_unit"],
        mapping=mapping(settings["columns"]),
        importer=settings["importer"],
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise BadInput("settle is a number of seconds from 0 to 3600.", where=text)
    return seconds
