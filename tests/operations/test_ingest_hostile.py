"""Damaged and random files: refused or taken, never a crash, never a half-taken file."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store

CSV = b'time,metric,value,note\n2026-01-01T00:00:00Z,a,1.5,"x, y"\n2026-01-01T00:00:01Z,a,-2e3,\n'
PROMETHEUS = b'# TYPE h histogram\nh_bucket{le="1"} 5 1767268800\nh_bucket{le="+Inf"} 6 1767268800\n# EOF\n'
RECORDS = ("samples", "alerts", "deployments", "decisions", "messages")


def take(store: Store, file: Path, content: bytes, record: str) -> int:
    """Import, and return how many samples the store then has more; the report must say the same."""
    file.write_bytes(content)
    before = total(store)
    options = Options(record=record, time_unit="s")
    try:
        report = finish(ingest(store, Author("Operator A"), file, system="shop", options=options))
    except BadInput:
        assert total(store) == before
        return 0
    assert report.read == report.stored + report.already + report.rejected + report.missing
    if record == "samples":
        assert total(store) - before == report.stored
    return report.stored


def total(store: Store) -> int:
    with store.signals.read() as connection:
        assert imports.pending(connection) == []
        spans = [samples.span(connection, number) for number, _ in series.list_all(connection)]
    return sum(span.count for span in spans if span)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=300), record=st.sampled_from(RECORDS))
def test_random_bytes(store: Store, tmp_path: Path, content: bytes, record: str) -> None:
    take(store, tmp_path / "x", content, record)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=2, max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_random_tables(store: Store, tmp_path: Path, cells: list[list[str]]) -> None:
    text = "\n".join(",".join(row) for row in cells)
    take(store, tmp_path / "x", f"time,value\n2026-01-01T00:00:00Z,1\n{text}\n".encode(), "samples")


@pytest.mark.parametrize("content", [CSV, PROMETHEUS], ids=["csv", "openmetrics"])
def test_every_cut_and_many_flips(store: Store, tmp_path: Path, content: bytes) -> None:
    chance = random.Random(5)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(0, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'\0\n\r",;{}#_ \xff9Z')
        cut = chance.randrange(1, len(content) + 1)
        take(store, tmp_path / "x", bytes(damaged[:cut]), "samples")
