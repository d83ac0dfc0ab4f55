"""Datagrams to everybody on the local network, and what comes back."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from trunkline.errors import ProtocolError
from trunkline.model.flitter import Datagram
from trunkline.net.clock import wall
from trunkline.protocol.flitter.datagram import Post

log = logging.getLogger(__name__)

EVERYBODY = "255.255.255.255"
WAITING = 32
"""Datagrams that wait to be read; of more the newest are dropped."""
_COMPLAINTS = 8

Address = tuple[str, int]


class Letters:
    """Datagrams as messages; of those that are none the log hears once for each reason."""

    def __init__(self, post: Post, name: str) -> None:
        self._post = post
        self._name = name
        self._said: set[str] = set()

    def write(self, message: Datagram) -> bytes:
        """The datagram that says it now."""
        return self._post.write(message, _now(), os.urandom(16))

    def read(self, datagram: bytes, source: Address) -> Datagram | None:
        """What a datagram says; None where it says nothing to us."""
        try:
            return self._post.read(datagram, _now())
        except ProtocolError as error:
            self.complain(f"a datagram of {source[0]} is ignored: {error}", str(error))
            return None

    def complain(self, sentence: str, reason: str) -> None:
        """Tell the log of something, and of the same reason no more."""
        known = reason in self._said or len(self._said) >= _COMPLAINTS
        self._said.add(reason)
        level = logging.DEBUG if known else logging.WARNING
        log.log(level, "!broadcast %s: %s", self._name, sentence)


class Mailbag(asyncio.DatagramProtocol):
    """What comes on some sockets, and the one that is sent with."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters
        self._transports: list[asyncio.DatagramTransport] = []
        self._waiting: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue(WAITING)

    def add(self, transport: asyncio.DatagramTransport) -> None:
        """Hear what comes here, too; the last one is for sending."""
        self._transports.append(transport)

    def close(self) -> None:
        """Listen no more."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Keep it till it is read."""
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait((data, addr))

    def error_received(self, exc: Exception) -> None:
        """It could not be sent; it is sent again anyway."""
        self._letters.complain(f"a datagram cannot be sent: {exc}", str(exc))

    def send(self, message: Datagram, to: Address) -> None:
        """Say this to somebody, or to everybody."""
        if self._transports:
            self._transports[-1].sendto(self._letters.write(message), to)

    async def next(self) -> tuple[Datagram, Address]:
        """What is said to us next, and by whom."""
        while True:
            datagram, source = await self._waiting.get()
            message = self._letters.read(datagram, source)
            if message is not None:
                return message, source


@asynccontextmanager
async def mailbag(letters: Letters, host: str, port: int) -> AsyncIterator[Mailbag]:
    """Sockets on an address of this machine, for as long as the block lasts.

    Args:
        letters: how messages are written and read.
        host: the address; all, when it is empty.
        port: to listen on; 0: any, to be answered on alone.

    Raises:
        OSError: they cannot be bound.
    """
    bag = Mailbag(letters)
    loop = asyncio.get_running_loop()
    bound = _bound(host, port)
    try:
        while bound:
            transport, _ = await loop.create_datagram_endpoint(lambda: bag, sock=bound[0])
            bag.add(transport)
            del bound[0]
        yield bag
    finally:
        for one in bound:  # that came to no transport
            one.close()
        bag.close()
        # asyncio closes sockets in its next round.
        await asyncio.sleep(0)


def _bound(host: str, port: int) -> list[socket.socket]:
    if not (host and port):
        return [_socket(host, port)]
    # On Linux what is sent to everybody does not come to a socket with an address of its own.
    try:
        hearing = _socket(EVERYBODY, port)
    except OSError:
        hearing = _socket("", port)
    try:
        return [hearing, _socket(host, port)]
    except OSError:
        hearing.close()
        raise


def _socket(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        made.bind((host, port))
    except BaseException:
        made.close()
        raise
    return made


def _now() -> int:
    return wall() // 1000
