"""mlflow.db, read-only: metrics, traces, what people said, what serves; and what is no sound database."""

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.told import assumed, rows, series, times
from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source
from tocsin.importers.mlflow_database import MlflowDatabaseImporter

MS = 1_795_215_635_000  # 2026-11-20T23:00:35Z
SNAPSHOT = datetime(2026, 11, 21, tzinfo=UTC)
SCHEMA = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
INSERT INTO alembic_version VALUES ('dc11669786a5');
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, lifecycle_stage TEXT);
INSERT INTO experiments VALUES (1, 'credit', 'active');
CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, experiment_id INTEGER, lifecycle_stage TEXT);
INSERT INTO runs VALUES ('r1', 'nightly', 1, 'active'), ('r2', 'gone', 1, 'deleted');
CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN);
CREATE TABLE model_versions (name TEXT, version INTEGER, creation_time BIGINT, last_updated_time BIGINT,
    current_stage TEXT);
CREATE TABLE registered_model_aliases (name TEXT, alias TEXT, version INTEGER);
"""

Made = Callable[[str], Source]


@pytest.fixture
def database(tmp_path: Path) -> Made:
    """Make an mlflow.db with some more SQL run in it."""

    def made(sql: str = "", schema: str = SCHEMA) -> Source:
        path = tmp_path / "mlflow.db"
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(schema + sql)
        return Source(path, "mlflow.db", tmp_path, SNAPSHOT)

    return made


def read(source: Source, **said: str) -> list[Piece]:
    return list(MlflowDatabaseImporter().read(source, Options(**said)))  # type: ignore[arg-type]


def test_the_example_of_the_real_tool(shared_data: Path) -> None:
    path = shared_data / "formats" / "mlflow" / "mlflow_sqlite_example.db"
    source = Source(path, path.name, path.parent, SNAPSHOT)
    assert MlflowDatabaseImporter().knows(source)
    pieces = read(source)
    assert series(pieces) == {
        "val_auc (experiment=credit-scoring, run=train-1)": [0.971, 0.972, 0.973],
        "val_auc (experiment=credit-scoring, run=train-2)": [0.969, 0.97, 0.971],
        "val_auc (experiment=credit-scoring, run=train-3)": [0.958, 0.959, 0.96],
    }
    began = {(row["slot"], row["version"], row["time"]) for row in rows(pieces, "deployments")}
    moved = datetime(2026, 11, 20, 23, 0, 42, 544000, tzinfo=UTC)
    assert began == {
        ("@champion", "3", SNAPSHOT),
        ("@rollback", "2", SNAPSHOT),
        ("Production", "2", moved),
        ("Production", "2", SNAPSHOT),
    }
    assert all(
        row["earliest"] < row["time"] and row["vendor"] is False for row in rows(pieces, "deployments")
    )


def test_steps_of_one_millisecond_keep_their_order_and_odd_values_are_told(database: Made) -> None:
    source = database(
        f"""INSERT INTO metrics VALUES ('auc', 0.5, {MS}, 'r1', 0, 0), ('auc', 0.6, {MS}, 'r1', 1, 0),
        ('auc', 0, {MS + 1}, 'r1', 2, 1), ('auc', 1.79769313486232e+308, {MS + 2}, 'r1', 3, 0),
        ('auc', 0.7, 'soon', 'r1', 4, 0), ('auc', 0.8, 5, 'r1', 5, 0), ('auc', 'high', {MS}, 'r1', 6, 0),
        ('auc', 0.9, {MS}, 'r2', 0, 0);"""
    )
    pieces = read(source)
    [values] = series(pieces).values()
    assert values[:2] == [0.5, 0.6]
    assert math.isnan(values[2])
    assert times(pieces)["auc (experiment=credit, run=nightly)"][:2] == [
        "2026-11-20T23:00:35Z",
        "2026-11-20T23:00:35.000001Z",
    ]
    told = [(piece.line, piece.reason) for piece in pieces if isinstance(piece, Rejected)]
    assert [line for line, _ in told] == [4, 5, 6, 7]
    assert "infinite" in told[0][1]
    assert any("1 values of runs deleted" in piece.value for piece in pieces if isinstance(piece, Assumed))


def test_of_several_versions_in_a_stage_the_newest_serves(database: Made) -> None:
    source = database(
        f"""INSERT INTO model_versions VALUES ('m', 9, {MS}, {MS + 1000}, 'Production'),
        ('m', 10, {MS}, {MS + 2000}, 'Production'), ('m', 11, {MS}, {MS + 3000}, 'Archived');"""
    )
    assert {row["version"] for row in rows(read(source), "deployments")} == {"10"}


def test_a_copy_older_than_what_is_in_it_is_taken_for_as_new(database: Made) -> None:
    later = MS + 90 * 86_400_000
    source = database(
        f"""INSERT INTO model_versions VALUES ('m', 1, {later}, {later}, 'None');
        INSERT INTO registered_model_aliases VALUES ('m', 'champion', 1);"""
    )
    pieces = read(source)
    [row] = rows(pieces, "deployments")
    assert row["time"] > SNAPSHOT
    assert sum(isinstance(piece, Assumed) and piece.what == "time" for piece in pieces) == 2


def test_only_the_record_that_is_wanted_is_read(database: Made) -> None:
    source = database(
        f"""INSERT INTO metrics VALUES ('auc', 0.5, {MS}, 'r1', 0, 0);
        INSERT INTO model_versions VALUES ('m', 1, {MS}, {MS}, 'Production');"""
    )
    assert series(read(source, record="deployments")) == {}
    assert rows(read(source, record="samples"), "deployments") == []


def test_traces_and_what_people_said(database: Made) -> None:
    source = database(
        f"""CREATE TABLE trace_info (request_id TEXT, experiment_id INTEGER, timestamp_ms BIGINT,
            execution_time_ms BIGINT, status TEXT, trace_name TEXT, input_tokens BIGINT);
        INSERT INTO trace_info VALUES ('t1', 1, {MS}, 70, 'OK', 'answer', 12),
            ('t2', 1, {MS}, 30, 'ERROR', 'answer', NULL),
            ('t3', 1, {MS}, NULL, 'IN_PROGRESS', 'answer', NULL);
        CREATE TABLE assessments (assessment_id TEXT, name TEXT, assessment_type TEXT, value TEXT,
            created_timestamp BIGINT, source_type TEXT, overrides TEXT);
        INSERT INTO assessments VALUES ('a1', 'quality', 'feedback', '0.25', {MS}, 'LLM_JUDGE', NULL),
            ('a2', 'quality', 'feedback', '0.75', {MS}, 'HUMAN', 'a1'),
            ('a3', 'polite', 'feedback', '"yes"', {MS}, 'HUMAN', NULL),
            ('a4', 'why', 'feedback', '"it was rude"', {MS}, 'HUMAN', NULL),
            ('a5', 'expected', 'expectation', '1', {MS}, 'HUMAN', NULL);
        CREATE TABLE review_queues (queue_id TEXT, name TEXT);
        INSERT INTO review_queues VALUES ('q', 'appeals');
        CREATE TABLE review_queue_items (queue_id TEXT, item_id TEXT, status TEXT, creation_time_ms BIGINT,
            completed_time_ms BIGINT);
        INSERT INTO review_queue_items VALUES ('q', 'i1', 'COMPLETE', {MS}, {MS + 90_000}),
            ('q', 'i2', 'PENDING', {MS}, NULL);"""
    )
    assert series(read(source)) == {
        "trace latency (experiment=credit, trace=answer)": [70.0, 30.0],
        "trace error (experiment=credit, trace=answer)": [0.0, 1.0],
        "input tokens (experiment=credit, trace=answer)": [12.0],
        "feedback quality (by=llm_judge)": [0.25],
        "feedback quality (by=human)": [0.75],
        "override of quality": [0.5],
        "feedback polite (by=human)": [1.0],
        "time in review queue (outcome=complete, queue=appeals)": [90.0],
    }


def test_a_model_of_a_workspace_bears_its_name(database: Made) -> None:
    source = database(
        f"""ALTER TABLE model_versions ADD COLUMN workspace TEXT;
        INSERT INTO model_versions VALUES ('m', 1, {MS}, {MS + 1}, 'Production', 'default'),
        ('m', 1, {MS}, {MS + 1}, 'Production', 'risk');"""
    )
    assert {row["name"] for row in rows(read(source), "deployments")} == {"m", "risk/m"}


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE users (id INTEGER);",
        SCHEMA.replace("CREATE TABLE metrics (", "CREATE TABLE numbers ("),
    ],
)
def test_a_database_of_something_else_is_not_known_and_refused(database: Made, schema: str) -> None:
    source = database("", schema)
    assert not MlflowDatabaseImporter().knows(source)
    with pytest.raises(BadInput, match="no database of MLflow"):
        read(source)


def test_a_view_in_the_place_of_a_table_is_never_run(database: Made) -> None:
    """A view can be a query that never ends; a computed column can make a gigabyte of zeros."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'k' AS key, i FROM n"
    source = database(f"ALTER TABLE metrics RENAME TO numbers; CREATE VIEW metrics AS {endless};")
    with pytest.raises(BadInput, match="no table metrics"):
        read(source)
    source = database(
        f"""DROP TABLE metrics; CREATE TABLE metrics (key TEXT, timestamp BIGINT, run_uuid TEXT, step BIGINT,
            is_nan BOOLEAN, value AS (length(hex(zeroblob(1000)))));
        INSERT INTO metrics VALUES ('auc', {MS}, 'r1', 0, 0);"""
    )
    assert [piece.line for piece in read(source) if isinstance(piece, Rejected)] == [1]


