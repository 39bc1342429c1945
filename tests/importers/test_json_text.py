"""JSON from outside: each bad input of the catalogue refused, the same on every Python."""

import json
import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers import json_parser, json_text
from tocsin.importers.base import Rejected, Source

Make = Callable[..., Source]

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT
SANE = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(SANE, st.booleans())
def test_what_is_sound_comes_back_as_it_was(value: Any, ascii: bool) -> None:
    assert json_text.parsed(json.dumps(value, ensure_ascii=ascii)) == value


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": NaN}', "it holds NaN"),
        ("[Infinity]", "it holds Infinity"),
        ("[-Infinity]", "it holds -Infinity"),
        ("[1e999]", "1e999 is beyond all measure"),
        ('{"a": 1, "b": 2, "a": 1}', "the key “a” is there twice"),
        ('[{"x": {"a": 1, "a": 2}}]', "the key “a” is there twice"),
        (nested(101), "nested deeper than 100"),
        (nested(5_000), "nested deeper than 100"),
        ("[" * 100_000, "nested deeper than 100"),
        ('["]]]]]", ' * 101, "nested deeper than 100"),
        ('["\\"]", ' * 101, "nested deeper than 100"),
        ('{"a":' * 101 + "1" + "}" * 101, "nested deeper than 100"),
        (f"[{'9' * 5_000}]", "does not fit into 64 bits"),
        (f"[{2**63}]", "does not fit into 64 bits"),
        (f"[{-(2**63) - 1}]", "does not fit into 64 bits"),
        (r'["\ud800"]', "lone surrogate"),
        (r'{"\udfff": 1}', "lone surrogate"),
        (r'["a\u0000b"]', "NUL"),
        (r'{"\\\u0000": 1}', "NUL"),
        ('["a\0b"]', "bare control character at line 1, column 4"),
        ('{"a": 1} {"b": 2}', "more after the end at line 1, column 10"),
        ("[1]\n]", "more after the end at line 2, column 1"),
        ("[1,]", "line 1, column"),
        ('{"a": 1,}', "line 1, column"),
        ("[1] // so", "more after the end"),
        ("{'a': 1}", "a key in double quotes is missing at line 1, column 2"),
        ("[01]", "a comma is missing"),
        ("[+1]", "a value is missing"),
        ('["\\x41"]', "line 1, column"),
        ("[tru]", "a value is missing"),
        ("", "a value is missing"),
        ('\ufeff{"a": 1}', "byte order mark inside"),
        ('{"a": 1}\ufeff', "more after the end"),
        (b'["\xff"]', "byte 2 is not UTF-8"),
        (b'["\xed\xa0\x80"]', "byte 2 is not UTF-8"),
    ],
)
def test_what_json_leaves_open_is_refused(text: str | bytes, reason: str) -> None:
    with pytest.raises(json_text.BadJson, match=reason):
        json_text.parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        nested(100),
        json.dumps(["[" * 500, '"' + "{" * 500, "\\", "\\\\[[["]),
        r'["\ud83d\ude00"]',
        r'["\\u0000"]',
        json.dumps([2**63 - 1, -(2**63), 1e308, 0.1, 5e-324]),
        '{"__class__": "os.system", "$ref": "#/a", "$type": "X"}',
        '["\ufeff"]',
    ],
)
def test_what_only_looks_odd_is_plain_data(text: str) -> None:
    assert json_text.parsed(text) == json.loads(text)


def test_the_bare_nan_of_some_tools_is_taken_where_the_importer_knows_them() -> None:
    found = json_text.parsed('[NaN, Infinity, {"a": -Infinity}]', nan=True)
    assert math.isnan(found[0])
    assert found[1:] == [math.inf, {"a": -math.inf}]


def test_keys_and_texts_without_measure_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parser, "LONGEST_STRING", 1 << 20)
    many = "{" + ",".join(f'"{n}":1' for n in range(100_001)) + "}"
    with pytest.raises(json_text.BadJson, match="more than 100,000 keys"):
        json_text.parsed(many)
    with pytest.raises(json_text.BadJson, match="a text is longer"):
        json_text.parsed('["' + "x" * (4 << 20) + '"]')
    assert len(json_text.parsed("[" + "1234567," * (1 << 18) + "1]")) == (1 << 18) + 1


def test_a_document_may_come_with_a_mark_or_in_utf_16(source: Make) -> None:
    text = '{"name": "Überprüfung"}'
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        made = source(text.encode(encoding), f"{encoding}.json")
        assert json_text.document(made) == {"name": "Überprüfung"}
        assert json_text.keys(made) == {"name"}
        (made.scratch / "utf-8.json").unlink(missing_ok=True)
    with pytest.raises(BadInput, match="UTF-8"):
        json_text.document(source(text.encode("latin-1")))
    with pytest.raises(BadInput, match="UTF-16"):
        json_text.document(source(b"\xff\xfe{\x00\x00\xd8"))


