"""Key files for tests of signatures: made once a run, self-signed, all with one passphrase."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

SECRET = b"7Q-passphrase-xyzzy"
FROM = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def p12(kind: str = "rsa", bits: int = 2048, days: int = 36500) -> bytes:
    """Return a .p12 of a key of a kind ("rsa" or "ec") that is good for so many days from 2020 on."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    key = rsa.generate_private_key(65537, bits) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Operator A")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(FROM)
        .not_valid_after(FROM + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"key", key, certificate, None, BestAvailableEncryption(SECRET)
    )
