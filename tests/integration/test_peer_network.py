"""Programs over networks that lose packets, or all of them for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest

from support.command import FLOWS, says, trunkline
from support.network import Star, star
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = pytest.mark.timeout(150)

PERCENT = 5


@asynccontextmanager
async def relay(net: Star) -> AsyncIterator[RunningRelay]:
    async with running_relay(place=net.hub, address=net.hub_addresses[0]) as started:
        yield started


async def test_a_film_of_a_lossy_network_has_no_broken_picture(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    with star(2) as net:
        async with (
            relay(net) as hub,
            trunkline(
                "publish", f"{hub.url}/whip/studio", "--test", place=net.clients[0]
            ) as publisher,
        ):
            await says(publisher, FLOWS)
            url = f"{hub.url}/whep/studio"
            async with trunkline("watch", url, "-o", str(film), place=net.clients[1]) as viewer:
                await says(viewer, FLOWS)
                net.hub.lose(PERCENT, f"ip saddr {net.addresses[0]} udp dport {hub.media_port}")

                async def lost() -> int:
                    return net.hub.lost()

                await until(lost, lambda count: count >= 30, within=60, what="losses")
                await says(viewer, FLOWS)
                assert await viewer.stop(within=20) == 0, viewer.output
    with av.open(str(film)) as saved:
        pictures = list(saved.decode(video=0))
    assert len(pictures) > 60
    assert not any(picture.is_corrupt for picture in pictures)


async def test_both_ends_come_back_after_silence() -> None:
    with star(2) as net:
        async with (
            relay(net) as hub,
            trunkline(
                "publish", f"{hub.url}/whip/studio", "--test", place=net.clients[0]
            ) as publisher,
        ):
            await says(publisher, FLOWS)
            url = f"{hub.url}/whep/studio"
            async with trunkline("watch", url, "--measure", place=net.clients[1]) as viewer:
                await says(viewer, FLOWS)
                net.hub.drop(f"udp dport {hub.media_port}", f"udp sport {hub.media_port}")

                async def rooms() -> int:
                    return len(await hub.rooms())

                await until(rooms, lambda count: count == 0, within=40, what="both are gone")
                net.hub.rules("flush ruleset")
                await says(publisher, FLOWS, within=60)
                await says(viewer, FLOWS, within=60)
