"""FFmpeg's WHIP muxer publishes, Chromium watches."""

import shlex
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.async_api import Browser

from support.client import client, frames_decoded, has_sound, shows_moving_picture
from support.ffmpeg import ffmpeg, persistent_ffmpeg, video_file_command
from support.peers import publishes
from support.process import process
from support.relay import RunningRelay, running_relay

pytestmark = [pytest.mark.peer, pytest.mark.browser, pytest.mark.timeout(90)]


async def test_ffmpeg_is_seen_and_heard(browser: Browser, relay: RunningRelay) -> None:
    async with (
        ffmpeg(f"{relay.url}/whip/room?name=ffmpeg") as publisher,
        client(browser, relay.url) as viewer,
    ):
        await publishes(relay, publisher)
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
            await publishes(relay, first)
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


@pytest.mark.parametrize("tls", [False, True], ids=["http", "trusted-https"])
async def test_the_command_on_the_landing_page_works_as_it_stands(
    browser: Browser, tmp_path: Path, tls: bool
) -> None:
    video = tmp_path / "video.mp4"
    async with process(video_file_command(video)) as maker:
        assert await maker.inner.wait() == 0, maker.output
    async with running_relay(tls=tls) as relay:
        page = await browser.new_page(ignore_https_errors=True)
        await page.goto(f"{relay.url}/")
        await page.get_by_label("Room").fill("room")
        shown = shlex.split(await page.locator("code").nth(1).inner_text())
        assert shown[0] == "ffmpeg"
        shown = [str(video) if word == "video.mp4" else word for word in shown[1:]]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", *shown]
        trust = {"SSL_CERT_FILE": str(relay.state / "certificate.pem")} if tls else {}
        async with process(command, environment=trust) as publisher:
            await publishes(relay, publisher)
            await page.goto(f"{relay.url}/watch/room")
            playing = page.locator("main[data-kind=playing]")
            await playing.wait_for(timeout=15_000)
