"""What a trunk that may carry only so much carries of real pictures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from support.browser import chromium
from support.command import FLOWS, says, trunkline
from support.network import Web, web
from support.relay import RunningRelay, running_relay
from support.sdk import sdk_page
from support.trunks import ask, join
from support.waiting import until

pytestmark = pytest.mark.timeout(150)

LIMIT = 300
"""Kilobits in a second."""
LOOK = 3.0
"""Seconds for which is counted what crosses."""

PUBLISH = """async () => {
  const { Room, SIMULCAST } = await import("/sdk/trunkline-room.js");
  const canvas = Object.assign(document.createElement("canvas"), { width: 960, height: 540 });
  const pen = canvas.getContext("2d");
  let step = 0;
  setInterval(() => {
    step += 1;
    pen.fillStyle = `hsl(${(step * 7) % 360} 80% 50%)`;
    pen.fillRect(0, 0, 960, 540);
    for (let each = 0; each < 40; each += 1) {
      pen.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`;
      pen.fillRect(Math.random() * 960, Math.random() * 540, 24, 24);
    }
  }, 40);
  const room = await Room.connect("/", { room: "studio", name: "Ann" });
  await room.publishStream(canvas.captureStream(25), { simulcast: SIMULCAST });
}"""


@asynccontextmanager
async def limited() -> AsyncIterator[tuple[Web, RunningRelay, RunningRelay]]:
    """Two relays; what the second sends the first has a limit."""
    with web(2, [(0, 1)]) as net:
        async with AsyncExitStack() as stack:
            starting = (
                running_relay("--no-mdns", place=place, host="0.0.0.0") for place in net.places
            )
            first, second = await asyncio.gather(*map(stack.enter_async_context, starting))
            await join(second, f"http://{net.address(0, 1)}:8080", maxKbps=LIMIT)
            yield net, first, second


async def knows_the_room(relay: RunningRelay) -> None:
    async def rooms() -> list[str]:
        return [*await relay.rooms()]

    await until(rooms, lambda known: "studio" in known, within=30, what="the room")


async def held_back(relay: RunningRelay) -> int:
    (trunk,) = (await ask(relay, "GET", "/api/v1/trunks"))["trunks"]
    return int(trunk["heldBack"])


async def crossing(net: Web) -> float:
    """Kilobits in a second, with all headers from IP on."""
    loop = asyncio.get_running_loop()
    before, since = net.carried(1, 0)[1], loop.time()
    await asyncio.sleep(LOOK)
    return 8 * (net.carried(1, 0)[1] - before) / 1000 / (loop.time() - since)


@pytest.mark.browser
async def test_of_a_picture_in_three_sizes_one_crosses_that_fits() -> None:
    async with limited() as (net, first, second), AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(inside=net.places[1].inside))
        page = await stack.enter_async_context(sdk_page(browser, second.url))
        await page.evaluate(PUBLISH)

        async def sizes() -> int:
            tracks = await ask(second, "GET", "/api/v1/rooms/studio/tracks")
            return max((len(one["layers"]) for one in tracks["tracks"]), default=0)

        await until(sizes, lambda seen: seen == 3, within=60, what="three sizes")
        await knows_the_room(first)
        watching = trunkline("watch", f"{first.url}/whep/studio", "--measure", place=first.place)
        viewer = await stack.enter_async_context(watching)

        async def held() -> int:
            return await held_back(second)

        await until(held, lambda seen: seen == 1, within=60, what="it is held back")

        async def rate() -> float:
            return await crossing(net)

        await until(rate, lambda kbps: 20 < kbps < LIMIT, within=60, what="what fits")
        await says(viewer, FLOWS)
        assert await held_back(second) == 1


async def test_why_a_picture_in_one_size_does_not_cross_is_said() -> None:
    async with limited() as (net, first, second), AsyncExitStack() as stack:
        publish = ("publish", f"{second.url}/whip/studio", "--test", "--bitrate", "1500")
        publisher = await stack.enter_async_context(trunkline(*publish, place=second.place))
        await says(publisher, FLOWS)
        await knows_the_room(first)
        watching = trunkline("watch", f"{first.url}/whep/studio", "--measure", place=first.place)
        await stack.enter_async_context(watching)

        async def held() -> int:
            return await held_back(second)

        await until(held, lambda seen: seen == 1, within=60, what="it is held back")

        async def rate() -> float:
            return await crossing(net)

        # Sound goes on.
        await until(rate, lambda kbps: 20 < kbps < LIMIT / 2, within=60, what="sound alone")
        assert f"more than the {LIMIT} kbit/s of this trunk. Raise its" in second.process.output
