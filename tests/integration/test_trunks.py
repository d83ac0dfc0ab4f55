"""Relays that are joined by trunks, as processes, with real media."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from support.command import FLOWS, says, trunkline
from support.relay import running_relay
from support.streams import record
from support.trunks import ask, join
from support.waiting import until

pytestmark = pytest.mark.timeout(120)


async def test_what_is_published_at_one_relay_is_watched_at_the_third() -> None:
    async with AsyncExitStack() as stack:
        relays = [await stack.enter_async_context(running_relay()) for _ in range(3)]
        await join(relays[1], relays[0].url)
        await join(relays[2], relays[1].url)
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
        await join(other, one.url)
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
