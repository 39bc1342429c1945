"""Values of JSON as what they should be: refused with a reason where they are something else."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.importers import json_values


def test_a_path_is_followed() -> None:
    value = {"data": {"items": [{"a b": 1}, {"x-y": None}]}}
    assert json_values.follow(value, "data.items[0].a b") == 1
    assert json_values.follow(value, "data.items[1].x-y", "default") is None
    assert json_values.follow(value, "") == value
    for nowhere in ("data.items[2]", "data[0]", "data.items.a", "other"):
        assert json_values.follow(value, nowhere, "none") == "none"
    for wrong in ("a..b", "a[x]", "a.[0", "a[1]b", ".a."):
        with pytest.raises(ValueError, match="is no path"):
            json_values.steps(wrong)


def test_a_nested_object_is_flattened_by_its_paths() -> None:
    value = {"a": {"b": 1, "c": [{"d": 2}, 3]}, "e": None, "f": [], "g": {}}
    flat = json_values.flat(value)
    assert flat == {"a.b": 1, "a.c[0].d": 2, "a.c[1]": 3, "e": None}
    assert list(flat) == ["a.b", "a.c[0].d", "a.c[1]", "e"]
    assert all(json_values.follow(value, path) == inner for path, inner in flat.items())
    with pytest.raises(ValueError, match="more than 10 fields"):
        json_values.flat({"a": list(range(11))}, 10)


@pytest.mark.parametrize("value", [True, "5", [1], {}, "x"])
def test_only_a_number_is_a_number(value: Any) -> None:
    with pytest.raises(ValueError, match="not a number"):
        json_values.number(value)


def test_numbers_as_text_are_taken_where_the_format_writes_them() -> None:
    assert json_values.number("-1.5e3", text=True) == -1500.0
    for missing in ("NaN", "+Inf", "-Inf", None, math.inf, math.nan):
        assert math.isnan(json_values.number(missing, text=True))
    for wrong in ("1_000", "٣", "0x10", "", "1e999", " 1"):
        with pytest.raises(ValueError, match="not a number"):
            json_values.number(wrong, text=True)


def test_times_state_their_zone_or_their_unit() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert json_values.instant("2026-01-01T13:00:00.000000999+01:00") == noon
    assert json_values.instant(noon.timestamp(), "s") == noon
    assert json_values.instant(int(noon.timestamp()) * 10**9, "ns") == noon
    assert json_values.instant(str(int(noon.timestamp()) * 1000), "ms") == noon
    for wrong in ("2026-01-01T12:00:00", 1767268800, True, None, "soon", "1900-01-01T00:00:00Z", "20260101"):
        with pytest.raises(ValueError):
            json_values.instant(wrong)
    for zero in (None, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"):
        assert json_values.instant_or_none(zero) is None


def test_text_is_text_of_bounded_length() -> None:
    assert json_values.text(None) == ""
    with pytest.raises(ValueError, match="longer than 5"):
        json_values.text("abcdef", 5)
    for wrong, told in ((1, "the number 1"), (True, "true"), ([], "an array"), ({}, "an object")):
        with pytest.raises(ValueError, match=f"is {told}, not a text"):
            json_values.text(wrong)
    assert json_values.shortened("abcdef", 4) == "abc…"
