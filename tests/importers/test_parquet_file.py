"""Parquet: columns as they are, times with and without a zone, what is none refused in words."""

import contextlib
import decimal
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Samples, Source, Table
from tocsin.importers.parquet_file import ParquetImporter
from tocsin.model.instant import from_us, iso, to_us

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

Read = Callable[..., list[Piece]]
PARQUET = ParquetImporter()
MOMENT = to_us(datetime(2026, 1, 1, 12, tzinfo=UTC))


def content(columns: dict[str, Any], **said: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **said)
    return file.getvalue()


def times(unit: str = "us", zone: str | None = "UTC", more: int = 0, count: int = 3) -> Any:
    scale = {"ms": 1e-3, "us": 1, "ns": 1000}[unit]
    return pa.array([int((MOMENT + n) * scale) + more for n in range(count)], pa.timestamp(unit, zone))


def samples(pieces: list[Piece]) -> dict[str, list[float]]:
    return {p.metric: p.values.tolist() for p in pieces if isinstance(p, Samples)}


def moments(pieces: list[Piece]) -> list[str]:
    return [iso(from_us(int(t))) for p in pieces if isinstance(p, Samples) for t in p.times]


def assumed(pieces: list[Piece]) -> dict[str, str]:
    return {p.what: p.value for p in pieces if isinstance(p, Assumed)}


def test_columns_of_numbers_become_metrics(read: Read) -> None:
    dec = pa.array([decimal.Decimal("0.25"), None, decimal.Decimal("-1.5")], pa.decimal128(38, 4))
    columns = {"ts": times(), "cpu": [1.5, float("nan"), None], "n": [1, 2, 3], "dec": dec, "on": [True] * 3}
    pieces = read(PARQUET, content(columns, compression="zstd"))
    found = samples(pieces)
    assert list(found) == ["cpu", "n", "dec"]
    np.testing.assert_array_equal(found["cpu"], [1.5, np.nan, np.nan])
    np.testing.assert_array_equal(found["dec"], [0.25, np.nan, -1.5])
    assert found["n"] == [1.0, 2.0, 3.0]
    assert moments(pieces)[:3] == [iso(from_us(MOMENT + n)) for n in range(3)]


