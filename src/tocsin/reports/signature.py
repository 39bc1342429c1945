"""Signatures of documents: PAdES B-B with an RSA key, put below the file's bytes, and read back; offline.

An elliptic-curve key makes the file PDF 2.0, which PDF/A-2 is not; one of RSA leaves it what it is. The time
is that of this machine, as no authority is asked for one.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from tocsin.errors import BadInput, Missing

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_LEAST_BITS = 2048
_FIELD = "Tocsin"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature in a file: who, when by the signer's clock, and whether it holds.

    `whole` tells that nothing stands in the file but what was signed; `self_signed` that nobody but the
    signer vouches for the name. `problem` says why it does not hold or could not be checked.
    """

    by: str
    at: datetime | None
    self_signed: bool
    issuer: str
    intact: bool
    whole: bool
    problem: str = ""


def signed(content: bytes, store: bytes, passphrase: bytes, at: datetime, reason: str) -> bytes:
    """Return the document with a signature below it; the result begins with exactly these bytes.

    `store` is a .p12 or .pfx. Raises Missing without the extra, BadInput for a key that cannot sign here.
    """
    _check_key(store, passphrase, at)
    signers, writer = _library()
    from pyhanko.sign.fields import SigSeedSubFilter

    class AtInstant(signers.PdfSigner):  # type: ignore[misc, name-defined]
        def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
            session = super().init_signing_session(*arguments, **options)
            session.system_time = at
            return session

    key = signers.SimpleSigner.load_pkcs12_data(store, other_certs=[], passphrase=passphrase)
    about = signers.PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason or None
    )
    target = BytesIO()
    AtInstant(about, signer=key).sign_pdf(writer(BytesIO(content)), output=target)
    return target.getvalue()


def signatures(content: bytes) -> tuple[Signature, ...]:
    """Return the signatures in a file, oldest first. Raises Missing, or BadInput for what cannot be read."""
    _library()
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        found = list(PdfFileReader(BytesIO(content), strict=False).embedded_signatures)
        return tuple(_checked(one) for one in found)
    except Exception as problem:  # a hostile file breaks a reader in any way it likes
        raise BadInput(f"this PDF cannot be read ({type(problem).__name__}: {problem}).") from problem


def looks_signed(content: bytes) -> bool:
    """Whether there is the trace of a signature in a file, for when the library that checks it is absent."""
    return b"/ByteRange" in content


def beginnings(content: bytes) -> Iterator[bytes]:
    """Yield what the file was before each thing that was put below it, the longest first."""
    end = len(content)
    for _ in range(20):
        end = content.rfind(b"%%EOF", 0, end)
        if end < 0:
            return
        tail = next(tail for tail in (b"%%EOF\r\n", b"%%EOF\n", b"%%EOF") if content.startswith(tail, end))
        if end + len(tail) < len(content):
            yield content[: end + len(tail)]


def _check_key(store: bytes, passphrase: bytes, at: datetime) -> None:
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(store, passphrase)
    except ValueError as problem:
        raise BadInput(
            "the passphrase is wrong, or this is no key file (.p12 or .pfx).", hint="Nothing was signed."
        ) from problem
    if key is None or certificate is None:
        raise BadInput("the key file holds no key with its certificate.", hint="Export both into one .p12.")
    if not isinstance(key, RSAPrivateKey):
        raise BadInput(
            "this is not an RSA key, and only RSA signs here: with any other the file would have to be "
            "PDF 2.0, and PDF/A-2 no more.",
            hint="Sign with an RSA key of 2048 bits or more.",
        )
    if key.key_size < _LEAST_BITS:
        raise BadInput(f"an RSA key of {key.key_size} bits is too short.", hint="2048 bits is the least.")
    _check_dates(certificate, at)


def _check_dates(certificate: x509.Certificate, at: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= at <= last:
        raise BadInput(
            f"the certificate is good from {first:%Y-%m-%d} to {last:%Y-%m-%d} only.",
            hint="Sign with one that is good today.",
        )


def _library() -> tuple[Any, Any]:
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
    except ImportError as problem:
        raise Missing(
            "signatures need pyHanko, which is not installed.",
            hint="Install it with: pip install 'tocsin[sign]'",
        ) from problem
    for name in ("pyhanko", "pyhanko_certvalidator"):  # what they would log is told in words by us
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return signers, IncrementalPdfFileWriter


def _checked(one: "EmbeddedPdfSignature") -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    certificate = one.signer_cert
    try:
        status = validate_pdf_signature(one, ValidationContext(trust_roots=[], allow_fetching=False))
        intact = bool(status.intact and status.valid)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        problem = "" if intact else "what was signed is not what stands in the file"
    except Exception as fault:  # noqa: BLE001  as above: whatever goes wrong, it does not hold
        intact, whole, problem = False, False, f"it cannot be checked ({type(fault).__name__}: {fault})"
    if intact and not whole:
        problem = "something was put into the file after it was signed"
    return Signature(
        by=str(certificate.subject.human_friendly),
        at=one.self_reported_timestamp,
        self_signed=certificate.self_signed in {"yes", "maybe"},
        issuer=str(certificate.issuer.human_friendly),
        intact=intact,
        whole=whole,
        problem=problem,
    )
