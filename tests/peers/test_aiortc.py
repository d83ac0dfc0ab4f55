"""aiortc publishes and watches, each against Chromium and against itself."""

import sys
from pathlib import Path

import pytest

from support.browser import chromium
from support.client import client, has_sound, publishing, shows_moving_picture
from support.network import Namespace, namespace, star
from support.peers import publishes, receives
from support.process import process
from support.relay import running_relay

pytestmark = [pytest.mark.peer, pytest.mark.timeout(90)]

PROGRAM = str(Path(__file__).with_name("aiortc_client.py"))
ADDRESS = "10.203.0.1"
"""aiortc never uses loopback addresses, so it needs another one."""


PROFILES = ["SRTP_AEAD_AES_256_GCM", "SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80"]


def command(place: Namespace, *arguments: str) -> list[str]:
    return [*place.inside, sys.executable, PROGRAM, *arguments]


async def test_aiortc_watches_aiortc() -> None:
    with namespace(f"{ADDRESS}/32") as place:
        async with (
            running_relay(place=place, address=ADDRESS) as relay,
            process(command(place, "publish", f"{relay.url}/whip/room")) as publisher,
        ):
            await publishes(relay, publisher)
            async with process(command(place, "watch", f"{relay.url}/whep/room")) as viewer:
                await receives(viewer)


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_srtp_profile_can_be_watched_with(profile: str) -> None:
    with namespace(f"{ADDRESS}/32") as place:
        async with (
            running_relay(place=place, address=ADDRESS) as relay,
            process(command(place, "publish", f"{relay.url}/whip/room")) as publisher,
        ):
            await publishes(relay, publisher)
            watching = command(place, "watch", f"{relay.url}/whep/room", profile)
            async with process(watching) as viewer:
                await receives(viewer)


@pytest.mark.browser
@pytest.mark.parametrize("codec", ["opus", "G722", "PCMU", "PCMA"])
async def test_chromium_watches_aiortc(codec: str) -> None:
    with star(2) as net:
        here, there = net.clients
        async with (
            running_relay(place=net.hub, address=net.hub_addresses[0]) as relay,
            chromium(inside=here.inside) as browser,
            client(browser, relay.url) as viewer,
            process(command(there, "publish", f"{relay.url}/whip/room", codec)) as publisher,
        ):
            await publishes(relay, publisher)
            assert (await viewer.watch(f"{relay.url}/whep/room"))["status"] == 201
            await shows_moving_picture(viewer)
            await has_sound(viewer)
            (sender,) = (await relay.rooms())["room"]["participants"]
            assert codec in {track["codec"] for track in sender["tracks"]}


@pytest.mark.browser
async def test_aiortc_watches_chromium() -> None:
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
                await receives(viewer)
