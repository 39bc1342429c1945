"""The catalogue of bad inputs, through the whole import: refused with a reason, or taken as it says.

The numbers are those of a catalogue of what other programs get silently wrong. Whatever is refused leaves
the store as it was. Archives (74 to 82) are in tests/operations/test_archive.py, files that are none or
change (2 to 6) in test_original.py, answers of servers (120 to 126) in tests/importers/test_http.py.
"""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import imports
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
HEAD = "time,latency\n"
GOOD = "".join(f"2026-01-01T00:00:{n:02d}Z,{n}\n" for n in range(20))
MORE = GOOD.replace("2026-01-01", "2026-01-02")
AT = "2026-01-03T00:00:00Z"
OM = "# TYPE up gauge\n"
UPS = "".join(f"up {n} {1767268800000 + n}\n" for n in range(20))
HOSTS = "".join(f'up{{a="{n}"}} 1\n' for n in range(20))
FALLING = "# TYPE c_total counter\nc_total 5 1767268800000\nc_total 2 1767268860000\n"


def rows(*odd: str) -> str:
    """Return a good file with some odd rows in the middle, few enough to be set aside."""
    return HEAD + GOOD + "".join(f"{row}\n" for row in odd) + MORE


def lines(*odd: str) -> str:
    good = "".join(json.dumps({"time": f"2026-01-01T00:00:{n:02d}Z", "latency": n}) + "\n" for n in range(20))
    return good + "".join(f"{line}\n" for line in odd) + good.replace("01-01", "01-02")


