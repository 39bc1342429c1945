"""Long work is a generator: it yields how far it is, returns its result, and may be closed at any yield."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long work is; `total` is None while nobody can tell."""

    done: int
    total: int | None
    note: str = ""


def finish(work: Generator[Progress, None, Result]) -> Result:
    """Run a long work to its end and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: Result = stop.value
            return result
