"""Evidence: a file copied into the store under its SHA-256, then the entry that says so; never rendered."""

import hashlib
import os
import shutil
import stat
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import BadInput, NotFound, StoreProblem, UserError
from tocsin.model.evidence import Evidence
from tocsin.model.journal import Entry, EvidenceAttached
from tocsin.model.operator import Author
from tocsin.operations import original, waiting
from tocsin.operations.exports import check_place
from tocsin.operations.observations import item_of
from tocsin.operations.progress import Progress
from tocsin.store import evidence, journal, observations
from tocsin.store import incidents as stored_incidents
from tocsin.store.files import replacing
from tocsin.store.folder import Store

LARGEST = 1 << 30
_BLOCK = 1 << 20
_LOCK = "evidence.lock"


def checked(path: Path) -> Path:
    """Return the path of a file that can be attached. Raises BadInput: a link, a folder, too large."""
    name = original.shown(path)
    try:
        told = os.lstat(path)
    except (OSError, ValueError):
        raise BadInput("there is no such file.", where=name) from None
    if stat.S_ISLNK(told.st_mode):
        raise BadInput("this is a link, not a file.", where=name, hint="Name the file it leads to.")
    if not stat.S_ISREG(told.st_mode):
        raise BadInput("this is a folder, a pipe or a device, not a file.", where=name)
    if told.st_size > LARGEST:
        raise BadInput(
            f"the file is larger than {LARGEST >> 30} GiB.",
            where=name,
            hint="Keep it elsewhere and write a line that names it and its SHA-256.",
        )
    return path


def attach(
    store: Store, author: Author, subject: str, path: Path, *, id: str = ""
) -> Generator[Progress, None, Entry]:
    """Copy a file into evidence/ and attach it to an observation, an incident or a timeline entry.

    The copy is whole and synced before the entry is written. Whatever ends it early leaves no entry, and at
    most a file that nobody names, which `tocsin verify` tells of. Raises BadInput, NotFound and StoreProblem.
    """
    store.refuse_read_only()
    checked(path)
    incident = _incident_of(store, subject)
    lock = yield from waiting.turn(store.path / _LOCK, "waiting for another file to be attached")
    work = store.folder("evidence") / "work"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        copied = yield from _copied(path, work)
        original.place(copied.path, store.path / "evidence" / copied.sha256)
        with store.write() as write:
            body = EvidenceAttached(copied.sha256, copied.size, copied.name)
            return write.add(author, body, incident=incident, subject=subject, id=id)
    except OSError as error:
        raise StoreProblem(
            f"it could not be attached: {error.strerror or error}.", where=original.shown(path)
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        lock.release()


def attach_all(
    store: Store, author: Author, subject: str, paths: Sequence[Path]
) -> Generator[Progress, None, list[str]]:
    """Attach files one after the other; return in words which were refused and why, the others are in."""
    refused = []
    for path in paths:
        try:
            yield from attach(store, author, subject, path)
        except UserError as error:
            refused.append(str(error))
    return refused


def of(store: Store, *subjects: str) -> list[Evidence]:
    """Return what was attached to these subjects, in the order of attaching."""
    with store.journal.read() as connection:
        return evidence.listed(connection, subjects)


def of_incident(store: Store, incident: str) -> list[Evidence]:
    """Return what supports an incident: attached to it, to its timeline, or to what was reported of it."""
    with store.journal.read() as connection:
        known = stored_incidents.get(connection, incident)
        reported = {one.id for one in observations.of_incident(connection, known.id)}
        found = evidence.listed(connection)
        return [one for one in found if one.incident == known.id or one.subject in reported]


def of_item(store: Store, incident: str, item: str) -> list[Evidence]:
    """Return what supports one entry of an incident's timeline; of a report, what was attached to that."""
    with store.journal.read() as connection:
        reported = [
            one.id
            for one in observations.of_incident(connection, incident)
            if item_of(incident, one.id) == item
        ]
        return evidence.listed(connection, {item, *reported})


def save_copy(store: Store, entry: str, target: Path) -> Generator[Progress, None, Path]:
    """Write a copy of attached evidence to a place outside the store, checked against its SHA-256.

    Raises NotFound, BadInput for a place that is none, and StoreProblem when the file is gone or was changed.
    """
    with store.journal.read() as connection:
        body = journal.entry(connection, entry).body
    if not isinstance(body, EvidenceAttached):
        raise NotFound("this entry attached nothing.", where=entry)
    check_place(store, target)
    source, digest, done = store.path / "evidence" / body.sha256, hashlib.sha256(), 0
    with replacing(target) as temporary:
        try:
            with source.open("rb") as file, temporary.open("wb") as copy:
                while block := file.read(_BLOCK):
                    digest.update(block)
                    copy.write(block)
                    done += len(block)
                    yield Progress(done, body.size, "copying")
        except FileNotFoundError:
            raise StoreProblem("the file is gone from evidence/.", where=body.name) from None
        if digest.hexdigest() != body.sha256:
            raise StoreProblem(
                "the file in evidence/ was changed; nothing was copied.",
                where=body.name,
                hint="Look for it in a backup of the store's folder.",
            )
    return target


@dataclass(frozen=True, slots=True)
class Check:
    """What is wrong with the files attached, in words; `orphans` are files that no entry speaks of."""

    files: int
    wrong: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


def check(store: Store) -> Generator[Progress, None, Check]:
    """Hash every file attached and compare; nothing is changed or deleted."""
    folder = store.path / "evidence"
    with store.journal.read() as connection:
        known = {one.sha256: one for one in evidence.listed(connection)}
        left = evidence.orphans(connection, folder)
        wrong = evidence.missing(connection, folder)
    for number, one in enumerate(known.values()):
        path = folder / one.sha256
        if path.is_file() and path.stat().st_size == one.size:
            digest = yield from original.hashed(path)
            if digest != one.sha256:
                wrong.append(f"{one.name} ({one.sha256[:12]}) was changed")
        yield Progress(number + 1, len(known), "checking evidence")
    return Check(len(known), tuple(dict.fromkeys(wrong)), tuple(left))


def _copied(path: Path, work: Path) -> Generator[Progress, None, original.Original]:
    copying = original.copy(path, work)
    try:
        while True:
            progress = next(copying)
            if progress.done > LARGEST:
                copying.close()
                raise BadInput(f"the file is larger than {LARGEST >> 30} GiB.", where=original.shown(path))
            yield progress
    except StopIteration as end:
        found: original.Original = end.value
        return found


def _incident_of(store: Store, subject: str) -> str:
    """Return the incident a subject belongs to, empty for an observation. Raises NotFound."""
    with store.journal.read() as connection:
        entry = journal.entry(connection, subject)
    if entry.kind not in ("observation.reported", "incident.declared", "timeline.added"):
        raise NotFound(
            "evidence is attached to an observation, an incident or a timeline entry.", where=subject
        )
    return entry.incident
