"""The words of --map: columns, constants and templates, and what they make of a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers.mapping import pattern

COLUMNS = ("host", "text", "a b", "x{y}", "'quoted'", "n,m")
CELLS = {"host": "web-1", "text": " slow ", "a b": "5", "x{y}": "brace", "'quoted'": "q", "n,m": "c"}


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("host", "web-1"),
        ("a b", "5"),
        ("'ms'", "ms"),
        ("'{host}'", "{host}"),
        ("{host}: {text}", "web-1: slow"),
        ("{host}{a b}", "web-15"),
        ("in {host}", "in web-1"),
        ("{{{host}}}", "{web-1}"),
        ("x{y}", "brace"),
        ("'quoted'", "q"),
        ("n,m", "c"),
    ],
)
def test_what_is_said_is_made_of_a_row(said: str, made: str) -> None:
    assert pattern(said, COLUMNS, "file").fill(CELLS) == made


@pytest.mark.parametrize("said", ["nope", "{nope}", "{host", "host}", "{}", "", "'"])
def test_what_is_not_there_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        pattern(said, COLUMNS, "file")


def test_a_template_is_missing_when_all_its_columns_are() -> None:
    made = pattern("{host}: {text}", COLUMNS, "file")
    assert made.fill({"host": "", "text": "NA"}) is None
    assert made.fill({"host": "web-1", "text": None}) == "web-1: "
    assert pattern("'all'", COLUMNS, "file").fill({}) == "all"


@given(st.lists(st.sampled_from(["{host}", "{a b}", "words", "{{", "}}", " "]), min_size=1, max_size=6))
def test_a_pattern_written_down_means_the_same(parts: list[str]) -> None:
    said = "".join(parts) + "{text}"
    made = pattern(said, COLUMNS, "file")
    assert pattern(str(made), COLUMNS, "file") == made
