"""Real Flitters with our plugin: with each other, and with a peer that knows the wire alone."""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from support.browser import SHOW_ADDRESSES, chromium
from support.client import client, shows_colour
from support.flitter import (
    ADDRESS,
    MIDDLES,
    QUARTERS,
    WITHIN,
    Flitter,
    display,
    flitter,
    local_network,
    quarters,
    said,
    same,
    window,
)
from support.network import Namespace
from support.process import Process, process
from support.relay import running_relay
from support.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.timeout(150)]

STRANGER = str(Path(__file__).with_name("flitter_stranger.py"))
OTHERS = ((0, 255, 255), (255, 0, 255), (255, 255, 255), (64, 128, 192))
SLOWLY = ("--fps", "15")
"""For many nodes in one Flitter: others need the processor, too."""
SERVER = f"http://{ADDRESS}:8080/"


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    with display() as name:
        yield name


@pytest.fixture
def place() -> Iterator[Namespace]:
    with local_network() as made:
        yield made


@asynccontextmanager
async def signalling(place: Namespace) -> AsyncIterator[Process]:
    """A server that runs as the original's does."""
    command = [*place.inside, sys.executable, "-m", "flitter_webrtc", "--host", ADDRESS]
    async with process(command) as server:
        await said(server, "Listening")
        yield server


async def see_each_other(one: Flitter, other: Flitter) -> None:
    await one.shows(OTHERS)
    await other.shows(QUARTERS)


async def test_two_call_each_other_by_broadcast_and_again_after_a_kill(
    screen: str, place: Namespace
) -> None:
    answering = window("!broadcast answer=:x secret='s3'", quarters(OTHERS))
    async with flitter(screen, window("!broadcast call=:x secret='s3'"), place) as caller:
        async with flitter(screen, answering, place, hardware=True) as answerer:
            await see_each_other(caller, answerer)
            await caller.until("", lambda seen: "rtt" in seen["figures"], "statistics")
            assert set(caller.seen("")["figures"]) == {"fps", "kbps", "rtt", "loss"}
            await answerer.process.kill()
            # It shows its own input, till somebody answers.
            await caller.until("", lambda seen: seen["state"] != "connected", "the end")
            await caller.until("", lambda seen: same(seen["pixels"], QUARTERS), "its own input")
        async with flitter(screen, answering, place) as answerer:
            await see_each_other(caller, answerer)
            # Another attribute is another connection, for both.
            for one in (caller, answerer):
                one.rewrite(one.file.read_text().replace("s3", "s4"))
                await one.until("", lambda seen: seen["state"] != "connected", "the end")
            await see_each_other(caller, answerer)


async def test_a_picture_is_sharp_in_its_own_size_and_smooth_in_another(
    screen: str, place: Namespace
) -> None:
    halves = """
            !canvas size={0};{0}
                !path
                    !rect size={0}
                    !fill color=1;0;0
                !path
                    !rect point={1};0 size={0}
                    !fill color=0;0;1
"""
    program = f"""
!window size=64;64
    !probe name=:same points=0.49;0.5;0.51;0.5 size=64;64
        !webrtc size=64;64{halves.format(64, 32)}
    !probe name=:less points=0.49;0.5;0.25;0.5 size=64;64
        !webrtc size=64;64{halves.format(2, 1)}
"""
    async with flitter(screen, program, place) as one:
        await one.shows([(255, 0, 0), (0, 0, 255)], "same", state=None)
        seen = await one.until("less", lambda seen: max(seen["pixels"][1]) > 200, "red")
        between, left = seen["pixels"]
        assert left[0] > 200 > 100 > left[2]
        assert between[0] > 100 < between[2], "red and blue mix where their pixels meet"


async def test_two_that_call_each_other_at_once_meet_on_a_server_and_again_on_the_next(
    screen: str, place: Namespace
) -> None:
    ann = window(f"!websocket url='{SERVER}' room=:stage id=:ann call=:bob")
    bob = window(f"!websocket url='{SERVER}' room=:stage id=:bob call=:ann", quarters(OTHERS))
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(flitter(screen, ann, place))
        other = await stack.enter_async_context(flitter(screen, bob, place))
        async with signalling(place):
            await see_each_other(one, other)
        # The server is not needed any more, till one of them begins anew.
        other.rewrite(bob.replace("window size=640;360", "window size=320;180"))
        await one.until("", lambda seen: seen["state"] != "connected", "the end")
        async with signalling(place):
            await see_each_other(one, other)
            assert one.seen("")["size"] == [320, 180]


