"""`!broadcast` without Flitter: what comes on its port, and how calls come about all the same."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from support.flitter import ADDRESS, local_network
from support.network import Namespace
from support.waiting import until
from trunkline.client.link import Link
from trunkline.client.network import Network
from trunkline.client.video_output import VideoSettings
from trunkline.flitter_plugin.broadcast import PORT, SECRET, Broadcast
from trunkline.flitter_plugin.call import Call, Options
from trunkline.model.flitter import Answer, Offer
from trunkline.net.clock import wall
from trunkline.protocol.flitter.datagram import LIMIT, Post, derive_key

pytestmark = pytest.mark.timeout(60)

NAME = "stage"
WITHIN = 20.0


@pytest.fixture(scope="module")
def place() -> Iterator[Namespace]:
    with local_network() as made:
        # More addresses than fit into a datagram.
        for number in range(40):
            made.run("ip", "address", "add", f"fd00:99::{number:x}1/64", "dev", "lo", "nodad")
        yield made


@pytest.fixture(scope="module")
def post() -> Callable[[], Post]:
    """Seals and opens as the other end does; each knows only what it has seen itself."""
    key = derive_key(SECRET, NAME)
    return lambda: Post(key)


def inside(place: Namespace, work: Callable[[], Awaitable[None]]) -> None:
    """Run this in a loop whose sockets are in a network of their own."""

    async def all_of_it() -> None:
        await work()

    place.call(lambda: asyncio.run(all_of_it()))


def new_call(*addresses: str) -> Call:
    network = Network(addresses=addresses, silence=4.5)
    return Call(Options(size=(64, 48), video=VideoSettings(), network=network))


@asynccontextmanager
async def running(broadcast: Broadcast, call: Call) -> AsyncIterator[Call]:
    task = asyncio.get_running_loop().create_task(broadcast.run(call))
    try:
        yield call
    finally:
        task.cancel()
        await asyncio.wait([task])


async def connects(*calls: Call) -> None:
    async def look() -> list[str | None]:
        return [call.state for call in calls]

    await until(look, lambda seen: set(seen) == {"connected"}, within=WITHIN, what="all connected")


def now() -> int:
    return wall() // 1000


def sender() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.bind((ADDRESS, 0))
    return made


async def hears(sock: socket.socket, post: Post, offer: bytes) -> Any:
    """What is answered to an offer, which is sent until something is."""
    loop = asyncio.get_running_loop()
    for _ in range(20):
        sock.sendto(offer, (ADDRESS, PORT))
        try:
            async with asyncio.timeout(1):
                return post.read((await loop.sock_recvfrom(sock, 2_000))[0], now())
        except TimeoutError:
            continue
    raise AssertionError("no answer came")


@pytest.mark.parametrize("host", ["", ADDRESS, "127.0.0.1"])
def test_two_find_each_other_on_every_address(place: Namespace, host: str) -> None:
    async def work() -> None:
        caller, answerer = new_call(), new_call()
        async with (
            running(Broadcast(NAME, is_caller=False, host=host), answerer),
            running(Broadcast(NAME, is_caller=True, host=host), caller),
        ):
            await connects(caller, answerer)

    inside(place, work)


def test_an_offer_of_many_addresses_fits_into_a_datagram(
    place: Namespace, post: Callable[[], Post]
) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
            sock.setblocking(False)
            sock.bind(("", PORT))
            async with running(Broadcast(NAME, is_caller=True), new_call()), asyncio.timeout(20):
                datagram, _ = await loop.sock_recvfrom(sock, 65_536)
        assert len(datagram) <= LIMIT
        offer = post().read(datagram, now())
        assert isinstance(offer, Offer)
        assert f" {ADDRESS} " in offer.sdp

    inside(place, work)


def test_what_is_no_offer_for_us_is_ignored_with_one_line(
    place: Namespace, post: Callable[[], Post], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    async def work() -> None:
        stranger = Post(derive_key("another secret", NAME))
        old = post().write(Offer("v=0"), now() - 60, os.urandom(16))
        call = new_call()
        async with running(Broadcast(NAME, is_caller=False), call):
            with closing(sender()) as sock:

                async def complaints() -> set[str]:
                    for nonsense in (
                        b"nonsense",
                        os.urandom(300),
                        b"\x80" + os.urandom(5_000),
                        stranger.write(Offer("v=0"), now(), os.urandom(16)),
                        old,
                    ):
                        sock.sendto(nonsense, (ADDRESS, PORT))
                    return reasons(caplog)

                await until(
                    complaints, lambda seen: len(seen) == 4, within=WITHIN, what="four reasons"
                )
                async with Link(Network(addresses=[ADDRESS])) as link:
                    link.send_video()
                    link.receive_video()
                    offer = Offer(await link.offer())
                    sealed = post().write(offer, now(), os.urandom(16))
                    # The same datagram twice is a replay: only the first is answered.
                    answer = await hears(sock, post(), sealed)
                    await link.accept_answer(answer.sdp)
                    await connects(call)

    inside(place, work)
    lines = [line for line in caplog.messages if "is ignored" in line]
    assert len(lines) == len(reasons(caplog))


def reasons(log: pytest.LogCaptureFixture) -> set[str]:
    """Why datagrams were ignored."""
    found = {line.partition("is ignored: ")[2] for line in log.messages}
    return found - {"", "it came before"}


def test_an_answer_that_was_lost_is_given_again(place: Namespace, post: Callable[[], Post]) -> None:
    async def work() -> None:
        async with (
            running(Broadcast(NAME, is_caller=False), new_call()),
            Link(Network(addresses=[ADDRESS])) as link,
        ):
            link.send_video()
            link.receive_video()
            offer, ours = Offer(await link.offer()), post()

            def sealed() -> bytes:
                return ours.write(offer, now(), os.urandom(16))

            with closing(sender()) as sock, closing(sender()) as again:
                first = await hears(sock, ours, sealed())
                assert isinstance(first, Answer)
                assert await hears(again, ours, sealed()) == first
                await link.accept_answer(first.sdp)
                await link.connected()

    inside(place, work)


def test_who_comes_back_with_another_offer_is_answered(
    place: Namespace, post: Callable[[], Post]
) -> None:
    async def work() -> None:
        ours = post()
        async with running(Broadcast(NAME, is_caller=False), new_call()):
            with closing(sender()) as sock:
                for _ in range(2):  # the first of them never takes its answer
                    async with Link(Network(addresses=[ADDRESS])) as link:
                        link.send_video()
                        link.receive_video()
                        offer = Offer(await link.offer())
                        sealed = ours.write(offer, now(), os.urandom(16))
                        await hears(sock, ours, sealed)

    inside(place, work)
