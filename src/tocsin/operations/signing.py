"""Signing what leaves: with a key file of the person's own, below the bytes of the document, offline."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput
from tocsin.model.journal import DocumentExported

_MOST = 1024 * 1024  # bytes of a key file


@dataclass(frozen=True, slots=True)
class Signer:
    """A key file (.p12 or .pfx) and its passphrase; neither is ever written anywhere."""

    path: Path
    key: bytes = field(repr=False)
    passphrase: bytes = field(repr=False)


def load(path: Path, passphrase: bytes) -> Signer:
    """Return the signer of a key file. Raises BadInput where it cannot be read."""
    return Signer(path, content_of(path, _MOST), passphrase)


def sign(
    content: bytes, body: DocumentExported, signer: Signer, at: datetime
) -> tuple[bytes, DocumentExported]:
    """Return a document with a signature below it, and the body of its export with the hashes of both.

    The file begins with `content`, byte for byte, and `unsigned` is the hash of that: cut to its length, the
    file is what it was. Raises Missing without the extra `sign`, BadInput for a key that cannot sign here.
    """
    from tocsin.reports import signature

    try:
        signed = signature.signed(content, signer.key, signer.passphrase, at, body.standing)
    except BadInput as problem:
        raise BadInput(problem.what, where=str(signer.path), hint=problem.hint) from None
    unsigned, digest = (hashlib.sha256(part).hexdigest() for part in (content, signed))
    return signed, replace(body, sha256=digest, unsigned=unsigned)


def content_of(path: Path, most: int) -> bytes:
    """Return the bytes of a file of bounded size. Raises BadInput."""
    try:
        if path.is_file() and path.stat().st_size <= most:
            return path.read_bytes()
    except OSError as problem:
        raise BadInput(f"it cannot be read: {problem.strerror}.", where=str(path)) from problem
    what = f"it is larger than {most // 1024**2} MB." if path.is_file() else "there is no such file."
    raise BadInput(what, where=str(path))
