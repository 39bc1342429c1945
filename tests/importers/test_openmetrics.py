"""OpenMetrics and Prometheus text: both told apart and held to their rules."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Samples, Source
from tocsin.importers.csv_file import CsvImporter
from tocsin.importers.openmetrics import OpenMetricsImporter, _labels
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
    assert _labels(text + "} 1") == (labels, " 1")


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
        (
            '# TYPE h histogram\nh_bucket{le="1"} 5\nh_bucket{le="+Inf"} 3\n',
            "the buckets of h fall in line 3",
        ),
        ('# TYPE h histogram\nh_bucket{le="1"} 5\nh_sum 3\n', r"h has no \+Inf bucket"),
        ('# TYPE h histogram\nh_bucket{x="1"} 5\n', "has no bound le"),
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
    monkeypatch.setattr("tocsin.importers.openmetrics.MOST_SERIES", 3)
    with pytest.raises(BadInput, match="more than 3 series"):
        read(OM, "".join(f'a{{n="{n}"}} 1\n' for n in range(4)))


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
    assert rejected(pieces) == []
    assert sum(len(p.times) for p in pieces if isinstance(p, Samples)) == len(lines)


def test_it_does_not_take_csv_for_its_own(source: Callable[..., Source]) -> None:
    for text in ("time,value\n2026-01-01,1\n", "a b\n1 2\n", "metric;value\na;1\n"):
        assert not OM.knows(source(text))
        assert CsvImporter().knows(source(text))
    assert OM.knows(source('a{b="c"} 1\n'))
    assert not OM.knows(source(b"PAR1"))