# Number, what it is, the content, and part of the refusal.
REFUSED: list[tuple[str, bytes | str, str]] = [
    ("1 nothing at all", b"", "empty"),
    ("8 HTML named json", "<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    ("8 PDF named csv", b"%PDF-1.7\n1 0 obj", "PDF"),
    ("9 UTF-16 without a mark", HEAD.encode("utf-16-le") + GOOD.encode("utf-16-le"), "UTF-16"),
    ("9 Latin-1", "time,Zähler\n2026-01-01T00:00:00Z,1\n".encode("latin-1"), "byte 6"),
    ("10 a byte that is no UTF-8", (HEAD + GOOD).encode() + b"\xff\n", "byte"),
    ("11 xz", lzma.compress(GOOD.encode()), "xz"),
    ("13 an open quote", HEAD + '"2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,2\n', "quote"),
    ("15 a column twice", "time,a,a\n2026-01-01T00:00:00Z,1,2\n", "twice"),
    ("17 NUL inside", rows("2026-01-03T00:00:00Z,\x001"), "NUL"),
    ("18 a cell of four megabytes", rows("2026-01-03T00:00:00Z," + "1" * 4_000_000), "long"),
    ("21 no header", GOOD, "header"),
    ("21 header only", HEAD, "no row"),
    ("24 100,000 columns", "time," + ",".join(f"c{n}" for n in range(100_000)) + "\n1\n", "columns"),
    ("30 a day that may be a month", "time,v\n01/02/2026,1\n02/02/2026,2\n", "time"),
    ("31 numbers without a unit", "time,v\n1767268800,1\n1767268860,2\n", "time-unit"),
    ("36 NaN in JSON", '[{"time":"2026-01-01T00:00:00Z","latency":NaN}]', "NaN"),
    ("36 1e999", '[{"time":"2026-01-01T00:00:00Z","latency":1e999}]', "1e999"),
    ("37 a key twice", '[{"time":"2026-01-01T00:00:00Z","latency":1,"latency":2}]', "latency"),
    ("38 depth 100,000", "[" * 100_000 + "]" * 100_000, "JSON of no kind"),
    ("38 depth 1,000 below", '{"a":' * 1_000 + "1" + "}" * 1_000, "deep"),
    ("39 5,000 digits", '[{"time":"2026-01-01T00:00:00Z","latency":' + "9" * 5000 + "}]", ""),
    ("40 half a pair", '[{"time":"2026-01-01T00:00:00Z","latency":1,"host":"\\ud800"}]', ""),
    ("41 NUL in a string", '[{"time":"2026-01-01T00:00:00Z","latency":1,"host":"a\\u0000"}]', ""),
    ("42 a comma too many", '[{"time":"2026-01-01T00:00:00Z","latency":1},]', ""),
    ("42 more after the end", '[{"time":"2026-01-01T00:00:00Z","latency":1}] x', ""),
    ("42 single quotes", "[{'time':'2026-01-01T00:00:00Z','latency':1}]", ""),
    ("60 ORC named parquet", b"ORC" + bytes(100) + b"ORC", ""),
    ("60 Arrow IPC", b"ARROW1\0\0" + bytes(100) + b"ARROW1", ""),
    ("52 Parquet cut", b"PAR1" + bytes(200), ""),
    ("52 Parquet of nothing", b"PAR1" + bytes(8) + b"PAR1", ""),
    ("60 encrypted Parquet", b"PARE" + bytes(200) + b"PARE", ""),
    ("62 OpenMetrics cut", "# TYPE x info\nx_info 1\n", "# EOF"),
    ("63 text after the end", OM + "up 1\n# EOF\nup 2\n", "after # EOF"),
    ("68 falling buckets", '# TYPE h histogram\nh_bucket{le="1"} 5\nh_bucket{le="+Inf"} 3\n', "fall"),
    ("68 no +Inf", '# TYPE h histogram\nh_bucket{le="1"} 5\n', "+Inf"),
    ("69 only broken lines", 'up{a="b} 1\n# TYPE up gauge\n', ""),
]  # fmt: skip

# Number, what it is, the content, how many were set aside, and a part of what is said of it.
TAKEN: list[tuple[str, bytes | str, int, str]] = [
    ("9 UTF-16 with a mark", (HEAD + GOOD).encode("utf-16"), 0, ""),
    ("11 gzip", gzip.compress((HEAD + GOOD).encode()), 0, ""),
    ("14 short and long rows", rows("2026-01-03T00:00:00Z", "2026-01-03T00:00:01Z,1,2"), 2, "cells"),
    ("16 a mark first", "\ufeff" + HEAD + GOOD, 0, ""),
    ("20 CR alone", (HEAD + GOOD).replace("\n", "\r"), 0, ""),
    ("20 mixed ends", rows("2026-01-03T00:00:00Z,1\r"), 0, ""),
    ("23 1_000", rows(f"{AT},1_000"), 1, "1_000"),
    ("23 an Arabic three", rows(f"{AT},٣"), 1, "٣"),
    ("23 1e400", rows(f"{AT},1e400"), 1, "no finite number"),
    ("23 0x10", rows(f"{AT},0x10"), 1, "0x10"),
    ("26 sep=", "sep=;\n" + (HEAD + GOOD).replace(",", ";"), 0, ""),
    ("26 blank rows", rows("", ""), 0, ""),
    ("26 a summary row", rows("total,190"), 1, "total"),
    ("28 30 February", rows("2026-02-30T00:00:00Z,1"), 1, "2026-02-30"),
    ("28 24:01", rows("2026-01-03T24:01:00Z,1"), 1, "24:01"),
    ("29 year 1", rows("0001-01-01T00:00:00+14:00,1"), 1, ""),
    ("29 year 9999", rows("9999-12-31T23:59:59-12:00,1"), 1, ""),
    ("32 a week", rows("2026-W01-1,1"), 1, "2026-W01-1"),
    ("33 nanoseconds", HEAD + "2026-01-01T00:00:00.123456789Z,1\n", 0, "cut"),
    ("43 the last line is cut", lines('{"time":"2026-01-03T00:00:00Z","late'), 1, ""),
    ("44 a line separator in a string", lines(f'{{"time":"{AT}","latency":1,"h":"a\u2028b"}}'), 0, ""),
    ("45 blank lines and CRLF", lines("", "").replace("\n", "\r\n"), 0, ""),
    ("45 a mark in the middle", lines("\ufeff{}"), 1, "byte order mark"),
    ("48 truth for a number", lines('{"time":"2026-01-03T00:00:00Z","latency":true}'), 1, ""),
    ("48 null for a time", lines('{"time":null,"latency":1}'), 1, ""),
    ("64 NaN", OM + "up NaN\nup{a=\"b\"} 1\n", 0, ""),
    ("66 the same time, another value", OM + UPS + "up 99 1767268800005\n", 1, "99"),
    ("67 a counter that falls", FALLING, 0, ""),
    ("69 a broken label", OM + HOSTS + 'up{a="b} 1\n', 1, "labels"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_it_is_refused_and_nothing_is_stored(
    content: bytes | str, reason: str, run: Import, store: Store
) -> None:
    with pytest.raises(BadInput) as refused:
        run(content, name="file.dat")
    assert reason in str(refused.value)
    assert "broke on it" not in str(refused.value)
    with store.signals.read() as connection:
        assert list(imports.list_all(connection)) == []
        assert imports.pending(connection) == []
    assert list((store.path / "imports").iterdir()) == []


@pytest.mark.parametrize(("content", "aside", "said"), [c[1:] for c in TAKEN], ids=[c[0] for c in TAKEN])
def test_it_is_taken_and_what_is_wrong_is_set_aside(
    content: bytes | str, aside: int, said: str, run: Import, store: Store
) -> None:
    report = run(content, name="file.dat")
    assert report.rejected == aside
    assert report.read == report.stored + report.already + report.rejected + report.missing
    told = " ".join([reject.reason for reject in report.rejects] + list(report.assumed.values()))
    assert said in told


@pytest.mark.parametrize("name", ["a\nb.csv", "x" * 240 + ".csv", "\u202egpj.csv", "CON", "trailing."])
def test_12_a_name_is_only_text(name: str, run: Import, store: Store) -> None:
    report = run(HEAD + GOOD, name=name)
    assert "\n" not in report.source
    assert len(report.source) <= 200
    assert all(len(path.name) == 64 for path in (store.path / "imports").iterdir() if path.is_file())


def test_7_the_same_file_again_is_nothing_new(run: Import) -> None:
    run(HEAD + GOOD)
    again = run(HEAD + GOOD)
    assert (again.stored, again.already) == (0, 20)
    assert "imported before" in again.assumed


def test_22_formulas_are_text_and_stay_as_they_are(run: Import, store: Store) -> None:
    formulas = ("=HYPERLINK(1)", "@SUM(1)", "+1", " =1", "＝1")
    text = "time,author,text\n" + "".join(f'2026-01-01T00:00:00Z,a,"{cell}"\n' for cell in formulas)
    assert run(text, record="messages").stored == len(formulas)


def test_2_a_sparse_file_of_terabytes_is_refused_before_it_fills_the_disk(
    store: Store, author: Author, tmp_path: Path
) -> None:
    file = tmp_path / "sparse.csv"
    with file.open("wb") as sparse:
        sparse.truncate(1 << 42)
    with pytest.raises(BadInput, match="room"):
        finish(ingest(store, author, file, system="shop", options=Options()))
