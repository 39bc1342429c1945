"""The files of monitoring tools on their way into the store: nothing set aside, nothing doubled."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import alerts, series
from tocsin.store.folder import Store

Take = Callable[[Path], ImportReport]
# How many samples, alerts, deployments and decisions each of them holds.
FILES = {
    "evidently/datadrift_0_7.json": 18,
    "evidently/legacy_testsuite_datadrift.json": 17,
    "evidently/summary_classification_0_7.json": 114,
    "fairness/smclarify_bias_report_compas.json": 11,
    "great_expectations/validation_result_1x.json": 7,
    "langfuse/observations_v2.json": 11,
    "nannyml/cbpe_flat.csv": 70,
    "nannyml/univariate_drift_to_df.csv": 315,
    "otel/otlp_metrics.json": 22,
    "otel/otlp_traces.json": 7,
    "sagemaker/capture.jsonl": 2,
    "sagemaker/constraint_violations.json": 4,
}


@pytest.fixture
def take(store: Store, author: Author) -> Callable[[Path], ImportReport]:
    return lambda path: finish(ingest(store, author, path, system="loans", options=Options()))


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_tools_come_in_whole_and_once(take: Take, shared_data: Path, name: str) -> None:
    first, again = (take(shared_data / "formats" / name) for _ in range(2))
    assert (first.stored, first.rejected, first.already) == (FILES[name], 0, 0)
    assert (again.stored, again.rejected, again.already) == (0, 0, FILES[name])


def test_an_alert_that_came_with_samples_is_about_their_signal(
    take: Take, store: Store, shared_data: Path
) -> None:
    take(shared_data / "formats" / "evidently" / "valuedrift_psi_0_7.json")
    with store.signals.read() as connection:
        named = {signal.id: signal.name for _, signal in series.list_all(connection)}
        found = {alert.labels["column"]: named[alert.signal] for alert in alerts.list_all(connection)}
    assert found["car_value"] == "drift (column=car_value, method=psi)"
    assert len(found) == 3


def test_a_workspace_of_evidently_comes_in_as_an_archive(
    take: Take, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "formats" / "evidently" / "workspace"
    packed = tmp_path / "workspace.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*.json")):
            archive.write(path, path.relative_to(folder))
    report = take(packed)
    assert (report.importer, report.stored) == ("evidently", 2)
    assert report.series == ("drift (column=car_value, method=psi)",)
