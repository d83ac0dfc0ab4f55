"""Event streams over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from support.core import FakeCore
from support.offer import offer
from support.site import Site, running
from support.waiting import until
from trunkline.domain.rooms import Rooms
from trunkline.engine import Engine
from trunkline.media.core import deliver
from trunkline.model.id import RoomName
from trunkline.model.media import Offer
from trunkline.model.request import Publish, Watch
from trunkline.protocol.whip.events import ALIVE
from trunkline.web.events import Events

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running(tmp_path) as site:
        await site.publish()
        await site.watch()
        yield site


async def stream(site: Site, wanted: str = "") -> str:
    """Make a stream of the first viewer; its URL."""
    response = await site.http.post(f"{site.sessions[1]}/events", data=wanted, headers=JSON)
    assert response.status == 201
    return response.headers["Location"]


async def connected(site: Site) -> None:
    """Let the publisher get through."""

    async def look() -> bool:
        return site.relay.rooms[0].participants[0].connected

    site.core.connect(1)
    await until(look, bool, within=5, what="the publisher is connected")


async def told(response: aiohttp.ClientResponse, count: int) -> list[str]:
    """The names of the next events."""
    names: list[str] = []
    async with asyncio.timeout(5):
        while len(names) < count:
            line = (await response.content.readline()).decode()
            assert line, "the stream ended"
            if line.startswith("event: "):
                names.append(line.removeprefix("event: ").strip())
    return names


async def test_publishers_and_viewers_that_come_and_go_are_told(site: Site) -> None:
    async with site.http.get(await stream(site)) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert await told(response, 1) == ["viewercount"]
        site.core.connect(1)
        assert await told(response, 1) == ["active"]
        await site.watch()
        assert await told(response, 1) == ["viewercount"]
        await site.http.delete(site.sessions[0])
        assert await told(response, 1) == ["inactive"]


async def test_what_happens_before_it_is_read_is_kept(site: Site) -> None:
    url = await stream(site, '["active", "inactive"]')
    await connected(site)
    await site.http.delete(site.sessions[0])
    async with site.http.get(url) as response:
        assert await told(response, 2) == ["active", "inactive"]


async def test_a_codec_that_cannot_be_shown_means_reconnect(site: Site) -> None:
    async with site.http.get(await stream(site, '["reconnect"]')) as response:
        site.core.unplayable(2, "1", "AV1")
        assert (await response.read()) == b"event: reconnect\ndata: {}\n\n"


async def test_a_stream_that_is_ended_ends_its_reader(site: Site) -> None:
    url = await stream(site, '["inactive"]')
    async with site.http.get(url) as response:
        assert (await site.http.delete(url)).status == 200
        assert await response.read() == b""
    assert (await site.http.delete(url)).status == 404


async def test_a_second_reader_takes_the_place_of_the_first(site: Site) -> None:
    url = await stream(site, '["inactive"]')
    async with site.http.get(url) as first, site.http.get(url) as second:
        assert await first.read() == b""
        await connected(site)
        await site.http.delete(site.sessions[0])
        assert await told(second, 1) == ["inactive"]


async def test_a_relay_that_stops_says_reconnect(tmp_path: Path) -> None:
    async with running(tmp_path) as site:
        await site.publish()
        await site.watch()
        response = await site.http.get(await stream(site, '["reconnect"]'))
        reading = asyncio.get_running_loop().create_task(response.read())
        site.relay._running.engine.stop()
        assert (await reading).startswith(b"event: reconnect\n")


async def test_a_reader_that_is_cut_off_is_no_bug_of_ours(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    response = await site.http.get(await stream(site, '["viewercount"]'))
    assert await told(response, 1) == ["viewercount"]
    assert response.connection is not None
    assert response.connection.transport is not None
    response.connection.transport.abort()

    async def listeners() -> int:
        await site.watch()  # so that there is something to tell
        return len(site.relay._running.engine.feed._listeners)

    await until(listeners, lambda count: count == 0, within=5, what="nobody is being told")
    assert [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"] == []


async def test_a_quiet_stream_is_kept_alive() -> None:
    core = FakeCore()
    engine = Engine(Rooms(), core, iter(map(str, range(100))).__next__)
    application = web.Application()
    application.add_routes(Events(engine, quiet=0.05).routes())
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(deliver(core, engine.receive))
        room = RoomName("studio")
        await engine.ask(Publish(room, None, Offer(offer(), "abcd")))
        opened = await engine.ask(Watch(room, None, Offer(offer("recvonly"), "abcd")))
        async with (
            TestServer(application) as server,
            aiohttp.ClientSession(server.make_url("/")) as http,
        ):
            made = await http.post(f"/session/{opened.session.id}/events", json=["inactive"])
            async with http.get(made.headers["Location"]) as response:
                assert await response.content.readexactly(len(ALIVE)) == ALIVE
        reader.cancel()
    core.stop()
