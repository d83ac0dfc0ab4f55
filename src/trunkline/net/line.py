"""The WebSocket of a guest or a relay: what waits to be written has a bound, and nobody waits."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

Word = TypeVar("Word")


class Socket(Protocol):
    """What can be said on a WebSocket of aiohttp's, at either end."""

    async def send_bytes(self, data: bytes) -> None:
        """Say something."""

    async def close(self) -> Any:
        """Say that this was all, and wait for the other end to agree."""


MAX_WAITING = 4 << 20
"""Bytes that wait for one other end. Who lets more pile up does not read, and is cut off."""


class Line(Generic[Word]):
    """An `Outbox` in front of one socket.

    `encode` gives the frame for a message, or None where there is nothing to say; `cut` ends the
    connection at once.
    """

    def __init__(self, encode: Callable[[Word], bytes | None], cut: Callable[[], None]) -> None:
        self._encode = encode
        self._cut = cut
        self._frames: deque[bytes] = deque()  # bounded by MAX_WAITING
        self._waiting = 0
        self._ended = False
        self._news = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether everything was said."""
        return self._ended

    def put(self, message: Word) -> None:
        """Say this after all that was said before."""
        if self._ended:
            return
        frame = self._encode(message)
        if frame is None:
            return
        if self._waiting + len(frame) > MAX_WAITING:
            self._frames.clear()
            self._ended = True
            self._cut()
        else:
            self._frames.append(frame)
            self._waiting += len(frame)
        self._news.set()

    def end(self) -> None:
        """Hang up when all has been said."""
        self._ended = True
        self._news.set()

    async def talk(self, socket: Socket, *hearing: Coroutine[object, object, None]) -> None:
        """Say what is said, beside what hears, until one of both ends the conversation."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in hearing]
            try:
                # An end that is gone is found out by who hears.
                with suppress(ConnectionError):
                    await self.write(socket.send_bytes)
                    await socket.close()
            finally:
                for task in tasks:
                    task.cancel()

    async def write(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Send what is said, until the end."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._waiting -= len(frame)
                await send(frame)
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()
