"""What is packed: read as if it were not, within bounds, and nothing of what is odd."""

import gzip
import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations import archive
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import imports
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
CSV = "time,latency\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,2\n"
METRICS = "# TYPE up gauge\nup 1 1767268800\n# EOF\n"


def packed(*files: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return held.getvalue()


def complete(store: Store) -> int:
    with store.signals.read() as connection:
        return len(list(imports.list_all(connection)))


def test_gzip_is_read_like_what_is_in_it(run: Import, store: Store) -> None:
    report = run(gzip.compress(CSV.encode()), name="latency.csv.gz")
    assert (report.importer, report.stored, report.series) == ("csv", 2, ("latency",))
    assert run(CSV).already == 2


def test_a_zip_of_one_file_is_that_file(run: Import) -> None:
    report = run(packed(("export/latency.csv", CSV)), name="export.zip")
    assert (report.source, report.stored) == ("export.zip", 2)


def test_an_archive_is_read_file_by_file_each_by_its_own_importer(run: Import) -> None:
    bad = CSV + "".join(f"2026-01-02T00:{n:02d}:00Z,{n}\n" for n in range(30)) + "never,3\n"
    report = run(packed(("a.csv", bad), ("b.prom", METRICS), ("__MACOSX/a.csv", "x")), name="all.zip")
    assert report.importer == "csv, openmetrics"
    assert (report.stored, report.rejected) == (33, 1)
    assert report.rejects[0].reason.startswith("a.csv: ")


def test_files_of_an_archive_that_nobody_can_read_are_named(run: Import) -> None:
    others = [(f"{n}.png", b"\x89PNG\r\n\x1a\n") for n in range(5)]
    assert run(packed(("a.csv", CSV), *others[:2]), name="some.zip").assumed["left out"] == (
        "0.png, 1.png, which no importer knows"
    )
    assert "and 2 more" in run(packed(("a.csv", CSV), *others), name="more.zip").assumed["left out"]
    assert "left out" not in run(packed(("a.csv", CSV), ("b.prom", METRICS)), name="all.zip").assumed


def test_a_folder_is_read_like_an_archive_and_known_again(
    store: Store, author: Author, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "latency.csv").write_text(CSV)
    (folder / "up.prom").write_text(METRICS)
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    reports = [finish(ingest(store, author, folder, system="shop", options=Options())) for _ in range(2)]
    assert [(report.stored, report.already) for report in reports] == [(3, 0), (0, 3)]
    assert "imported before" in reports[1].assumed


def test_a_folder_with_a_name_that_is_no_text_is_refused(
    store: Store, author: Author, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    try:
        (folder / os.fsdecode(b"\xff.csv")).write_text(CSV)
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(BadInput, match="a name that is no text"):
        finish(ingest(store, author, folder, system="shop", options=Options()))


def test_a_folder_with_a_store_in_it_is_not_touched(store: Store, author: Author, tmp_path: Path) -> None:
    for path in (tmp_path, store.path, store.path / "journal.db"):
        with pytest.raises(BadInput, match="part of a store"):
            finish(ingest(store, author, path, system="shop", options=Options()))


def _encrypted() -> bytes:
    whole = bytearray(packed(("a.csv", CSV)))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = whole.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        whole[at] |= 1
    return bytes(whole)


def _link() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("b.csv", CSV)
    return held.getvalue()


def _nul_in_a_name() -> bytes:
    return packed(("aXb.csv", CSV), ("c.csv", CSV)).replace(b"aXb.csv", b"a\0b.csv")


def _overlapping() -> bytes:
    whole = bytearray(packed(("a.csv", CSV), ("b.csv", CSV), method=zipfile.ZIP_STORED))
    second = whole.rindex(b"PK\x01\x02")
    whole[second + 42 : second + 46] = struct.pack("<I", 0)  # the second file begins where the first does
    return bytes(whole)


def _lying_size() -> bytes:
    whole = bytearray(packed(("a.csv", CSV), ("b.csv", CSV)))
    first = whole.index(b"PK\x01\x02")
    whole[first + 20 : first + 24] = struct.pack("<I", 1 << 31)
    return bytes(whole)


def _method_99() -> bytes:
    whole = bytearray(packed(("a.csv", CSV), ("b.csv", CSV)))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = whole.index(mark) + offset
        whole[at : at + 2] = struct.pack("<H", 99)
    return bytes(whole)


HOSTILE = {
    "a way out": (packed(("../x.csv", CSV), ("y.csv", CSV)), "a name that is none"),
    "a rooted name": (packed(("/x.csv", CSV), ("y.csv", CSV)), "a name that is none"),
    "a drive": (packed(("C:x.csv", CSV), ("y.csv", CSV)), "a name that is none"),
    "a backslash": (packed(("..\\x.csv", CSV), ("y.csv", CSV)), "a name that is none"),
    "NUL in a name": (_nul_in_a_name(), "a name that is none"),
    "a link": (_link(), "a link"),
    "case twins": (packed(("a.csv", CSV), ("A.csv", CSV)), "twice"),
    "the same name in two forms": (packed(("\u00e9.csv", CSV), ("e\u0301.csv", CSV)), "twice"),
    "encrypted": (_encrypted(), "encrypted"),
    "method 99": (_method_99(), "method 99"),
    "overlapping": (_overlapping(), "overlap"),
    "a size that lies": (_lying_size(), "overlap"),
    "an archive inside": (
        packed(("a.zip", packed()), ("b.csv", CSV)),
        "archive in the archive",
    ),
    "gzip in gzip": (gzip.compress(gzip.compress(CSV.encode())), "gzip inside gzip"),
    "cut zip": (packed(("a.csv", CSV), ("b.csv", CSV))[:-30], "damaged"),
    "cut gzip": (gzip.compress(CSV.encode())[:-4], "damaged"),
    "bytes before": (b"#!/bin/sh\n" + packed(("a.csv", CSV)), ""),
    "two ends": (packed(("a.csv", CSV)) + packed(("b.csv", CSV)), "stand before"),
    "nothing in it": (packed(), "no file in it"),
    "too many": (packed(*((str(n), "") for n in range(50_001)), method=zipfile.ZIP_STORED), "50,000"),
    "a bomb": (packed(("a.csv", bytes(200_000_000))), "100 times"),
    "a bomb in gzip": (gzip.compress(bytes(200_000_000), 1), "100 times"),
    "nothing known": (packed(("a.pdf", b"%PDF-1.7\n"), ("b.pdf", b"%PDF-1.7\n")), "none of which"),
}


@pytest.mark.parametrize("odd", HOSTILE)
def test_an_odd_archive_is_refused_and_nothing_is_stored(odd: str, run: Import, store: Store) -> None:
    content, reason = HOSTILE[odd]
    with pytest.raises(BadInput) as refused:
        run(content, name="export.zip")
    assert reason in str(refused.value)
    assert complete(store) == 0
    assert [path.name for path in (store.path / "imports").iterdir()] == []


@pytest.mark.parametrize("name", ["latency.csv.gz", "latency.zip"])
def test_what_would_fill_the_disk_is_not_unpacked(
    name: str, run: Import, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "SPARE", 1 << 62)
    content = gzip.compress(CSV.encode()) if name.endswith("gz") else packed(("a.csv", CSV))
    with pytest.raises(BadInput, match="no room to unpack it"):
        run(content, name=name)
    assert complete(store) == 0


def test_a_changed_bit_is_noticed(run: Import, store: Store) -> None:
    whole = bytearray(packed(("latency.csv", CSV), method=zipfile.ZIP_STORED))
    whole[whole.index(b"latency\n2026") + 9] ^= 1
    with pytest.raises(BadInput, match="damaged"):
        run(bytes(whole), name="export.zip")
    assert complete(store) == 0
