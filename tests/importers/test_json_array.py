"""Arrays read element by element: the same as when parsed at once, wherever the pieces read are cut."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.importers import json_array, json_text
from tocsin.importers.base import Options, Samples, Source
from tocsin.importers.json_array import elements
from tocsin.importers.json_file import JsonImporter
from tocsin.importers.json_parser import BadJson, parsed

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT
VALUES = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def read(path: Path, text: str | bytes) -> list[Any]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [value for _, value in elements(path)]


@settings(max_examples=60)
@given(st.lists(VALUES, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_the_elements_are_those_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], chunk: int, indent: int | None, ascii: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "_CHUNK", chunk)
        assert read(tmp_path_factory.mktemp("array") / "file", text) == values


@settings(max_examples=100)
@given(st.lists(VALUES, max_size=3), st.integers(1, 40), st.data())
def test_what_is_wrong_for_the_whole_is_wrong_for_its_elements(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], chunk: int, data: st.DataObject
) -> None:
    text = json.dumps(values)
    at = data.draw(st.integers(0, len(text)))
    text = (
        text[:at]
        + data.draw(st.sampled_from(["", "]", "[", ",", '"', "\\", "NaN", "1", "{}", "\x00", " x"]))
        + (text[at + data.draw(st.integers(0, 3)) :])
    )
    try:
        whole = parsed(text)
    except BadJson:
        whole = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "_CHUNK", chunk)
        path = tmp_path_factory.mktemp("array") / "file"
        if isinstance(whole, list):
            assert read(path, text) == whole
        else:
            with pytest.raises(BadJson):
                read(path, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1},\n{"a": 1, "a": 2}]', "the key “a” is there twice in one object, in line 2"),
        ("[1,\n2\n3]", "a comma is missing in line 3"),
        ("[1,\n2,]", "a value is missing in line 2"),
        ("[1]\n[2]", "there is more after the end in line 2"),
        ("[1", "a comma is missing in line 1"),
        ("[" * 200, "nested deeper"),
        (r'["\ud800"]', "lone surrogate"),
        (r'["\u0000"]', "NUL"),
        ("[1e999]", "beyond all measure"),
        (b'["\xff"]', "not UTF-8"),
        ('{"a": 1}', "an array begins with"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(BadJson, match=reason):
        read(tmp_path / "file", text)


def test_an_element_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_CHUNK", 10)
    monkeypatch.setattr(json_array, "LONGEST_ELEMENT", 100)
    assert len(read(tmp_path / "file", json.dumps(["x" * 50] * 20))) == 20
    with pytest.raises(BadJson, match="an element is longer than 100 characters; it begins in line 2"):
        read(tmp_path / "file", '[1,\n"' + "x" * 500 + '"]')


def test_a_large_array_is_read_as_a_small_one(
    source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps([{"time": f"2026-01-01T12:{n:02}:00Z", "value": n} for n in range(60)])

    def samples() -> list[tuple[str, list[int], list[float], list[int]]]:
        pieces = JsonImporter().read(source(text, "x.json"), Options())
        return [
            (p.metric, p.times.tolist(), p.values.tolist(), p.lines.tolist())
            for p in pieces
            if isinstance(p, Samples)
        ]

    small = samples()
    values = list(json_text.values(source(text)))
    monkeypatch.setattr(json_text, "LARGEST_DOCUMENT", 100)
    assert samples() == small
    assert list(json_text.values(source(text))) == values
