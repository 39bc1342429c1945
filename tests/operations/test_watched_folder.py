"""Watched folders with real files: complete ones are imported and moved, none blocks another."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput, StoreProblem
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.operations import sync, systems, watched_folder
from tocsin.operations.progress import finish
from tocsin.operations.watched_folder import Outcome, WatchedFolder
from tocsin.store import samples, series
from tocsin.store.folder import Store

GOOD = "time,latency\n2026-11-02T10:00:00Z,1.5\n2026-11-02T10:00:10Z,2.5\n"
BAD = "nothing,of\nany,use\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def watch(store: Store, author: Author, folder: Path) -> WatchedFolder:
    system = systems.ensure(store, author, "shop").id
    settings = {"record": "samples", "settle": "0"}
    return WatchedFolder(store, author, LiveSource("inbox", "folder", str(folder), system, 5, settings))


def look(watch: WatchedFolder) -> list[Outcome]:
    return list(watch.round(threading.Event()))


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def values(store: Store) -> list[float]:
    with store.signals.read() as connection:
        found = [samples.read(connection, number)[1] for number, _ in series.list_all(connection)]
    return sorted(value for one in found for value in one.tolist())


def test_a_complete_file_is_imported_and_moved_to_done(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    (folder / "a.csv").write_text(GOOD)
    [outcome] = look(watch)
    assert outcome.report is not None
    assert (outcome.name, outcome.report.stored, outcome.problem) == ("a.csv", 2, "")
    assert tree(folder) == {"done/a.csv"}
    assert values(store) == [1.5, 2.5]
    assert look(watch) == []


def test_a_bad_file_is_set_aside_with_its_reason_and_blocks_no_other(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    (folder / "a bad.csv").write_text(BAD)
    (folder / "b.csv").write_text(GOOD)
    (folder / "c empty.csv").write_bytes(b"")
    outcomes = {one.name: one for one in look(watch)}
    assert tree(folder) == {
        "done/b.csv", "rejected/a bad.csv", "rejected/a bad.csv.reason.txt",
        "rejected/c empty.csv", "rejected/c empty.csv.reason.txt",
    }  # fmt: skip
    reason = (folder / "rejected" / "c empty.csv.reason.txt").read_text()
    assert "empty" in reason
    assert outcomes["c empty.csv"].problem == reason.strip()
    assert values(store) == [1.5, 2.5]


def test_a_file_still_growing_waits_for_its_end(watch: WatchedFolder, folder: Path, store: Store) -> None:
    growing = folder / "a.csv"
    growing.write_text(GOOD[:40])
    stopping = Growing(growing, GOOD[40:])
    assert list(watch.round(stopping)) == []
    assert values(store) == []
    look(watch)
    assert values(store) == [1.5, 2.5]


class Growing(threading.Event):
    """Lets a file grow between the two looks, which is when the round waits."""

    def __init__(self, file: Path, more: str) -> None:
        super().__init__()
        self.file, self.more = file, more

    def wait(self, timeout: float | None = None) -> bool:
        with self.file.open("a") as file:
            file.write(self.more)
        return super().wait(timeout)


@pytest.mark.parametrize(
    "name", [".a.csv", "a.csv.part", "a.csv.PART", "a.tmp", "a.csv~", "~$a.csv", "a.crdownload", "Thumbs.db"]
)
def test_unfinished_and_hidden_names_are_left_alone(watch: WatchedFolder, folder: Path, name: str) -> None:
    (folder / name).write_text(GOOD)
    assert look(watch) == []
    assert tree(folder) == {name}


def test_links_pipes_and_folders_are_left_alone(watch: WatchedFolder, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD)
    (folder / "link.csv").symlink_to(secret)
    (folder / "dangling.csv").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.csv")
    (folder / "sub").mkdir()
    (folder / "sub" / "a.csv").write_text(GOOD)
    (folder / "z.csv").write_text(GOOD)
    assert [one.name for one in look(watch)] == ["z.csv"]
    assert tree(folder) == {"link.csv", "dangling.csv", "pipe.csv", "sub/a.csv", "done/z.csv"}


def test_names_that_are_taken_get_a_number(watch: WatchedFolder, folder: Path) -> None:
    for _ in range(3):
        (folder / "a.csv").write_text(GOOD)
        (folder / "b.csv").write_text(BAD)
        look(watch)
    assert tree(folder) == {
        "done/a.csv", "done/a 2.csv", "done/a 3.csv", "rejected/b.csv", "rejected/b 2.csv",
        "rejected/b 3.csv", "rejected/b.csv.reason.txt", "rejected/b 2.csv.reason.txt",
        "rejected/b 3.csv.reason.txt",
    }  # fmt: skip


def test_a_file_imported_before_a_crash_is_moved_and_adds_nothing(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    (folder / "a.csv").write_text(GOOD)
    look(watch)
    (folder / "done" / "a.csv").rename(folder / "a.csv")
    [outcome] = look(watch)
    assert outcome.report is not None
    assert (outcome.report.stored, outcome.report.already) == (0, 2)
    assert tree(folder) == {"done/a.csv"}
    assert values(store) == [1.5, 2.5]


def test_a_folder_that_is_gone_is_told_and_looked_for_again(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    folder.rename(folder.with_name("away"))
    with pytest.raises(BadInput, match="not there"):
        look(watch)
    folder.mkdir()
    (folder / "a.csv").write_text(GOOD)
    look(watch)
    assert values(store) == [1.5, 2.5]


def test_a_folder_where_nothing_can_be_moved_is_told_and_nothing_imported(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    (folder / "done").write_text("a file where the folder should be")
    (folder / "a.csv").write_text(GOOD)
    with pytest.raises(BadInput):
        look(watch)
    assert values(store) == []


def test_done_may_not_lead_out_of_the_folder(watch: WatchedFolder, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "done").symlink_to(tmp_path / "elsewhere")
    (folder / "a.csv").write_text(GOOD)
    with pytest.raises(BadInput):
        look(watch)


def test_a_reason_is_never_written_through_a_link(watch: WatchedFolder, folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (folder / "rejected").mkdir()
    (folder / "rejected" / "bad.csv.reason.txt").symlink_to(precious)
    (folder / "bad.csv").write_text(BAD)
    look(watch)
    assert precious.read_text() == "mine"
    assert {"rejected/bad 2.csv", "rejected/bad 2.csv.reason.txt"} <= tree(folder)


def test_a_file_that_cannot_be_moved_is_imported_once_and_told(watch: WatchedFolder, folder: Path) -> None:
    name = "a" * 251 + ".csv"
    (folder / "done").mkdir()
    (folder / "done" / name).write_text("taken, and with a number behind the name would be too long")
    (folder / name).write_text(GOOD)
    [outcome] = look(watch)
    assert "cannot be moved" in outcome.problem
    assert look(watch) == []


def test_when_the_store_cannot_take_it_everything_stays_for_the_next_round(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    (folder / "a.csv").write_text(GOOD)
    store.signals.read_only = store.journal.read_only = True
    with pytest.raises(StoreProblem):
        look(watch)
    store.signals.read_only = store.journal.read_only = False
    assert tree(folder) == {"a.csv"}
    look(watch)
    assert values(store) == [1.5, 2.5]


def test_stopping_ends_an_import_and_leaves_nothing_half(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    (folder / "a.csv").write_text(GOOD)
    (folder / "b.csv").write_text(GOOD)

    class StopsSoon(threading.Event):
        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            return self.asked > 3

    assert list(watch.round(StopsSoon())) == []
    assert tree(folder) == {"a.csv", "b.csv"}
    assert values(store) == []


@pytest.mark.parametrize("settle", ["", "soon", "-1", "nan", "1e9"])
def test_a_wrong_time_to_settle_is_told(store: Store, author: Author, folder: Path, settle: str) -> None:
    (folder / "a.csv").write_text(GOOD)
    source = LiveSource("inbox", "folder", str(folder), "", 5, {"settle": settle})
    with pytest.raises(BadInput, match="settle"):
        look(WatchedFolder(store, author, source))


@settings(max_examples=15)
@given(names=st.lists(st.from_regex(r"[a-c ]{1,3}(\.[ab]{1,2}){0,2}", fullmatch=True), max_size=8))
def test_no_file_ever_takes_the_place_of_another(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("taken")
    for count, name in enumerate(names):
        watched_folder._free(folder, name).write_text(str(count))
    assert sorted(int(one.read_text()) for one in folder.iterdir()) == list(range(len(names)))


def test_how_it_goes_tells_the_newest_record_and_not_when_the_file_came(
    watch: WatchedFolder, folder: Path, store: Store
) -> None:
    for _ in range(2):  # the second time there is nothing new in it
        (folder / "a.csv").write_text(GOOD)
        ask = sync.once(store, watch.source, watch.author, ask=lambda _name: None, stop=threading.Event())
        told = finish(ask)
        assert (told.rows, told.error) == (2, "")
        assert told.newest == datetime(2026, 11, 2, 10, 0, 10, tzinfo=UTC)