@asynccontextmanager
async def stranger(place: Namespace, *arguments: str) -> AsyncIterator[Process]:
    async with process([*place.inside, sys.executable, STRANGER, *arguments]) as running:
        yield running


async def sees(running: Process, colours: tuple[tuple[int, int, int], ...]) -> None:
    """Wait until a stranger sees colours, nearly: its decoder and its converter are its own."""

    async def look() -> list[list[int]]:
        assert running.running, running.output
        told = [line for line in running.lines if line.startswith('{"pixels"')]
        return json.loads(told[-1])["pixels"] if told else []

    await until(
        look,
        lambda seen: bool(seen) and same(seen, colours, 8),
        within=WITHIN,
        what=f"{colours} at the stranger",
    )


RELAYED = f"""!window size=640;360
    !probe name=:whip state=:whip points={MIDDLES}
        !webrtc size=320;180 state=:whip bitrate=800000 fps=20
            !whip url='RELAY/whip/stage?name=film' token=:open
{quarters()}
    !probe name=:whep state=:whep points={MIDDLES}
        !webrtc size=320;180 state=:whep
            !whep url='RELAY/whep/stage/film' token=:open
    !probe name=:guest state=:guest points={MIDDLES}
        !webrtc size=320;180 state=:guest codec=:vp8
            !room url='RELAY' room=:stage name=:flitter token=:open show=:film
{quarters(OTHERS)}
    !probe name=:grid state=:grid points=0.125;0.125;0.625;0.125;0.125;0.625;0.625;0.625
        !webrtc size=320;180 state=:grid
            !room url='RELAY' room=:stage name=:wall token=:open show=:grid
    !probe name=:dialect state=:dialect points={MIDDLES}
        !webrtc size=320;180 state=:dialect
            !websocket url='RELAY/flitter' room=:stage id=:member call='room:stage/film'
"""


async def test_pictures_go_through_a_relay(screen: str, place: Namespace, tmp_path: Path) -> None:
    settings = tmp_path / "relay.toml"
    settings.write_text("[signalling]\nrelay = true\n")
    program = RELAYED.replace("RELAY", f"http://{ADDRESS}:8080")
    relay = running_relay("--config", str(settings), place=place, address=ADDRESS)
    async with AsyncExitStack() as whole, AsyncExitStack() as first:
        await first.enter_async_context(relay)
        one = await whole.enter_async_context(flitter(screen, program, place, *SLOWLY))
        for probe in ("whep", "guest", "dialect"):
            await one.shows(QUARTERS, probe)
        # That of the dialect's member is black, and the fourth place is empty.
        cells = [QUARTERS[0], OTHERS[0], (0, 0, 0), (0, 0, 0)]
        await one.until(
            "grid",
            lambda seen: any(same(seen["pixels"], pair) for pair in permutations(cells)),
            "three pictures in a grid",
        )
        await first.aclose()
        for probe in ("whip", "whep", "guest", "grid", "dialect"):
            await one.until(probe, lambda seen: seen["state"] != "connected", "the end")


FOUR = f"""!window size=640;360
    !probe name=:called state=:called points={MIDDLES}
        !webrtc size=321;181 state=:called
            !broadcast call=:them
{quarters(OTHERS)}
    !probe name=:answered state=:answered points={MIDDLES}
        !webrtc size=320;180 state=:answered
            !broadcast answer=:us
{quarters(OTHERS)}
    !probe name=:caller state=:caller points={MIDDLES}
        !webrtc size=320;180 state=:caller
            !websocket url='{SERVER}' room=:a id=:us call=:them
{quarters(OTHERS)}
    !probe name=:callee state=:callee points={MIDDLES}
        !webrtc size=320;180 state=:callee
            !websocket url='{SERVER}' room=:b id=:us
{quarters(OTHERS)}
"""


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_a_stranger_calls_and_answers_in_every_way(
    screen: str, place: Namespace, codec: str
) -> None:
    ways = [
        ("broadcast", "answer", "them"),
        ("broadcast", "call", "us"),
        ("websocket", SERVER, "a", "them"),
        ("websocket", SERVER, "b", "them", "--call", "us"),
    ]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(signalling(place))
        one = await stack.enter_async_context(flitter(screen, FOUR, place, *SLOWLY))
        strangers = [
            await stack.enter_async_context(stranger(place, *way, "--codec", codec)) for way in ways
        ]
        for probe in ("called", "answered", "caller", "callee"):
            await one.shows(QUARTERS, probe)
        for each in strangers:
            await sees(each, OTHERS)


