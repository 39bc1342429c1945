"""CSV as it comes: which column is what, what is refused whole, what is set aside with its line."""

import codecs
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Samples
from tocsin.importers.csv_file import CsvImporter
from tocsin.model.instant import from_us, iso

Read = Callable[..., list[Piece]]
CSV = CsvImporter()


def values(pieces: list[Piece]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for piece in pieces:
        if isinstance(piece, Samples):
            name = piece.metric + "".join(f" {k}={v}" for k, v in sorted(piece.labels.items()))
            found.setdefault(name, []).extend(piece.values.tolist())
    return found


def times(pieces: list[Piece]) -> list[str]:
    return [iso(from_us(int(t))) for p in pieces if isinstance(p, Samples) for t in p.times]


def lines(pieces: list[Piece]) -> list[int]:
    return [int(line) for p in pieces if isinstance(p, Samples) for line in p.lines]


def rejected(pieces: list[Piece]) -> list[tuple[int, str]]:
    return [(p.line, p.reason) for p in pieces if isinstance(p, Rejected)]


def assumed(pieces: list[Piece]) -> dict[str, str]:
    return {p.what: p.value for p in pieces if isinstance(p, Assumed)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(read: Read, delimiter: str) -> None:
    text = "time,cpu,errors\n2026-01-01T00:00:00Z,1.5,2\n2026-01-01T00:00:01Z,2.5,3\n"
    assert values(read(CSV, text.replace(",", delimiter))) == {"cpu": [1.5, 2.5], "errors": [2.0, 3.0]}


def test_a_delimiter_named_in_the_first_line_holds(read: Read) -> None:
    pieces = read(CSV, "sep=;\ntime;a,b\n2026-01-01T00:00:00Z;1\n")
    assert values(pieces) == {"a,b": [1.0]}
    assert lines(pieces) == [3]


def test_a_value_column_of_no_name_takes_the_files(read: Read) -> None:
    assert values(read(CSV, "timestamp,value\n2026-01-01 00:00:00,1\n")) == {"file": [1.0]}


def test_a_long_file_is_split_by_metric_and_labels(read: Read) -> None:
    text = (
        "time,metric,value,unit,model\n"
        "2026-01-01T00:00:01Z,latency,3,ms,a\n2026-01-01T00:00:00Z,latency,1,ms,a\n"
        "2026-01-01T00:00:00Z,latency,2,ms,b\n2026-01-01T00:00:00Z,errors,0,,a\n"
        "2026-01-01T00:00:00Z,,9,,a\n2026-01-01T00:00:00Z,errors,x,,b\n"
    )
    pieces = read(CSV, text)
    assert values(pieces) == {
        "latency model=a": [1.0, 3.0],
        "latency model=b": [2.0],
        "errors model=a": [0.0],
    }
    assert {p.metric: p.unit for p in pieces if isinstance(p, Samples)} == {"latency": "ms", "errors": ""}
    assert sorted(rejected(pieces)) == [(6, "no metric is named"), (7, "value: 'x' is no finite number")]


def test_a_mapping_overrides_what_the_header_suggests(read: Read) -> None:
    text = "time,other,a,b\n2026-01-01T00:00:00Z,2026-02-02T00:00:00Z,1,2\n"
    pieces = read(CSV, text, mapping={"time": "other", "value": "b", "metric": "load", "unit": "ms"})
    [samples] = [p for p in pieces if isinstance(p, Samples)]
    assert (samples.metric, samples.unit, samples.values.tolist()) == (
        "b",
        "ms",
        [2.0],
    ) or samples.metric == "load"
    assert times(pieces) == ["2026-02-02T00:00:00Z"]
    assert assumed(pieces)["columns ignored"] == "time, a"


@pytest.mark.parametrize("said", [{"value": "nope"}, {"time": "nope"}, {"nope": "a"}, {"decimal": "dot"}])
def test_a_mapping_of_what_is_not_there_is_refused(read: Read, said: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        read(CSV, "time,a\n2026-01-01T00:00:00Z,1\n", mapping=said)


@pytest.mark.parametrize("said", [{"value": "time"}, {"value": "a,a"}, {"metric": "a", "value": "a"}])
def test_a_column_told_to_be_two_things_is_refused(read: Read, said: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="two things"):
        read(CSV, "time,a\n2026-01-01T00:00:00Z,1\n", mapping=said)


def test_a_row_nearly_as_long_as_a_line_may_be_is_read(read: Read) -> None:
    text = f"time,a,note\n2026-01-01T00:00:00Z,1,{'z' * 900_000}\n"
    assert values(read(CSV, text)) == {"a": [1.0]}


def test_long_answers_of_several_lines_are_read_wherever_the_sample_of_the_file_ends(read: Read) -> None:
    answer = "line of an answer\n" * 2_500
    rows = "".join(f'2026-01-01T00:{n:02}:00Z,{n},"{answer}"\n' for n in range(60))
    assert values(read(CSV, f"time,a,note\n{rows}")) == {"a": [float(n) for n in range(60)]}


# --- times -----------------------------------------------------------------------------------------------


def test_times_without_a_zone_are_utc_and_said_to_be(read: Read) -> None:
    pieces = read(CSV, "time,a\n2026-07-01 12:00:00,1\n")
    assert times(pieces) == ["2026-07-01T12:00:00Z"]
    assert assumed(pieces)["zone"] == "UTC"


def test_a_zone_is_applied_with_its_summer_time(read: Read) -> None:
    pieces = read(CSV, "time,a\n2026-01-01 12:00:00,1\n2026-07-01 12:00:00,2\n", zone="Europe/Berlin")
    assert times(pieces) == ["2026-01-01T11:00:00Z", "2026-07-01T10:00:00Z"]


def test_wall_times_a_clock_skips_or_repeats_are_set_aside(read: Read) -> None:
    text = (
        "time,a\n2026-03-29 01:59:59,1\n2026-03-29 02:30:00,2\n2026-10-25 02:30:00,3\n2026-10-25 03:00:00,4\n"
    )
    pieces = read(CSV, text, zone="Europe/Berlin")
    assert values(pieces) == {"a": [1.0, 4.0]}
    assert [line for line, _ in rejected(pieces)] == [3, 4]
    assert "skipped" in rejected(pieces)[0][1]
    assert "twice" in rejected(pieces)[1][1]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00Z"),
        ("2026-01-01T12:00:00-0530", "2026-01-01T17:30:00Z"),
        ("2026-01-01t12:00:00.25z", "2026-01-01T12:00:00.250000Z"),
        ("2026-01-01 12:00Z", "2026-01-01T12:00:00Z"),
        (" 2026-01-01T12:00:00Z ", "2026-01-01T12:00:00Z"),
        ("2026-01-01T12:00:00.123456789Z", "2026-01-01T12:00:00.123456Z"),
    ],
)
def test_zoned_times_come_to_utc(read: Read, cell: str, expected: str) -> None:
    assert times(read(CSV, f"time,a\n{cell},1\n")) == [expected]


@pytest.mark.parametrize("first", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00"])
def test_zoned_and_naive_times_in_one_file_are_refused(read: Read, first: str) -> None:
    rows = "".join(f"{first.replace('00:00:00', f'00:00:{n:02d}')},1\n" for n in range(30))
    second = "2026-01-01T01:00:00" if first.endswith("Z") else "2026-01-01T01:00:00Z"
    with pytest.raises(BadInput, match="line 32"):
        read(CSV, f"time,a\n{rows}{second},1\n")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-30",
        "2026-01-01T24:01:00Z",
        "01/02/2026",
        "2026-W01-1",
        "20260101T00",
        "2026-01-01T00:00:00+99:00",
    ],
)
def test_what_is_no_time_is_set_aside(read: Read, cell: str) -> None:
    pieces = read(CSV, f"time,a\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,1\n2026-01-01T00:00:02Z,1\n"
                       f"2026-01-01T00:00:03Z,1\n{cell},2\n")  # fmt: skip
    assert rejected(pieces) == [(6, f"time: {cell!r} is none")]
    assert values(pieces) == {"a": [1.0] * 4}


