"""What was attached, as the journal says it, and whether its files are there."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection

from tocsin.model.evidence import Evidence
from tocsin.model.journal import EvidenceAttached
from tocsin.store import journal


def listed(connection: Connection, subjects: Collection[str] | None = None) -> list[Evidence]:
    """Return what was attached to any of these subjects, or to anything, in the order of attaching."""
    found = []
    for entry in journal.entries(connection, kinds=["evidence.attached"]):
        if subjects is None or entry.subject in subjects:
            assert isinstance(entry.body, EvidenceAttached)
            body = entry.body
            found.append(
                Evidence(
                    entry.id, entry.subject, entry.incident, body.sha256, body.size, body.name,
                    entry.author.name, entry.recorded_at,
                )
            )  # fmt: skip
    return found


def missing(connection: Connection, folder: Path) -> list[str]:
    """Return in words which attached files are not there in their full size. Quick: nothing is read."""
    return [
        f"{one.name} ({one.sha256[:12]}) is gone or cut short"
        for one in listed(connection)
        if _size(folder / one.sha256) != one.size
    ]


def orphans(connection: Connection, folder: Path) -> list[str]:
    """Return the names of files that no entry speaks of: a crash, or a backup brought back, left them."""
    known = {one.sha256 for one in listed(connection)}
    there = {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()
    return sorted(name for name in there - known if len(name) == 64)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
