"""The certificate of the HTTP port: the operator's, or one of our own that is made and kept."""

import datetime
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.listing.fingerprint import fingerprint
from trunkline.net.interface import local_addresses, local_host
from trunkline.net.validity import Validity
from trunkline.state import Store

FILE = "certificate.pem"
"""Our own certificate and its key, in the state folder."""

NOTE = "certificate.json"
"""What it is good for."""


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
        # Imported where it is needed: it takes ten megabytes.
        from trunkline.net import x509

        certificate, key = settings.certificate, settings.key or settings.certificate
        x509.check(certificate, key, now)
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
    path = store.directory / FILE
    kept = store.read(FILE)
    known = Validity.read(store.read(NOTE) or b"")
    if kept is not None and known is not None and known.suits(kept, names, now):
        return path
    # Imported where it is needed, as above.
    from trunkline.net import x509

    pem = kept if kept is not None and x509.serves(kept, names, now, path) else None
    if pem is None:
        pem = x509.make_own(kept, names, now)
        store.write(FILE, pem)
    with suppress(StartupError):
        store.write(NOTE, x509.validity(pem).written())
    return path
