"""GStreamer's webrtcbin calls another one through our signalling, and meets two in a room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.gstreamer import PYTHON, need
from support.network import Namespace, star
from support.process import Process, process
from support.signalling import command
from support.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.timeout(120)]

PROGRAM = Path(__file__).with_name("gstreamer_signalling_peer.py")
WITHIN = 45.0


@pytest.fixture(autouse=True)
def need_gstreamer() -> None:
    need("webrtcbin", "nicesrc", "vp8enc", "rtpvp8pay", "videotestsrc")


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
