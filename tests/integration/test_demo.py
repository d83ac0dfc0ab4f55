"""The demonstration's publisher meets an endpoint that only listens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psutil
import pytest
from aiohttp import web

from trunkline.sources.demo import Demo


@asynccontextmanager
async def endpoint(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[str]:
    """The URL of a WHIP endpoint on loopback."""
    application = web.Application()
    application.router.add_post("/whip/demo", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/whip/demo"
    finally:
        await runner.cleanup()


async def test_it_offers_what_browsers_decode_and_tries_again() -> None:
    offers: asyncio.Queue[str] = asyncio.Queue()

    async def refuse(request: web.Request) -> web.Response:
        assert request.content_type == "application/sdp"
        offers.put_nowait(await request.text())
        return web.Response(status=503, text="not yet")

    async with endpoint(refuse) as url, asyncio.timeout(15), asyncio.TaskGroup() as group:
        demo = group.create_task(Demo(url).run())
        first, second = await offers.get(), await offers.get()
        demo.cancel()
    assert " opus/48000/2" in first
    assert "profile-level-id=42e01f" in first
    assert "packetization-mode=1" in first
    assert first != second


async def test_its_process_ends_with_it() -> None:
    arrived, never = asyncio.Event(), asyncio.Event()

    async def hold(_: web.Request) -> web.Response:
        arrived.set()
        await never.wait()
        return web.Response()

    before = set(psutil.Process().children())
    async with endpoint(hold) as url, asyncio.timeout(15), asyncio.TaskGroup() as group:
        demo = group.create_task(Demo(url).run())
        await arrived.wait()
        (publisher,) = set(psutil.Process().children()) - before
        demo.cancel()
    assert not publisher.is_running()


async def test_the_log_says_why_it_cannot_publish(caplog: pytest.LogCaptureFixture) -> None:
    asked = asyncio.Queue[None]()

    async def refuse(_: web.Request) -> web.Response:
        asked.put_nowait(None)
        return web.Response(status=404)

    async with endpoint(refuse) as url, asyncio.timeout(15), asyncio.TaskGroup() as group:
        demo = group.create_task(Demo(url).run())
        await asked.get()
        await asked.get()
        demo.cancel()
    assert any("The demonstration stopped: " in line and "404" in line for line in caplog.messages)
