"""What pieces say, in a form to compare: series by name, rows of a record, rejected lines."""

from collections.abc import Iterable
from typing import Any

from tocsin.importers.base import Assumed, Piece, Rejected, Rows, Samples
from tocsin.model.instant import from_us, iso
from tocsin.model.signal import Signal


def series(pieces: Iterable[Piece]) -> dict[str, list[float]]:
    """Values by the name a person reads."""
    found: dict[str, list[float]] = {}
    for piece in pieces:
        if isinstance(piece, Samples):
            found.setdefault(Signal("", piece.metric, piece.labels).name, []).extend(piece.values.tolist())
    return found


def times(pieces: Iterable[Piece]) -> dict[str, list[str]]:
    """Times by the same names."""
    found: dict[str, list[str]] = {}
    for piece in pieces:
        if isinstance(piece, Samples):
            name = Signal("", piece.metric, piece.labels).name
            found.setdefault(name, []).extend(iso(from_us(int(us))) for us in piece.times)
    return found


def rows(pieces: Iterable[Piece], record: str = "alerts") -> list[dict[str, Any]]:
    """Alerts or deployments."""
    return [
        row for piece in pieces if isinstance(piece, Rows) and piece.record == record for row in piece.rows
    ]


def rejected(pieces: Iterable[Piece]) -> list[tuple[int, str]]:
    """Lines set aside, and why."""
    return [(piece.line, piece.reason) for piece in pieces if isinstance(piece, Rejected)]


def assumed(pieces: Iterable[Piece]) -> dict[str, str]:
    """What was assumed."""
    return {piece.what: piece.value for piece in pieces if isinstance(piece, Assumed)}
