"""Reading a text by an importer alone, without a store."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.importers.base import Importer, Options, Piece, Source

Read = Callable[..., list[Piece]]
MODIFIED = datetime(2026, 11, 2, 12, tzinfo=UTC)


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
        return list(importer.read(source(content), Options(**said)))  # type: ignore[arg-type]

    return done
