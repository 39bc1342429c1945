"""The original: only a whole, regular file is copied, and what is odd about the others is said."""

import hashlib
import os
import socket
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.operations import original
from tocsin.operations.progress import finish


def test_the_copy_is_the_file_and_its_hash_is_right(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(content)
    folder = tmp_path / "f"
    folder.mkdir()
    copied = finish(original.copy(tmp_path / "a", folder))
    assert copied.path.read_bytes() == content
    assert (copied.size, copied.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    kept = original.keep(copied, folder)
    assert kept.name == copied.sha256
    assert kept.read_bytes() == content


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, "a folder, not a file"),
        (make_pipe, "a pipe, not a file"),
        (make_socket, "a socket, not a file"),
        (Path.touch, "the file is empty"),
        (lambda path: path.symlink_to("nowhere"), "there is no such file"),
        (lambda path: None, "there is no such file"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="pipes and sockets as files are of POSIX systems")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, make: object, reason: str) -> None:
    assert callable(make)
    make(tmp_path / "x")
    with pytest.raises(BadInput, match=reason):
        finish(original.copy(tmp_path / "x", tmp_path))


def test_a_file_that_grows_or_shrinks_while_read_is_refused(tmp_path: Path) -> None:
    for change in (lambda path: path.write_bytes(b"y" * 2_000_000), lambda path: os.truncate(path, 0)):
        path = tmp_path / "x"
        path.write_bytes(b"x" * 3_000_000)
        work = original.copy(path, tmp_path)
        next(work)
        change(path)
        with pytest.raises(BadInput, match="changed while it was read"):
            finish(work)


def test_a_file_that_is_deleted_while_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 3_000_000)
    work = original.copy(path, tmp_path)
    next(work)
    path.unlink()
    assert finish(work).size == 3_000_000


def test_a_medium_that_goes_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 3_000_000)
    work = original.copy(path, tmp_path)
    next(work)

    def gone(_descriptor: int, _size: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", gone)
    with pytest.raises(BadInput, match="went away while it was read: Input/output error"):
        finish(work)


@pytest.mark.parametrize("name", ["a\nb", "‮evil", "x" * 250, "tab\there"])
def test_a_name_is_shown_as_one_line_of_bounded_length(name: str) -> None:
    shown = original.shown(Path(name))
    assert shown.isprintable()
    assert len(shown) <= 200
