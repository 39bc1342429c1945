"""Backups are verified before they count, ten are kept, and bringing one back loses nothing."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tocsin.errors import NotFound, StoreProblem
from tocsin.model.journal import SystemAdded, TimelineAdded
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.store import backup, journal, systems
from tocsin.store.database import Presence
from tocsin.store.folder import Store, open_store


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


def test_none_is_made_where_nothing_can_be_written(store: Store) -> None:
    store.journal.read_only = True
    with pytest.raises(StoreProblem, match="for reading only"):
        backup.make(store)
    assert not list(store.path.glob("backups/*"))


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


def test_a_file_of_somebody_elses_among_the_backups_is_left_alone(store: Store, clock: ManualClock) -> None:
    strange = store.folder("backups") / "journal-before-the-move.db"
    strange.write_bytes(b"")
    for _ in range(11):
        backup.make(store)
        clock.advance(minutes=1)
    assert strange.exists()
    assert len(backup.listed(store.path)) == 10


def test_one_made_while_the_clock_was_ahead_does_not_ask_for_one_at_every_start(
    store: Store, clock: ManualClock
) -> None:
    clock.advance(days=400)
    backup.make(store)
    clock.advance(days=-400)
    assert backup.make_if_due(store) is not None
    assert backup.make_if_due(store) is None


def test_what_a_killed_copy_left_is_cleared_away(store: Store) -> None:
    left = store.folder("backups") / ".journal-20260101T000000.000000Z.db.99.part"
    for name in (left.name, f"{left.name}-journal"):
        left.with_name(name).write_bytes(b"half")
    backup.make(store)
    assert not list(store.path.glob("backups/.*"))


def test_a_lock_that_cannot_be_had_is_told_in_words(store: Store) -> None:
    (store.path / "backup.lock").mkdir()
    with pytest.raises(StoreProblem):
        backup.make(store)


def restored(store: Store, author: Author, saved: Path) -> Store:
    """The store after it was closed, restored and opened again."""
    store.close()
    backup.restore(store.path, author, saved, clock=store.clock)
    return open_store(store.path, clock=store.clock)


def test_restore_brings_it_back_and_moves_aside_what_was_there(store: Store, author: Author) -> None:
    write_line(store, author, "before")
    saved = backup.make(store)
    write_line(store, author, "after")
    again = restored(store, author, saved.path)
    assert lines(again) == ["before"]
    assert again.code == "WR2"
    assert again.site != store.site
    write_line(again, author, "goes on")
    with again.journal.read() as connection:
        assert journal.verify(connection) is None
        assert [e.kind for e in journal.entries(connection)][-2:] == ["store.restored", "timeline.added"]
    aside = next(store.path.glob("backups/replaced-*.db"))
    assert backup.check(aside) == 3
    assert not list(store.path.glob("restored*"))
    again.close()


def test_the_same_backup_brought_back_twice_gives_no_reference_twice(
    store: Store, clock: ManualClock, author: Author
) -> None:
    saved = backup.make(store)
    first = restored(store, author, saved.path)
    clock.advance(minutes=1)
    second = restored(first, author, saved.path)
    assert (first.code, second.code) == ("WR2", "WR3")
    second.close()


@pytest.mark.parametrize("damage", ["garbage", "cut", "gone"])
def test_restore_needs_no_journal_that_can_be_opened(store: Store, author: Author, damage: str) -> None:
    write_line(store, author, "kept")
    saved = backup.make(store)
    store.close()
    place = store.path / "journal.db"
    whole = place.read_bytes()
    if damage == "gone":
        place.unlink()
        (store.path / "journal.db-journal").write_bytes(b"not to be played into the restored file")
    else:
        place.write_bytes(b"no database " * 999 if damage == "garbage" else whole[: len(whole) // 3])
    with pytest.raises(StoreProblem):
        write_line(open_store(store.path, clock=store.clock), author, "into the damage")
    again = restored(store, author, saved.path)
    assert lines(again) == ["kept"]
    asides = [path.name.split(".")[-1] for path in store.path.glob("backups/replaced-*")]
    assert asides == ["db-journal" if damage == "gone" else "db"]
    again.close()


def test_restore_is_refused_while_a_console_has_the_store_open(store: Store, author: Author) -> None:
    write_line(store, author, "kept")
    saved = backup.make(store)
    other = open_store(store.path, clock=store.clock)
    store.close()
    with pytest.raises(StoreProblem, match="open in another console"):
        backup.restore(store.path, author, saved.path, clock=store.clock)
    write_line(other, author, "nothing was changed")
    assert lines(other) == ["kept", "nothing was changed"]
    other.close()


def test_a_store_that_is_being_restored_is_not_opened(store: Store) -> None:
    store.close()
    presence = Presence(store.path / "presence.db")
    with presence.alone(), pytest.raises(StoreProblem, match="just now"):
        open_store(store.path, clock=store.clock)
    presence.close()
    open_store(store.path, clock=store.clock).close()


def test_a_crash_before_the_exchange_leaves_the_old_journal(
    store: Store, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = backup.make(store)
    write_line(store, author, "after")
    store.close()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_exchange", killed)
    with pytest.raises(KeyboardInterrupt):
        backup.restore(store.path, author, saved.path, clock=store.clock)
    again = open_store(store.path, clock=store.clock)
    assert (lines(again), again.code) == (["after"], "WR")
    again.close()
    monkeypatch.undo()
    last = restored(again, author, saved.path)
    assert (lines(last), last.code) == ([], "WR2")
    last.close()


def test_a_damaged_backup_is_not_brought_back(store: Store, author: Author) -> None:
    write_line(store, author, "kept")
    saved = backup.make(store)
    store.close()
    content = bytearray(saved.path.read_bytes())
    at = content.index(b"Operator A")
    content[at : at + 10] = b"Operator Z"
    saved.path.write_bytes(content)
    with pytest.raises(StoreProblem):
        backup.restore(store.path, author, saved.path, clock=store.clock)
    again = open_store(store.path, clock=store.clock)
    assert lines(again) == ["kept"]
    again.close()


def test_a_missing_backup_is_named(store: Store, author: Author, tmp_path: Path) -> None:
    store.close()
    with pytest.raises(NotFound, match="no such backup"):
        backup.restore(store.path, author, tmp_path / "gone.db", clock=store.clock)


def test_a_system_added_after_the_backup_keeps_the_id_its_signals_go_by(store: Store, author: Author) -> None:
    saved = backup.make(store)
    with store.write() as write:
        write.add(author, SystemAdded("scorer"), subject="its id")
    path = store.path
    store.close()
    backup.restore(path, author, saved.path, clock=store.clock)
    restored = open_store(path, clock=store.clock)
    try:
        with restored.journal.read() as connection:
            assert [(one.id, one.name) for one in systems.list_all(connection)] == [("its id", "scorer")]
            assert journal.verify(connection) is None
    finally:
        restored.close()
