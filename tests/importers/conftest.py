"""Reading a text by an importer alone, without a store."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.importers.base import Importer, Options, Piece, Rejected, Rows, Samples, Source

Read = Callable[..., list[Piece]]
MODIFIED = datetime(2026, 11, 2, 12, tzinfo=UTC)


def assert_sound(piece: Piece) -> None:
    """Every importer's promise about a piece, whatever the source held: no test needs to say it again."""
    if isinstance(piece, Samples):
        assert piece.metric
        assert len(piece.times) == len(piece.values) == len(piece.lines)
        assert all(isinstance(value, str) for value in piece.labels.values())
    elif isinstance(piece, Rows):
        assert len(piece.rows) == len(piece.lines)
        for row in piece.rows:
            assert all(row[key].tzinfo for key in ("time", "ended", "updated", "until") if key in row)
            assert isinstance(row.get("id", ""), str)
            assert row[{"alerts": "severity", "messages": "text"}.get(piece.record, "version")]
    elif isinstance(piece, Rejected):
        assert 0 < len(piece.reason) < 1_000


@pytest.fixture
def source(tmp_path: Path) -> Callable[[bytes | str], Source]:
    """Make a source of some content."""

    def made(content: bytes | str, name: str = "file.csv") -> Source:
        path, scratch = tmp_path / "original", tmp_path / "scratch"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        scratch.mkdir(exist_ok=True)
        return Source(path, name, scratch, MODIFIED)

    return made


@pytest.fixture
def read(source: Callable[[bytes | str], Source]) -> Read:
    """Read all pieces of some content by an importer."""

    def done(importer: Importer, content: bytes | str, **said: object) -> list[Piece]:
        pieces = list(importer.read(source(content), Options(**said)))  # type: ignore[arg-type]
        for piece in pieces:
            assert_sound(piece)
        return pieces

    return done
