"""Signatures: they hold, they are found broken by one byte, and the file begins with what was signed."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.platypus import Flowable

from tests.keys import SECRET, p12
from tocsin.errors import BadInput, Missing
from tocsin.reports import page, signature
from tocsin.reports.page import BODY, Furniture
from tocsin.reports.text import paragraphs

AT = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    def story() -> Iterator[Flowable]:
        yield from paragraphs("Words. " * 300, BODY)

    return page.build(story(), Furniture("T", "S", "Operator A", "INC-1", "R", "F", AT, "x"))


@pytest.fixture(scope="module")
def signed(unsigned: bytes) -> bytes:
    return signature.signed(unsigned, p12(), SECRET, AT, "AS FILED")


def test_a_signature_holds_and_says_by_whom_and_when(unsigned: bytes, signed: bytes) -> None:
    (found,) = signature.signatures(signed)
    assert found.intact
    assert found.whole
    assert found.self_signed
    assert "Operator A" in found.by
    assert found.at == AT
    assert found.problem == ""
    assert signature.signatures(unsigned) == ()


def test_the_signed_file_begins_with_the_bytes_that_were_signed(unsigned: bytes, signed: bytes) -> None:
    assert signed[: len(unsigned)] == unsigned
    assert signed.startswith(b"%PDF-1.")
    assert b"/Version /2.0" not in signed
    assert unsigned in signature.beginnings(signed)
    assert list(signature.beginnings(unsigned)) == []


@settings(max_examples=25)
@given(data=st.data())
def test_one_changed_byte_is_found_wherever_it_is(
    data: st.DataObject, unsigned: bytes, signed: bytes
) -> None:
    # Between < and > stands the signature itself, of whose padding nothing depends.
    start = signed.rindex(b"/Contents <") + len(b"/Contents <")
    covered = [range(len(unsigned)), range(len(unsigned), start - 1)]
    at = data.draw(st.sampled_from(covered).flatmap(lambda part: st.sampled_from(part)))
    changed = bytearray(signed)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        found = signature.signatures(bytes(changed))
    except BadInput:
        return
    assert not any(one.intact and one.whole for one in found)


def test_what_is_put_below_a_signature_is_found(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    writer.root["/Lang"] = generic.pdf_string("fr")
    writer.update_root()
    target = BytesIO()
    writer.write(target)
    (found,) = signature.signatures(target.getvalue())
    assert found.intact
    assert not found.whole
    assert "after it was signed" in found.problem
    assert signed in signature.beginnings(target.getvalue())


@pytest.mark.parametrize(
    ("key", "passphrase", "at", "words"),
    [
        (lambda: p12("ec"), SECRET, AT, "not an RSA key.*PDF 2.0"),
        (lambda: p12(), b"wrong", AT, "passphrase is wrong"),
        (lambda: b"no key at all", SECRET, AT, "no key file"),
        (lambda: p12(bits=1024), SECRET, AT, "1024 bits is too short"),
        (lambda: p12(days=30), SECRET, AT, "good from 2020-01-01 to 2020-01-31 only"),
    ],
    ids=["elliptic curve", "passphrase", "no key", "short", "run out"],
)
def test_a_key_that_cannot_sign_is_refused_with_the_reason(
    unsigned: bytes, key: object, passphrase: bytes, at: datetime, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        signature.signed(unsigned, key(), passphrase, at, "")  # type: ignore[operator]


def test_without_the_extra_it_is_said_how_to_get_it(
    unsigned: bytes, signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("pyhanko.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    with pytest.raises(Missing, match=r"pip install 'tocsin\[sign\]'"):
        signature.signed(unsigned, p12(), SECRET, AT, "")
    with pytest.raises(Missing):
        signature.signatures(signed)
    assert signature.looks_signed(signed)
    assert not signature.looks_signed(unsigned)


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-1.4\nstartxref\n9999\n%%EOF"]
)
def test_what_is_no_sound_pdf_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        signature.signatures(content)
