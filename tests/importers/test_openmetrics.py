"""OpenMetrics and Prometheus text: both told apart and held to their rules."""

import math
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Samples, Source
from tocsin.importers.csv_file import CsvImporter
from tocsin.importers.openmetrics import OpenMetricsImporter
from tocsin.importers.openmetrics_lines import labels as read_labels
from tocsin.model.instant import from_us, iso

Read = Callable[..., list[Piece]]
OM = OpenMetricsImporter()


def series(pieces: list[Piece]) -> dict[str, list[tuple[str, float]]]:
    found = {}
    for piece in pieces:
        if isinstance(piece, Samples):
            name = piece.metric + "".join(f" {k}={v}" for k, v in sorted(piece.labels.items()))
            times = [iso(from_us(int(t))) for t in piece.times]
            found[name] = list(zip(times, piece.values.tolist(), strict=True))
    return found


def rejected(pieces: list[Piece]) -> list[tuple[int, str]]:
    return [(p.line, p.reason) for p in pieces if isinstance(p, Rejected)]


def test_times_are_seconds_in_openmetrics_and_milliseconds_in_the_older_text(read: Read) -> None:
    modern = "# TYPE up gauge\nup 1 1767268800.5\n# EOF\n"
    older = "# TYPE up gauge\nup 1 1767268800500\n"
    for text in (modern, older):
        assert series(read(OM, text)) == {"up": [("2026-01-01T12:00:00.500000Z", 1.0)]}


def test_samples_without_a_time_take_the_files_and_it_is_said(read: Read) -> None:
    pieces = read(OM, "# TYPE up gauge\nup 1\n")
    assert series(pieces) == {"up": [("2026-11-02T12:00:00Z", 1.0)]}
    assert any(isinstance(p, Assumed) and p.what == "time" and "last written" in p.value for p in pieces)


def test_labels_may_hold_whatever_is_quoted(read: Read) -> None:
    pieces = read(OM, 'hits{path="/a,b} c",quote="say \\"hi\\"\\n",} 3\n')
    assert list(series(pieces)) == ['hits path=/a,b} c quote=say "hi"\n']


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), st.text(max_size=8), max_size=4))
def test_labels_come_back_as_they_were_escaped(labels: dict[str, str]) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

    text = ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items())
    assert read_labels(text + "} 1") == (labels, " 1")


def test_the_unit_of_a_family_is_taken(read: Read) -> None:
    pieces = read(OM, "# TYPE wait_seconds gauge\n# UNIT wait_seconds seconds\nwait_seconds 1\n# EOF\n")
    assert [p.unit for p in pieces if isinstance(p, Samples)] == ["seconds"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# TYPE a unknown\na 1\n", "the end is missing.*the type unknown in line 1"),
        ("# UNIT a_seconds seconds\na_seconds 1\n", "the end is missing"),
        ("# TYPE a counter\na_total 1\n", "the end is missing.*leaves out _total"),
        ("# TYPE a gauge\n# EOF\na 1\n# EOF\n", "more after # EOF, in line 3"),
    ],
)
def test_what_contradicts_itself_is_refused(read: Read, text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(OM, text)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('a{x="1" 1', "labels"),
        ('a{x="\\q"} 1', "escaped wrongly"),
        ('a{x="1",x="2"} 1', "the label x is there twice"),
        ('a{x="1"y="2"} 1', "a comma is missing"),
        ("a one", "is no number"),
        ("a 1 soon", "is no number"),
        ("a 1 1e999999999", "is no number"),
        ("a 1 99999999999999999999", "beyond all measure"),
        ("a 1_000", "is no number"),
        ("a ٣", "is no number"),
        ("a 0x10", "is no number"),
        ("a{" + ",".join(f'l{n}="x"' for n in range(101)) + "} 1", "more than 100 labels"),
        ("a {count:1,sum:1,schema:0}", "native histograms"),
        ('h_bucket{le="x"} 1', "no bound le"),
        ('h_bucket{le="NaN"} 1', "no bound le"),
        ("a", "a value is missing"),
        ("a 1 2 3", "more than a value and a time"),
        ("1a 2", "begins with a metric's name"),
        ("# TYPE a gauge", "has a TYPE already"),
        ("# TYPE b gadget", "is unknown"),
    ],
)
def test_a_wrong_line_is_set_aside(read: Read, line: str, reason: str) -> None:
    pieces = read(OM, f"# TYPE a gauge\na 7\n{line}\n")
    [(number, told)] = rejected(pieces)
    assert number == 3
    assert reason in told
    assert [value for _, value in series(pieces)["a"]] == [7.0]


