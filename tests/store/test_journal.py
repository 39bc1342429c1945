"""The chain: what is appended verifies, and whatever is changed afterwards is found and named."""

from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from tocsin.errors import BadInput, NotFound
from tocsin.model.journal import Draft, FieldsSet, OperatorAdded, TimelineAdded
from tocsin.model.operator import Author
from tocsin.store import journal, projections
from tocsin.store.folder import Store


@pytest.fixture
def five(store: Store, author: Author) -> Store:
    """A store with five entries, the first of them its creation."""
    with store.write() as write:
        for number in range(4):
            write.add(author, TimelineAdded("noted", f"line {number}"), incident="some incident")
    return store


def change(store: Store, statement: str) -> None:
    """Do to the file what another program could."""
    with store.journal.write() as connection:
        connection.execute(text(statement))


def fault(store: Store) -> journal.Fault | None:
    with store.journal.read() as connection:
        return journal.verify(connection)


def test_entries_come_back_as_written_in_order(five: Store, author: Author) -> None:
    with five.journal.read() as connection:
        entries = journal.entries(connection, incident="some incident")
    assert [entry.body.text for entry in entries] == [f"line {n}" for n in range(4)]  # type: ignore[union-attr]
    assert [entry.seq for entry in entries] == [2, 3, 4, 5]
    assert all(later.previous == earlier.hash for earlier, later in pairwise(entries))
    assert {entry.author for entry in entries} == {author}


def test_an_untouched_journal_verifies(five: Store) -> None:
    assert fault(five) is None


REPLACED = "UPDATE journal SET {0} = CAST(replace(CAST({0} AS TEXT), '{1}', '{2}') AS BLOB) WHERE seq = {3}"


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        (REPLACED.format("body", "line", "lime", 3), 3, "body"),
        ("UPDATE journal SET body = NULL WHERE seq = 3", 3, "body"),
        (REPLACED.format("head", "Operator A", "Operator B", 4), 4, "head"),
        ("DELETE FROM journal WHERE seq = 3", 3, "missing"),
        ("DELETE FROM journal WHERE seq = 1", 1, "missing"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 2", 2, "head"),
        ("UPDATE journal SET recorded_us = 0 WHERE seq = 5", 5, "column"),
        ("UPDATE journal SET incident = 'another' WHERE seq = 5", 5, "column"),
        ("UPDATE journal SET kind = 'undone' WHERE seq = 5", 5, "column"),
        ("UPDATE journal SET lamport = 99 WHERE seq = 5", 5, "column"),
        ("UPDATE journal SET seq = 9 WHERE seq = 5", 5, "missing"),
        ("UPDATE journal SET seq = -1 WHERE seq = 5", 1, "missing"),
    ],
)
def test_a_change_is_found_and_the_first_bad_entry_named(
    five: Store, statement: str, seq: int, reason: str
) -> None:
    change(five, statement)
    found = fault(five)
    assert found is not None
    named = found.reason if "missing" in reason else f"{found.seq} {found.reason}"
    assert reason in found.reason
    assert str(seq) in named


def test_a_journal_checked_piece_by_piece_is_checked_whole(five: Store) -> None:
    change(five, "UPDATE journal SET body = NULL WHERE seq = 5")
    chains, steps = journal.Chains(), 1
    with five.journal.read() as connection:
        while chains.check(connection, 2):
            steps += 1
    assert (steps, [entry.seq for entry in chains.entries]) == (3, [1, 2, 3, 4])
    assert chains.fault is not None
    assert chains.fault.seq == 5


def test_two_entries_swapped_are_found(five: Store) -> None:
    change(five, "UPDATE journal SET seq = 100 WHERE seq = 3")
    change(five, "UPDATE journal SET seq = 3 WHERE seq = 4")
    change(five, "UPDATE journal SET seq = 4 WHERE seq = 100")
    found = fault(five)
    assert found is not None
    assert found.seq == 3


def test_a_wrong_column_type_is_refused_by_the_table_itself(five: Store) -> None:
    with pytest.raises(Exception, match="cannot store TEXT"):
        change(five, "UPDATE journal SET lamport = 'many' WHERE seq = 3")


def test_the_same_id_again_stores_it_once(store: Store, author: Author) -> None:
    draft = Draft(store.new_id(), author, TimelineAdded("noted", "once"), incident="some incident")
    with store.write() as write:
        first = write.add_draft(draft)
    with store.write() as write:
        again = write.add_draft(draft)
    assert again == first
    with store.journal.read() as connection:
        assert journal.count(connection) == 2


def test_an_entry_that_is_not_unicode_is_refused_and_nothing_stored(store: Store, author: Author) -> None:
    with pytest.raises(BadInput, match="not Unicode"), store.write() as write:
        write.add(author, TimelineAdded("noted", "half \ud800 pair"), incident="some incident")
    with store.journal.read() as connection:
        assert journal.count(connection) == 1


def test_an_entry_over_the_limit_is_refused(store: Store, author: Author) -> None:
    with pytest.raises(BadInput, match="the limit is"), store.write() as write:
        write.add(author, FieldsSet({"impact": "x" * (5 << 20)}), incident="i", subject="i")


def test_a_failure_in_the_middle_stores_nothing(store: Store, author: Author) -> None:
    with pytest.raises(RuntimeError), store.write() as write:
        write.add(author, OperatorAdded("Operator B"))
        raise RuntimeError("the plug was pulled")
    with store.journal.read() as connection:
        assert journal.count(connection) == 1


def test_the_last_entry_of_an_incident_passes_over_exports(five: Store) -> None:
    with five.journal.read() as connection:
        assert journal.last_entry(connection, "some incident").seq == 5
        with pytest.raises(NotFound):
            journal.last_entry(connection, "another")


def test_the_file_holds_no_trace_of_what_was_rolled_back(five: Store, author: Author, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), five.write() as write:
        write.add(author, TimelineAdded("noted", "CANARY-in-the-file"), incident="i")
        raise RuntimeError
    five.close()
    held = b"".join(path.read_bytes() for path in five.path.iterdir() if path.is_file())
    assert b"CANARY-in-the-file" not in held


def test_many_at_once_are_the_chain_that_one_by_one_would_be(store: Store, author: Author) -> None:
    drafts = [Draft(store.new_id(), author, TimelineAdded("noted", f"{n}"), incident="i") for n in range(5)]
    with store.write() as write:
        write.add_draft(drafts[1])
    with store.write() as write:
        added = write.add_drafts([*drafts, drafts[0]])
        assert [entry.id for entry in added] == [drafts[n].id for n in (0, 2, 3, 4)]
        assert write.add_drafts(drafts) == []
    with store.journal.read() as connection:
        entries = journal.entries(connection, incident="i")
        assert journal.verify(connection) is None
        held = projections.stored(connection)
        assert projections.differences(held, journal.entries(connection)) == []
    assert [entry.id for entry in entries] == [drafts[n].id for n in (1, 0, 2, 3, 4)]
    assert [entry.seq for entry in entries] == list(range(entries[0].seq, entries[0].seq + 5))
    assert len({entry.lamport for entry in entries}) == 5
    assert set(held["timeline"]) == {draft.id for draft in drafts}
