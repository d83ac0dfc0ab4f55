"""Connections that ask for nothing, over real sockets in a time of our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from support.waiting import until
from support.websocket import Raw, frame, websocket
from trunkline.domain.gstreamer import Peers
from trunkline.exchange import Exchange
from trunkline.net.reception import HEAD_TIME, MAX_STRANGERS, Reception
from trunkline.net.websocket import CLOSE_TIME, Dialect, Endpoint, Limits
from trunkline.protocol.gstreamer.server import Server


@dataclass
class Serving:
    """A server whose clock stands still."""

    port: int = 0
    now: float = 0.0
    endpoint: Endpoint = field(init=False)
    reception: Reception = field(init=False)

    def __post_init__(self) -> None:
        dialect = Dialect(Server, Exchange(Peers()))
        self.endpoint = Endpoint(dialect, Limits(keepalive=10), lambda: self.now)
        self.reception = Reception(self.endpoint, None, lambda: self.now)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.reception.pass_time(self.now)

    async def strangers(self, count: int) -> None:
        async def look() -> int:
            return len(self.reception._strangers)

        await until(look, lambda seen: seen == count, within=10, what=f"{count} strangers")


@asynccontextmanager
async def serving() -> AsyncIterator[Serving]:
    served = Serving()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(served.reception.arrival, "127.0.0.1", 0, backlog=1_200)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        served.endpoint.stop()


async def end_of(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_who_asks_for_nothing_is_turned_away() -> None:
    async with serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET / HTTP/1.1\r\n")
        await served.strangers(1)
        served.pass_time(HEAD_TIME - 1)
        await served.strangers(1)
        served.pass_time(1)
        assert await end_of(reader) == b""
        await served.strangers(0)
        writer.close()


@pytest.mark.timeout(60)
async def test_strangers_are_bounded() -> None:
    async with serving() as served:
        there = [
            await asyncio.open_connection("127.0.0.1", served.port) for _ in range(MAX_STRANGERS)
        ]
        await served.strangers(MAX_STRANGERS)
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        assert await end_of(reader) == b""
        for _, each in [*there, (reader, writer)]:
            each.close()
        await served.strangers(0)


async def test_a_peer_is_asked_once_in_a_silence_and_then_given_up() -> None:
    async with serving() as served, websocket(served.url) as peer:
        served.pass_time(10)
        served.pass_time(5)
        assert await peer.receive() == (0x9, b"")
        peer.writer.write(frame(0xA))
        await said(peer, "HELLO ann", "HELLO")
        # It spoke at 15: what counts is the silence since then.
        served.pass_time(10)
        assert await peer.receive() == (0x9, b"")
        served.pass_time(9)
        assert len(served.endpoint) == 1
        served.pass_time(1)
        assert await peer.closed() in {1011, None}


async def test_who_does_not_agree_to_the_end_is_cut_off() -> None:
    async with serving() as served, websocket(served.url) as peer:
        await peer.say("NONSENSE")
        opcode, payload = await peer.receive()
        assert (opcode, payload[:2]) == (0x8, (1002).to_bytes(2, "big"))
        served.pass_time(CLOSE_TIME / 2)
        assert len(served.endpoint) == 1
        served.pass_time(CLOSE_TIME / 2)
        assert await peer.receive() == (-1, b"")


async def said(peer: Raw, words: str, answer: str) -> None:
    await peer.say(words)
    assert await peer.hear() == answer
