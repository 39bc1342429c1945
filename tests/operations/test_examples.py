"""Examples and results: every row of a file is stored or told, whatever the file looks like."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput, UserError
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.model.response import Example, ExampleResult
from tocsin.model.response_words import kind_and_words
from tocsin.operations import examples, incidents, undo
from tocsin.operations.examples_file import MAX_BYTES, NAMES, rows
from tocsin.store.folder import Store


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="t", system="s")


CSV = 'id;prompt;expected\nq1;"says ""no""\nin two lines";yes\nq2;;yes\nq1;again;yes\n;numbered;\nq3;x;y;z\n'


def test_every_row_of_a_table_is_stored_or_told(
    store: Store, author: Author, incident: Incident, tmp_path: Path
) -> None:
    (tmp_path / "cases.csv").write_text(CSV, encoding="utf-8-sig")
    done = examples.import_examples(store, author, incident.id, tmp_path / "cases.csv")
    assert (done.read, done.stored, len(done.refused)) == (5, 2, 3)
    assert [(one.row, one.why.split()[0]) for one in done.refused] == [(2, "the"), (3, "the"), (5, "it")]
    table = examples.look(store, incident.id)
    assert table.examples[0] == Example("q1", 'says "no"\nin two lines', "yes")
    assert table.examples[1].input == "numbered"
    again = examples.import_examples(store, author, incident.id, tmp_path / "cases.csv")
    assert (again.stored, len(again.refused)) == (1, 4)  # the one without an id gets another number


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"id": "a", "input": {"x": 1}, "passed": true}]'),
        ("a.json", '{"version": "v1", "examples": [{"id": "a", "question": "?", "ok": 1}]}'),
        ("a.jsonl", '{"id": "a", "request": "?"}\n\n{"id": 2, "input": "two"}\nno json\n[1]\n'),
        ("a.txt", "id,input\na,b\n"),
        ("a.txt", '{"id": "a", "input": "?"}\n{"id": "b", "input": "?"}\n'),
    ],
)
def test_json_in_its_forms(
    store: Store, author: Author, incident: Incident, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    done = examples.import_examples(store, author, incident.id, tmp_path / name)
    assert done.stored >= 1
    assert done.read == done.stored + len(done.refused)
    assert examples.look(store, incident.id).examples[0].id == "a"


@pytest.mark.parametrize(
    "raw",
    [b"", b"id,input\n", b"a,b\nc,d\n", b"\xff\xfe\x00", b'{"a": 1}', b"[", b'"x"', b'{"a": [1], "b": [2]}'],
)
def test_what_is_no_file_of_examples_is_refused(
    store: Store, author: Author, incident: Incident, tmp_path: Path, raw: bytes
) -> None:
    for name in ("a.json", "a.csv", "a"):
        (tmp_path / name).write_bytes(raw)
        with suppress(BadInput):
            done = examples.import_examples(store, author, incident.id, tmp_path / name)
            assert (done.stored, done.read) == (0, len(done.refused))
    with pytest.raises(BadInput, match="cannot be read"):
        rows(tmp_path / "none.csv")


@given(st.binary(max_size=300), st.sampled_from([".csv", ".json", ".jsonl", ""]))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str) -> None:
    file = tmp_path_factory.getbasetemp() / f"odd{suffix}"
    file.write_bytes(b"id,input\n" + raw if suffix == ".csv" else raw)
    try:
        found = rows(file)
    except UserError:
        return
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert all(set(one.values) <= set(NAMES) for one in found)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'id,"input\n', "first line is not CSV"),
        (b"id,input\nab," + "é".encode() * (MAX_BYTES // 2), "larger than"),  # cut within a letter
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, raw: bytes, why: str) -> None:
    (tmp_path / "odd.csv").write_bytes(raw)
    with pytest.raises(BadInput, match=why):
        rows(tmp_path / "odd.csv")


def test_results_by_hand_and_from_a_file(
    store: Store, author: Author, incident: Incident, tmp_path: Path
) -> None:
    for name in "ab":
        examples.add(store, author, incident.id, f"case {name}", name=name, expected="yes")
    examples.record(
        store, author, incident.id, "v14", [ExampleResult("a", False, "no"), ExampleResult("b", True)]
    )
    (tmp_path / "r.json").write_text(json.dumps([
        {"example": "a", "model": "v15", "result": "PASS"}, {"example": "b", "model": "v15", "result": 1},
        {"example": "c", "model": "v15", "result": 1}, {"example": "a", "model": "v15", "result": "maybe"},
        {"example": "a", "result": "no"}, {"result": "no", "model": "v15"},
    ]))  # fmt: skip
    done = examples.import_results(store, author, incident.id, tmp_path / "r.json")
    assert (done.read, done.stored, [one.row for one in done.refused]) == (6, 2, [3, 4, 5, 6])
    table = examples.look(store, incident.id)
    assert table.first_failing == table.column("v14")
    assert table.first_passing == table.column("v15")
    assert table.cells["a", "v14"].output == "no"
    undo.undo(store, author, done.entries[0].id)
    assert examples.look(store, incident.id).first_passing is None


def test_an_example_tried_several_times_is_one_in_the_log(
    store: Store, author: Author, incident: Incident
) -> None:
    for name in "ab":
        examples.add(store, author, incident.id, f"case {name}", name=name)
    tries = [
        ExampleResult(name, passed) for name, passed in (("a", True), ("a", False), ("b", True), ("b", True))
    ]
    entry = examples.record(store, author, incident.id, "v15", tries)
    assert kind_and_words(entry)[1] == "Version v15 passes 1 of 2 examples tried"
    column = examples.look(store, incident.id).column("v15")
    assert column is not None
    assert column.words == "1 of 2 fail"


def test_what_makes_no_sense_is_refused(store: Store, author: Author, incident: Incident) -> None:
    examples.add(store, author, incident.id, "case", name="a")
    for call in (
        lambda: examples.add(store, author, incident.id, " "),
        lambda: examples.add(store, author, incident.id, "x" * 4001),
        lambda: examples.add(store, author, incident.id, "x", name="a"),
        lambda: examples.add(store, author, incident.id, "x", name="a\nb" * 99),
        lambda: examples.record(store, author, incident.id, "v1", []),
        lambda: examples.record(store, author, incident.id, " ", [ExampleResult("a", True)]),
        lambda: examples.record(store, author, incident.id, "v1", [ExampleResult("z", True)]),
    ):
        with pytest.raises(BadInput):
            call()
    assert len(examples.look(store, incident.id).examples) == 1


def test_there_is_a_limit_and_large_sets_are_several_entries(
    store: Store, author: Author, incident: Incident, tmp_path: Path
) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text("".join(json.dumps({"input": f"{n} " + "x" * 3900}) + "\n" for n in range(1000)))
    done = examples.import_examples(store, author, incident.id, file)
    assert (done.stored, len(done.entries)) == (1000, 2)
    assert len(examples.look(store, incident.id).examples) == 1000
    with pytest.raises(BadInput, match="at most 1,000"):
        examples.add(store, author, incident.id, "one more")
