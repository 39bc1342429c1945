"""A first look at a file: who reads it, its columns, what was said last time; nothing is stored."""

import gzip
import json
import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations import systems
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.operations.survey import Survey, survey
from tocsin.store.folder import Store

LONG = "ts,region,metric,value\n" + "".join(
    f"2026-10-01T00:{minute:02d}:00Z,NE,latency,{minute}\n" for minute in range(30)
)


def look(store: Store, path: Path, **said: object) -> Survey:
    return finish(survey(store, path, "shop", Options(**said)))  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "long-1.csv"
    path.write_text(LONG)
    return path


def test_a_table_shows_its_columns_and_what_they_would_be(store: Store, file: Path) -> None:
    found = look(store, file)
    assert (found.importers, found.as_last, found.again) == (("csv",), False, True)
    assert found.proposal is not None
    assert found.proposal.columns == ("ts", "region", "metric", "value")
    assert found.proposal.mapping["metric"] == "metric"
    assert found.proposal.mapping["label.region"] == "region"
    assert systems.names(store) == []
    assert not list(store.folder("imports").iterdir())


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "json"])
def test_every_kind_of_table_shows_its_columns(
    store: Store, author: Author, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"table.{kind}"
    rows = [{"ts": f"2026-10-01T00:{minute:02d}:00Z", "latency": minute / 2} for minute in range(20)]
    if kind == "parquet":
        columns = {"ts": [row["ts"] for row in rows], "latency": [row["latency"] for row in rows]}
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        path.write_text(json.dumps({"data": {"items": rows}}))
    found = look(store, path)
    assert found.proposal is not None
    assert found.proposal.columns == ("ts", "latency")
    assert found.proposal.missing == ""
    said = Options(mapping=found.proposal.mapping)
    report = finish(ingest(store, author, path, system="shop", options=said))
    assert (report.records, report.series) == ({"samples": 20}, ("latency",))


def test_what_is_proposed_imports_the_same_as_nothing_said(store: Store, author: Author, file: Path) -> None:
    proposal = look(store, file).proposal
    assert proposal is not None
    plain = finish(ingest(store, author, file, system="shop", options=Options(), dry_run=True))
    said = Options(record=proposal.record, mapping=proposal.mapping)
    stated = finish(ingest(store, author, file, system="shop", options=said, dry_run=True))
    assert (stated.series, stated.stored) == (plain.series, plain.stored)


def test_what_is_missing_is_told(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    path.write_text("ts,latency\n" + "".join(f"{1_793_000_000 + i},{i}.5\n" for i in range(30)))
    proposal = look(store, path).proposal
    assert proposal is not None
    assert "--time-unit" in proposal.missing
    assert look(store, path, time_unit="s").proposal is not None
    assert look(store, path, time_unit="s").proposal.missing == ""  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["gz", "zip", "folder"])
def test_one_packed_file_shows_its_columns_too(store: Store, tmp_path: Path, file: Path, kind: str) -> None:
    packed = tmp_path / f"packed.{kind}"
    if kind == "gz":
        packed.write_bytes(gzip.compress(LONG.encode()))
    elif kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(file, "long.csv")
    else:
        packed.mkdir()
        (packed / "long.csv").write_text(LONG)
    found = look(store, packed)
    assert found.proposal is not None
    assert found.proposal.columns[0] == "ts"
    assert not found.again


def test_the_last_file_like_it_tells_what_to_say(store: Store, author: Author, file: Path) -> None:
    said = Options(mapping={"time": "ts", "metric": "metric", "value": "value", "segment": "region"})
    finish(ingest(store, author, file, system="shop", options=said))
    second = file.with_name("long-2.csv")
    second.write_text(LONG)
    found = look(store, second)
    assert found.as_last
    assert found.options == said
    assert found.proposal is not None
    assert found.proposal.mapping["segment"] == "region"
    assert not look(store, second, zone="UTC").as_last, "what is said now goes before"


def test_what_nobody_reads_is_refused_in_words(store: Store, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with pytest.raises(BadInput, match="picture"):
        look(store, picture)
    with pytest.raises(BadInput, match="no such file"):
        look(store, tmp_path / "gone.csv")