@pytest.mark.parametrize(
    ("column", "said", "expected", "told"),
    [
        (times("ms", "Europe/Berlin", count=1), {}, MOMENT, {}),
        (times("us", None, count=1), {}, MOMENT, {"zone": "UTC"}),
        (
            times("us", None, count=1),
            {"zone": "Europe/Berlin"},
            MOMENT - 3_600_000_000,
            {"zone": "Europe/Berlin"},
        ),
        (times("ns", "UTC", 999, count=1), {}, MOMENT, {"fractions of a second": "cut after six digits"}),
        (times("ns", None, 999, count=1), {}, MOMENT, {"fractions of a second": "cut after six digits"}),
        (pa.array([date(2026, 1, 1)]), {}, MOMENT - 43_200_000_000, {"zone": "UTC"}),
        (pa.array(["2026-01-01T12:00:00Z"]), {}, MOMENT, {}),
        (
            pa.array([MOMENT // 1000]),
            {"time_unit": "ms", "mapping": {"time": "ts"}},
            MOMENT,
            {"time_unit": "ms"},
        ),
    ],
)
def test_times_are_taken_as_they_are_written(
    read: Read, column: Any, said: dict[str, Any], expected: int, told: dict[str, str]
) -> None:
    pieces = read(PARQUET, content({"ts": column, "value": [1.0]}), **said)
    assert [int(t) for p in pieces if isinstance(p, Samples) for t in p.times] == [expected]
    assert told.items() <= assumed(pieces).items()


def test_numbers_that_may_be_times_are_asked_about(read: Read) -> None:
    with pytest.raises(BadInput, match="their unit is not stated"):
        read(PARQUET, content({"ts": pa.array([MOMENT]), "value": [1.0]}))


def test_structs_are_flattened_and_lists_left_out_and_said_so(read: Read) -> None:
    columns = {"ts": times(), "s": [{"a": 1, "b": {"c": 2.5}}] * 3, "l": [[1]] * 3, "x": [b"\xff"] * 3}
    pieces = read(PARQUET, content(columns))
    assert samples(pieces) == {"s.a": [1.0] * 3, "s.b.c": [2.5] * 3}
    assert assumed(pieces)["columns left out"] == "l (list), x (blob)"


def test_a_long_file_is_split_and_mapped_as_csv_is(read: Read) -> None:
    columns = {"ts": times(), "metric": ["cpu", "errors", "cpu"], "value": [1, 2, 3], "host": ["a", "a", "b"]}
    pieces = read(PARQUET, content(columns), mapping={"label.host": "host", "unit": "'%'"})
    found = {(p.metric, p.unit, p.labels["host"]): p.lines.tolist() for p in pieces if isinstance(p, Samples)}
    assert found == {("cpu", "%", "a"): [1], ("errors", "%", "a"): [2], ("cpu", "%", "b"): [3]}


def test_infinite_values_are_set_aside_with_their_row(read: Read) -> None:
    pieces = read(PARQUET, content({"ts": times(), "cpu": [1.0, float("inf"), 2.0]}))
    assert [(p.line, p.reason) for p in pieces if isinstance(p, Rejected)] == [
        (2, "cpu: 'inf' is no finite number")
    ]
    assert samples(pieces) == {"cpu": [1.0, 2.0]}


def test_records_are_read_by_the_same_fields(read: Read) -> None:
    columns = {"time": times(), "name": ["ranker"] * 3, "version": [1, 2, 3], "pinned": [True, False, None]}
    [rows] = [p for p in read(PARQUET, content(columns), record="deployments") if isinstance(p, Rows)]
    assert [(row["version"], row.get("pinned")) for row in rows.rows] == [
        ("1", True),
        ("2", False),
        ("3", None),
    ]
    assert iso(rows.rows[0]["time"]) == iso(from_us(MOMENT))
    columns = {"id": [1, 2, 2], "ts": times(), "outcome": ["a", "b", "c"]}
    pieces = read(PARQUET, content(columns), record="decisions", mapping={"column.verdict": "outcome"})
    [table] = [p for p in pieces if isinstance(p, Table)]
    assert (table.rows, table.columns, table.first_us) == (2, ("id", "time", "verdict"), MOMENT)


def test_what_is_proposed_is_what_is_read(source: Callable[..., Source]) -> None:
    found = PARQUET.propose(source(content({"ts": times(), "cpu": [1.0, 2.0, 3.0]})), Options())
    assert (found.columns, found.missing) == (("ts", "cpu"), "")
    assert found.mapping == {"time": "ts", "value": "cpu", "shape": "wide"}
    assert found.rows[0][1] == "1.0"


# --- what is refused ---------------------------------------------------------------------------------------

GOOD = content({"ts": times(), "cpu": [1.0, 2.0, 3.0]})


def twins() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table([times(), [1.0, 2.0, 3.0], [1, 2, 3]], names=["ts", "cpu", "CPU"]), file)
    return file.getvalue()


def claiming(rows: int) -> bytes:
    """Return a file whose footer says another number of rows, in the same number of bytes."""
    count = 1_000_000
    moments = pa.array(np.arange(count) + MOMENT, pa.timestamp("us", "UTC"))
    good = content({"ts": moments, "a": np.zeros(count)}, compression="zstd", use_dictionary=False)
    told, lie = zigzag(count), zigzag(rows)
    footer = len(good) - 8 - int.from_bytes(good[-8:-4], "little")
    changed = good[footer:-8].replace(told, lie)
    assert changed != good[footer:-8]
    return good[:footer] + changed + len(changed).to_bytes(4, "little") + b"PAR1"


def zigzag(number: int) -> bytes:
    """Return a number as Thrift's compact protocol writes it (a zigzag varint)."""
    number, found = number << 1, b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (GOOD[:-1], "it is cut"),
        (GOOD[: len(GOOD) // 2], "it is cut"),
        (b"PAR1", "it is cut"),
        (GOOD[:-4] + b"PARE", "it is encrypted"),
        (GOOD[:-8] + b"\xff\xff\xff\x00PAR1", "damaged"),
        (GOOD[:4] + bytes(len(GOOD) - 12) + GOOD[-8:], "cannot be read as Parquet"),
        (twins(), "a column twice: cpu"),
        (claiming(10**12), "it claims 1,000,000,000,000 rows"),
        (content({"ts": times(count=0), "cpu": pa.array([], pa.float64())}), "no row in it"),
        (content({"l": [[1]]}), "no column of it can be read"),
        (content({"name": ["a"], "cpu": [1.0]}), "no column holds times"),
        (content({"ts": times(), "name": ["a"] * 3}), "no column holds numbers"),
        (content({"ts": times(), **{f"c{n}": [1.0] * 3 for n in range(600)}}), "601 columns"),
    ],
)
def test_what_is_no_good_parquet_is_refused_in_words(read: Read, data: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(PARQUET, data)


def test_text_that_is_no_utf_8_is_refused_or_left_out_of_the_way(read: Read) -> None:
    bad = pa.array([b"\xff\xfe", b"a", b"b"]).view(pa.string())
    data = content({"ts": times(), "metric": bad, "value": [1.0, 2.0, 3.0]})
    with pytest.raises(BadInput, match="cannot be read as Parquet"):
        read(PARQUET, data)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_is_refused_or_read_and_nothing_else(read: Read, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = bytearray(GOOD)
    for at in rng.integers(4, len(data) - 8, int(rng.integers(1, 8))):
        data[at] = int(rng.integers(0, 256))
    with contextlib.suppress(BadInput):
        read(PARQUET, bytes(data))


def test_other_kinds_are_not_taken_for_parquet(source: Callable[..., Source]) -> None:
    assert PARQUET.knows(source(GOOD))
    for other in (b"ARROW1\0\0", b"ORC", b"time,a\n", b"", b"PK\x03\x04"):
        assert not PARQUET.knows(source(other))
