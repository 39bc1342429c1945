"""Files written whole or not at all: temporary name, sync, rename, sync of the folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tocsin.errors import StoreProblem


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that after a crash either the old or the new one is there, complete.

    Raises StoreProblem naming the file when it could not be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; what is written there replaces `path` when all went well."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        _sync(temporary, os.O_RDWR)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreProblem(f"it could not be written: {error.strerror or error}.", where=str(path)) from error
    finally:
        # A name that is too long cannot be removed either, and must not hide why it could not be written.
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def locked(path: Path, *, timeout_s: float) -> Iterator[None]:
    """Hold a lock file, which the system lets go when a process dies. Raises StoreProblem."""
    from filelock import (
        FileLock,
        Timeout,
    )  # when used: it brings asyncio along, which every start would pay for

    lock = FileLock(path)
    try:
        lock.acquire(timeout=timeout_s)
    except Timeout as error:
        raise StoreProblem(
            "another program is busy here.", where=str(path), hint="Try again later."
        ) from error
    except OSError as error:
        raise StoreProblem(
            f"nothing can be written here: {error.strerror}.", where=str(path.parent)
        ) from error
    try:
        yield
    finally:
        lock.release()


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable; a no-op where folders cannot be opened (Windows)."""
    if os.name == "posix":
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