def test_too_many_series_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.importers.openmetrics_series.MOST_SERIES", 3)
    for name in ('a{n="%d"} 1\n', 'a_bucket{le="%d"} 1\n'):
        with pytest.raises(BadInput, match="more than 3 series"):
            read(OM, "".join(name % number for number in range(4)))
    monkeypatch.setattr("tocsin.importers.openmetrics_series.MOST_BUCKETS", 3)
    with pytest.raises(BadInput, match="more than 3 samples"):
        read(OM, "".join(f'a_bucket{{le="+Inf"}} 1 {number}\n' for number in range(4)))


def test_a_label_beyond_all_measure_is_refused(read: Read) -> None:
    with pytest.raises(BadInput, match="line 1 is longer"):
        read(OM, 'a{b="' + "x" * (3 << 20) + '"} 1\n')


HISTOGRAM = """# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
"""
LADDER = 'wait_seconds_bucket{{queue="a",le="{le}"}} {count} {time}\n'


def scrape(counts: tuple[int, ...], time: int) -> str:
    bounds = ("1", "2.0", "+Inf")
    steps = (LADDER.format(le=le, count=count, time=time) for le, count in zip(bounds, counts, strict=True))
    return "".join(steps) + f'wait_seconds_count{{queue="a"}} {counts[-1]} {time}\n'


def test_a_histogram_becomes_its_quantiles_between_two_scrapes(read: Read) -> None:
    start = 1767268800
    rows = [(10, 10, 10), (10, 20, 20), (10, 20, 20), (5, 5, 5)]
    text = HISTOGRAM + "".join(scrape(row, start + 60 * n) for n, row in enumerate(rows)) + "# EOF\n"
    pieces = read(OM, text)
    found = series(pieces)
    at = [f"2026-01-01T12:0{n}:00Z" for n in range(4)]
    assert found["wait_seconds p50 queue=a"] == [(at[1], 1.5), (at[3], 0.5)]
    assert found["wait_seconds p95 queue=a"] == [(at[1], 1.95), (at[3], 0.95)]
    assert [value for _, value in found["wait_seconds_count queue=a"]] == [10, 20, 20, 5]
    assert not any("_bucket" in name for name in found)
    assert {p.unit for p in pieces if isinstance(p, Samples) and " p" in p.metric} == {"seconds"}
    assert {p.what: p.value for p in pieces if isinstance(p, Assumed)}["quantiles"].endswith("two times")


def test_the_same_comes_out_of_a_dump_series_by_series_without_types(read: Read) -> None:
    rows = [(10, 10, 10), (10, 20, 20), (4, 4, 6)]
    by_time = [scrape(row, 1767268800 + 60 * n) for n, row in enumerate(rows)]
    by_series = sorted("".join(by_time).splitlines(keepends=True), key=lambda line: line.split("}")[0])
    found = [series(read(OM, "".join(text) + "# EOF\n")) for text in (by_time, by_series)]
    assert found[0] == found[1]
    assert len(found[0]) == 4


def test_a_single_scrape_gives_what_was_counted_so_far(read: Read) -> None:
    text = '# TYPE h histogram\nh_bucket{le="1"} 0\nh_bucket{le="2"} 9\nh_bucket{le="+Inf"} 9\n'
    pieces = read(OM, text)
    assert series(pieces)["h p50"] == [("2026-11-02T12:00:00Z", 1.5)]
    assert {p.what: p.value for p in pieces if isinstance(p, Assumed)}["quantiles"].endswith("so far")


def test_a_gauge_histogram_stands_for_itself_at_each_time(read: Read) -> None:
    head = "# TYPE h gaugehistogram\n"
    rows = "".join(
        f'h_bucket{{le="{le}"}} {n} {t}\n'
        for t, n in ((1767268800, 5), (1767268860, 2))
        for le in ("1", "+Inf")
    )
    assert [value for _, value in series(read(OM, head + rows + "# EOF\n"))["h p50"]] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("buckets", "reason"),
    [
        ('h_bucket{le="1"} 5\nh_bucket{le="+Inf"} 3\n', "the buckets of h fall"),
        ('h_bucket{le="1"} 5\n', "h has no +Inf bucket"),
        ('h_bucket{le="+Inf"} 5\nh_bucket{le="+Inf"} 6\nh_bucket{le="1"} 1\n', "another count"),
    ],
)
def test_a_histogram_that_contradicts_itself_is_set_aside_alone(
    read: Read, buckets: str, reason: str
) -> None:
    pieces = read(OM, f"# TYPE h histogram\n{buckets}# TYPE up gauge\nup 1\n")
    assert any(reason in told for _, told in rejected(pieces))
    assert "up" in series(pieces)