@pytest.mark.browser
async def test_a_room_brings_flitter_and_chromium_together(screen: str, place: Namespace) -> None:
    plain = quarters([(55, 215, 165)] * 4)
    address = f"http://{ADDRESS}:8080"
    program = window(f"!room url='{address}' room=:stage name=:flitter show=:cam", plain)
    async with (
        running_relay(place=place, address=ADDRESS) as relay,
        flitter(screen, program, place) as one,
        chromium(inside=place.inside, flags=SHOW_ADDRESSES) as browser,
        client(browser, relay.url) as publisher,
        client(browser, relay.url) as viewer,
    ):
        options = {"colour": "rgb(200 40 90)", "codec": "H264", "audio": False}
        assert (await publisher.publish("/whip/stage?name=cam", **options))["status"] == 201
        await one.until("", lambda seen: same(seen["pixels"], [(200, 40, 90)] * 4, 8), "Chromium")
        assert (await viewer.watch("/whep/stage/flitter"))["status"] == 201
        await shows_colour(viewer, (55, 215, 165), off=8)


def turned(by: int) -> list[tuple[int, int, int]]:
    """The four colours, beginning with another one."""
    return [*QUARTERS[by:], *QUARTERS[:by]]


def node(name: str, role: str, colours: list[tuple[int, int, int]], size: str = "320;180") -> str:
    return f"""    !probe id=:probe_{name} name=:{name} state=:{name} points={MIDDLES} size={size}
        !webrtc id=:{name} state=:{name}
            !broadcast {role}=:{name}
{quarters(colours)}
"""


async def test_nodes_come_go_and_change_beside_each_other(screen: str, place: Namespace) -> None:
    a, b, c = (node(name, "call", turned(by)) for by, name in enumerate("abc"))
    # The last window has no connection: nothing may be drawn to it instead of to the others.
    last = f"""!window size=640;360
    !probe name=:rest state=:c points={MIDDLES}
{quarters(OTHERS, 8)}
"""
    head = "!window size=320;180\n"
    there = "".join(node(name, "answer", turned(3 - by)) for by, name in enumerate("abc"))
    async with (
        flitter(screen, head + a + b + head + c + last, place) as one,
        flitter(screen, head + there, place) as other,
    ):

        async def see_each_other(names: str) -> None:
            for name in names:
                by = "abc".index(name)
                await one.shows(turned(3 - by), name)
                await other.shows(turned(by), name)

        await see_each_other("abc")
        await one.shows(OTHERS, "rest")
        # Without c, and in another order: those that stay go on as they were.
        other.forget()
        one.rewrite(head + b + a + last)
        await one.until("rest", lambda seen: seen["state"] is None, "the key to be cleared")
        await other.until("c", lambda seen: seen["state"] != "connected", "the end of c")
        await see_each_other("ab")
        told = [json.loads(line) for line in other.process.lines if line.startswith("{")]
        assert {line["state"] for line in told if line["name"] in "ab"} == {"connected"}
        # Of another size it is another connection.
        one.rewrite(head + node("a", "call", turned(0), "160;90") + b + c + last)
        await other.until("a", lambda seen: seen["size"] == [160, 90], "the other size")
        await see_each_other("abc")
        await one.shows(OTHERS, "rest")


