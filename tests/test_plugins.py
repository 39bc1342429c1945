"""Plug-ins: a guest of another package works like a built-in, and a broken one harms nobody."""

import sys
from pathlib import Path

import pytest

from tocsin import plugins
from tocsin.errors import Missing
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import samples, series
from tocsin.store.folder import Store

GUEST = '''
"""Reads lines of "minute value" after the word METER."""
import numpy as np
from tocsin.importers.base import Samples

class Meter:
    name, records = "meter", ("samples",)

    def knows(self, source):
        return source.head().startswith(b"METER")

    def read(self, source, options):
        rows = [line.split() for line in source.path.read_text().splitlines()[1:]]
        times = np.array([1767268800000000 + int(minute) * 60_000_000 for minute, _ in rows], np.int64)
        values = np.array([float(value) for _, value in rows])
        yield Samples("power", times, values, np.arange(2, len(rows) + 2), {"house": "7"}, "W")
'''


@pytest.fixture
def guests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with two importers, one of which cannot be loaded, where Python finds it."""
    folder = tmp_path / "site"
    about = folder / "meter_for_tocsin-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "meter_guest.py").write_text(GUEST)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: meter-for-tocsin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[tocsin.importers]\nmeter = meter_guest:Meter\nworse = meter_guest:Nobody\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "meter_guest", raising=False)


def test_the_built_ins_are_there() -> None:
    assert [importer.name for importer in plugins.importers()][-1] == "csv"
    assert {"csv", "openmetrics"} <= {importer.name for importer in plugins.importers()}
    assert all(detector.name for detector in plugins.detectors())


@pytest.mark.usefixtures("guests")
def test_a_guest_importer_is_used_like_a_built_in(store: Store, author: Author, tmp_path: Path) -> None:
    file = tmp_path / "reading.txt"
    file.write_text("METER\n0 1.5\n1 2.5\n")
    report = finish(ingest(store, author, file, system="house", options=Options()))
    assert (report.importer, report.stored, report.series) == ("meter", 2, ("power (house=7)",))
    with store.signals.read() as connection:
        [(number, signal)] = series.list_all(connection)
        assert samples.read(connection, number)[1].tolist() == [1.5, 2.5]
    assert signal.unit == "W"


@pytest.mark.usefixtures("guests")
def test_a_broken_guest_is_listed_with_its_reason() -> None:
    listed = {plugin.name: plugin for plugin in plugins.found(plugins.IMPORTERS)}
    assert (listed["worse"].part, listed["worse"].package) == (None, "meter-for-tocsin")
    assert "AttributeError" in listed["worse"].broken
    assert listed["meter"].broken == ""
    assert "worse" not in [importer.name for importer in plugins.importers()]


def test_an_importer_that_is_not_there_is_named() -> None:
    with pytest.raises(Missing, match="nowhere"):
        plugins.importer("nowhere")
