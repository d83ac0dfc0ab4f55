"""Chromium publishes, Chromium watches: every codec it can encode."""

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import client, has_sound, publishing, shows_moving_picture
from support.relay import RunningRelay

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60), ONE_LOOP]


@pytest.mark.parametrize("codec", ["VP8", "H264", "VP9", "AV1"])
async def test_picture_moves_and_sound_has_energy(
    browser: Browser, relay: RunningRelay, codec: str
) -> None:
    async with client(browser, relay.url) as publisher, client(browser, relay.url) as viewer:
        published = await publisher.publish(f"{relay.url}/whip/room?name=ann", codec=codec)
        assert published["status"] == 201, published
        await publishing(publisher)
        watched = await viewer.watch(f"{relay.url}/whep/room")
        assert watched["status"] == 201, watched
        seen = await shows_moving_picture(viewer)
        await has_sound(viewer)
        assert seen["video"]["codec"] == codec
        rooms = await relay.rooms()
        tracks = rooms["room"]["participants"][0]["tracks"]
        assert {track["codec"] for track in tracks} == {codec, "opus"}
        assert await viewer.leave() == 200
        assert await publisher.leave() == 200
