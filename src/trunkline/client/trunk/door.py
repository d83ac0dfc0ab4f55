"""Opening the WebSocket of a trunk, and saying in words why it cannot be opened."""

import asyncio
import hashlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

import aiohttp
from aiohttp.abc import AbstractResolver

from trunkline.errors import TrunklineError
from trunkline.listing.fingerprint import digest, fingerprint, matches
from trunkline.listing.settings import TrunkSettings
from trunkline.net.trunk import CLOSE_TIME
from trunkline.protocol.trunk import MAX_MESSAGE, SUBPROTOCOL

CONNECT_TIME = 5.0
"""Seconds for the connection, the handshake of TLS and that of the WebSocket together."""

_STATUS = {
    HTTPStatus.BAD_REQUEST: "it knows no trunks: it may be an older version of trunkline.",
    HTTPStatus.UNAUTHORIZED: "it wants another secret: give the trunk the one that trunk_secret is "
    "there.",
    HTTPStatus.FORBIDDEN: "it takes trunks only from its own machine and private networks: set "
    "trunk_secret there, and give it to this trunk.",
    HTTPStatus.NOT_FOUND: "there is no relay at this address: check it, and a path before /wsb.",
    HTTPStatus.TOO_MANY_REQUESTS: "it was asked too often: it is asked again later.",
    HTTPStatus.SERVICE_UNAVAILABLE: "it has too many trunks, or it stops.",
}
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Shut(TrunklineError):
    """The door does not open; the text says why and what helps."""

    def __init__(self, sentence: str, *, refused: bool) -> None:
        super().__init__(sentence)
        self.refused = refused
        """A relay is there, and something must be changed before it lets us in."""


Way = tuple[aiohttp.ClientWebSocketResponse, Callable[[], None]]
"""The socket, and what cuts it at once."""


@asynccontextmanager
async def opened(
    target: str, settings: TrunkSettings, resolver: AbstractResolver | None = None
) -> AsyncIterator[Way]:
    """Open it; leaving the block closes the connection.

    Args:
        target: one of `listing.address.targets`.
        settings: how to judge the other end's certificate, and the secret.
        resolver: of names; None: the system's.

    Raises:
        Shut: it cannot be opened.
    """
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector) as session:
        try:
            async with asyncio.timeout(CONNECT_TIME):
                way = await _dial(session, target, settings)
        except TimeoutError:
            raise Shut(f"{target}: no answer within {CONNECT_TIME:g} s.", refused=False) from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise await _untrusted(session, target, settings, error) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _shut(target, error) from error
        try:
            yield way, lambda: _cut(way)
        finally:
            # Whoever leaves in order has said goodbye already.
            _cut(way)
            await way.close()


class _Mismatch(aiohttp.ServerFingerprintMismatch):
    """Another certificate than the one that is expected."""

    def __init__(self, expected: bytes, shown: str | None) -> None:
        super().__init__(expected, b"", "", 0)
        self.shown = shown


class _Judge(aiohttp.Fingerprint):
    """Judges by the key, too, which stays the same when a certificate is renewed."""

    def check(self, transport: asyncio.Transport) -> None:
        """Raise where it is neither."""
        try:
            known = matches(_certificate(transport), self.fingerprint)
        except ValueError:
            known = False
        if not known:
            raise _Mismatch(self.fingerprint, _fingerprint(transport))


async def _dial(
    session: aiohttp.ClientSession, target: str, settings: TrunkSettings
) -> aiohttp.ClientWebSocketResponse:
    headers = {"Authorization": f"Bearer {settings.secret}"} if settings.secret else {}
    judge: bool | aiohttp.Fingerprint = not settings.insecure
    if settings.fingerprint:
        judge = _Judge(digest(settings.fingerprint))
    return await session.ws_connect(
        target,
        protocols=[SUBPROTOCOL],
        headers=headers,
        max_msg_size=MAX_MESSAGE,
        timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIME),
        ssl=judge,
    )


def _cut(way: aiohttp.ClientWebSocketResponse) -> None:
    """End it at once, whatever still waits to be sent: aiohttp has no word for that."""
    inner = way.get_extra_info("socket")
    if inner is None or inner.fileno() < 0:
        return
    with suppress(OSError), socket.socket(fileno=os.dup(inner.fileno())) as twin:
        twin.shutdown(socket.SHUT_RDWR)


def _shut(target: str, error: Exception) -> Shut:
    match error:
        case _Mismatch(shown=shown):
            return Shut(
                f"{target}: its certificate has another fingerprint, SHA-256 {shown}. If that "
                "relay shows this one at its start, give it to the trunk; otherwise somebody is "
                "in between.",
                refused=True,
            )
        case aiohttp.ClientConnectorSSLError():
            reason = f"it does not speak TLS as it should ({_plain(error.os_error)})"
            return Shut(f"{target}: {reason}: without TLS, write http://.", refused=True)
        case aiohttp.WSServerHandshakeError(status=status):
            known = _STATUS.get(HTTPStatus(status)) if status in _ALL else None
            sentence = known or f"there is no relay: it answers {status}."
            return Shut(f"{target}: {sentence}", refused=status not in _PASSING)
        case aiohttp.ClientConnectorError():
            return Shut(f"{target}: {_plain(error.os_error)}.", refused=False)
        case _:
            return Shut(f"{target}: {str(error) or type(error).__name__}.", refused=False)


_ALL = frozenset(status.value for status in HTTPStatus)


def _plain(error: OSError) -> str:
    """An error of the system in few words."""
    if error.errno is not None and error.errno > 0 and not isinstance(error, ssl.SSLError):
        return os.strerror(error.errno)
    return (error.strerror or str(error)).rstrip(".")


async def _untrusted(
    session: aiohttp.ClientSession,
    target: str,
    settings: TrunkSettings,
    error: aiohttp.ClientConnectorCertificateError,
) -> Shut:
    """Say which certificate was shown, and which command takes it."""
    cause = error.certificate_error
    reason = getattr(cause, "verify_message", "") or str(cause)
    sentence = f"{target}: its certificate is not trusted ({reason})."
    shown = await _shown(session, target)
    if shown is None:
        return Shut(sentence, refused=True)
    return Shut(
        f"{sentence} If it is the relay's own, see that it shows the same fingerprint at its "
        f"start, and take it: trunkline trunk add {settings.url} --fingerprint {shown}",
        refused=True,
    )


async def _shown(session: aiohttp.ClientSession, target: str) -> str | None:
    """The fingerprint of the certificate that is shown there."""
    try:
        async with (
            asyncio.timeout(CONNECT_TIME),
            session.get(target, ssl=_Judge(bytes(hashlib.sha256().digest_size))),
        ):
            return None
    except _Mismatch as mismatch:
        return mismatch.shown
    except (aiohttp.ClientError, OSError):
        return None


def _certificate(transport: asyncio.BaseTransport) -> bytes:
    connection: ssl.SSLObject = transport.get_extra_info("ssl_object")
    return connection.getpeercert(binary_form=True) or b""


def _fingerprint(transport: asyncio.BaseTransport) -> str | None:
    with suppress(ValueError):
        return fingerprint(_certificate(transport))
    return None
