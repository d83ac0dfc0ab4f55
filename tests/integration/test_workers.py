"""Publishers and viewers on different workers of one relay."""

import asyncio
import gc
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from support.live import SDP, live
from support.offer import offer
from support.waiting import until
from trunkline import Relay

pytestmark = pytest.mark.timeout(60)

CLIENTS = 8
SESSIONS = 25
"""Of each client: two hundred together."""


@asynccontextmanager
async def clients(relay: Relay) -> AsyncIterator[list[aiohttp.ClientSession]]:
    """Clients with addresses of their own, each of which may ask so often."""
    async with AsyncExitStack() as stack:
        made = []
        for number in range(CLIENTS):
            connector = aiohttp.TCPConnector(local_addr=(f"127.0.0.{number + 2}", 0), limit=1)
            http = aiohttp.ClientSession(relay.url, connector=connector)
            made.append(await stack.enter_async_context(http))
            async with http.get("/healthz") as response:
                assert response.status == 200
        yield made


async def come_and_go(http: aiohttp.ClientSession, number: int) -> int:
    """Open sessions and close them at random; how many viewers there were."""
    chance = random.Random(number)
    open_sessions: list[str] = []
    viewers = 0
    for session in range(SESSIONS):
        room, watches = chance.choice("abc"), chance.random() < 0.7
        path = f"/whep/{room}" if watches else f"/whip/{room}?name=p{number}-{session}"
        body = offer("recvonly" if watches else "sendonly")
        async with http.post(path, data=body, headers=SDP) as response:
            # Nobody publishes there yet: the viewer is to come again.
            if response.status == 201:
                open_sessions.append(response.headers["Location"])
                viewers += watches
            else:
                assert watches, await response.text()
        if open_sessions and chance.random() < 0.4:
            await close(http, open_sessions.pop(chance.randrange(len(open_sessions))))
    for url in open_sessions:
        await close(http, url)
    return viewers


async def close(http: aiohttp.ClientSession, url: str) -> None:
    async with http.delete(url) as response:
        assert response.status == 200, await response.text()


def left() -> tuple[int, int]:
    """Tasks and descriptors, without those of what is garbage: of tests before, too."""
    gc.collect()
    return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors as Linux does")
async def test_two_hundred_sessions_come_and_go_and_leave_nothing(tmp_path: Path) -> None:
    async with live(tmp_path, workers=2) as running, clients(running.relay) as group:
        before = left()
        seen = await asyncio.gather(*(come_and_go(http, n) for n, http in enumerate(group)))
        assert sum(seen) > CLIENTS * SESSIONS / 3
        assert running.relay.rooms == ()
        statistics = await running.relay.statistics()
        assert statistics.participants == ()
        assert statistics.batches_dropped == 0

        async def now() -> tuple[int, int]:
            return left()

        await until(now, lambda after: after == before, within=10, what=f"{before} again")