@pytest.mark.parametrize(
    ("unit", "number"),
    [("s", "1767268800"), ("ms", "1767268800000"), ("us", "1767268800000000"), ("ns", "1767268800000000999")],
)
def test_epoch_numbers_are_read_in_the_unit_stated(read: Read, unit: str, number: str) -> None:
    pieces = read(CSV, f"time,a\n{number},1\n", time_unit=unit)
    assert times(pieces) == ["2026-01-01T12:00:00Z"]
    assert assumed(pieces)["time_unit"] == unit


def test_fractions_of_epoch_seconds_are_exact(read: Read) -> None:
    assert times(read(CSV, "time,a\n1767268800.123457,1\n", time_unit="s")) == ["2026-01-01T12:00:00.123457Z"]


def test_epoch_numbers_of_no_unit_are_refused_with_what_each_would_mean(read: Read) -> None:
    with pytest.raises(BadInput) as refusal:
        read(CSV, "time,a\n1767268800,1\n")
    for part in ("1767268800 in line 2", "s: 2026-01-01 12:00:00", "ms: 1970-01-21", "--time-unit"):
        assert part in str(refusal.value)


# --- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["1_000", "٣", "0x10", "1e400", "inf", "-Infinity", "true", "1 000"])
def test_what_is_no_finite_number_is_set_aside(read: Read, cell: str) -> None:
    rows = "".join(f"2026-01-01T00:00:{n:02d}Z,1\n" for n in range(10))
    pieces = read(CSV, f"time,a\n{rows}2026-01-01T01:00:00Z,{cell}\n")
    assert rejected(pieces)[0][0] == 12
    assert "is no finite number" in rejected(pieces)[0][1]
    assert values(pieces) == {"a": [1.0] * 10}


