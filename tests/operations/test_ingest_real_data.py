"""Real monitoring data: every series of the NAB collection, and traces with fractions of a second."""

import csv
from pathlib import Path

import pytest

from tocsin.importers.base import Options
from tocsin.model.instant import from_us
from tocsin.model.operator import Author
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import samples, series
from tocsin.store.folder import Store


def first_values(file: Path) -> dict[str, float]:
    """What must be in the store: the first value of each time, by the standard library's reader."""
    found: dict[str, float] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            found.setdefault(row["timestamp"], float(row["value"]))
    return found


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_series_of_nab(store: Store, author: Author, shared_data: Path, every: int) -> None:
    files = sorted((shared_data / "nab" / "data").rglob("*.csv"))
    assert len(files) == 58
    for file in files[::every]:
        options = Options(mapping={"metric": f"{file.parent.name}.{file.stem}"})
        report = finish(ingest(store, author, file, system="nab", options=options))
        expected = first_values(file)
        rows = len(file.read_text().splitlines()) - 1
        assert (report.read, report.stored) == (rows, len(expected)), file.name
        assert report.already + report.rejected == rows - len(expected)
        [name] = report.series
        with store.signals.read() as connection:
            [number] = [n for n, signal in series.list_all(connection) if signal.name == name]
            times, values = samples.read(connection, number)
        stored = {f"{from_us(int(t)):%Y-%m-%d %H:%M:%S}": v for t, v in zip(times, values, strict=True)}
        assert stored == {time.removesuffix(".000000"): value for time, value in expected.items()}, file.name


@pytest.mark.parametrize("name", ["code", "conv"])
def test_traces_of_language_models(store: Store, author: Author, shared_data: Path, name: str) -> None:
    file = shared_data / "azure_llm_trace" / f"AzureLLMInferenceTrace_{name}.csv"
    report = finish(ingest(store, author, file, system="llm", options=Options()))
    assert report.series == ("ContextTokens", "GeneratedTokens")
    assert report.read == 2 * (len(file.read_text().splitlines()) - 1)
    assert report.rejected < report.read / 100
