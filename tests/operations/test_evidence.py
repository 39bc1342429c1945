"""Evidence: any bytes, once, under their hash, before the entry; nothing half, nothing followed or opened."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotFound, StoreProblem
from tocsin.model.operator import Author
from tocsin.operations import evidence, incidents, observations, timeline
from tocsin.operations.progress import finish
from tocsin.operations.verification import verify
from tocsin.store.folder import Store


@pytest.fixture
def subject(store: Store, author: Author) -> str:
    return observations.report(store, author, system="scorer", text="see the letter").id


Attach = Callable[..., str]


@pytest.fixture
def attach(store: Store, author: Author, subject: str, tmp_path: Path) -> Attach:
    """Write bytes to a file, attach it and return its SHA-256."""

    def attached(content: bytes, name: str = "letter.pdf", about: str = "") -> str:
        file = tmp_path / name
        file.write_bytes(content)
        finish(evidence.attach(store, author, about or subject, file))
        return evidence.of(store, about or subject)[-1].sha256

    return attached


def files(store: Store) -> set[str]:
    return {path.name for path in (store.path / "evidence").iterdir()}


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"\0\xff" * 99, b"%PDF-1.7 /JavaScript"])
def test_any_bytes_are_kept_as_they_are(store: Store, attach: Attach, subject: str, content: bytes) -> None:
    sha256 = attach(content)
    assert (store.path / "evidence" / sha256).read_bytes() == content
    [one] = evidence.of(store, subject)
    assert (one.name, one.size, one.author) == ("letter.pdf", len(content), "Operator A")
    assert files(store) == {sha256}


def test_the_same_content_is_stored_once_and_attached_twice(
    store: Store, attach: Attach, subject: str
) -> None:
    assert attach(b"same", "a.txt") == attach(b"same", "b.txt")
    assert [one.name for one in evidence.of(store, subject)] == ["a.txt", "b.txt"]
    assert len(files(store)) == 1


def test_a_link_a_folder_a_pipe_and_what_is_too_large_are_refused(
    store: Store, author: Author, subject: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").write_bytes(b"x" * 100)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("link", "a link"), ("pipe", "a pipe"), (".", "a folder"), ("gone", "no such file")):
        with pytest.raises(BadInput, match=why):
            finish(evidence.attach(store, author, subject, tmp_path / name))
    monkeypatch.setattr(evidence, "LARGEST", 99)
    with pytest.raises(BadInput, match="larger than"):
        finish(evidence.attach(store, author, subject, tmp_path / "real"))
    assert evidence.of(store, subject) == []
    assert not (store.path / "evidence" / "work").exists()


def test_a_stop_half_way_leaves_nothing(store: Store, author: Author, subject: str, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(os.urandom(3 << 20))
    work = evidence.attach(store, author, subject, tmp_path / "large")
    next(work)
    work.close()
    assert evidence.of(store, subject) == []
    assert files(store) == set()
    finish(evidence.attach(store, author, subject, tmp_path / "large"))
    assert len(evidence.of(store, subject)) == 1


def test_a_crash_between_file_and_entry_is_told_and_nothing_is_deleted(
    store: Store, author: Author, subject: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter").write_bytes(b"letter")
    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            finish(evidence.attach(store, author, subject, tmp_path / "letter"))
    found = finish(evidence.check(store))
    assert (found.files, found.wrong, set(found.orphans)) == (0, (), files(store))
    assert verify(store).ok
    finish(evidence.attach(store, author, subject, tmp_path / "letter"))
    assert finish(evidence.check(store)).orphans == ()


def test_what_was_changed_or_is_gone_is_found(store: Store, attach: Attach, tmp_path: Path) -> None:
    changed, gone = attach(b"was so", "a.txt"), attach(b"was here", "b.txt")
    assert finish(evidence.check(store)).wrong == ()
    (store.path / "evidence" / changed).write_bytes(b"is not")
    (store.path / "evidence" / gone).unlink()
    found = finish(evidence.check(store))
    assert {wrong.split(" ")[0] for wrong in found.wrong} == {"a.txt", "b.txt"}
    assert not verify(store).ok
    assert "1 attached files" in verify(store).reason


def test_a_copy_is_checked_and_never_lands_inside_the_store(
    store: Store, attach: Attach, subject: str, tmp_path: Path
) -> None:
    sha256 = attach(b"the letter")
    [one] = evidence.of(store, subject)
    assert finish(evidence.save_copy(store, one.entry, tmp_path / "copy")).read_bytes() == b"the letter"
    with pytest.raises(BadInput):
        finish(evidence.save_copy(store, one.entry, store.path / "journal.db"))
    with pytest.raises(NotFound, match="attached nothing"):
        finish(evidence.save_copy(store, subject, tmp_path / "copy"))
    (store.path / "evidence" / sha256).write_bytes(b"the lettex")
    with pytest.raises(StoreProblem, match="was changed"):
        finish(evidence.save_copy(store, one.entry, tmp_path / "other"))
    assert not (tmp_path / "other").exists()


def test_an_incident_shows_what_was_attached_to_it_to_its_timeline_and_to_its_reports(
    store: Store, author: Author, attach: Attach, subject: str
) -> None:
    attach(b"reported", "a.txt")
    known = incidents.declare(store, author, title="t", system="scorer", observation_ids=[subject])
    item = timeline.add(store, author, known.id, "rolled back", lane="done")
    attach(b"screen", "b.png", known.id)
    attach(b"log", "c.log", item.id)
    other = incidents.declare(store, author, title="u", system="scorer")
    attach(b"else", "d.txt", other.id)
    assert [one.name for one in evidence.of_incident(store, known.id)] == ["a.txt", "b.png", "c.log"]
    with pytest.raises(NotFound):
        finish(evidence.attach(store, author, "nothing", Path(__file__)))
    assert verify(store).ok
