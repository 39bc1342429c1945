"""`tocsin verify FILE.pdf`: what left is known again, what was changed is found, what is foreign is said."""

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.keys import SECRET, p12
from tocsin import paths
from tocsin.cli import main

KEYS = {"ok", "path", "size", "sha256", "signatures", "recorded", "asked", "said"}


class Line:
    """The command line on one store."""

    def __init__(self, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self._capsys = store, capsys

    def __call__(self, *words: object, code: int = 0, store: bool = True) -> Any:
        where = ["--store", str(self.store)] if store else []
        assert main([*map(str, words), *where, "--json"]) == code
        out, _ = self._capsys.readouterr()
        return json.loads(out) if out else None


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line(tmp_path / "cli.tocsin", capsys)
    made("init", "--zone", "Europe/Berlin", "--code", "WR", "--by", "Operator A")
    made("incident", "declare", "--title", "Declines", "--system", "scorer", "--by", "Operator A")
    monkeypatch.setattr(paths, "default_store", lambda: tmp_path / "none.tocsin")
    return made


@pytest.fixture
def report(line: Line, tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    line("report", _reference(line), "-o", path, "--by", "Operator A")
    return path


@pytest.fixture
def signed(line: Line, tmp_path: Path) -> Path:
    path, key, passphrase = tmp_path / "signed.pdf", tmp_path / "key.p12", tmp_path / "pass.txt"
    key.write_bytes(p12())
    passphrase.write_bytes(SECRET + b"\r\n")
    line(
        "report", _reference(line), "-o", path, "--by", "Operator A", "--sign", key, "--pass-file", passphrase
    )
    return path


def _reference(line: Line) -> str:
    return str(line("incident", "list")[0]["reference"])


def test_what_left_is_known_with_who_when_and_of_what(line: Line, report: Path) -> None:
    found = line("verify", report)
    assert set(found) == KEYS
    assert found["ok"] is True
    assert found["sha256"] == hashlib.sha256(report.read_bytes()).hexdigest()
    (known,) = found["recorded"]
    assert (known["by"], known["match"], known["document"]) == ("Operator A", "whole", "incident report")
    assert (known["reference"], known["paper"], known["standing"]) == (_reference(line), "A4", "DRAFT")
    assert known["as_of"]


def test_a_signed_one_is_known_by_signature_and_hash(line: Line, signed: Path) -> None:
    found = line("verify", signed)
    assert found["ok"] is True
    (signature,) = found["signatures"]
    assert signature["intact"]
    assert signature["whole"]
    assert signature["self_signed"]
    assert any("who signed is not proven" in sentence for sentence in found["said"])
    assert found["recorded"][0]["match"] == "whole"


def test_cut_to_the_unsigned_length_it_has_the_recorded_hash(line: Line, signed: Path) -> None:
    with sqlite3.connect(line.store / "journal.db") as journal:
        rows = journal.execute("select body from journal where kind = 'document.exported'").fetchall()
    body = json.loads(rows[-1][0])
    content = signed.read_bytes()
    assert body["sha256"] == hashlib.sha256(content).hexdigest()
    lengths = [end + 6 for end in range(len(content)) if content.startswith(b"%%EOF\n", end)]
    cut = next(
        content[:end] for end in lengths if hashlib.sha256(content[:end]).hexdigest() == body["unsigned"]
    )
    signed.write_bytes(cut)
    found = line("verify", signed)
    assert found["ok"] is True
    assert found["recorded"][0]["match"] == "unsigned"


def test_a_signed_file_is_not_said_to_be_another_export_with_something_below(
    line: Line, report: Path, signed: Path
) -> None:
    assert report.exists()
    assert [one["match"] for one in line("verify", signed)["recorded"]] == ["whole"]
    assert {one["match"] for one in line("verify", report)["recorded"]} == {"whole", "unsigned"}


def test_one_changed_byte_is_found(line: Line, report: Path, signed: Path) -> None:
    for path in (report, signed):
        content = bytearray(path.read_bytes())
        content[3000] ^= 1
        path.write_bytes(content)
        found = line("verify", path, code=1)
        assert found["ok"] is False
        assert found["recorded"] == []
    assert not all(one["intact"] for one in found["signatures"])


def test_what_was_put_below_is_found_and_what_it_begins_with_is_said(line: Line, report: Path) -> None:
    report.write_bytes(report.read_bytes() + b"% more\n%%EOF\n")
    found = line("verify", report, code=1)
    assert found["recorded"][0]["match"] == "beginning"
    assert any("something else was put below it" in sentence for sentence in found["said"])


def test_a_withdrawn_document_is_said_to_be(
    line: Line, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tocsin.model.operator import Author
    from tocsin.now import SystemClock
    from tocsin.operations import documents
    from tocsin.store.folder import open_store

    entry = line("verify", report)["recorded"][0]["entry"]
    store = open_store(line.store, clock=SystemClock())
    documents.withdraw(store, Author("Operator A"), entry, "the wrong incident")
    store.close()
    found = line("verify", report)
    assert found["recorded"][0]["withdrawn"] == "the wrong incident"


def test_without_a_store_only_a_signature_vouches(line: Line, report: Path, signed: Path) -> None:
    assert line("verify", signed, store=False)["asked"] is False
    assert line("verify", report, code=1, store=False)["signatures"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"\0" * 5000 + b"%%EOF",
        b"%PDF-1.4\nxref\n0 1\ntrailer << /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF",
        b"%PDF-1.4\n/ByteRange [0 999999999999 5 5]\n%%EOF\n" * 40,
    ],
    ids=["empty", "no pdf", "head", "zeros", "circle", "ranges"],
)
def test_what_is_foreign_or_broken_is_told_in_words(line: Line, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.pdf"
    path.write_bytes(content)
    found = line("verify", path, code=1)
    assert "error" in found or (found["ok"] is False and found["said"])


def test_a_file_that_is_not_there_and_a_folder_are_told(line: Line, tmp_path: Path) -> None:
    assert "no such file" in line("verify", tmp_path / "nothing.pdf", code=1)["error"]["what"]
    assert "no such file" in line("verify", tmp_path, code=1)["error"]["what"]


def test_the_journal_is_still_checked_without_a_file(line: Line) -> None:
    assert line("verify")["entries"] > 0


def test_neither_key_nor_passphrase_is_in_the_store(line: Line, signed: Path) -> None:
    kept = [path.read_bytes() for path in line.store.rglob("*") if path.is_file()]
    assert not any(SECRET in content or p12() in content for content in kept)


def test_nobody_is_asked_where_nobody_is(line: Line, tmp_path: Path) -> None:
    key = tmp_path / "key.p12"
    key.write_bytes(p12())
    target = tmp_path / "x.pdf"
    found = line("report", _reference(line), "-o", target, "--sign", key, code=1)
    assert "--pass-file" in found["error"]["hint"]
    assert not target.exists()
