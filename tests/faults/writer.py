"""Appends entries for ever and prints each id once it was acknowledged; killed by the tests."""

import sys
from pathlib import Path

from tocsin.model.journal import TimelineAdded
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.store.folder import open_store


def main(path: Path, count: int) -> None:
    """Write `count` entries of some length; 0 means until killed."""
    store = open_store(path, clock=SystemClock())
    number = 0
    while count == 0 or number < count:
        with store.write() as write:
            entry = write.add(Author("Operator A"), TimelineAdded("noted", f"{number} " * 200), incident="i")
        sys.stdout.write(entry.id + "\n")
        sys.stdout.flush()
        number += 1
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
