"""Snapshots of MLflow's stores through the whole of importing: what two of them tell together, each once."""

import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tocsin.importers.base import Options
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import deployments, systems
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

SCHEMA = """
CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('a');
CREATE TABLE experiments (experiment_id INTEGER, name TEXT); CREATE TABLE runs (run_uuid TEXT, name TEXT);
CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN);
CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
    current_stage TEXT);
CREATE TABLE registered_model_aliases (name TEXT, alias TEXT, version INTEGER);
"""


def run(store: Store, author: Author, path: Path, at: datetime | None = None) -> ImportReport:
    return finish(ingest(store, author, path, system="scorer", options=Options(at=at)))


def snapshot(folder: Path, created: datetime, champion: int) -> Path:
    """An mlflow.db with two versions, of which an alias points at one."""
    path = folder / "mlflow.db"
    path.unlink(missing_ok=True)
    ms = to_us(created) // 1_000
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"""{SCHEMA} INSERT INTO model_versions VALUES ('m', 1, {ms}, {ms}, 'None'),
            ('m', 2, {ms + 1_000}, {ms + 1_000}, 'None');
            INSERT INTO registered_model_aliases VALUES ('m', 'champion', {champion});"""
        )
    return path


def served(store: Store, at: datetime) -> list[str]:
    [slot] = deployments.serving(store, "scorer", at)
    return [one.version for one in slot.candidates]


def test_successive_snapshots_narrow_each_move_and_find_the_way_back(
    store: Store, author: Author, tmp_path: Path, clock: ManualClock
) -> None:
    created = clock.now() - timedelta(days=30)
    days = [clock.now() - timedelta(days=ago) for ago in (9, 8, 6, 3)]
    for at, champion in zip(days, (1, 1, 2, 1), strict=True):
        path = snapshot(tmp_path, created, champion)
        assert run(store, author, path, at).stored == 1
        assert run(store, author, path, at).already == 1
    known = systems.find(store, "scorer")
    assert known is not None
    assert [(d.version, d.began.low, d.at) for d in deployments.of_system(store, known.id)] == [
        ("1", created, days[0]),
        ("2", days[1], days[2]),
        ("1", days[2], days[3]),
    ]
    assert served(store, days[1] - timedelta(hours=1)) == ["1"]
    assert served(store, days[1] + timedelta(hours=1)) == ["1", "2"]
    assert served(store, clock.now()) == ["1"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_store_as_a_folder_and_zipped(
    store: Store, author: Author, tmp_path: Path, shared_data: Path, clock: ManualClock, packed: bool
) -> None:
    clock.advance(days=30)
    path = shared_data / "formats" / "mlflow" / "filestore"
    if packed:
        path = tmp_path / "mlruns.zip"
        root = shared_data / "formats" / "mlflow"
        with zipfile.ZipFile(path, "w") as archive:
            for file in (root / "filestore").rglob("*"):
                archive.write(file, file.relative_to(root))
    report = run(store, author, path)
    # Nine values, one of each run twice; three slots, of which the stage is seen twice.
    assert (report.importer, report.stored, report.already, report.rejected) == ("mlflow_files", 9 + 4, 3, 0)
    assert len(deployments.serving(store, "scorer", clock.now())) == 3