@pytest.mark.parametrize(
    ("cell", "number"), [("+1", 1), (".5", 0.5), ("5.", 5), ("1e3", 1000), (" 7 ", 7), ("-0.25", -0.25)]
)
def test_numbers_are_taken_in_every_usual_form(read: Read, cell: str, number: float) -> None:
    assert values(read(CSV, f"time,a\n2026-01-01T00:00:00Z,{cell}\n")) == {"a": [number]}


def test_a_decimal_comma_is_asked_about_and_taken_when_stated(read: Read) -> None:
    text = "time;a\n2026-01-01T00:00:00Z;1,5\n"
    with pytest.raises(BadInput, match=r"1,5: a decimal comma, or thousands\?.*decimal=comma"):
        read(CSV, text)
    assert values(read(CSV, text, mapping={"decimal": "comma"})) == {"a": [1.5]}


# --- structure -------------------------------------------------------------------------------------------

ROWS = "2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,2\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n\n", "nothing in it but blank lines"),
        (ROWS.encode(), "there is no header"),
        (b"time,a\n", "no row below it"),
        (b"time,a,a\n2026-01-01T00:00:00Z,1,2\n", "names a column twice: a"),
        (b"time,a\n2026-01-01T00:00:00Z,1\n\xff\xfe", "not UTF-8: byte 30"),
        ("time,größe\n".encode("latin-1") + ROWS.encode(), "not UTF-8: byte 7"),
        (b"time,a\n2026-01-01T00:00:00Z,\x001\n", "NUL at byte 28"),
        (b"a,b\nx,y\n", "no column holds times"),
        (b"time,b\nsoon,1\n", "in no form that says which day they mean: 'soon'"),
        (b"time,b\n2026-01-01T00:00:00Z,x\n", "no column holds numbers"),
        (b'time,a\n2026-01-01T00:00:00Z,"1\n2026-01-01T00:00:01Z,2\n', "opened in line 2 is never closed"),
        (b"PAR1 and so on", "a Parquet file"),
        (b"\x1f\x8b\x08", "compressed with gzip"),
        (b'{"time": 1, "value": 2}', "JSON of no kind"),
        (b"<!DOCTYPE html><p>Sign in", "a web page"),
        (b"a,b\n" + b"x" * 3_000_000 + b",1\n", "longer than"),
        (b"c" + b",c" * 600 + b"\n1\n", "601 columns"),
    ],
)  # fmt: skip
def test_a_broken_structure_is_refused_and_named(read: Read, content: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(CSV, content)


def test_ragged_rows_are_set_aside_with_their_lines(read: Read) -> None:
    pieces = read(
        CSV, f"time,a\n{ROWS}2026-01-01T00:00:02Z\n\n2026-01-01T00:00:03Z,3,4\n2026-01-01T00:00:04Z,5\n"
    )
    assert rejected(pieces) == [(4, "too few cells: 1 instead of 2"), (6, "too many cells: 3 instead of 2")]
    assert (values(pieces), lines(pieces)) == ({"a": [1.0, 2.0, 5.0]}, [2, 3, 7])


def test_lines_are_right_where_cells_hold_line_ends(read: Read) -> None:
    text = (
        'time,a,note\n2026-01-01T00:00:00Z,1,"two\nlines"\n2026-01-01T00:00:01Z,x,\n2026-01-01T00:00:02Z\n\n'
    )
    pieces = read(CSV, text + "2026-01-01T00:00:03Z,2,\n2026-01-01T00:00:04Z,3,\n2026-01-01T00:00:05Z,3,\n")
    assert sorted(rejected(pieces)) == [
        (4, "a: 'x' is no finite number"),
        (5, "too few cells: 1 instead of 3"),
    ]
    assert lines(pieces) == [2, 7, 8, 9]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_other_systems_are_read(read: Read, encoding: str, end: str) -> None:
    pieces = read(CSV, f"time,größe\n{ROWS}".replace("\n", end).encode(encoding))
    assert values(pieces) == {"größe": [1.0, 2.0]}
    assert lines(pieces) == [2, 3]


def test_mixed_line_ends_keep_their_line_numbers(read: Read) -> None:
    pieces = read(CSV, "time,a\r\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,2\r2026-01-01T00:00:02Z,3\n")
    assert lines(pieces) == [2, 3, 4]


def test_utf_16_cut_in_the_middle_is_refused(read: Read) -> None:
    with pytest.raises(BadInput, match="UTF-16"):
        read(CSV, codecs.BOM_UTF16_LE + f"time,a\n{ROWS}".encode("utf-16-le") + b"\x00\xd8")


def test_a_quick_reading_and_a_careful_one_agree(read: Read) -> None:
    # One cell that resists the quick reading sends the whole file through the careful one.
    rows = "".join(f"2026-01-01T00:00:{n:02d}Z,{n * 0.1:.3f}\n" for n in range(50))
    quick = read(CSV, f"time,a\n{rows}")
    careful = read(CSV, f"time,a\n{rows}2026-01-01T00:01:00Z,NA\n")
    assert values(quick)["a"] == values(careful)["a"][:-1]
    assert np.isnan(values(careful)["a"][-1])
    assert times(quick) == times(careful)[:-1]


# --- what the person says of the columns -------------------------------------------------------------------


def samples(pieces: list[Piece]) -> list[Samples]:
    return [piece for piece in pieces if isinstance(piece, Samples)]


def test_columns_are_combined_renamed_and_set_to_constants(read: Read) -> None:
    text = "day,hour,host,region,ms\n2026-01-01,10:00:00,web-1,EU,5\n2026-01-01,11:00:00,web-2,US,6\n"
    said = {
        "time": "{day}T{hour}Z", "value": "ms", "metric": "latency of {host}", "unit": "'ms'",
        "segment": "region", "system": "'shop'", "label.dc": "region",
    }  # fmt: skip
    first, second = samples(pieces := read(CSV, text, mapping=said))
    assert (first.metric, first.unit, first.segment, first.system) == ("latency of web-1", "ms", "EU", "shop")
    assert (second.metric, second.segment, second.labels) == (
        "latency of web-2",
        "US",
        {"dc": "US", "region": "US"},
    )
    assert times(pieces) == ["2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"]
    assert values(pieces)["latency of web-1 dc=EU region=EU"] == [5.0]


def test_a_wide_file_may_be_split_by_a_label(read: Read) -> None:
    text = "time,host,cpu,errors\n2026-01-01T00:00:00Z,a,1,2\n2026-01-01T00:00:00Z,b,3,4\n"
    assert values(read(CSV, text, mapping={"label.host": "host"})) == {
        "cpu host=a": [1.0], "cpu host=b": [3.0], "errors host=a": [2.0], "errors host=b": [4.0]
    }  # fmt: skip


def test_the_shape_can_be_said_where_it_is_open(read: Read) -> None:
    text = "time,what,amount\n2026-01-01T00:00:00Z,cpu,1\n2026-01-01T00:00:00Z,errors,2\n"
    assert values(read(CSV, text, mapping={"shape": "long"})) == {"cpu": [1.0], "errors": [2.0]}
    assert values(read(CSV, text)) == {"amount": [1.0, 2.0]}
    text = "time,name,value\n2026-01-01T00:00:00Z,x,1\n"
    assert values(read(CSV, text)) == {"x": [1.0]}
    assert values(read(CSV, text, mapping={"shape": "wide"})) == {"file": [1.0]}
    with pytest.raises(BadInput, match="shape is wide or long"):
        read(CSV, text, mapping={"shape": "round"})


def test_a_file_without_times_takes_the_one_that_is_said(read: Read) -> None:
    text = "metric,value\npsi,0.5\nrows,2\n"
    with pytest.raises(BadInput, match="no column holds times"):
        read(CSV, text)
    pieces = read(CSV, text, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert values(pieces) == {"psi": [0.5], "rows": [2.0]}
    assert set(times(pieces)) == {"2026-01-01T00:00:00Z"}
    assert assumed(pieces)["time"] == "2026-01-01T00:00:00Z"


def test_one_metric_for_several_columns_is_refused(read: Read) -> None:
    with pytest.raises(BadInput, match="one metric has one value column"):
        read(CSV, "time,a,b\n2026-01-01T00:00:00Z,1,2\n", mapping={"metric": "'load'"})
