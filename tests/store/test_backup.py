"""Backups are verified before they count, ten are kept, and bringing one back loses nothing."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tocsin.errors import NotFound, StoreProblem
from tocsin.model.journal import TimelineAdded
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.store import backup, journal
from tocsin.store.folder import Store


def write_line(store: Store, author: Author, words: str) -> None:
    with store.write() as write:
        write.add(author, TimelineAdded("noted", words), incident="i")


def lines(store: Store) -> list[str]:
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=["timeline.added"])
    return [entry.body.text for entry in entries if isinstance(entry.body, TimelineAdded)]


def test_a_backup_holds_every_entry_and_verifies(store: Store, author: Author) -> None:
    write_line(store, author, "one")
    made = backup.make(store)
    assert made.entries == 2
    assert backup.check(made.path) == 2


def test_it_is_due_once_a_day(store: Store, clock: ManualClock) -> None:
    assert backup.make_if_due(store) is not None
    assert backup.make_if_due(store) is None
    clock.advance(hours=23)
    assert backup.make_if_due(store) is None
    clock.advance(hours=2)
    assert backup.make_if_due(store) is not None


def test_ten_are_kept_the_newest(store: Store, clock: ManualClock) -> None:
    made = []
    for _ in range(13):
        made.append(backup.make(store).path.name)
        clock.advance(minutes=1)
    assert [one.path.name for one in backup.listed(store.path)] == made[-10:]


def test_a_copy_of_a_damaged_chain_does_not_count_and_removes_no_good_one(
    store: Store, author: Author
) -> None:
    good = backup.make(store)
    write_line(store, author, "one")
    with store.journal.write() as connection:
        connection.execute(text("UPDATE journal SET hash = zeroblob(32) WHERE seq = 2"))
    with pytest.raises(StoreProblem, match="does not verify"):
        backup.make(store)
    assert [one.path for one in backup.listed(store.path)] == [good.path]
    assert not list(store.path.glob("backups/.*"))


def test_restore_brings_it_back_and_moves_aside_what_was_there(store: Store, author: Author) -> None:
    write_line(store, author, "before")
    saved = backup.make(store)
    write_line(store, author, "after")
    old_site = store.site
    entry = backup.restore(store, author, saved.path)
    assert lines(store) == ["before"]
    assert store.code == "WR2"
    assert store.site != old_site
    assert entry.kind == "store.restored"
    write_line(store, author, "goes on")
    with store.journal.read() as connection:
        assert journal.verify(connection) is None
    aside = next(store.path.glob("backups/replaced-*.db"))
    assert backup.check(aside) == 3


def test_a_damaged_backup_is_not_brought_back(store: Store, author: Author) -> None:
    write_line(store, author, "kept")
    saved = backup.make(store)
    content = bytearray(saved.path.read_bytes())
    at = content.index(b"Operator A")
    content[at : at + 10] = b"Operator Z"
    saved.path.write_bytes(content)
    with pytest.raises(StoreProblem):
        backup.restore(store, author, saved.path)
    assert lines(store) == ["kept"]


def test_a_missing_backup_is_named(store: Store, author: Author, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such backup"):
        backup.restore(store, author, tmp_path / "gone.db")
