"""GStreamer's webrtcbin publishes and watches, against Chromium.

Its DTLS certificate is RSA, which no other client's is.
"""

from pathlib import Path

import pytest

from support.browser import chromium
from support.client import client, has_sound, publishing, shows_moving_picture
from support.gstreamer import PYTHON, need
from support.network import Namespace, star
from support.peers import publishes, receives
from support.process import process
from support.relay import running_relay

pytestmark = [pytest.mark.peer, pytest.mark.browser, pytest.mark.timeout(90)]

PROGRAM = str(Path(__file__).with_name("gstreamer_client.py"))


@pytest.fixture(autouse=True)
def need_gstreamer() -> None:
    need("webrtcbin", "nicesrc", "vp8enc", "opusenc")


def command(place: Namespace, *arguments: str) -> list[str]:
    return [*place.inside, PYTHON, PROGRAM, *arguments]


async def test_chromium_watches_gstreamer() -> None:
    with star(2) as net:
        here, there = net.clients
        async with (
            running_relay(place=net.hub, address=net.hub_addresses[0]) as relay,
            chromium(inside=here.inside) as browser,
            client(browser, relay.url) as viewer,
            process(command(there, "publish", f"{relay.url}/whip/room")) as publisher,
        ):
            await publishes(relay, publisher, within=20)
            assert (await viewer.watch(f"{relay.url}/whep/room"))["status"] == 201
            await shows_moving_picture(viewer)
            await has_sound(viewer)


async def test_gstreamer_watches_chromium() -> None:
    with star(2) as net:
        here, there = net.clients
        async with (
            running_relay(place=net.hub, address=net.hub_addresses[0]) as relay,
            chromium(inside=here.inside) as browser,
            client(browser, relay.url) as publisher,
        ):
            published = await publisher.publish(f"{relay.url}/whip/room", codec="VP8")
            assert published["status"] == 201, published
            await publishing(publisher)
            async with process(command(there, "watch", f"{relay.url}/whep/room")) as viewer:
                # The change is that of the brightest point; the level is in dB.
                await receives(viewer, change=20, loudness=-60, within=30)
