"""Certificates, made and judged; loads cryptography, which takes ten megabytes."""

import datetime
import logging
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from trunkline.errors import StartupError
from trunkline.net.validity import Validity, digest

log = logging.getLogger(__name__)

# Apple's systems refuse a certificate that is valid for more than 825 days.
_VALIDITY = datetime.timedelta(days=800)
_CURVE = ec.SECP256R1()
# As long as the script that GStreamer's server came with made them.
_A_YEAR = datetime.timedelta(days=365)
# Clients whose clock is behind must not find a certificate from the future.
_BACKDATE = datetime.timedelta(days=1)


def validity(pem: bytes) -> Validity:
    """What a certificate of our own is good for.

    Raises:
        ValueError: it is none.
        ExtensionNotFound: it has no names.
    """
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return Validity(
        digest(pem),
        frozenset(str(name.value) for name in names),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def serves(kept: bytes, names: Sequence[str], now: datetime.datetime, place: Path) -> bool:
    """Whether a certificate of our own is as it should be; the log says why not."""
    try:
        serialization.load_pem_private_key(kept, None)
        suits = validity(kept).suits(kept, names, now)
    except (ValueError, TypeError, x509.ExtensionNotFound):
        log.warning("%s is damaged and is made anew", place)
        return False
    if not suits:
        log.info("Our certificate is renewed: names or addresses changed, or its end is near")
    return suits


def make_own(kept: bytes | None, names: Sequence[str], now: datetime.datetime) -> bytes:
    """A certificate of our own and its key, which is the one that was kept, if any."""
    key: PrivateKeyTypes | None = None
    if kept is not None:
        with suppress(ValueError, TypeError):
            key = serialization.load_pem_private_key(kept, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        key = ec.generate_private_key(_CURVE)
    return b"".join(_make(key, names, now, _VALIDITY))


def self_signed(
    names: Sequence[str], now: datetime.datetime, *, rsa_key: bool
) -> tuple[bytes, bytes]:
    """(certificate, key) for a year, in PEM form.

    Args:
        names: host names and addresses, one at least.
        now: when it begins.
        rsa_key: an RSA key of 4096 bits, for clients that know no ECDSA.
    """
    key = rsa.generate_private_key(65537, 4096) if rsa_key else ec.generate_private_key(_CURVE)
    return _make(key, names, now, _A_YEAR)


def _make(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    names: Sequence[str],
    now: datetime.datetime,
    validity: datetime.timedelta,
) -> tuple[bytes, bytes]:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"trunkline on {names[0]}"[:64])])
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    ) | dict.fromkeys(("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + validity)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def check(certificate_file: Path, key_file: Path, now: datetime.datetime) -> None:
    """Name what is wrong with the operator's files; OpenSSL's own words help nobody.

    Raises:
        StartupError: anything is.
    """
    try:
        certificate = x509.load_pem_x509_certificate(_read(certificate_file, "--certificate"))
    except ValueError as error:
        raise StartupError(
            f"{certificate_file} holds no certificate in PEM form.",
            "Give the file that begins with -----BEGIN CERTIFICATE----- with --certificate.",
        ) from error
    if now >= certificate.not_valid_after_utc:
        raise StartupError(
            f"The certificate {certificate_file} expired on "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}.",
            "Renew it, or leave out --certificate to use one of our own.",
        )
    if now < certificate.not_valid_before_utc:
        raise StartupError(
            f"The certificate {certificate_file} is valid only from "
            f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on.",
            "Check this machine's clock.",
        )
    if _load_key(key_file).public_key() != certificate.public_key():
        raise StartupError(
            f"The key in {key_file} does not belong to the certificate {certificate_file}.",
            "Give the matching key with --key; in a chain the server's certificate comes first.",
        )


def _load_key(file: Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(_read(file, "--key"), None)
    except TypeError as error:
        raise StartupError(
            f"The key in {file} is protected by a password.",
            f"Take it off: openssl pkey -in {file} -out open.pem",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise StartupError(
            f"{file} holds no private key in PEM form.",
            "Give the file that begins with -----BEGIN PRIVATE KEY----- with --key.",
        ) from error


def _read(file: Path, option: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise StartupError(
            f"{file} cannot be read: {error.strerror}.",
            f"Check the path given with {option}, and that this user may read it.",
        ) from error
