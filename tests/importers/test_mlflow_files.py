"""MLflow's file store: metrics, models and aliases from a folder's files."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.importers.told import rows, series
from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source
from tocsin.importers.mlflow_files import MlflowFilesImporter

SNAPSHOT = datetime(2026, 11, 21, tzinfo=UTC)
RUN = "mlruns/7/" + "a" * 32
VERSION = "mlruns/models/m/version-1/meta.yaml"
META = "creation_timestamp: 1795215611686\ncurrent_stage: None\nname: m\nversion: 1\n"
Made = Callable[[dict[str, str]], Source]


@pytest.fixture
def store(tmp_path: Path) -> Made:
    """Make a file store of some files, beside what makes it one."""

    def made(more: dict[str, str]) -> Source:
        files = {
            "mlruns/7/meta.yaml": "name: credit\n",
            f"{RUN}/meta.yaml": f"run_id: {'a' * 32}\nrun_name: nightly\nlifecycle_stage: active\n",
            VERSION: META,
            **more,
        }
        members = {}
        for number, (name, content) in enumerate(files.items()):
            members[name] = tmp_path / str(number)
            members[name].write_text(content, "utf-8")
        return Source(tmp_path, "mlruns.zip", tmp_path, SNAPSHOT, members)

    return made


def read(source: Source, **said: str) -> list[Piece]:
    return list(MlflowFilesImporter().read(source, Options(**said)))  # type: ignore[arg-type]


def reasons(pieces: list[Piece]) -> list[str]:
    return [piece.reason for piece in pieces if isinstance(piece, Rejected)]


def test_the_example_of_the_real_tool(shared_data: Path) -> None:
    folder = shared_data / "formats" / "mlflow" / "filestore"
    members = {str(path.relative_to(folder.parent)): path for path in folder.rglob("*") if path.is_file()}
    source = Source(folder, "filestore", folder, SNAPSHOT, members)
    assert MlflowFilesImporter().knows(source)
    pieces = read(source)
    # One line of each is there twice in the files; the common part of importing counts it once.
    assert series(pieces) == {
        "val_auc (experiment=credit-scoring, run=train-1)": [0.971, 0.972, 0.973, 0.971],
        "val_auc (experiment=credit-scoring, run=train-2)": [0.969, 0.97, 0.971, 0.969],
        "val_auc (experiment=credit-scoring, run=train-3)": [0.958, 0.959, 0.96, 0.958],
    }
    served = {(row["slot"], row["version"]) for row in rows(pieces, "deployments")}
    assert served == {("@champion", "3"), ("@rollback", "2"), ("Production", "2")}
    assert reasons(pieces) == []


def test_a_metric_in_folders_and_an_alias(store: Made) -> None:
    source = store(
        {
            f"{RUN}/metrics/val/auc": "1795215611711 0.5 0\n1795215611711 0.6 1\n",
            "mlruns/models/m/aliases/champion": "1",
        }
    )
    assert MlflowFilesImporter().knows(source)
    pieces = read(source)
    assert series(pieces) == {"val/auc (experiment=credit, run=nightly)": [0.5, 0.6]}
    [row] = rows(pieces, "deployments")
    assert (row["slot"], row["version"], row["time"]) == ("@champion", "1", SNAPSHOT)


def test_what_lies_beside_the_file_store_is_told_to_be_left_out(store: Made) -> None:
    assert [
        piece for piece in read(store({})) if isinstance(piece, Assumed) and "left out" in piece.what
    ] == []
    pieces = read(store({"sub/latency.csv": "time,value\n", "notes.txt": "x"}))
    [told] = [piece for piece in pieces if isinstance(piece, Assumed) and "left out" in piece.what]
    assert told.value.startswith("2 that are no part of the file store, the first notes.txt")


def test_deleted_runs_and_the_trash_are_left_out(store: Made) -> None:
    gone = f"run_id: {'a' * 32}\nlifecycle_stage: deleted\n"
    source = store(
        {
            f"{RUN}/meta.yaml": gone,
            f"{RUN}/metrics/auc": "1795215611711 0.5 0\n",
            f"mlruns/.trash/8/{'b' * 32}/metrics/auc": "1795215611711 0.5 0\n",
        }
    )
    pieces = read(source)
    assert series(pieces) == {}
    assert any(piece.what == "deleted runs" for piece in pieces if isinstance(piece, Assumed))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1795215611711", "milliseconds, value and step"),
        ("soon 0.5 0", "number of milliseconds"),
        ("1795215611711 inf 0", "infinite"),
        ("1795215611711 high 0", "could not convert"),
        ("5 0.5 0", "between 2000 and 2100"),
        ("1795215611711 0.5 0 " + "x" * 5_000, "milliseconds, value and step"),
    ],
)
def test_a_line_that_is_wrong_is_set_aside_with_its_file(store: Made, line: str, reason: str) -> None:
    pieces = read(store({f"{RUN}/metrics/auc": f"1795215611711 0.5 0\n{line}\n"}))
    [told, *_] = reasons(pieces)
    assert told.startswith(f"{RUN}/metrics/auc: ")
    assert reason in told
    assert series(pieces) == {"auc (experiment=credit, run=nightly)": [0.5]}


@pytest.mark.parametrize(
    "yaml",
    [
        "name: [",
        "[" * 20_000,
        "- " * 15_000,
        "[" * 999,
        "- " * 999,
        "just words",
        "name: m\nversion: 1\n",
        META.replace("1795215611686", "yesterday"),
        "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nname: *b\n",
        META + "#" * 40_000,
        "\x00",
    ],
)
def test_a_meta_that_is_wrong_is_set_aside(store: Made, yaml: str) -> None:
    pieces = read(store({VERSION: yaml, "mlruns/models/m/aliases/champion": "one"}))
    assert any(reason.startswith(VERSION) for reason in reasons(pieces))
    assert any("number of a version" in reason for reason in reasons(pieces))


def test_a_single_file_is_no_file_store(tmp_path: Path) -> None:
    path = tmp_path / "meta.yaml"
    path.write_text(META)
    source = Source(path, "meta.yaml", tmp_path, SNAPSHOT)
    assert not MlflowFilesImporter().knows(source)
    with pytest.raises(BadInput, match="folder of many"):
        read(source)
