"""The certificate of the HTTP port: the operator's, or one of our own that is made and kept."""

import datetime
import logging
import socket
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.listing.fingerprint import fingerprint
from trunkline.net.interface import local_addresses, local_host
from trunkline.state import Store

log = logging.getLogger(__name__)

FILE = "certificate.pem"
"""Our own certificate and its key, in the state folder."""

# Apple's systems refuse a certificate that is valid for more than 825 days.
_VALIDITY = datetime.timedelta(days=800)
_CURVE = ec.SECP256R1()
_RENEW_BEFORE = datetime.timedelta(days=60)
# Clients whose clock is behind must not find a certificate from the future.
# As long as the script that GStreamer's server came with made them.
_A_YEAR = datetime.timedelta(days=365)
_BACKDATE = datetime.timedelta(days=1)


def own_names(settings: Settings) -> tuple[str, ...]:
    """The names and addresses under which clients may call this relay."""
    host = socket.gethostname().rstrip(".").lower()
    names = ["localhost", host, f"{local_host()}.local", "127.0.0.1", "::1"]
    names += [str(address) for address in local_addresses()]
    names += [settings.host or "", *settings.announce]
    # X.509 takes ASCII alone; a host name may be anything that an administrator typed.
    return tuple(dict.fromkeys(name for name in names if name and name.isascii()))


def server_context(
    settings: Settings,
    names_and_addresses: Sequence[str] | None = None,
    now: datetime.datetime | None = None,
) -> ssl.SSLContext:
    """TLS 1.2 and later for the HTTP port.

    Args:
        settings: names the certificate, or the state folder that keeps our own.
        names_and_addresses: what our own must be valid for; default: `own_names`.
        now: when expiry is judged; default: now.

    Raises:
        StartupError: the certificate or its key is missing, unreadable, expired, or they do not
            belong together.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if settings.certificate is None:
        names = own_names(settings) if names_and_addresses is None else names_and_addresses
        certificate = key = own_certificate(Store.open(settings.state_dir), names, now)
    else:
        certificate, key = settings.certificate, settings.key or settings.certificate
        _check(certificate, key, now)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise StartupError(
            f"The certificate {certificate} cannot be used: {error}.",
            "Give a PEM file with the certificate first and the rest of its chain after it.",
        ) from error
    return context


def shown_fingerprint(settings: Settings) -> str:
    """That of the certificate which `server_context` serves: SHA-256 of its key, "AB:CD:…".

    Raises:
        OSError: it cannot be read.
        ValueError: it is none.
    """
    file = settings.certificate or settings.state_dir / FILE
    pem = file.read_text(encoding="ascii", errors="replace")
    begin, end = pem.index(ssl.PEM_HEADER), pem.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)
    return fingerprint(ssl.PEM_cert_to_DER_cert(pem[begin:end]))


def own_certificate(store: Store, names: Sequence[str], now: datetime.datetime) -> Path:
    """The file with our own certificate and key, made or renewed where needed.

    It is renewed when a name is missing from it or its end is near; a name too many does no harm,
    and keeping it spares browsers another warning. The key stays the same.
    """
    kept = store.read(FILE)
    key: PrivateKeyTypes | None = None
    if kept is not None:
        try:
            key = serialization.load_pem_private_key(kept, None)
            certificate = x509.load_pem_x509_certificate(kept)
            if set(names) <= _names_in(certificate) and _is_fresh(certificate, now):
                return store.directory / FILE
            log.info("Our certificate is renewed: names or addresses changed, or its end is near")
        except (ValueError, TypeError, x509.ExtensionNotFound):
            log.warning("%s is damaged and is made anew", store.directory / FILE)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        key = ec.generate_private_key(_CURVE)
    return store.write(FILE, b"".join(_make(key, names, now, _VALIDITY)))


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


def _names_in(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def _is_fresh(certificate: x509.Certificate, now: datetime.datetime) -> bool:
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _RENEW_BEFORE


def _check(certificate_file: Path, key_file: Path, now: datetime.datetime) -> None:
    """Name what is wrong with the operator's files; OpenSSL's own words help nobody."""
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
