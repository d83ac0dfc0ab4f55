"""Real Flitters that reach each other only by STUN and TURN servers (coturn)."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from support.coturn import coturn
from support.flitter import (
    ADDRESS,
    QUARTERS,
    Flitter,
    display,
    flitter,
    local_network,
    quarters,
    said,
    window,
)
from support.network import Namespace, homes, star, wall
from support.process import process

pytestmark = [pytest.mark.peer, pytest.mark.timeout(150)]

OTHERS = ((0, 255, 255), (255, 0, 255), (255, 255, 255), (64, 128, 192))
PLAIN = "!webrtc state=:call"


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    with display() as name:
        yield name


def programs(server: str) -> list[str]:
    """Two that call each other in a room on a server."""
    talk = f"!websocket url='http://{server}:8080/' room=:stage id="
    return [window(f"{talk}:ann call=:bob"), window(f"{talk}:bob", quarters(OTHERS))]


def helped(program: str, *servers: str) -> str:
    """The same with `ice=`."""
    return program.replace(PLAIN, f"{PLAIN} ice={';'.join(map(repr, servers))}")


@asynccontextmanager
async def two(
    screen: str, hub: Namespace, address: str, places: Sequence[Namespace], texts: Sequence[str]
) -> AsyncIterator[list[Flitter]]:
    """Both Flitters, each in its place, and the signalling server in the middle."""
    server = [*hub.inside, sys.executable, "-m", "flitter_webrtc", "--host", address]
    async with AsyncExitStack() as stack:
        await said(await stack.enter_async_context(process(server)), "Listening")
        yield [
            await stack.enter_async_context(flitter(screen, text, place, "--fps", "15"))
            for text, place in zip(texts, places, strict=True)
        ]


async def see_each_other(both: Sequence[Flitter]) -> None:
    for one, colours in zip(both, (OTHERS, QUARTERS), strict=True):
        await one.shows(colours)


async def test_pictures_go_by_a_turn_server_and_without_it_both_say_that_none_come(
    screen: str,
) -> None:
    with star(2) as net:
        wall(net)
        address = net.hub_addresses[0]
        texts = programs(address)
        async with (
            coturn(net.hub, address),
            two(screen, net.hub, address, net.clients, texts) as both,
        ):
            for one in both:
                await said(one.process, "ice= can name a TURN server")
                assert one.seen("")["state"] != "connected"
            for one, text in zip(both, texts, strict=True):
                one.rewrite(helped(text, f"turn:ann:secret@{address}"))
            await see_each_other(both)


async def test_a_stun_server_brings_two_behind_address_translation_together(screen: str) -> None:
    with homes(2) as net:
        address = net.hub_addresses[0]
        texts = [helped(text, f"stun:{address}") for text in programs(address)]
        async with (
            coturn(net.hub, address),
            two(screen, net.hub, address, net.places, texts) as both,
        ):
            await see_each_other(both)


FAULTS = {
    "http://turn.example": "neither stun: nor turn:",
    "turns:ann:secret@turn.example": "not reached by plain UDP",
    "turn:turn.example": "needs a name and a credential",
    "stun:nothing.invalid": "'nothing.invalid' cannot be resolved",
    f"stun:{ADDRESS}:9": f"stun:{ADDRESS}:9 of ice= gave no address",
    f"turn:ann:secret@{ADDRESS}:9": f"turn:{ADDRESS}:9 of ice= gave no address",
}


async def test_servers_that_are_of_no_use_are_told_once_and_stop_nothing(screen: str) -> None:
    calling = helped(window("!broadcast call=:x"), *FAULTS)
    answering = window("!broadcast answer=:x", quarters(OTHERS))
    with local_network() as place:
        async with (
            flitter(screen, calling, place) as caller,
            flitter(screen, answering, place) as answerer,
        ):
            await see_each_other((caller, answerer))
            complaints = caller.complaints()
            assert {
                fault: complaints.count(told) for fault, told in FAULTS.items()
            } == dict.fromkeys(FAULTS, 1)
            assert "secret" not in complaints
            assert "ice=" not in answerer.complaints()