def test_values_that_are_none_count_as_missing(read: Read) -> None:
    pieces = read(OM, "# TYPE a gauge\na +Inf 1767268800000\na NaN 1767268860000\na 2 1767268920000\n")
    values = [value for _, value in series(pieces)["a"]]
    assert [math.isnan(value) for value in values] == [True, True, False]
    assert Assumed("infinite", "1 values, counted as missing") in pieces


def test_a_counter_that_falls_is_taken_as_a_restart(read: Read) -> None:
    rows = "".join(f"hits_total {n} {1767268800000 + 60000 * at}\n" for at, n in enumerate((5, 9, 1, 3)))
    pieces = read(OM, "# TYPE hits_total counter\n" + rows)
    assert [value for _, value in series(pieces)["hits_total"]] == [5, 9, 1, 3]
    assert any(isinstance(p, Assumed) and p.what == "restarts" and "1 times" in p.value for p in pieces)


def test_what_only_tells_when_counting_began_is_left_out(read: Read) -> None:
    text = "# TYPE hits counter\nhits_total 3\nhits_created 1767268800\n"
    text += "# TYPE job_created gauge\njob_created 1\n# EOF\n"
    assert set(series(read(OM, text))) == {"hits_total", "job_created"}


def test_a_time_for_samples_without_one_may_be_said(read: Read) -> None:
    pieces = read(OM, "# TYPE up gauge\nup 1\n", at=from_us(1767268800_000000))
    assert series(pieces)["up"] == [("2026-01-01T12:00:00Z", 1.0)]
    assert any(isinstance(p, Assumed) and "as was said" in p.value for p in pieces)


REAL = (
    "prometheus_textfile/1histogram.om.txt",
    "formats/prometheus/openmetrics_1.0.0.txt",
    "formats/prometheus/exposition_text_0.0.4.txt",
)


@pytest.mark.parametrize("name", REAL)
def test_files_of_real_exporters_are_read_whole(
    read: Read, source: Callable[..., Source], shared_data: Path, name: str
) -> None:
    content = (shared_data / name).read_bytes()
    assert OM.knows(source(content))
    pieces = read(OM, content)
    lines = [line for line in content.decode().splitlines() if line and not line.startswith("#")]
    plain = [line for line in lines if not re.match(r"\w+_(bucket|created)\b", line)]
    ladders = [line for line in lines if 'le="+Inf"' in line]
    assert rejected(pieces) == []
    quantiles = [p for p in pieces if isinstance(p, Samples) and re.search(r" p\d\d$", p.metric)]
    assert len(quantiles) == 3 * len(ladders)
    assert sum(len(p.times) for p in pieces if isinstance(p, Samples)) == len(plain) + len(quantiles)


def test_a_real_histogram_gives_what_promql_would(read: Read, shared_data: Path) -> None:
    text = (shared_data / "formats/prometheus/openmetrics_1.0.0.txt").read_text()
    found = {name: points[0][1] for name, points in series(read(OM, text)).items() if "human_review" in name}
    # 2 up to 1 s, 6 up to 5 s, 7 up to 60 s.
    assert found["human_review_seconds p50 queue=manual"] == pytest.approx(1 + 4 * (3.5 - 2) / 4)
    assert found["human_review_seconds p95 queue=manual"] == pytest.approx(15 + 45 * (6.65 - 6) / 1)


def test_it_does_not_take_csv_for_its_own(source: Callable[..., Source]) -> None:
    for text in ("time,value\n2026-01-01,1\n", "a b\n1 2\n", "metric;value\na;1\n"):
        assert not OM.knows(source(text))
        assert CsvImporter().knows(source(text))
    assert OM.knows(source('a{b="c"} 1\n'))
    assert not OM.knows(source(b"PAR1"))


def test_a_line_like_one_before_is_read_as_strictly(read: Read) -> None:
    lines = [
        'a{b="}"} 1 1767268800000',
        'a{b="}"} x',
        'a{b="}"} 2 1767268860000',
        'a{b="}"} 3 4 5',
        'a{b="}"}',
        "c 1 1767268800000",
        "c 2 1767268860000",
        'a{b="}"} 3 1767268920000 # {x="}"} 1',
        "c{} 9 1767268920000",
    ]
    pieces = read(OM, "# TYPE a gauge\n" + "\n".join(lines) + "\n")
    assert [line for line, _ in rejected(pieces)] == [3, 5, 6]
    assert {name: [value for _, value in points] for name, points in series(pieces).items()} == {
        "a b=}": [1, 2, 3],
        "c": [1, 2, 9],
    }


def test_a_label_without_end_is_looked_at_quickly(read: Read) -> None:
    begun = time.process_time()
    pieces = read(OM, "# TYPE a gauge\na 1\n" + "".join('a{b="' + '\\"' * 250_000 + "\n" for _ in range(3)))
    assert len(rejected(pieces)) == 3
    assert time.process_time() - begun < 3