BY_FILES = """
import asyncio
from pathlib import Path

from flitter_webrtc.signalling import Signalling


class Files(Signalling):
    def __init__(self):
        self._task = None
        self._folder = None

    async def update(self, webrtc, node):
        folder = node.get("folder", 1, str)
        if folder != self._folder:
            await self.release()
            self._folder = folder
            talk = self._call if node.get("call", 1, bool, False) else self._answer
            self._task = asyncio.create_task(talk(webrtc, Path(folder)))

    async def release(self):
        if self._task is not None:
            self._task.cancel()
        self._task = None

    async def _call(self, webrtc, folder):
        await webrtc.create_peer_connection()
        await webrtc.create_offer()
        assert webrtc.connection_state == "new"
        (folder / "answer").unlink(missing_ok=True)
        (folder / "offer").write_text(webrtc.offer)
        await webrtc.finish(await self._read(folder / "answer"))

    async def _answer(self, webrtc, folder):
        offer = await self._read(folder / "offer")
        (folder / "offer").unlink()
        await webrtc.create_peer_connection()
        await webrtc.create_answer(offer)
        (folder / "answer").write_text(webrtc.answer)

    async def _read(self, path):
        while not path.exists() or not path.read_text().endswith("\\n"):
            await asyncio.sleep(0.05)
        return path.read_text()

    def __str__(self):
        return "Files"
"""
"""A signalling node as one would write it for the original plugin."""


async def test_a_signalling_node_for_the_original_plugin_works_unchanged(
    screen: str, place: Namespace, tmp_path: Path
) -> None:
    information = tmp_path / "byfiles-1.0.dist-info"
    information.mkdir()
    (tmp_path / "byfiles.py").write_text(BY_FILES)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: byfiles\nVersion: 1.0\n")
    entry = "[flitter_webrtc.signalling]\nfiles = byfiles:Files\n"
    (information / "entry_points.txt").write_text(entry)
    calling = window(f"!files folder='{tmp_path}' call=true")
    answering = window(f"!files folder='{tmp_path}'", quarters(OTHERS))
    async with flitter(screen, calling, place, more=[tmp_path]) as caller:
        async with flitter(screen, answering, place, more=[tmp_path]) as answerer:
            await see_each_other(caller, answerer)
        # It ends for the caller, which begins anew by itself.
        await caller.until("", lambda seen: seen["state"] != "connected", "the end")
        async with flitter(screen, answering, place, more=[tmp_path]) as answerer:
            await see_each_other(caller, answerer)


async def test_where_the_original_is_installed_too_it_says_so_and_stops(tmp_path: Path) -> None:
    information = tmp_path / "flitter_webrtc-1.0.dist-info"
    information.mkdir()
    about = "Metadata-Version: 2.1\nName: flitter-webrtc\nVersion: 1.0\n"
    (information / "METADATA").write_text(about)
    entry = "[flitter.render.window]\nwebrtc = flitter_webrtc.shader:WebRTC\n"
    (information / "entry_points.txt").write_text(entry)
    code = "import trunkline.flitter_plugin.node"
    environment = {"PYTHONPATH": str(tmp_path)}
    async with process([sys.executable, "-c", code], environment=environment) as running:
        await said(running, "pip uninstall flitter-webrtc")


EXAMPLES = Path(__file__).parents[2] / "examples" / "flitter"


def example(name: str) -> str:
    return (EXAMPLES / f"{name}.fl").read_text()


async def gets_pictures(running: Flitter, name: str, spread: float) -> None:
    """Wait until a node shows a picture from elsewhere that is not of one colour."""

    def good(seen: dict[str, Any]) -> bool:
        return bool(seen["state"] == "connected" and seen["spread"] > spread)

    await running.until(name, good, f"pictures for {name}")


async def test_the_examples_of_calls_run(screen: str, place: Namespace) -> None:
    async with (
        flitter(screen, example("caller"), place, watched=True) as caller,
        flitter(screen, example("transceiver"), place, watched=True) as transceiver,
        flitter(screen, example("receiver"), place, watched=True) as receiver,
    ):
        for running, name in ((transceiver, "incoming"), (receiver, "call"), (caller, "call")):
            await gets_pictures(running, name, 30)
        # The receiver sends black.
        await transceiver.until(
            "outgoing", lambda seen: seen["pixels"] == [[0, 0, 0, 255]], "black of the receiver"
        )


async def test_the_example_of_a_room_runs(screen: str, place: Namespace) -> None:
    async with (
        running_relay(place=place),
        flitter(screen, example("room"), place, watched=True) as one,
        flitter(screen, example("room"), place, watched=True) as other,
    ):
        for running in (one, other):
            await gets_pictures(running, "call", 30)


def test_every_example_is_run() -> None:
    names = {"caller", "receiver", "transceiver", "room"}
    assert {path.stem for path in EXAMPLES.iterdir()} == names
