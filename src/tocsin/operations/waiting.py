"""Waiting for one's turn where only one may work at a time, here or in another program."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import StoreProblem
from tocsin.operations.progress import Progress

if TYPE_CHECKING:
    from filelock import BaseFileLock

_LOOK_S = 0.02


def turn(path: Path, note: str) -> Generator[Progress, None, "BaseFileLock"]:
    """Return the lock at `path` once it is ours, which the caller releases; say `note` while it is not."""
    # Imported when used: it brings asyncio along, which the start of the console would pay for.
    from filelock import FileLock, Timeout

    lock = FileLock(path, thread_local=False)
    while True:
        try:
            lock.acquire(timeout=0)
            return lock
        except Timeout:
            yield Progress(0, None, note)
            time.sleep(_LOOK_S)


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Give whether the lock at `path` is ours, without waiting, and keep it so meanwhile.

    It goes when a process dies. Raises StoreProblem where there can be no lock.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StoreProblem(f"no lock can be made: {error.strerror}.", where=str(path.parent)) from error
    try:
        yield True
    finally:
        lock.release()
