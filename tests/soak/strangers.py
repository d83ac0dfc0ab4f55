"""HTTP clients that behave badly, at random."""

import asyncio
import random

import aiohttp

from support.offer import offer
from support.site import SDP


async def strangers(url: str, room: str, seconds: float, chance: random.Random) -> int:
    """Be one after another for a time; how many there were."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    count = 0
    # A connection of its own for each, so that one can be cut.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(url, connector=connector) as http:
        while loop.time() < end:
            count += 1
            if chance.random() < 0.5:
                await half_a_request(url, chance)
            else:
                await forgotten_events(http, room, chance)
    return count


async def half_a_request(url: str, chance: random.Random) -> None:
    """Begin a request, wait a little, and cut the connection."""
    host, port = url.removeprefix("http://").split(":")
    whole = f"POST /whip/room HTTP/1.1\r\nHost: {host}\r\nContent-Length: 500\r\n\r\nv=0\r\n"
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(whole.encode()[: chance.randrange(len(whole))])
    await asyncio.sleep(chance.random() / 4)
    writer.transport.abort()


async def forgotten_events(http: aiohttp.ClientSession, room: str, chance: random.Random) -> None:
    """Open a session that never connects, listen to its events, and cut the connection."""
    async with http.post(f"/whep/{room}", data=offer("recvonly"), headers=SDP) as opened:
        if opened.status != 201:
            assert opened.status == 409, await opened.text()
            return
        session = opened.headers["Location"]
    async with http.post(f"{session}/events") as made:
        assert made.status == 201, await made.text()
        stream = made.headers["Location"]
    async with http.get(stream) as events:
        await asyncio.sleep(chance.random() / 2)
        if chance.random() < 0.5:
            assert events.connection is not None
            assert events.connection.transport is not None
            events.connection.transport.abort()
    if chance.random() < 0.3:
        async with http.delete(session) as gone:
            assert gone.status == 200
