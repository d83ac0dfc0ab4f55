"""Relays of several sites, each in a network of its own, in any graph."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from support import ffmpeg, pictures
from support.command import FLOWS, says, trunkline
from support.long_link import long_link
from support.network import Web, prefix, web
from support.process import Process, process
from support.relay import RunningRelay, running_relay
from support.trunks import ask, join
from support.waiting import until

pytestmark = pytest.mark.timeout(180)

Pair = tuple[int, int]

IDLE_LIMIT = 10_000
"""Bits in a second, both ways with headers of IP, that a trunk may take if nobody watches."""
LOOK = 5.0
"""Seconds for which idle trunks are looked at."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Relays that are joined by trunks; the higher number dials."""

    net: Web
    relays: Sequence[RunningRelay]
    stack: AsyncExitStack

    async def publish(self, at: int, room: str = "studio") -> Process:
        """A test picture at one relay."""
        url = f"{self.relays[at].url}/whip/{room}"
        publisher = await self.stack.enter_async_context(
            trunkline("publish", url, "--test", place=self.net.places[at])
        )
        await says(publisher, FLOWS)
        return publisher

    async def watch(self, at: int, room: str = "studio") -> Process:
        """A viewer at one relay, who has a picture."""
        relay = self.relays[at]

        async def rooms() -> list[str]:
            return [*await relay.rooms()]

        await until(rooms, lambda known: room in known, within=20, what=f"{room} at {at}")
        viewer = await self.stack.enter_async_context(
            trunkline("watch", f"{relay.url}/whep/{room}", "--measure", place=relay.place)
        )
        await says(viewer, FLOWS)
        return viewer

    async def look(self, at: int, room: str = "studio") -> Process:
        """One who tells of every picture at a relay."""
        relay = self.relays[at]
        command = [*prefix(relay.place), *pictures.COMMAND, f"{relay.url}/whep/{room}"]
        return await self.stack.enter_async_context(process(command))

    async def arriving(self, at: int) -> Counter[str]:
        """The tracks that flow to a relay over trunks, each as often as it comes."""
        status = await ask(self.relays[at], "GET", "/api/v1/status")
        return Counter(
            one["track"]
            for trunk in status["statistics"]["trunks"]
            for one in trunk["producers"]
            if one["bitrate"]
        )


@asynccontextmanager
async def sites(count: int, trunks: Sequence[Pair]) -> AsyncIterator[Sites]:
    """So many relays, and a trunk for each pair; a pair that stands there twice has two."""
    links = sorted({(min(pair), max(pair)) for pair in trunks})
    with web(count, links) as net:
        async with AsyncExitStack() as stack:
            # Announcements by mDNS would count as what a trunk takes: sites are not in one LAN.
            starting = (
                running_relay("--no-mdns", place=place, host="0.0.0.0") for place in net.places
            )
            relays = await asyncio.gather(*map(stack.enter_async_context, starting))
            await asyncio.gather(
                *(
                    join(relays[other], f"http://{net.address(one, other)}:8080")
                    for one, other in trunks
                )
            )
            yield Sites(net, relays, stack)


GRAPHS: dict[str, tuple[int, list[Pair]]] = {
    "two": (2, [(0, 1)]),
    "three in a row": (3, [(0, 1), (1, 2)]),
    "star of five": (5, [(0, 1), (0, 2), (0, 3), (0, 4)]),
    "ring of five": (5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]),
    "mesh of five": (5, [*combinations(range(5), 2)]),
    "listed twice": (3, [(0, 1), (0, 1), (1, 2), (2, 1)]),
}


@pytest.mark.parametrize("graph", GRAPHS)
async def test_each_track_arrives_once_where_it_is_wanted(graph: str) -> None:
    count, trunks = GRAPHS[graph]
    async with sites(count, trunks) as joined:
        await joined.publish(0)
        viewers = await asyncio.gather(*map(joined.watch, range(1, count)))
        await asyncio.gather(*(says(viewer, FLOWS) for viewer in viewers))
        for at in range(1, count):

            async def arriving(at: int = at) -> Counter[str]:
                return await joined.arriving(at)

            await until(
                arriving,
                lambda told: len(told) == 2 and set(told.values()) == {1},
                within=15,
                what=f"picture and sound at {at}",
            )
        assert not await joined.arriving(0)


async def test_a_trunk_that_nobody_watches_carries_nothing() -> None:
    async with sites(2, [(0, 1)]) as joined:
        await joined.publish(0)
        # Media connections that were used once are there, too.
        viewer = await joined.watch(1)
        await viewer.stop(within=20)

        async def arriving() -> Counter[str]:
            return await joined.arriving(1)

        await until(arriving, lambda told: not told, within=20, what="silence")
        before = sum(joined.net.carried(0, 1))
        await asyncio.sleep(LOOK)
        bits = 8 * (sum(joined.net.carried(0, 1)) - before) / LOOK
        assert 0 < bits < IDLE_LIMIT


