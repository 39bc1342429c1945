"""What a column becomes: read from a mapping and changed in it, one thing a column, one column a thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.importers.base import mapping
from tocsin.ui import roles

COLUMNS = ("ts", "a", "b", "region", "note")
RECORDS = ("samples", "alerts", "deployments", "messages", "decisions")


@pytest.mark.parametrize("record", RECORDS)
@given(data=st.data())
def test_a_column_becomes_what_it_was_told_and_no_other_does(record: str, data: st.DataObject) -> None:
    said: dict[str, str] = {}
    there = roles.roles(record)
    for _ in range(data.draw(st.integers(1, 12))):
        column, role = data.draw(st.sampled_from(COLUMNS)), data.draw(st.sampled_from(there))
        before = {name: roles.role_of(name, said, COLUMNS, record) for name in COLUMNS}
        said = roles.with_role(said, COLUMNS, record, column, role)
        after = {name: roles.role_of(name, said, COLUMNS, record) for name in COLUMNS}
        assert after[column] == role
        shared = role in (there[-1], roles.LABEL, "extra") or (record, role) == ("samples", "value")
        for name in COLUMNS:
            if name != column:
                made_room = before[name] == role and not shared
                assert after[name] == (there[-1] if made_room else before[name])
    assert mapping(roles.in_words(said)) == said


def test_values_stand_in_the_files_order() -> None:
    said = roles.with_role({"value": "b", "time": "ts"}, COLUMNS, "samples", "a", "value")
    assert said["value"] == "a,b"
    assert roles.with_role({"value": "a"}, COLUMNS, "samples", "a", "ignored") == {}


def test_what_stands_in_no_column_is_words_or_columns_in_words() -> None:
    said = roles.with_pattern({"time": "ts"}, COLUMNS, "unit", " ms ")
    assert said == {"time": "ts", "unit": "'ms'"}
    said = roles.with_pattern(said, COLUMNS, "segment", "{region}/{a}")
    assert roles.patterns(said, COLUMNS) == {"unit": "'ms'", "segment": "{region}/{a}"}
    assert roles.role_of("region", said, COLUMNS, "samples") == "part of segment"
    assert roles.with_pattern(said, COLUMNS, "unit", "") == {"time": "ts", "segment": "{region}/{a}"}
    assert roles.with_pattern({}, COLUMNS, "unit", "'s'") == {"unit": "'s'"}
    assert mapping(roles.in_words(said)) == said


def test_what_is_said_of_the_table_as_a_whole_is_no_column() -> None:
    said = {"records": "a", "shape": "wide", "time": "ts"}
    assert roles.role_of("a", said, COLUMNS, "samples") == "ignored"
    assert roles.patterns(said, COLUMNS) == {}
    assert roles.with_role(said, COLUMNS, "samples", "a", "value") == {**said, "value": "a"}


def test_a_column_of_words_in_a_long_table_is_left_out_when_told_so() -> None:
    said = {"time": "ts", "metric": "a", "value": "b", "label.note": "note"}
    left = roles.with_role(said, COLUMNS, "samples", "note", "ignored")
    assert left == {"time": "ts", "metric": "a", "value": "b", "label.note": "''"}
    assert roles.role_of("note", left, COLUMNS, "samples") == "ignored"
    assert roles.patterns(left, COLUMNS) == {}
    assert roles.with_role(left, COLUMNS, "samples", "note", "label") == said
