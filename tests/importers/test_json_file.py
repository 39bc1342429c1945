"""Any JSON: records found wherever they lie, fields by their paths, types held to."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers import json_file, json_text
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Samples, Source, Table
from tocsin.importers.csv_file import CsvImporter
from tocsin.importers.json_file import JsonImporter
from tocsin.importers.json_records import Records
from tocsin.model.instant import from_us, iso

Read = Callable[..., list[Piece]]
Make = Callable[..., Source]
JSON = JsonImporter()


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def at(minute: int) -> str:
    return f"2026-01-01T12:{minute:02}:00Z"


def series(pieces: list[Piece]) -> dict[str, list[tuple[str, float]]]:
    return {
        piece.metric + "".join(f" {k}={v}" for k, v in sorted(piece.labels.items())): [
            (iso(from_us(time)), value)
            for time, value in zip(piece.times.tolist(), piece.values.tolist(), strict=True)
        ]
        for piece in pieces
        if isinstance(piece, Samples)
    }


def rows(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]


def told(pieces: list[Piece]) -> dict[str, str]:
    return {piece.what: piece.value for piece in pieces if isinstance(piece, Assumed)}


def reasons(pieces: list[Piece]) -> list[tuple[int, str]]:
    return [(piece.line, piece.reason) for piece in pieces if isinstance(piece, Rejected)]


WIDE = [{"time": at(n), "model": {"latency": n + 0.5, "score": n}, "note": "x"} for n in range(3)]


@pytest.mark.parametrize(
    ("text", "form", "mapping"),
    [
        (lines(*WIDE), "JSON Lines", {}),
        (json.dumps(WIDE), "one JSON array", {}),
        (json.dumps(WIDE, indent=1), "one JSON array", {}),
        (
            json.dumps({"meta": {"n": 3}, "data": {"items": WIDE}}),
            "one JSON document, the records under data.items",
            {},
        ),
        (
            json.dumps({"a": WIDE, "b": [{"x": 1}]}),
            "one JSON document, the records under a",
            {"records": "a"},
        ),
        (
            lines({"batch": WIDE[:2]}, {"batch": WIDE[2:]}),
            "JSON Lines, the records under batch",
            {"records": "batch"},
        ),
    ],
)
def test_records_are_found_wherever_they_lie(
    read: Read, source: Make, text: str, form: str, mapping: dict[str, str]
) -> None:
    assert JSON.knows(source(text))
    pieces = read(JSON, text, mapping=mapping)
    assert series(pieces) == {
        "model.latency": [(at(n), n + 0.5) for n in range(3)],
        "model.score": [(at(n), n) for n in range(3)],
    }
    assert told(pieces)["format"] == form


def test_several_arrays_are_asked_about_and_a_wrong_path_is_refused(read: Read) -> None:
    text = json.dumps({"a": WIDE, "b": {"c": WIDE}})
    with pytest.raises(BadInput, match=r"several arrays of records: a, b\.c.*records=a"):
        read(JSON, text)
    for path, reason in (("d", "there is nothing"), ("a[0].time", "the text"), ("a..b", "is no path")):
        with pytest.raises(BadInput, match=reason):
            read(JSON, text, mapping={"records": path})


def test_long_records_with_labels_and_elements_of_arrays(read: Read) -> None:
    text = lines(
        *(
            {"ts": 1767268800 + 60 * n, "metric": "psi", "value": n / 4, "on": ["age", "sex"], "dc": "eu"}
            for n in range(2)
        )
    )
    pieces = read(JSON, text, time_unit="s", mapping={"segment": "on[0]", "label.second": "on[1]"})
    [piece] = [p for p in pieces if isinstance(p, Samples)]
    assert (piece.metric, piece.segment, piece.labels["second"]) == ("psi", "age", "sex")
    assert series(pieces)[next(iter(series(pieces)))] == [(at(0), 0.0), (at(1), 0.25)]
    with pytest.raises(BadInput, match="their unit is not stated"):
        read(JSON, text)


def test_types_are_held_to(read: Read) -> None:
    good = [{"time": at(n), "value": n} for n in range(12)]
    bad = [{"time": at(20), "value": True}, {"time": at(21), "value": "5"}, {"time": at(22), "value": [1]},
           {"time": None, "value": 1}, {"value": 1}, {"time": "soon", "value": 1}, {"time": True, "value": 1},
           [1], 5, "x"]  # fmt: skip
    pieces = read(JSON, lines(*good, *bad, {"time": at(40), "value": None}))
    [piece] = [p for p in pieces if isinstance(p, Samples)]
    assert piece.metric == "file"
    assert len(piece.times) == 13
    assert np.isnan(piece.values[-1])
    assert [line for line, _ in reasons(pieces)] == list(range(13, 23))
    assert piece.lines.tolist() == [*range(1, 13), 23]


def test_alerts_take_times_numbers_and_labels(read: Read) -> None:
    alert = {
        "id": "a1",
        "at": at(1),
        "severity": "high",
        "message": "Drift",
        "score": 0.31,
        "where": {"model": "m"},
    }
    mapping = {"value": "score", "label.model": "where.model", "detector": "'drift job'"}
    pieces = read(JSON, lines(alert, alert | {"score": "high"}), record="alerts", mapping=mapping)
    [row] = rows(pieces)
    assert row == {
        "id": "a1",
        "time": datetime(2026, 1, 1, 12, 1, tzinfo=UTC),
        "severity": "high",
        "message": "Drift",
        "value": 0.31,
        "detector": "drift job",
        "labels": {"model": "m"},
    }
    assert reasons(pieces) == [(2, "value: 'high' is no finite number")]


def test_messages_and_deployments_are_read(read: Read) -> None:
    message = {
        "time": at(1),
        "user": "Operator A",
        "text": "Rolled back",
        "tags": ["a", "b, c"],
        "more": [1, {"x": 2}],
    }
    [row] = rows(read(JSON, lines(message), record="messages", mapping={"extra.more": "more"}))
    assert (row["author"], row["tags"], row["extra"]) == (
        "Operator A",
        ["a", "b, c"],
        {"more": '[1,{"x":2}]'},
    )
    pieces = read(
        JSON,
        json.dumps([{"time": at(1), "model": "credit", "version": 7, "pinned": True}]),
        record="deployments",
    )
    [row] = rows(pieces)
    assert (row["name"], row["version"], row["pinned"]) == ("credit", "7", True)


def table(pieces: list[Piece]) -> tuple[Table, list[tuple[Any, ...]]]:
    [found] = [piece for piece in pieces if isinstance(piece, Table)]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return found, connection.execute(
            f"SELECT * EXCLUDE time, epoch_us(time) FROM '{found.path}'"
        ).fetchall()


def test_decisions_keep_every_field_and_tell_text_from_numbers(read: Read) -> None:
    decisions = [
        {
            "id": 3,
            "time": at(3),
            "score": 0.5,
            "postcode": "01067",
            "approved": True,
            "features": {"age": 31},
        },
        {
            "id": "b",
            "time": at(1),
            "score": 1,
            "postcode": "99999",
            "approved": False,
            "why": ["x", {"y": 1}],
        },
        {"id": "c", "time": at(2), "score": None, "account": 12345678901234567, "features": {"age": "n/a"}},
    ]
    bad = [{"id": "b", "time": at(9)}, {"time": at(9)}, {"id": "d"}, {"id": "e", "time": "soon"}]
    pieces = read(JSON, lines(*decisions, *bad), record="decisions")
    found, stored = table(pieces)
    assert found.columns == ("id", "time", "score", "postcode", "approved", "features.age", "why", "account")
    assert (found.rows, iso(from_us(found.first_us)), iso(from_us(found.last_us))) == (3, at(1), at(3))
    assert [row[:-1] for row in stored] == [
        ("b", 1.0, "99999", False, None, '["x",{"y":1}]', None),
        ("c", None, None, None, "n/a", None, "12345678901234567"),
        ("3", 0.5, "01067", True, "31", None, None),
    ]
    assert sorted(reasons(pieces)) == [
        (4, "its id was there before"),
        (5, "it has no id"),
        (6, "it has no time"),
        (7, "time: 'soon' is no time"),
    ]


def test_decisions_may_be_made_of_patterns_and_renamed(read: Read) -> None:
    text = json.dumps({"rows": [{"a": "x", "n": 1, "when": at(1)}]})
    mapping = {"records": "rows", "id": "{a}-{n}", "column.amount": "n"}
    found, stored = table(read(JSON, text, record="decisions", mapping=mapping))
    assert found.columns == ("id", "time", "a", "amount")
    assert stored[0][:3] == ("x-1", "x", 1.0)


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=5)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), FLOAT, TEXT)


@settings(max_examples=15)
@given(st.lists(st.dictionaries(st.sampled_from("pqr"), PLAIN), min_size=1, max_size=6))
def test_every_value_of_a_decision_comes_back(
    tmp_path_factory: pytest.TempPathFactory, decisions: list[dict[str, Any]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("decisions")
    text = lines(*({"id": str(n), "time": at(n)} | one for n, one in enumerate(decisions)))
    (folder / "file").write_text(text)
    source = Source(folder / "file", "file", folder, datetime(2026, 1, 1, tzinfo=UTC))
    found, stored = table(list(JSON.read(source, Options("decisions"))))
    columns = list(zip(*(row[1:-1] for row in stored), strict=True))
    for name, column in zip(found.columns[2:], columns, strict=True):
        told = [one.get(name) for one in decisions]
        # A column of one type has its values as they were, a mixed one their texts or their JSON.
        if list(column) != told:
            assert [
                value if isinstance(value, str) or value is None else json.dumps(value) for value in told
            ] == [
                json.dumps(json.loads(value)) if isinstance(one, int | float) else value
                for value, one in zip(column, told, strict=True)
            ]


def test_what_is_no_json_is_told_with_its_place(read: Read, source: Make) -> None:
    for text, reason in (
        ('{"a": 1', "line 1, column 8"),
        ('[{"time": "x", "time": "y"}]', "the key “time” is there twice"),
        ('[{"time": NaN}]', "it holds NaN"),
        ("[]", "no record in it"),
        ("[5]", "the number 5, not an object"),
        ("{}", "no record in it"),
    ):
        with pytest.raises(BadInput, match=reason):
            read(JSON, text)
    for other in ("time,value\n1,2\n", b"PAR1", "", "# TYPE a gauge\na 1\n"):
        assert not JSON.knows(source(other))


def test_bad_lines_are_set_aside_and_blank_ones_counted(read: Read) -> None:
    text = lines(*WIDE) + '\n{"time": NaN}\n{"a": 1, "a": 2}\n\n{"time": "20'
    pieces = read(JSON, text)
    assert [line for line, _ in reasons(pieces)] == [5, 6, 8]
    assert told(pieces)["blank lines"] == "2, left out"


def test_fields_without_measure_and_twins_are_set_aside(read: Read) -> None:
    many = {"time": at(5)} | {f"f{n}": 1 for n in range(2_001)}
    twins = {"time": at(6), "a.b": 1, "a": {"b": 2}}
    pieces = read(JSON, lines(*WIDE, many, twins))
    assert [(line, reason[:25]) for line, reason in reasons(pieces)] == [
        (4, "it has more than 2,000 fi"),
        (5, "two of its fields are cal"),
    ]


def test_a_proposal_shows_the_fields_and_what_they_would_be(source: Make) -> None:
    proposal = JSON.propose(source(json.dumps({"data": {"items": WIDE}})), Options())
    assert proposal.columns == ("time", "note", "model.latency", "model.score")
    assert proposal.mapping["records"] == "data.items"
    assert proposal.mapping["value"] == "model.latency,model.score"
    assert proposal.rows[1] == (at(1), "x", "1.5", "1")
    again = list(JSON.read(source(json.dumps({"data": {"items": WIDE}})), Options(mapping=proposal.mapping)))
    assert len(series(again)) == 2


def test_lines_are_read_one_at_a_time(source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "LARGEST_DOCUMENT", 1_000)
    monkeypatch.setattr(json_file, "_SAMPLES_AT_ONCE", 100)
    text = lines(*({"time": at(n % 60), "value": n} for n in range(5_000)))

    def watched() -> Iterator[Piece]:
        yield from JSON.read(source(text), Options())

    pieces = [piece for piece in watched() if isinstance(piece, Samples)]
    assert max(len(piece.times) for piece in pieces) == 100
    assert sum(len(piece.times) for piece in pieces) == 5_000


def test_classes_and_references_are_plain_data(source: Make) -> None:
    record = {"__class__": "os.system", "$ref": "#/x", "time": at(1)}
    [(_, cells)] = Records(source(json.dumps([record])))
    assert cells == record


@settings(max_examples=10)
@given(st.lists(st.tuples(st.one_of(st.none(), FLOAT), st.integers(-(10**6), 10**6)), min_size=1, max_size=8))
def test_a_table_means_the_same_in_json_and_in_csv(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[float | None, int]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("table")
    table = [{"time": at(n), "a": a, "b": b} for n, (a, b) in enumerate(cells)]
    texts = {
        "j": lines(*table),
        "c": "time,a,b\n"
        + "".join(f"{one['time']},{'' if one['a'] is None else one['a']!r},{one['b']}\n" for one in table),
    }
    found = []
    for name, importer in (("j", JSON), ("c", CsvImporter())):
        (folder / name).write_text(texts[name])
        (folder / f"{name}s").mkdir()
        source = Source(folder / name, name, folder / f"{name}s", datetime(2026, 1, 1, tzinfo=UTC))
        pieces = importer.read(source, Options(mapping={"value": "a,b"}))
        points = series([piece for piece in pieces if isinstance(piece, Samples)])
        # An empty cell is nothing to CSV, null is a missing value to JSON.
        found.append(
            {name: [point for point in one if not np.isnan(point[1])] for name, one in points.items()}
        )
    assert {name: one for name, one in found[0].items() if one} == {
        n: one for n, one in found[1].items() if one
    }
