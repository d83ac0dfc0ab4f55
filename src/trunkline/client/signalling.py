"""A peer of any signalling server, ours or the original: to see what such a server does."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, Protocol

import aiohttp

from trunkline.errors import RelayError
from trunkline.model.peering import Event_co, Request_contra

MAX_MESSAGE = 16 << 20
"""Bytes of one message of a server."""
ANSWER_LIMIT = 10.0
"""Seconds that a server has to accept the connection."""


class ClientHalf(Protocol[Request_contra, Event_co]):
    """The peer's half of a dialect."""

    def write(self, request: Request_contra) -> str | bytes:
        """The frame that asks for it."""

    def read(self, frame: str | bytes) -> Event_co:
        """What a frame says; raises ProtocolError."""


class PeerClient(Generic[Request_contra, Event_co]):
    """A conversation with a server: `say` what you ask for, iterate over what you are told.

    The iteration ends when the server hangs up; `ending` then tells how.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        half: ClientHalf[Request_contra, Event_co],
    ) -> None:
        self._socket = socket
        self._half = half
        self._reason = ""

    @property
    def ending(self) -> str:
        """The close code, and the reason if there is one."""
        return f"{self._socket.close_code} {self._reason}".rstrip()

    async def say(self, request: Request_contra) -> str | bytes:
        """Ask for something; the frame that was sent.

        Raises:
            ConnectionError: the connection is gone.
        """
        frame = self._half.write(request)
        if isinstance(frame, str):
            await self._socket.send_str(frame)
        else:
            await self._socket.send_bytes(frame)
        return frame

    async def __aiter__(self) -> AsyncIterator[tuple[str | bytes, Event_co]]:
        """Each frame, and what it says.

        Raises:
            ProtocolError: the server makes no sense.
        """
        while True:
            message = await self._socket.receive()
            if message.type is aiohttp.WSMsgType.CLOSE:
                self._reason = message.extra or ""
            if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                return
            yield message.data, self._half.read(message.data)


@asynccontextmanager
async def connected(
    url: str,
    half: ClientHalf[Request_contra, Event_co],
    *,
    verify: bool = False,
    heartbeat: float | None = None,
) -> AsyncIterator[PeerClient[Request_contra, Event_co]]:
    """Connect to a server; leaving the block leaves it.

    Args:
        url: ws, wss, http or https.
        half: of the dialect that the server speaks.
        verify: refuse a certificate that is not trusted, as most servers of this kind have.
        heartbeat: seconds after which a server that says nothing is asked whether it is there.

    Raises:
        RelayError: there is no such server.
    """
    trust: ssl.SSLContext | bool = True if verify else _trusting()
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(ANSWER_LIMIT):
                socket = await session.ws_connect(
                    url, ssl=trust, max_msg_size=MAX_MESSAGE, heartbeat=heartbeat
                )
        except (aiohttp.ClientError, ValueError) as error:
            raise RelayError(f"{url} cannot be reached: {error}") from error
        except TimeoutError:
            raise RelayError(f"{url} does not answer.") from None
        async with socket:
            yield PeerClient(socket, half)


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
