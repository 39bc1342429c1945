"""The policy in force is frozen once, and an incident keeps what it froze."""

from dataclasses import replace

import pytest

from tocsin.errors import NotFound
from tocsin.model.journal import PolicyFrozen
from tocsin.model.operator import Author
from tocsin.operations import policies
from tocsin.policy.load import load_shipped
from tocsin.store import journal
from tocsin.store.folder import Store


def frozen(store: Store) -> list[PolicyFrozen]:
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=["policy.frozen"])
    return [entry.body for entry in entries if isinstance(entry.body, PolicyFrozen)]


def test_the_pack_in_force_is_frozen_once_however_often_it_is_used(store: Store, author: Author) -> None:
    for _ in range(2):
        with store.write() as write:
            scheme, sha256 = policies.in_force(write, author)
    assert [(body.pack, body.version, body.sha256) for body in frozen(store)] == [("sev-1-4", "1", sha256)]
    assert policies.scheme(store, sha256) == scheme == load_shipped()


def test_a_changed_pack_is_frozen_beside_the_first(store: Store, author: Author) -> None:
    changed = replace(load_shipped(), version="2")
    with store.write() as write:
        first = policies.freeze_into(write, author, load_shipped())
        second = policies.freeze_into(write, author, changed)
    assert policies.scheme(store, first) == load_shipped()
    assert policies.scheme(store, second) == changed
    assert len(frozen(store)) == 2


def test_a_pack_the_journal_lacks_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        policies.scheme(store, "0" * 64)
