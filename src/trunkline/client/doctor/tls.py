"""The certificate that a relay shows, as clients judge it."""

import asyncio
import datetime
import ssl
from ipaddress import ip_address

from cryptography import x509

from trunkline.client.doctor.finding import Finding, ok, warning, wrong
from trunkline.client.doctor.target import Target
from trunkline.listing.fingerprint import fingerprint
from trunkline.net.interface import Address

HANDSHAKE_TIME = 5.0
"""Seconds for connection and handshake."""

SOON = datetime.timedelta(days=14)
"""A certificate that ends within this should have been renewed."""

_SUBJECT = "certificate"


async def inspect(
    target: Target, address: Address, now: datetime.datetime, *, by_name: bool = True
) -> list[Finding]:
    """Judge the certificate shown at an address.

    Args:
        target: the relay; its name is what the certificate must be valid for.
        address: one of that name's.
        now: when expiry is judged.
        by_name: whether clients call it by the target's name; False on the relay's own machine.
    """
    try:
        shown = await _handshake(target, address, verified=False)
    except (OSError, ssl.SSLError) as error:
        return [_no_tls(target, error)]
    if shown is None:
        return [_no_tls(target, ssl.SSLError("no certificate"))]
    try:
        certificate = x509.load_der_x509_certificate(shown)
        names = _names(certificate)
    except (ValueError, x509.UnsupportedGeneralNameType) as error:
        return [
            wrong(_SUBJECT, f"The certificate cannot be read: {error}.", "Make or buy another one.")
        ]
    found = _judge_time(certificate, now)
    if by_name and not any(_matches(target.host, name) for name in names):
        found.append(_other_name(target.host, names, own=_is_own(certificate)))
    found += await _judge_trust(target, address, certificate, found)
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    good = f"The certificate is valid until {until} for {', '.join(names[:6]) or 'no name'}."
    mark = ok(_SUBJECT, f"Its fingerprint is SHA-256 {fingerprint(shown)}.")
    return [*(found or [ok(_SUBJECT, good)]), mark]


async def _handshake(target: Target, address: Address, *, verified: bool) -> bytes | None:
    context = ssl.create_default_context()
    # Names are compared here, so that every reason is found and not only the first.
    context.check_hostname = False
    if not verified:
        context.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(HANDSHAKE_TIME):
        _, writer = await asyncio.open_connection(
            str(address), target.port, ssl=context, server_hostname=target.host
        )
    try:
        connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return connection.getpeercert(binary_form=True)
    finally:
        writer.transport.abort()


def _no_tls(target: Target, error: Exception) -> Finding:
    reason = "no answer in time" if isinstance(error, TimeoutError) else str(error)
    return wrong(
        "tls",
        f"Port {target.port} does not speak TLS: {reason}.",
        f"If it is the port without TLS, use http://…:{target.port}; "
        "otherwise start the relay without --tls off.",
    )


def _judge_time(certificate: x509.Certificate, now: datetime.datetime) -> list[Finding]:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now >= end:
        return [
            wrong(
                _SUBJECT,
                f"The certificate expired on {end:%Y-%m-%d}.",
                "Renew it: the relay takes a new one up within seconds. If it should still be "
                "valid, check this machine's clock.",
            )
        ]
    if now < start:
        return [
            wrong(
                _SUBJECT,
                f"The certificate is valid only from {start:%Y-%m-%d %H:%M} UTC on.",
                f"Check the clocks: this machine says {now:%Y-%m-%d %H:%M} UTC.",
            )
        ]
    if end - now < SOON:
        return [
            warning(
                _SUBJECT,
                f"The certificate expires on {end:%Y-%m-%d}.",
                "Renew it: the relay takes a new one up within seconds.",
            )
        ]
    return []


def _other_name(host: str, names: list[str], *, own: bool) -> Finding:
    sentence = f"The certificate is valid for {', '.join(names[:6]) or 'no name'}, not for {host}."
    if own:
        return warning(_SUBJECT, sentence, "Call the relay by one of these, or use --certificate.")
    return wrong(_SUBJECT, sentence, f"Call it by one of these, or get a certificate for {host}.")


async def _judge_trust(
    target: Target, address: Address, certificate: x509.Certificate, so_far: list[Finding]
) -> list[Finding]:
    if _is_own(certificate):
        return [
            warning(
                _SUBJECT,
                "The certificate is the relay's own: browsers warn once, OBS and FFmpeg refuse it.",
                "Accept it, or use --certificate; for OBS and FFmpeg, --plain-port.",
            )
        ]
    try:
        await _handshake(target, address, verified=True)
    except ssl.SSLCertVerificationError as error:
        if so_far:  # the reason may be one that was named already
            return []
        return [
            wrong(
                _SUBJECT,
                f"Clients do not trust the certificate: {error.verify_message}.",
                "Give --certificate the full chain (fullchain.pem), the relay's own first; "
                "an authority of your own must be installed on every client.",
            )
        ]
    except (OSError, ssl.SSLError) as error:
        return [_no_tls(target, error)]
    return []


def _is_own(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in extension.value]


def _matches(host: str, name: str) -> bool:
    """Whether a name of a certificate covers a host (RFC 9525 section 6.3)."""
    try:
        address = str(ip_address(host))
    except ValueError:
        host, name = host.lower().rstrip("."), name.lower()
        if name.startswith("*."):
            return host.partition(".")[2] == name[2:]
        return host == name
    return address == name
