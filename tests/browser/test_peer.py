"""Programs and Chromium: colours, sound and bad networks, both ways."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import client, has_sound, shows_colour
from support.frames import HERE, plain, sees, sending
from support.live import live
from support.relay import RunningRelay
from trunkline import Peer, VideoSettings
from trunkline.frames.pixels import from_rgb

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), ONE_LOOP]

COLOUR = (55, 215, 165)


@pytest.mark.parametrize("as_bt709", [False, True])
@pytest.mark.parametrize("codec", ["H264", "VP8", "VP9"])
async def test_chromium_shows_the_colours_that_were_sent(
    codec: str, as_bt709: bool, relay: RunningRelay, browser: Browser
) -> None:
    pixels = plain(COLOUR)
    picture = from_rgb(pixels.data, pixels.strides[0], (320, 240), bt709=as_bt709)
    url = f"{relay.url}/whip/studio?name=cam"
    async with (
        Peer.publish(url, video=VideoSettings(codec=codec), network=HERE) as publisher,
        sending(publisher.video, publisher.audio, picture=lambda: picture),
        client(browser, relay.url) as viewer,
    ):
        assert (await viewer.watch("/whep/studio"))["status"] == 201
        # The wrong matrix would be off by 20 and more.
        await shows_colour(viewer, COLOUR, off=8)
        await has_sound(viewer)


@pytest.mark.parametrize("codec", ["VP8", "VP9", "H264"])
async def test_chromium_shows_the_colours_that_another_one_sent(
    codec: str, relay: RunningRelay, browser: Browser
) -> None:
    async with client(browser, relay.url) as publisher, client(browser, relay.url) as viewer:
        # Of a canvas: BT.709 of full range, which VP8 itself cannot say.
        options = {"colour": "rgb(200 40 90)", "codec": codec, "audio": False}
        assert (await publisher.publish("/whip/studio", **options))["status"] == 201
        assert (await viewer.watch("/whep/studio"))["status"] == 201
        await shows_colour(viewer, (200, 40, 90), off=8)


@pytest.mark.parametrize("codec", ["H264", "VP8", "VP9"])
async def test_a_program_sees_the_colours_that_chromium_sent(
    codec: str, relay: RunningRelay, browser: Browser
) -> None:
    async with client(browser, relay.url) as publisher:
        # Of a canvas: BT.709 of full range, which VP8 itself cannot say.
        options = {"colour": "rgb(55 215 165)", "codec": codec, "audio": False}
        assert (await publisher.publish("/whip/studio", **options))["status"] == 201
        address = f"{relay.url}/whep/studio"
        async with Peer.watch(address, audio=False, network=HERE) as viewer:
            await sees(viewer.video, COLOUR)


async def test_chromium_and_a_program_in_a_room(tmp_path: Path, browser: Browser) -> None:
    async with (
        live(tmp_path) as it,
        client(browser, it.relay.url) as viewer,
        Peer.join(it.relay.url, "studio", name="bot", network=HERE) as bot,
        sending(await bot.send_video(VideoSettings(codec="VP8")), picture=lambda: plain(COLOUR)),
    ):
        assert (await viewer.watch("/whep/studio/bot"))["status"] == 201
        await shows_colour(viewer, COLOUR, off=8)
