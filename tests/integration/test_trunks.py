"""Relays that are joined by trunks, as processes, with real media."""

from contextlib import AsyncExitStack

import pytest

from support.relay import running_relay
from support.trunks import FLOWS, join, says, trunkline
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
