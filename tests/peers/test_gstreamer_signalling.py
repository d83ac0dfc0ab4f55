"""GStreamer's webrtcbin calls another one through our signalling, and meets two in a room."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from support.network import Namespace, star
from support.process import Process, process
from support.signalling import command
from support.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.timeout(120)]

PYTHON = "/usr/bin/python3"
PROGRAM = Path(__file__).with_name("gstreamer_signalling_peer.py")
WITHIN = 45.0


@cache
def lacking() -> str:
    """What is missing for GStreamer, if anything."""
    elements = "webrtcbin", "nicesrc", "vp8enc", "rtpvp8pay", "videotestsrc"
    script = (
        "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstWebRTC', '1.0')\n"
        "from gi.repository import Gst, GstWebRTC; Gst.init(None)\n"
        f"print(*[name for name in {elements!r} if not Gst.ElementFactory.find(name)])"
    )
    try:
        done = subprocess.run(
            [PYTHON, "-c", script], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError as error:
        return str(error)
    return done.stderr.strip() or done.stdout.strip()


@pytest.fixture(autouse=True)
def need_gstreamer() -> None:
    if lacking():
        pytest.skip(f"needs GStreamer for the system's Python (tooling/test-tools.sh): {lacking()}")


@asynccontextmanager
async def peer(place: Namespace, address: str, *arguments: str) -> AsyncIterator[Process]:
    whole = [*place.inside, PYTHON, str(PROGRAM), f"ws://{address}:8443", *arguments]
    async with process(whole) as running:
        yield running


async def says(running: Process, text: str) -> None:
    async def look() -> str:
        assert running.running or text in running.lines, running.output
        return running.output

    await until(look, lambda said: text in said.split("\n"), within=WITHIN, what=text)


async def test_a_call_is_seen_at_both_ends_and_its_end_is_told() -> None:
    with star(2) as network:
        ann, bob = zip(network.clients, network.hub_addresses, strict=True)
        async with (
            command("gstreamer", "--disable-ssl", place=network.hub, host="0.0.0.0"),
            peer(*bob, "bob") as callee,
        ):
            await says(callee, "registered")
            async with peer(*ann, "ann", "--call", "bob") as caller:
                await says(caller, "decoded bob 5")
                await says(callee, "decoded caller 5")
            await says(callee, "closed")


async def test_a_room_of_three_is_seen_by_everybody() -> None:
    with star(3) as network:
        ann, bob, cat = zip(network.clients, network.hub_addresses, strict=True)
        room = ("--room", "studio")
        async with (
            command("gstreamer", "--disable-ssl", place=network.hub, host="0.0.0.0"),
            peer(*ann, "ann", *room) as first,
        ):
            await says(first, "entered")
            async with peer(*bob, "bob", *room) as second:
                await says(second, "entered")
                async with peer(*cat, "cat", *room) as third:
                    for running, others in (
                        (first, ("bob", "cat")),
                        (second, ("ann", "cat")),
                        (third, ("ann", "bob")),
                    ):
                        for other in others:
                            await says(running, f"decoded {other} 3")
                await says(first, "left cat")
                await says(second, "left cat")
            await says(first, "left bob")
