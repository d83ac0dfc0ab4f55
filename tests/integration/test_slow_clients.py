"""Clients that send slowly or never end: their connections are ended, others go on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from support.core import FakeCore
from support.offer import offer
from support.site import SDP
from trunkline.domain.allowance import Allowance, Rate
from trunkline.domain.rooms import Rooms
from trunkline.engine import Engine
from trunkline.media.core import deliver
from trunkline.web.problem import explain
from trunkline.web.rate import seldom_enough
from trunkline.web.runner import runner
from trunkline.web.whip import Whip

MANY = 200
HEADER = b"POST /whip/studio HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n"
BODY = HEADER + b"Content-Length: 500\r\n\r\nv=0\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def serving(
    rate: Rate | None = None, idle_time: float = 0.5
) -> AsyncIterator[tuple[int, aiohttp.ClientSession]]:
    """WHIP with little patience; the port, and a client in good order."""
    core = FakeCore()
    engine = Engine(Rooms(), core, iter(map(str, range(100))).__next__)
    limit = seldom_enough(Allowance(rate), asyncio.get_running_loop().time, everybody=True)
    application = web.Application(middlewares=[explain, limit])
    application.add_routes(Whip(engine, body_time=0.5).routes())
    served = runner(application, idle_time)
    await served.setup()
    site = web.TCPSite(served, "127.0.0.1", 0)
    await site.start()
    port = served.addresses[0][1]
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(deliver(core, engine.receive))
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{port}",
            # A connection of its own each time: those that wait are ended by what is tested here.
            connector=aiohttp.TCPConnector(force_close=True),
        ) as http:
            yield port, http
        reader.cancel()
    await served.cleanup()
    core.stop()


async def opened(port: int, beginning: bytes) -> list[Connection]:
    connections = []
    for _ in range(MANY):
        connections.append(await asyncio.open_connection("127.0.0.1", port))
        connections[-1][1].write(beginning)
    return connections


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then for as long as somebody takes it."""
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.05)


async def all_ended(connections: list[Connection]) -> list[bytes]:
    """Wait till each is closed by the other side; what they were told."""
    said = []
    async with asyncio.timeout(15):
        for reader, writer in connections:
            try:
                said.append(await reader.read())
            except ConnectionError:
                said.append(b"")
            writer.close()
    return said


async def publishes(http: aiohttp.ClientSession, name: str) -> None:
    async with http.post(f"/whip/studio?name={name}", data=offer(), headers=SDP) as response:
        assert response.status == 201


async def test_slow_headers_are_ended_and_disturb_nobody() -> None:
    async with serving() as (port, http), asyncio.TaskGroup() as group:
        connections = await opened(port, HEADER)
        silent = await opened(port, b"")
        dripping = [group.create_task(drip(writer)) for _, writer in connections[:20]]
        await publishes(http, "a")
        assert set(await all_ended(connections + silent)) == {b""}
        await publishes(http, "b")
        for task in dripping:
            task.cancel()


async def test_slow_bodies_are_told_so_and_disturb_nobody() -> None:
    rate = Rate(burst=2 * MANY)
    # On a busy machine a connection may be idle for a while before its request is read.
    async with serving(rate, idle_time=10) as (port, http), asyncio.TaskGroup() as group:
        connections = await opened(port, BODY)
        dripping = [group.create_task(drip(writer)) for _, writer in connections[:20]]
        await publishes(http, "a")
        told = await all_ended(connections)
        assert all(b"408" in answer.partition(b"\r\n")[0] for answer in told[20:])
        await publishes(http, "b")
        for task in dripping:
            task.cancel()


async def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    async with serving(Rate(burst=3, per_second=0.1)) as (_, http):
        answers = [await http.delete("/session/none") for _ in range(4)]
        assert [answer.status for answer in answers] == [404, 404, 404, 429]
        assert answers[-1].headers["Retry-After"] == "10"
        assert answers[-1].headers["Access-Control-Allow-Origin"] == "*"
        assert (await http.get("/whip/studio")).status == 200
