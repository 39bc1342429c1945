"""The original of an import: copied once under its SHA-256, and the copy is what is read ever after."""

import hashlib
import os
import shutil
import stat
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tocsin.errors import BadInput
from tocsin.model.instant import EPOCH, from_us
from tocsin.operations.progress import Progress
from tocsin.operations.tally import Reject
from tocsin.store.folder import SUFFIX, is_store

_BLOCK = 1 << 20
_KINDS = {
    stat.S_ISDIR: "a folder, not a file",
    stat.S_ISFIFO: "a pipe, not a file",
    stat.S_ISSOCK: "a socket, not a file",
    stat.S_ISCHR: "a device, not a file",
    stat.S_ISBLK: "a device, not a file",
}


@dataclass(frozen=True, slots=True)
class Original:
    """A copy that nobody changes any more."""

    path: Path
    name: str
    sha256: str
    size: int
    modified: datetime


def refuse_stores(path: Path) -> None:
    """Raise BadInput for what lies in a store: to open a live database drops its writers' locks."""
    for part in (path, *path.absolute().parents):
        if part.suffix == SUFFIX and is_store(part):
            raise BadInput(
                "this is part of a store.",
                where=shown(path),
                hint="A store is opened with --store, not imported.",
            )


def copy(path: Path, folder: Path) -> Generator[Progress, None, Original]:
    """Copy a file into `folder` and return the copy. Raises BadInput; OSError when the disk is full."""
    name = shown(path)
    descriptor = _opened(path, name)
    target = folder / "original"
    digest, done = hashlib.sha256(), 0
    try:
        told = os.fstat(descriptor)
        _check_room(told.st_size, folder, name)
        with target.open("wb") as copied:
            while block := _block(descriptor, name):
                digest.update(block)
                copied.write(block)
                done += len(block)
                yield Progress(done, told.st_size, "copying")
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not done:
        raise BadInput("the file is empty.", where=name)
    if (after.st_size, after.st_mtime_ns) != (told.st_size, told.st_mtime_ns) or done != after.st_size:
        raise BadInput(
            "the file changed while it was read.", where=name, hint="Try again when it is complete."
        )
    return Original(target, name, digest.hexdigest(), done, _modified(told.st_mtime_ns))


def hashed(path: Path) -> Generator[Progress, None, str]:
    """Return the SHA-256 of a file of our own."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            yield Progress(done, None, "hashing")
    return digest.hexdigest()


def keep(original: Original, folder: Path) -> Path:
    """Move the copy to its place under its SHA-256, and see to it that the folder remembers."""
    target = folder / original.sha256
    place(original.path, target)
    return target


def keep_rejects(rejects: Sequence[Reject], folder: Path, id: str) -> None:
    """Write what was set aside beside the original, one JSON object a line."""
    if not rejects:
        return
    written = folder / "work" / "rejected.jsonl"
    written.write_bytes(b"".join(msgspec.json.encode(reject) + b"\n" for reject in rejects))
    place(written, rejects_file(folder, id))


def rejects_file(folder: Path, id: str) -> Path:
    """Return where an import keeps what it set aside."""
    return folder / f"{id}.rejected.jsonl"


def place(file: Path, target: Path) -> None:
    """Move a finished file to its name so that either all of it is there after a power cut, or nothing."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())
    file.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def shown(path: Path) -> str:
    """Return a file's name as text that is safe to show: one line, no controls, of bounded length."""
    name = path.name or str(path)
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in name)
    return safe if len(safe) <= 200 else safe[:150] + "…" + safe[-49:]


def _opened(path: Path, name: str) -> int:
    """Open a regular file only; a pipe does not keep us waiting."""
    try:
        mode = path.stat().st_mode
        for is_kind, kind in _KINDS.items():
            if is_kind(mode):
                raise BadInput(f"this is {kind}.", where=name)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise BadInput("there is no such file.", where=name) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"the file cannot be opened: {_why(error)}.", where=name) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadInput("this is not a file.", where=name)
    return descriptor


def _check_room(size: int, folder: Path, name: str) -> None:
    """Refuse what cannot fit before it fills the disk that everybody writes to. Raises BadInput."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise BadInput(
            f"there is no room for it: it has {size >> 20:,} MiB, the disk {free >> 20:,} free.", where=name
        )


def _block(descriptor: int, name: str) -> bytes:
    try:
        return os.read(descriptor, _BLOCK)
    except OSError as error:
        raise BadInput(
            f"the file went away while it was read: {_why(error)}.", where=name, hint="Nothing was stored."
        ) from None


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _modified(ns: int) -> datetime:
    try:
        return from_us(ns // 1000).astimezone(UTC)
    except OverflowError:
        return EPOCH
