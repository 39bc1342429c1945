"""Lists of persons as they really come: encodings, separators, quotes, rows that are wrong."""

import json
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.importers import people_csv
from tocsin.importers.people_csv import People
from tocsin.model.letters import Problem, Recipient

NAMES = {"name": ("name", "full name"), "reasons": ("reasons", "reason"), "score": ("score",)}


def people(tmp_path: Path, content: str | bytes, file: str = "people.csv", **mapping: str) -> People:
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return People(path, NAMES, frozenset({"reasons"}), mapping)


def rows(found: People) -> list[Recipient | Problem]:
    return list(found.rows())


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_are_known_by_any_of_their_names(tmp_path: Path, separator: str) -> None:
    text = (
        separator.join(["Full_Name", "SCORE", "Shoe size"]) + "\n" + separator.join(["Ann", "7", "41"]) + "\n"
    )
    found = people(tmp_path, text)
    assert rows(found) == [Recipient(1, 2, {"name": "Ann", "score": "7"})]
    assert found.columns().unknown == ("Shoe size",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    found = people(tmp_path, "name\r\nZoé Ωmega 山田\r\n".encode(encoding))
    assert rows(found) == [Recipient(1, 2, {"name": "Zoé Ωmega 山田"})]


def test_letters_are_composed_and_quotes_hold_lines_and_separators(tmp_path: Path) -> None:
    found = people(tmp_path, 'name,score\n"Zoe\u0301, ""Z""",1\n\n"A\nB",2\n')
    assert rows(found) == [
        Recipient(1, 2, {"name": 'Zoé, "Z"', "score": "1"}),
        Recipient(2, 4, {"name": "A\nB", "score": "2"}),
    ]


def test_lists_come_in_one_column_or_in_numbered_ones(tmp_path: Path) -> None:
    one = people(tmp_path, "name,reasons\nAnn,first | second\n")
    many = people(tmp_path, "name,Reason 1,reason_2,Reason#3\nAnn,first,second,\n")
    assert rows(one) == rows(many) == [Recipient(1, 2, {"name": "Ann", "reasons": "first\nsecond"})]


def test_json_lines(tmp_path: Path) -> None:
    lines = [{"name": "Ann", "score": 7, "reasons": ["a", "b"]}, {"name": None}, {"name": {"x": 1}}]
    text = "\n".join(map(json.dumps, lines)) + "\nno json\n"
    found = rows(people(tmp_path, text, "people.jsonl"))
    assert found[:2] == [
        Recipient(1, 1, {"name": "Ann", "score": "7", "reasons": "a\nb"}),
        Recipient(2, 2, {}),
    ]
    assert [one.line for one in found[2:] if isinstance(one, Problem)] == [3, 4]


def test_one_bad_row_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    found = rows(people(tmp_path, 'name,score\nAnn,1\nBen\n"C"x,3\nDee,4\n'))
    assert [(type(one).__name__, one.row, one.line) for one in found] == [
        ("Recipient", 1, 2),
        ("Problem", 2, 3),
        ("Problem", 3, 4),
        ("Recipient", 4, 5),
    ]


def test_a_quote_left_open_is_told_and_hides_nobody(tmp_path: Path) -> None:
    found = rows(people(tmp_path, 'name,score\nAnn,1\n"Ben,2\nDee,4\n'))
    assert isinstance(found[-1], Problem)


def test_two_columns_of_one_meaning_need_a_word(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="two columns are name"):
        rows(people(tmp_path, "name,full name\nA,B\n"))
    assert rows(people(tmp_path, "name,full name\nA,B\n", name="full name")) == [
        Recipient(1, 2, {"name": "B"})
    ]
    with pytest.raises(BadInput, match="no column 'x'"):
        rows(people(tmp_path, "name\nA\n", name="x"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "header"),
        (b"name\n", "nobody"),
        (b"PK\x03\x04....", "ZIP"),
        (b"name\n" + b"x\n" * 9 + b"\xff\xfe\n", "not UTF-8"),
        (b"name\n" + b"a" * 200_000 + b"\n", "field larger"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    found = people(tmp_path, content)
    try:
        told = " ".join(one.reason for one in found.rows() if isinstance(one, Problem))
    except BadInput as error:
        told = str(error)
    assert said in told


def test_more_rows_than_there_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_csv, "MOST_ROWS", 3)
    with pytest.raises(BadInput, match="more than 3 rows"):
        rows(people(tmp_path, "name\n" + "x\n" * 4))
