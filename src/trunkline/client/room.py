"""A guest of a relay, for Python programs: the signalling half of a conversation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

import aiohttp

from trunkline.errors import Refusal, RefusalCode, RelayError
from trunkline.model import signal
from trunkline.protocol.room import client
from trunkline.protocol.room.server import SUBPROTOCOL

MAX_MESSAGE = 4 << 20
"""Bytes of one message of a relay."""

ANSWER_LIMIT = 10.0
"""Seconds that a relay has for its welcome."""


HEARTBEAT = 10.0
"""Seconds of silence after which the relay is asked whether it is there."""


class RoomClient:
    """A conversation that has begun: `say` what you want, iterate over what you are told.

    The iteration ends when the relay hangs up; `goodbye` then tells why, if it said so.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, welcome: signal.Welcome) -> None:
        self.welcome = welcome
        self.goodbye: signal.Goodbye | None = None
        self._socket = socket

    async def say(self, message: signal.Heard) -> None:
        """Say something.

        Raises:
            ConnectionError: the connection is gone.
        """
        await self._socket.send_bytes(client.write(message))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> signal.Told:
        while True:
            message = await self._socket.receive()
            if message.type is not aiohttp.WSMsgType.BINARY:
                raise StopAsyncIteration
            told = client.read(message.data)
            if isinstance(told, signal.Goodbye):
                self.goodbye = told
            if isinstance(told, signal.Ping):
                # Where that fails, there may yet be a goodbye to read.
                with suppress(ConnectionError):
                    await self.say(signal.Pong(told.id))
            elif told is not None:
                return told


@asynccontextmanager
async def enter(
    url: str, hello: signal.Hello, *, insecure: bool = False
) -> AsyncIterator[RoomClient]:
    """Enter a room; leaving the block leaves the room.

    Args:
        url: of the relay: "http://127.0.0.1:8080".
        hello: which room, and as whom.
        insecure: take any certificate.

    Raises:
        Refusal: the relay does not let it in.
        RelayError: there is no relay, or it does not answer.
    """
    async with aiohttp.ClientSession() as session:
        try:
            socket = await session.ws_connect(
                f"{url}/wsb",
                protocols=[SUBPROTOCOL],
                max_msg_size=MAX_MESSAGE,
                heartbeat=HEARTBEAT,
                ssl=not insecure,
            )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise RelayError(f"{url} cannot be reached: {error}") from error
        async with socket:
            await socket.send_bytes(client.write(hello))
            yield RoomClient(socket, await _welcome(socket, url))


async def _welcome(socket: aiohttp.ClientWebSocketResponse, url: str) -> signal.Welcome:
    try:
        async with asyncio.timeout(ANSWER_LIMIT):
            message = await socket.receive()
    except TimeoutError:
        raise RelayError(f"{url} does not answer.") from None
    told = client.read(message.data) if message.type is aiohttp.WSMsgType.BINARY else None
    match told:
        case signal.Welcome():
            return told
        case signal.Goodbye(code, reason):
            known = code in {each.value for each in RefusalCode}
            raise Refusal(RefusalCode(code) if known else RefusalCode.FORBIDDEN, reason)
        case _:
            raise RelayError(f"{url} does not speak {SUBPROTOCOL}.")
