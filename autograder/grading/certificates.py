"""Certificates for a cluster that grades: whoever has one of them may speak to it, and nobody else.

Dask's scheduler and workers run what they are sent, as the user who started them. So each connection is encrypted, and
both of its sides show a certificate that the same authority has signed. The authority's own key signs these and is
forgotten: another certificate means all of them anew.
"""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUTHORITY = "authority.pem"
ROLES = ("scheduler", "worker", "grader")  # who schedules, who runs submissions, who hands them out
DAYS = 366


def make(folder: Path, days: int = DAYS) -> None:
    """Make an authority and a certificate for each role, readable by their owner alone; all of them or none.

    Args:
        folder: where they are put; those that lie there are replaced.
        days: how long they hold.

    Raises:
        OSError: they cannot be written; what lay there lies there still.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    key = generate_private_key(SECP256R1())
    authority = _signed("gradschool cluster", key, key, None, days)
    made = folder.with_name(f".{folder.name}-{os.getpid()}")
    made.mkdir(mode=0o700)
    try:
        _write(made / AUTHORITY, _pem(authority))
        for role in ROLES:
            own = generate_private_key(SECP256R1())
            _write(made / f"{role}.pem", _pem(_signed(role, own, key, authority, days)))
            _write(made / f"{role}.key", _key(own))
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def files(folder: Path, role: str) -> tuple[Path, Path, Path]:
    """The authority's certificate, and a role's certificate and key, whether they are there or not."""
    return folder / AUTHORITY, folder / f"{role}.pem", folder / f"{role}.key"


def lacking(folder: Path, role: str) -> list[str]:
    """Names of those that are not there."""
    return [path.name for path in files(folder, role) if not path.is_file()]


def _signed(
    name: str,
    own: "EllipticCurvePrivateKey",
    key: "EllipticCurvePrivateKey",
    authority: "x509.Certificate | None",
    days: int,
) -> "x509.Certificate":
    """A certificate of a key; without an authority it is one itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks of machines differ
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=0 if authority is None else None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    )
    if authority is None:
        built = built.add_extension(_signs_only(), True)
    else:  # workers and scheduler are called, and call
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        built = built.add_extension(x509.ExtendedKeyUsage(both), False)
    return built.sign(key, SHA256())


def _signs_only() -> "x509.KeyUsage":
    from cryptography import x509

    others = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    return x509.KeyUsage(**others, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)


def _pem(certificate: "x509.Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