def test_a_document_beyond_the_limit_is_refused_unread(source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "LARGEST_DOCUMENT", 10)
    with pytest.raises(BadInput, match="11 bytes; 10 is the limit"):
        json_text.document(source("[1,2,3,4,5]"))


def test_lines_end_in_a_line_feed_and_nothing_else(source: Make) -> None:
    text = '\ufeff{"a": "x\u2028y\u0085z"}\r\n\n  \n{"a": 2}\n\ufeff{"a": 3}\n{"a": 4'
    read = json_text.lines(source(text))
    found = list(read)
    assert found[:2] == [(1, {"a": "x\u2028y\u0085z"}), (4, {"a": 2})]
    assert [number for number, _ in found] == [1, 4, 5, 6]
    assert "byte order mark" in found[2][1].reason
    assert found[3][1].reason.startswith("the file is cut off here: not JSON")
    assert read.blank == 2
    assert read.step().done == read.step().total


def test_one_bad_line_does_not_spoil_the_others(source: Make) -> None:
    text = '{"a": 1}\n{"a": 1, "a": 2}\n{"b": NaN}\nnot json\n{"a": 5}'
    found = dict(json_text.lines(source(text)))
    assert found[1] == {"a": 1}
    assert found[5] == {"a": 5}
    assert all(isinstance(found[number], Rejected) and found[number].line == number for number in (2, 3, 4))


def test_a_line_without_end_is_refused(source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "LONGEST_LINE", 20)
    with pytest.raises(BadInput, match="line 2 is longer"):
        list(json_text.lines(source('{"a": 1}\n{"a": "' + "x" * 30)))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('{"a": 1}\n{"a": 2}\n', "lines"),
        ('{"a": 1}\n\n{"a": 2', "lines"),
        ('{"a": 1, "a": 2}\n{"a": 2}\n', "lines"),
        ('{"a": 1}\n', "object"),
        ('\n{"a": 1}', "object"),
        ('{\n"a": 1\n}\n', "object"),
        ('[{"a": 1},\n{"a": 2}]', "array"),
        ("[1, 2", "array"),
        ("time,value\n", ""),
        ("", ""),
    ],
)
def test_documents_are_told_from_lines(source: Make, text: str, shape: str) -> None:
    assert json_text.shape(source(text)) == shape


@pytest.mark.parametrize("text", ['{"a": 1}\n{"a": 2}\n', '[{"a": 1}, {"a": 2}]'])
def test_an_array_and_lines_give_the_same_values(source: Make, text: str) -> None:
    assert list(json_text.values(source(text))) == [(1, {"a": 1}), (2, {"a": 2})]


def test_a_file_is_known_by_the_keys_in_its_head_even_when_that_is_cut(source: Make) -> None:
    big = json.dumps({"version": "4", "alerts": [{"labels": {"x{]": "\\"}}] * 20_000})
    made = source(big)
    assert len(big) > 65_536
    assert json_text.looks_like(made, "version", "labels")
    assert json_text.looks_like(made, "version", "alerts", top=True)
    assert not json_text.looks_like(made, "labels", top=True)
    assert json_text.keys(source('[{"id": {"no": 1}}, {"at": 2}]'), top=True) == {"id", "at"}
    assert json_text.keys(source('{"id": {"no": 1}}\n{"at": 2}\n'), top=True) == {"id", "at"}
    for other in ("id,at\n", b"PAR1", b"\x00\xff", ""):
        assert not json_text.keys(source(other))


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,' + '"\\' * 200_000,
        '{"a":1,' + '"' * 200_000,
        '{"a":1' + " " * 400_000,
        '{"a":1,"' + "\\" * 400_000,
    ],
)
def test_the_head_of_what_is_no_json_is_looked_at_quickly(source: Make, text: str) -> None:
    begun = time.process_time()
    assert "a" in json_text.keys(source(text))
    assert time.process_time() - begun < 1


def test_blank_lines_without_number_do_not_hide_what_a_file_is(source: Make) -> None:
    assert json_text.shape(source("{}" + "\n" * 9_000 + "{}")) == "lines"
    assert json_text.shape(source("{}" + "\n" * 100_000 + "{}")) == "object"
    with pytest.raises(BadInput, match="after line 1 more than 10,000 lines are blank"):
        list(json_text.lines(source("{}" + "\n" * 100_000 + "{}")))