def test_an_upgrade_that_was_cut_short_is_refused(database: Made) -> None:
    with pytest.raises(BadInput, match="version of its schema"):
        read(database("DELETE FROM alembic_version;"))


def test_the_file_is_not_changed_and_nothing_is_put_beside_it(database: Made) -> None:
    source = database(f"PRAGMA journal_mode = WAL; INSERT INTO metrics VALUES ('a', 1, {MS}, 'r1', 0, 0);")
    before = source.path.read_bytes()
    assert "mlflow.db-wal" in assumed(read(source))["write-ahead log"]
    assert source.path.read_bytes() == before
    assert [path.name for path in source.path.parent.iterdir()] == ["mlflow.db"]


@given(place=st.floats(0, 1, exclude_max=True), byte=st.binary(min_size=1, max_size=8), cut=st.booleans())
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_database_is_refused_or_read_never_anything_else(
    database: Made, place: float, byte: bytes, cut: bool
) -> None:
    values = ", ".join(f"('auc', {n / 100}, {MS + n}, 'r1', {n}, 0)" for n in range(300))
    source = database(f"INSERT INTO metrics VALUES {values};")
    content = bytearray(source.path.read_bytes())
    at = int(place * len(content))
    if cut:
        del content[at:]
    else:
        content[at : at + len(byte)] = byte
    source.path.write_bytes(content)
    MlflowDatabaseImporter().knows(source)
    with suppress(BadInput):
        read(source)
