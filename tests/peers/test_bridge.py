"""Peers of other programs' signalling call a room; they see Chromium and are seen in it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.browser import chromium
from support.client import Client, client, publishing, shows_moving_picture
from support.gstreamer import PYTHON, need
from support.network import Namespace, star
from support.peers import receives
from support.process import Process, process
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.browser, pytest.mark.timeout(120)]

HERE = Path(__file__).parent
WITHIN = 45.0
PUBLISH = "{}/whip/room?name=page"


@dataclass(frozen=True, slots=True)
class Scene:
    """A relay with a room "room", in which Chromium publishes a picture as "page"."""

    relay: RunningRelay
    browser: Browser
    publisher: Client
    there: Namespace
    """Where the peer is to run."""


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    settings = folder / "relay.toml"
    settings.write_text('[signalling]\nrelay = true\ngstreamer_rooms = ["room"]\n')
    with star(2) as net:
        here, there = net.clients
        async with (
            running_relay(
                "--config", str(settings), place=net.hub, address=net.hub_addresses[0]
            ) as relay,
            chromium(inside=here.inside) as browser,
            client(browser, relay.url) as publisher,
        ):
            published = await publisher.publish(PUBLISH.format(relay.url), codec="VP8")
            assert published["status"] == 201, published
            await publishing(publisher)
            yield Scene(relay, browser, publisher, there)


async def says(running: Process, text: str) -> None:
    async def look() -> str:
        assert running.running or text in running.lines, running.output
        return running.output

    await until(look, lambda said: text in said.split("\n"), within=WITHIN, what=text)


async def is_seen(scene: Scene, name: str) -> None:
    async with client(scene.browser, scene.relay.url) as viewer:
        watched = await viewer.watch(f"{scene.relay.url}/whep/room/{name}", audio=False)
        assert watched["status"] == 201, watched
        await shows_moving_picture(viewer)


async def test_gstreamer_calls_a_room_and_is_seen(tmp_path: Path) -> None:
    need("webrtcbin", "nicesrc", "vp8enc", "rtpvp8pay", "videotestsrc")
    async with scene(tmp_path) as there:
        url = there.relay.url.replace("http", "ws", 1) + "/gstreamer"
        program = [PYTHON, str(HERE / "gstreamer_signalling_peer.py"), url]
        inside = [*there.there.inside, *program]
        async with process([*inside, "caller", "--call", "room:room"]) as peer:
            await says(peer, "decoded room:room 5")
            await is_seen(there, "caller")
        async with process([*inside, "member", "--room", "room"]) as peer:
            await says(peer, "decoded room:room 5")
            await is_seen(there, "member")
        async with process([*inside, "asker", "--call", "room:room/page", "--ask"]) as peer:
            await says(peer, "decoded room:room/page 5")
            await is_seen(there, "asker")


async def test_aiortc_calls_a_room_as_flitter_does_and_is_seen(tmp_path: Path) -> None:
    async with scene(tmp_path) as there:
        program = [sys.executable, str(HERE / "aiortc_client.py"), "call"]
        where = [f"{there.relay.url}/flitter", "room"]
        async with process([*there.there.inside, *program, *where]) as peer:
            await receives(peer, change=0.5, loudness=-1)
            await is_seen(there, "flit")
            before = (await _participants(there.relay, peer))["flit"]
            # The picture of another one may have another size, so the call ends with this one, and
            # Flitter calls again.
            await there.publisher.leave()

            async def look() -> bool:
                return before in (await _participants(there.relay, peer)).values()

            await until(look, lambda there: not there, within=20, what="the end of a call")
            published = await there.publisher.publish(PUBLISH.format(there.relay.url))
            assert published["status"] == 201
            await until(
                lambda: _participants(there.relay, peer),
                lambda names: names.keys() == {"flit", "page"},
                within=30,
                what="another call",
            )


async def _participants(relay: RunningRelay, peer: Process) -> dict[str, str]:
    """Name → id."""
    assert peer.running, peer.output
    rooms = await relay.rooms()
    return {one["name"]: one["id"] for room in rooms.values() for one in room["participants"]}
