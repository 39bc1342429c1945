"""What the real tools write: each file is known by the right importer, plain, gzipped and zipped, and once.

Reads the samples that lie beside the checkout; skips without them.
"""

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import alerts, incidents
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
WORKSPACE = "evidently/workspace/01a1fb2e-1701-77b0-8a90-042e4aa5f503"
SNAPSHOT = f"{WORKSPACE}/snapshots/01a1fb2e-19a3-77e6-b4dd-110b998d0a56.json"

# File, who knows it, and what it holds.
FILES = [
    ("evidently/datadrift_0_7.json", "evidently", "samples"),
    ("evidently/datadrift_0_7_dict.json", "evidently", "samples"),
    ("evidently/legacy_report_datadrift.json", "evidently", "samples"),
    ("evidently/legacy_testsuite_datadrift.json", "evidently", "alerts"),
    ("evidently/summary_classification_0_7.json", "evidently", "samples"),
    ("evidently/valuedrift_psi_0_7.json", "evidently", "samples"),
    (SNAPSHOT, "evidently", "samples"),
    ("great_expectations/validation_result_1x.json", "great_expectations", "samples"),
    ("great_expectations/checkpoint_describe_1x.json", "great_expectations", "samples"),
    ("langfuse/observations_v2.json", "langfuse", "samples"),
    ("langfuse/scores.json", "langfuse", "samples"),
    ("mlflow/mlflow_sqlite_example.db", "mlflow_database", "samples"),
    ("mlflow/filestore", "mlflow_files", "samples"),
    ("mlflow/rest_registered-models_search.json", "mlflow_answers", "deployments"),
    ("mlflow/rest_runs_search.json", "mlflow_answers", "samples"),
    ("nannyml/cbpe_flat.csv", "nannyml", "samples"),
    ("nannyml/missing_values_flat.csv", "nannyml", "samples"),
    ("nannyml/pca_reconstruction_flat.csv", "nannyml", "samples"),
    ("nannyml/realized_performance_flat.csv", "nannyml", "samples"),
    ("nannyml/univariate_drift_flat.csv", "nannyml", "alerts"),
    ("nannyml/univariate_drift_to_df.csv", "nannyml", "samples"),
    ("otel/otlp_metrics.json", "otlp", "samples"),
    ("prometheus/alertmanager_v2_alerts.json", "alertmanager", "alerts"),
    ("prometheus/alertmanager_webhook_v4.json", "alertmanager", "alerts"),
    ("prometheus/exposition_text_0.0.4.txt", "openmetrics", "samples"),
    ("prometheus/openmetrics_1.0.0.txt", "openmetrics", "samples"),
    ("prometheus/prom_api_v1_alerts.json", "prometheus_json", "alerts"),
    ("prometheus/query_range_matrix.json", "prometheus_json", "samples"),
    ("sagemaker/capture.jsonl", "sagemaker", "decisions"),
    ("sagemaker/constraint_violations.json", "sagemaker", "alerts"),
    ("fairness/smclarify_bias_report_compas.json", "sagemaker", "samples"),
]


def zipped(path: Path) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                archive.write(file, file.relative_to(path.parent))
    return held.getvalue()


@pytest.mark.parametrize(("name", "importer", "record"), FILES, ids=[name for name, _, _ in FILES])
def test_a_real_file_is_known_and_taken_once_however_it_is_packed(
    name: str, importer: str, record: str, shared_data: Path, run: Import, store: Store, author: Author
) -> None:
    path = shared_data / "formats" / name
    first = finish(ingest(store, author, path, system="shop", options=Options(at=AT)))
    assert first.importer == importer
    assert record in first.record
    assert first.stored > 0
    packed = [("packed.zip", zipped(path))]
    packed += [] if path.is_dir() else [(f"{path.name}.gz", gzip.compress(path.read_bytes()))]
    for packed_name, content in packed:
        again = run(content, name=packed_name, at=AT)
        assert (again.importer, again.stored) == (importer, 0), again
        assert again.already == first.stored + first.already


def test_an_error_of_prometheus_is_told_in_its_words(shared_data: Path, run: Import) -> None:
    content = (shared_data / "formats" / "prometheus" / "query_range_error.json").read_bytes()
    with pytest.raises(BadInput, match=r"bad_data|parse error|invalid"):
        run(content, name="answer.json")


def test_history_starts_nothing(shared_data: Path, store: Store, author: Author) -> None:
    for name, _, record in FILES:
        if record == "alerts":
            path = shared_data / "formats" / name
            finish(ingest(store, author, path, system="shop", options=Options(at=AT)))
    with store.signals.read() as connection:
        found = alerts.list_all(connection)
    assert len(found) > 5
    assert not any(alert.urgent or alert.raised for alert in found)
    with store.journal.read() as connection:
        assert incidents.list_all(connection) == []
