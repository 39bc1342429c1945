"""Frozen policy: the same content has the same name, comes back whole, and is checked when it comes back."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.model.severity import Scheme
from tocsin.policy.freeze import digest, freeze, thaw
from tocsin.policy.load import load_shipped

SCHEME = load_shipped()
STORES = Path(__file__).parents[1] / "data" / "stores"


def with_holidays(days: list[date]) -> Scheme:
    return replace(SCHEME, calendar=replace(SCHEME.calendar, holidays=frozenset(days)))


@given(st.lists(st.dates(), unique=True, max_size=30), st.randoms())
def test_what_was_frozen_comes_back_through_json_under_the_same_name(days, random) -> None:  # type: ignore[no-untyped-def]
    sha256, content = freeze(with_holidays(days))
    assert thaw(json.loads(json.dumps(content))) == with_holidays(days)
    random.shuffle(days)
    assert freeze(with_holidays(days)) == (sha256, content)
    assert digest(json.loads(json.dumps(content))) == sha256


def test_the_order_of_keys_does_not_name_a_pack() -> None:
    sha256, content = freeze(SCHEME)
    assert digest(dict(reversed(content.items()))) == sha256


def test_any_change_gives_another_name() -> None:
    changed = [
        with_holidays([date(2026, 12, 25)]),
        replace(SCHEME, version="2"),
        replace(SCHEME, due_soon=0.3),
    ]
    assert len({freeze(scheme)[0] for scheme in [SCHEME, *changed]}) == 4


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("levels", "none"),
        ("detector_severities", {}),
        ("calendar", {"days": [], "opens": 0, "closes": 1}),
        ("due_soon", 9),
    ],
)
def test_content_that_makes_no_scheme_is_refused(key: str, value: object) -> None:
    _, content = freeze(SCHEME)
    with pytest.raises(BadInput, match="frozen policy"):
        thaw({**content, key: value})


@pytest.mark.parametrize("journal", sorted(STORES.glob("*/journal.db")), ids=lambda file: file.parent.name)
def test_packs_that_older_stores_froze_are_read_under_the_name_they_have(journal: Path) -> None:
    # Closed stores: no lock of a live one is at stake.
    with closing(sqlite3.connect(f"file:{journal}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT sha256, content FROM policy").fetchall()
    for sha256, content in rows:
        scheme = thaw(json.loads(content))
        assert digest(json.loads(content)) == sha256
        if scheme.level("SEV-1") is not None:
            offset = scheme.offset("respond", "SEV-1")
            assert offset is not None
            assert offset.words == "15 min"
    assert rows
