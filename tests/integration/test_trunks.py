"""Relays that are joined by trunks, as processes, with real media."""

import asyncio
import json
import re
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support.process import Process, process
from support.relay import RunningRelay, running_relay
from support.streams import record
from support.waiting import until

pytestmark = pytest.mark.timeout(120)

FLOWS = r"\d\d:\d\d  [1-9][\d.]* frames/s"


async def ask(relay: RunningRelay, method: str, path: str, body: object = None) -> Any:
    """Use the API of a relay from where it runs."""

    def send() -> Any:
        request = urllib.request.Request(
            relay.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
            return json.loads(text) if text else None

    return await asyncio.to_thread(send if relay.place is None else lambda: relay.place.call(send))


async def join(dialler: RunningRelay, dialled: RunningRelay, **settings: object) -> None:
    """Add a trunk, and wait until it is up."""
    entry = await ask(dialler, "POST", "/api/v1/trunks", {"url": dialled.url, **settings})

    async def state() -> str:
        every = (await ask(dialler, "GET", "/api/v1/trunks"))["trunks"]
        return str(next(one for one in every if one["id"] == entry["id"]))

    await until(state, lambda told: "'state': 'up'" in told, within=15, what="a trunk")


@asynccontextmanager
async def trunkline(*words: str) -> AsyncIterator[Process]:
    async with process([sys.executable, "-m", "trunkline", *words]) as started:
        yield started


async def says(command: Process, pattern: str, within: float = 40) -> None:
    """Wait till something that it says from now on matches."""
    command.lines.clear()

    async def output() -> str:
        assert command.running, command.output
        return command.output

    await until(
        output, lambda text: re.search(pattern, text) is not None, within=within, what=pattern
    )


async def test_what_is_published_at_one_relay_is_watched_at_the_third() -> None:
    async with AsyncExitStack() as stack:
        relays = [await stack.enter_async_context(running_relay()) for _ in range(3)]
        await join(relays[1], relays[0])
        await join(relays[2], relays[1])
        publisher = await stack.enter_async_context(
            trunkline("publish", f"{relays[0].url}/whip/studio", "--test")
        )
        await says(publisher, FLOWS)

        async def rooms() -> list[str]:
            return [*await relays[2].rooms()]

        await until(rooms, lambda known: known == ["studio"], within=10, what="the room")
        viewer = await stack.enter_async_context(
            trunkline("watch", f"{relays[2].url}/whep/studio", "--measure")
        )
        await says(viewer, FLOWS)


async def test_a_camera_of_one_relay_is_watched_at_another_and_is_left_after_the_last(
    tmp_path: Path,
) -> None:
    film = record(tmp_path / "film.mp4", seconds=3)
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(running_relay()) for _ in range(2)]
        await join(other, one)
        camera = {"url": film.as_uri(), "room": "yard", "name": "gate", "loop": True}
        await ask(one, "POST", "/api/v1/cameras", camera)

        async def state() -> str:
            (seen,) = (await ask(one, "GET", "/api/v1/cameras"))["cameras"]
            return str(seen["state"])

        async def rooms() -> list[str]:
            return [*await other.rooms()]

        await until(rooms, lambda known: known == ["yard"], within=10, what="the room")
        await until(state, lambda seen: seen == "idle", within=30, what="it is left")
        async with trunkline("watch", f"{other.url}/whep/yard", "--measure") as viewer:
            await says(viewer, FLOWS)
            assert await state() == "live"
        await until(state, lambda seen: seen == "idle", within=40, what="it is left again")