async def test_several_who_watch_cost_one_copy() -> None:
    async with sites(2, [(0, 1)]) as joined:
        await joined.publish(0)
        await asyncio.gather(*(joined.watch(1) for _ in range(4)))

        async def published() -> int:
            status = await ask(joined.relays[0], "GET", "/api/v1/status")
            transports = status["statistics"]["transports"]
            return sum(one["received"] for one in transports if one["role"] == "publisher")

        came, crossed = await published(), joined.net.carried(0, 1)[1]
        await asyncio.sleep(5)
        crossed = joined.net.carried(0, 1)[1] - crossed
        came = await published() - came
        assert 0 < crossed < 1.5 * came

        async def arriving() -> Counter[str]:
            return await joined.arriving(1)

        await until(arriving, lambda told: set(told.values()) == {1}, within=20, what="one copy")


async def test_in_a_ring_a_cut_link_is_gone_round_and_taken_again() -> None:
    count, trunks = GRAPHS["ring of five"]
    async with sites(count, trunks) as joined:
        await joined.publish(0)
        viewer = await joined.watch(1)
        assert not await joined.arriving(2)
        joined.net.cut(0, 1)

        async def round_about() -> Counter[str]:
            return await joined.arriving(2)

        await until(round_about, lambda told: len(told) == 2, within=20, what="the long way")
        await says(viewer, FLOWS)
        joined.net.mend(0, 1)
        await until(round_about, lambda told: not told, within=60, what="the short way again")
        await says(viewer, FLOWS)


async def test_a_link_that_returns_is_taken_without_a_break() -> None:
    count, trunks = GRAPHS["ring of five"]
    async with sites(count, trunks) as joined:
        # FFmpeg answers no request for a keyframe: who goes over before the next one sees it.
        url = f"{joined.relays[0].url}/whip/studio"
        command = [*prefix(joined.net.places[0]), *ffmpeg.command(url)]
        await joined.stack.enter_async_context(process(command))
        await joined.watch(1)
        origin, viewer = await joined.look(0), await joined.look(1)
        joined.net.cut(0, 1)

        async def round_about() -> Counter[str]:
            return await joined.arriving(2)

        async def seen() -> list[list[pictures.Seen]]:
            return [
                [one for one in pictures.read(each.lines) if one.at > since]
                for each in (origin, viewer)
            ]

        def enough(seen: list[list[pictures.Seen]]) -> bool:
            return all(sum(one.at > lately for one in each) >= 20 for each in seen)

        since = lately = 0.0
        await until(round_about, lambda come: len(come) == 2, within=30, what="the long way")
        await until(seen, enough, within=60, what="pictures")
        since = asyncio.get_running_loop().time()
        joined.net.mend(0, 1)
        await until(round_about, lambda come: not come, within=60, what="the short way again")
        lately = asyncio.get_running_loop().time()
        at_origin, afar = await until(seen, enough, within=60, what="pictures after that")
        # Three pictures more than at the publisher's own relay; a keyframe may take 2 s.
        most = pictures.longest_step(at_origin) + 0.1
        assert 0 < pictures.longest_step(afar) <= most


async def test_a_call_goes_on_over_a_link_that_is_long_and_loses_packets() -> None:
    with web(2, []) as net, long_link(net.ends, "10.205.1", delay=0.04, loss=0.05):
        async with AsyncExitStack() as stack:
            relays = [
                await stack.enter_async_context(running_relay(place=place, host="0.0.0.0"))
                for place in net.places
            ]
            await join(relays[1], "http://10.205.1.1:8080")
            joined = Sites(net, relays, stack)
            await joined.publish(0)
            viewer = await joined.watch(1)
            for _ in range(5):
                await says(viewer, FLOWS)
            (trunk,) = (await ask(relays[1], "GET", "/api/v1/trunks"))["trunks"]
            assert trunk["rtt"] > 0.08
            assert trunk["state"] == "up"


async def test_every_relay_may_be_started_anew_during_a_call(tmp_path: Path) -> None:
    count = 3
    with web(count, [(0, 1), (1, 2), (0, 2)]) as net:
        async with AsyncExitStack() as stack:

            async def start(at: int) -> tuple[RunningRelay, AsyncExitStack]:
                own = await stack.enter_async_context(AsyncExitStack())
                folder = ("--state-dir", str(tmp_path / str(at)))
                place = net.places[at]
                relay = running_relay(*folder, place=place, host="0.0.0.0")
                return await own.enter_async_context(relay), own

            started = [await start(at) for at in range(count)]
            for one, other in net.links:
                await join(started[other][0], f"http://{net.address(one, other)}:8080")
            joined = Sites(net, [relay for relay, _ in started], stack)
            await joined.publish(0)
            viewer = await joined.watch(2)
            for at in range(count):
                await started[at][1].aclose()
                started[at] = await start(at)
                await says(viewer, FLOWS, within=60)
            trunks = (await ask(started[2][0], "GET", "/api/v1/trunks"))["trunks"]
            assert len(trunks) == 2, "they were kept"
