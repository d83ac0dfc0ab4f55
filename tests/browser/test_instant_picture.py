"""A new viewer sees something at once, whoever publishes."""

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import client, has_sound, shows_moving_picture
from support.ffmpeg import ffmpeg
from support.process import Process
from support.relay import RunningRelay
from support.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.browser, pytest.mark.timeout(90), ONE_LOOP]


async def sends(relay: RunningRelay, publisher: Process, packets: float) -> None:
    async def look() -> float:
        assert publisher.running, publisher.output
        if "room" not in await relay.rooms():
            return 0
        return await relay.metric("trunkline_packets_total")

    await until(look, lambda count: count > packets, within=30, what="packets from FFmpeg")


async def test_ffmpeg_with_rare_keyframes_is_seen_at_once(
    browser: Browser, relay: RunningRelay
) -> None:
    async with (
        client(browser, relay.url) as first,
        client(browser, relay.url) as second,
        # The only keyframe is the first picture: who waits for the next one sees nothing.
        ffmpeg(f"{relay.url}/whip/room", keyframe_every=600) as publisher,
    ):
        await sends(relay, publisher, 300)
        for viewer in (first, second):
            assert (await viewer.watch(f"{relay.url}/whep/room"))["status"] == 201
            seen = await shows_moving_picture(viewer)
            await has_sound(viewer)
            assert seen["video"]["keyFramesDecoded"] == 1
