"""Importing a file: what is counted, kept, refused and seen."""

from pathlib import Path

import numpy as np

from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import samples, series
from tocsin.store.folder import create_store

AUTHOR = Author("Operator A")


def test_samples_of_a_file_are_read_back(tmp_path: Path, clock: ManualClock) -> None:
    store = create_store(tmp_path / "s.tocsin", code="WR", zone="UTC", clock=clock, author=AUTHOR)
    file = tmp_path / "latency.csv"
    file.write_text("ts,value\n2026-11-02T10:00:00Z,1.5\n2026-11-02T10:00:01Z,2\n")
    report = finish(ingest(store, AUTHOR, file, system="shop", options=Options()))
    assert (report.read, report.stored, report.already, report.rejected) == (2, 2, 0, 0)
    with store.signals.read() as connection:
        [(number, signal)] = series.list_all(connection)
        times, values = samples.read(connection, number)
    assert signal.metric == "latency"
    assert np.diff(times).tolist() == [1_000_000]
    assert values.tolist() == [1.5, 2.0]
    store.close()
