"""GStreamer's webrtcbin publishes and watches, against Chromium.

Its DTLS certificate is RSA, which no other client's is.
"""

import json
import subprocess
from pathlib import Path

import pytest

from support.browser import chromium
from support.client import client, has_sound, publishing, shows_moving_picture
from support.network import Namespace, star
from support.process import Process, process
from support.relay import RunningRelay, running_relay
from support.waiting import until

SYSTEM_PYTHON = "/usr/bin/python3"
"""The bindings belong to the system's Python."""
NEEDS = (
    "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst, GstWebRTC; "
    "Gst.init(None); "
    "assert all(map(Gst.ElementFactory.find, ['webrtcbin', 'nicesrc', 'vp8enc', 'opusenc']))"
)


def lacks_gstreamer() -> bool:
    try:
        return subprocess.run([SYSTEM_PYTHON, "-c", NEEDS], capture_output=True).returncode != 0
    except FileNotFoundError:
        return True


pytestmark = [
    pytest.mark.peer,
    pytest.mark.browser,
    pytest.mark.timeout(90),
    pytest.mark.skipif(lacks_gstreamer(), reason="no GStreamer with webrtcbin and python3-gi"),
]

PROGRAM = str(Path(__file__).with_name("gstreamer_client.py"))


def command(place: Namespace, *arguments: str) -> list[str]:
    return [*place.inside, SYSTEM_PYTHON, PROGRAM, *arguments]


async def publishes(relay: RunningRelay, publisher: Process) -> None:
    async def look() -> bool:
        assert publisher.running, publisher.output
        room = (await relay.rooms()).get("room")
        return room is not None and any(entry["publishing"] for entry in room["participants"])

    await until(look, bool, within=20, what="GStreamer publishes")


async def test_chromium_watches_gstreamer() -> None:
    with star(2) as net:
        here, there = net.clients
        async with (
            running_relay(place=net.hub, address=net.hub_addresses[0]) as relay,
            chromium(inside=here.inside) as browser,
            client(browser, relay.url) as viewer,
            process(command(there, "publish", f"{relay.url}/whip/room")) as publisher,
        ):
            await publishes(relay, publisher)
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

                async def look() -> dict[str, float]:
                    assert viewer.running, viewer.output
                    seen: dict[str, float] = json.loads(viewer.lines[-1]) if viewer.lines else {}
                    return seen

                def good(seen: dict[str, float]) -> bool:
                    moves = seen.get("frames", 0) >= 20 and seen["change"] > 20
                    return moves and seen["loudness"] > -60

                await until(look, good, within=30, what="GStreamer sees and hears")
