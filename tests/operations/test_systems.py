"""Systems: found by name, alias or id, and added once."""

import pytest

from tocsin.errors import BadInput
from tocsin.model.operator import Author
from tocsin.operations import systems
from tocsin.store import journal
from tocsin.store.folder import Store


def test_a_system_is_added_once_and_found_by_its_name_and_id(store: Store, author: Author) -> None:
    first = systems.ensure(store, author, "  credit   scoring ")
    assert first.name == "credit scoring"
    assert systems.ensure(store, author, "credit scoring") == first
    assert systems.find(store, first.id) == first
    assert systems.names(store) == [first]
    with store.journal.read() as connection:
        added = journal.entries(connection, kinds=["system.added"])
    assert [(entry.subject, entry.author) for entry in added] == [(first.id, author)]


def test_an_id_made_before_is_kept_when_the_system_is_new(store: Store, author: Author) -> None:
    assert systems.ensure(store, author, "a", id="made-before").id == "made-before"
    assert systems.ensure(store, author, "a", id="another").id == "made-before"


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\x07b"])
def test_what_is_no_name_is_refused(store: Store, author: Author, name: str) -> None:
    with pytest.raises(BadInput, match="a system's name"):
        systems.ensure(store, author, name)
