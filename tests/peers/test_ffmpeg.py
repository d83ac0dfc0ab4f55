"""FFmpeg's WHIP muxer publishes, Chromium watches."""

import pytest
from playwright.async_api import Browser

from support.client import client, frames_decoded, has_sound, shows_moving_picture
from support.ffmpeg import ffmpeg, persistent_ffmpeg
from support.process import Process
from support.relay import RunningRelay
from support.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.browser, pytest.mark.timeout(90)]


async def live(relay: RunningRelay, publisher: Process) -> None:
    async def look() -> bool:
        assert publisher.running, publisher.output
        room = (await relay.rooms()).get("room")
        return room is not None and any(entry["publishing"] for entry in room["participants"])

    await until(look, bool, within=15, what="FFmpeg publishes")


async def test_ffmpeg_is_seen_and_heard(browser: Browser, relay: RunningRelay) -> None:
    async with (
        ffmpeg(f"{relay.url}/whip/room?name=ffmpeg") as publisher,
        client(browser, relay.url) as viewer,
    ):
        await live(relay, publisher)
        assert (await viewer.watch(f"{relay.url}/whep/room"))["status"] == 201
        seen = await shows_moving_picture(viewer)
        await has_sound(viewer)
        assert seen["video"]["codec"] == "H264"
        assert (seen["video"]["frameWidth"], seen["video"]["frameHeight"]) == (640, 360)


@pytest.mark.parametrize(
    "query", ["", "?name=ffmpeg"], ids=["as-somebody-else", "under-the-same-name"]
)
async def test_picture_is_back_after_the_publisher_was_killed(
    browser: Browser, relay: RunningRelay, query: str
) -> None:
    url = f"{relay.url}/whip/room{query}"
    async with client(browser, relay.url) as viewer:
        async with ffmpeg(url) as first:
            await live(relay, first)
            assert (await viewer.watch(f"{relay.url}/whep/room"))["status"] == 201
            await shows_moving_picture(viewer)
            await first.kill()
        before = await frames_decoded(viewer)
        # A name is free again when the relay has noticed the silence: till then it answers 409.
        async with persistent_ffmpeg(url):
            await shows_moving_picture(viewer)
            await has_sound(viewer)
        # The counters of a new session would start at zero.
        assert await frames_decoded(viewer) > before
