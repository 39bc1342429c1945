"""A CSV file in blocks: however it is cut, the same comes out as of the file read row by row."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers import csv_blocks, csv_flow
from tocsin.importers.base import Options, Piece, Rejected, Samples, Source
from tocsin.importers.csv_file import CsvImporter
from tocsin.model.instant import to_us

Read = Callable[..., list[Piece]]
CSV = CsvImporter()
START = datetime(2026, 1, 1, tzinfo=UTC)
Found = set[tuple[str, int, float, int]]


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks of some five rows, and little held back, so that every seam is met."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "_BLOCK", 150)
        patch.setattr(csv_flow, "_ENOUGH", 4)
        patch.setattr(csv_flow, "_MOST_HELD", 20)
        yield


def found(pieces: list[Piece]) -> tuple[Found, set[int]]:
    """Return the samples as (series, time, value, line), and the lines set aside."""
    samples = {
        (" ".join((p.metric, *p.labels.values())), *row)
        for p in pieces
        if isinstance(p, Samples)
        for row in zip(p.times.tolist(), p.values.tolist(), p.lines.tolist(), strict=True)
    }
    return samples, {p.line for p in pieces if isinstance(p, Rejected)}


def expected(text: str) -> tuple[Found, set[int]]:
    """Read a long file row by row by the standard library; no cell has a line end."""
    samples: Found = set()
    wrong = set()
    for line, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if line == 1 or not row:
            continue
        try:
            moment, metric, host, value = row
            at = to_us(datetime.fromisoformat(moment))
            samples.add((f"{metric} {host}".strip(), at, float(int(value)), line))
        except ValueError:
            wrong.add(line)
    return samples, wrong


ROW = st.tuples(
    st.one_of(st.integers(0, 3000), st.integers(0, 40)),
    st.sampled_from(["cpu", "errors", "disk_2_x", '"a b"', "größe"]),
    st.sampled_from(["", "a", "b"]),
    st.one_of(st.integers(-99, 99), st.sampled_from(["x", "inf"])),
)
GOOD = tuple((second, "cpu", "a", 1) for second in range(12))


def lines_of(rows: list[tuple[int, str, str, object]], noise: list[int]) -> list[str]:
    lines = [
        f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ},{metric},{host},{value}"
        for second, metric, host, value in rows
    ]
    for index in noise:
        lines.insert(12 + index % (len(lines) - 11), ("", "too,few", "soon,cpu,a,1")[index % 3])
    return lines


@settings(max_examples=20, deadline=None)
@given(st.lists(ROW, max_size=60), st.lists(st.integers(0, 60), max_size=4), st.booleans(), st.booleans())
def test_a_long_file_is_read_the_same_in_blocks(
    rows: list[tuple[int, str, str, object]], noise: list[int], ordered: bool, windows: bool
) -> None:
    rows = sorted(rows, key=lambda row: row[0]) if ordered else rows
    lines = lines_of([*GOOD, *rows], noise)
    text = "\n".join(["time,metric,host,value", *lines, ""])
    with tempfile.TemporaryDirectory() as name:
        path, scratch = Path(name) / "original", Path(name) / "scratch"
        scratch.mkdir()
        path.write_bytes((text.replace("\n", "\r\n") if windows else text).encode())
        pieces = list(CSV.read(Source(path, "file.csv", scratch, START), Options()))
    values, wrong = expected(text)
    assert found(pieces) == (values, wrong)


WIDE = "time,a,b\n" + "".join(f"2026-01-01T00:00:{n:02d}Z,{n},{n * 2}\n" for n in range(60))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (":40Z,40", ":40Z,\xff", "not UTF-8"),
        (":40Z,40", ":40Z,\0", "NUL at byte"),
        (":40Z,40", ':40Z,"40', "a quote opened in line 42 is never closed"),
        (":40Z,40", ":40,40", "the time in line 42 has no zone"),
    ],
)
def test_what_is_wrong_far_down_is_refused_with_its_place(
    read: Read, old: str, new: str, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        read(CSV, WIDE.replace(old, new).encode("latin-1"))


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (":40Z,40,", ':40Z,"40",', 60),
        (":40Z,40,80", ':40Z,40,"80\n"', 60),
        (":40Z,40,80\n", ":40Z,40,80\r", 60),
    ],
)
def test_quotes_and_other_line_ends_far_down_change_nothing(
    read: Read, old: str, new: str, lines: int
) -> None:
    told, aside = found(read(CSV, WIDE.replace(old, new)))
    plain, _ = found(read(CSV, WIDE))
    assert len(told) == 2 * lines
    assert ({sample[:3] for sample in told}, aside) == ({sample[:3] for sample in plain}, set())
    shifted = 1 if "\n" in new else 0
    assert max(sample[3] for sample in told) == 61 + shifted


def test_series_beyond_what_is_gathered_side_by_side_come_by_the_table(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_blocks, "MOST_SERIES", 3)
    text = "time,metric,value\n" + "".join(f"2026-01-01T00:00:{n:02d}Z,m{n % 7},{n}\n" for n in range(60))
    told, aside = found(read(CSV, text))
    assert (len(told), len({sample[0] for sample in told}), aside) == (60, 7, set())


def test_a_reading_that_is_stopped_leaves_no_thread(source: Callable[..., Source]) -> None:
    import threading

    before = threading.active_count()
    pieces = CSV.read(source(WIDE), Options())
    while not isinstance(next(pieces), Samples):
        pass
    pieces.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before


def test_a_file_far_out_of_order_is_sorted_as_a_whole(read: Read) -> None:
    # Else every block would be compared with all that is stored already.
    head, *rows = WIDE.splitlines()
    shuffled = [rows[n * 23 % 60] for n in range(60)]
    pieces = read(CSV, "\n".join([head, *shuffled, ""]))
    assert found(pieces)[0] == {
        (name, to_us(START) + n * 1_000_000, float(n * (1 + (name == "b"))), shuffled.index(rows[n]) + 2)
        for name in "ab"
        for n in range(60)
    }
    times = [
        t for p in pieces if isinstance(p, Samples) and p.metric == "a" for t in sorted(p.times.tolist())
    ]
    assert sum(after < before for before, after in pairwise(times)) <= 1


def test_a_file_hardly_out_of_order_needs_no_sorting(read: Read) -> None:
    head, *rows = WIDE.splitlines()
    swapped = [rows[n ^ 1] for n in range(60)]
    pieces = read(CSV, "\n".join([head, *swapped, ""]))
    assert [p.lines[0] for p in pieces if isinstance(p, Samples) and p.metric == "a"][:2] == [2, 8]
