"""What nobody should send, over real sockets, while others talk: an answer or silence."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from io import BytesIO

import aiohttp
import psutil
import pytest
from playwright.async_api import Browser

from support.browser import ONE_LOOP
from support.client import Client, client, has_sound, publishing, shows_moving_picture
from support.offer import offer
from support.relay import RunningRelay
from support.waiting import until
from support.wire import Tap, binding_request, garbage, send, truncations, with_ssrc

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), ONE_LOOP]

SDP = "application/sdp"
SPARE = 4
"""Descriptors that requests of the test itself may hold."""
MAX_FROM_ONE = 32
"""Connections of one address that are nobody's yet."""
GROWTH = 40 * 2**20
"""Bytes that the relay may grow by while it is attacked."""


@asynccontextmanager
async def undisturbed(browser: Browser, relay: RunningRelay) -> AsyncIterator[tuple[str, Client]]:
    """A call that must go on, in memory that stays; gives the publisher's answer and the viewer."""
    async with client(browser, relay.url) as publisher, client(browser, relay.url) as viewer:
        published = await publisher.publish(f"{relay.url}/whip/room?name=ann", codec="VP8")
        assert published["status"] == 201, published
        await publishing(publisher)
        assert (await viewer.watch(f"{relay.url}/whep/room"))["status"] == 201
        await shows_moving_picture(viewer)
        process = psutil.Process(relay.process.inner.pid)
        before = process.memory_info().rss
        yield published["body"], viewer
        await shows_moving_picture(viewer)
        await has_sound(viewer)
        assert relay.process.running
        assert process.memory_info().rss - before < GROWTH
        assert list(await relay.rooms()) == ["room"]
        assert "Traceback" not in relay.process.output, relay.process.output


def without(pattern: str) -> str:
    return re.sub(pattern, "", offer(), flags=re.MULTILINE)


BAD_REQUESTS = {
    "malformed": ("POST", "/whip/x", SDP, b"v=0\r\nthis is not SDP\r\n", {400}),
    "binary": ("POST", "/whip/x", SDP, bytes(range(256)) * 4, {400}),
    "empty": ("POST", "/whip/x", SDP, b"", {400}),
    "no-fingerprint": ("POST", "/whip/x", SDP, without(r"^a=fingerprint.*\n").encode(), {400, 422}),
    "no-ice": ("POST", "/whip/x", SDP, without(r"^a=ice-.*\n").encode(), {400, 422}),
    "wrong-way": ("POST", "/whip/x", SDP, offer("recvonly").encode(), {400, 422}),
    "wrong-way-whep": ("POST", "/whep/room", SDP, offer("sendonly").encode(), {400, 422}),
    "wrong-type": ("POST", "/whip/x", "application/json", offer().encode(), {415}),
    "ten-megabytes": ("POST", "/whip/x", SDP, b"v=0\r\n" + b"a=x\r\n" * 2_000_000, {413}),
    "nobody-publishes": ("POST", "/whep/x", SDP, offer("recvonly").encode(), {409}),
    "name-in-use": ("POST", "/whip/room?name=ann", SDP, offer().encode(), {409}),
    "unknown-session": ("DELETE", "/session/unknown", None, b"", {404}),
    "patch-unknown-session": (
        "PATCH",
        "/session/unknown",
        "application/trickle-ice-sdpfrag",
        b"a=end-of-candidates\r\n",
        {404},
    ),
}


async def test_bad_requests_are_answered(browser: Browser, relay: RunningRelay) -> None:
    async with undisturbed(browser, relay), aiohttp.ClientSession() as session:
        for name, (method, path, kind, body, statuses) in BAD_REQUESTS.items():
            headers = {} if kind is None else {"Content-Type": kind}
            request = session.request(method, relay.url + path, data=BytesIO(body), headers=headers)
            try:
                async with request as response:
                    problem = await response.json(content_type="application/problem+json")
                    assert response.status in statuses, (name, problem)
                    assert problem["detail"], name
            except aiohttp.ClientOSError:
                # A server need not read ten megabytes before it closes.
                assert name == "ten-megabytes"


async def test_garbage_on_the_media_port_is_ignored(browser: Browser, relay: RunningRelay) -> None:
    async with undisturbed(browser, relay) as (answer, _):
        ufrag = re.search(r"^a=ice-ufrag:(\S+)", answer, flags=re.MULTILINE)
        assert ufrag is not None
        known = binding_request(f"{ufrag.group(1)}:abcd")
        unknown = binding_request("nobody:abcd")
        before = await relay.metric("trunkline_datagrams_dropped_total")
        datagrams = [*garbage(3000, seed=1), *truncations(known), *truncations(unknown)]
        datagrams += [known, unknown] * 100
        await asyncio.to_thread(send, relay.media_port, datagrams)

        async def dropped() -> float:
            return await relay.metric("trunkline_datagrams_dropped_total") - before

        await until(dropped, lambda count: count > 1000, within=5, what="datagrams dropped")


async def test_repeated_and_foreign_rtp_is_ignored(browser: Browser, relay: RunningRelay) -> None:
    tap = Tap()
    try:
        async with undisturbed(browser, relay) as (_, viewer):
            frames = await asyncio.to_thread(tap.catch, relay.media_port, 100)
            before = await relay.metric("trunkline_packets_total")
            await asyncio.to_thread(tap.repeat, frames * 40)
            foreign = [with_ssrc(frame, 0x5EED + n) for n, frame in enumerate(frames * 20)]
            await asyncio.to_thread(tap.repeat, foreign)
            await shows_moving_picture(viewer)
            # 6,000 came that must not count, and a few hundred that must.
            assert await relay.metric("trunkline_packets_total") - before < 4000
    finally:
        tap.close()


async def test_publisher_with_undeclared_streams_disturbs_nobody(
    browser: Browser, relay: RunningRelay
) -> None:
    async with undisturbed(browser, relay), client(browser, relay.url) as odd:
        # Neither SSRCs nor the mid in the packets: nothing says where they belong.
        await odd.page.evaluate(
            """() => {
              const post = window.fetch;
              window.fetch = (url, options) => post(url, { ...options, body: options.body
                ?.replace(/^a=(ssrc|ssrc-group|extmap):?.*\\r\\n/gm, "") });
            }"""
        )
        published = await odd.publish(f"{relay.url}/whip/room?name=odd", codec="VP8")
        assert published["status"] in (201, 400, 422)
        if published["status"] == 201:
            await publishing(odd)
            assert await odd.leave() == 200


def half_open(kind: str, port: int, number: int) -> socket.socket:
    """A connection to the media port of one of 20 clients that makes no use of it."""
    silent = b""
    unknown = binding_request("nobody:abcd")
    said = {
        "silent": silent,
        "half": len(unknown).to_bytes(2) + unknown[:7],
        "header": b"\0",
        "empty": b"\0\0" * 500,
        "garbage": b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n" * 300,
        "long": b"\xff\xff" + bytes(70_000),
        "unknown": len(unknown).to_bytes(2) + unknown,
    }[kind]
    made = socket.create_connection(
        ("127.0.0.1", port), timeout=10, source_address=(f"127.0.1.{number % 20 + 1}", 0)
    )
    try:
        made.sendall(said)
    except ConnectionError:
        pass  # closed already, as it should be
    return made


def is_closed(connection: socket.socket) -> bool:
    """Whether the relay has closed it."""
    try:
        return connection.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


async def test_connections_that_are_nobodys_are_few_and_soon_gone(
    browser: Browser, relay: RunningRelay
) -> None:
    kinds = ("silent", "half", "header", "empty", "garbage", "long", "unknown")
    async with undisturbed(browser, relay):
        process = psutil.Process(relay.process.inner.pid)
        before = process.num_fds()
        with ExitStack() as stack:
            made = []
            for number in range(700):
                one = half_open(kinds[number % len(kinds)], relay.media_port, number)
                made.append(stack.enter_context(one))

            async def left() -> int:
                return sum(not is_closed(one) for one in made)

            # What says nothing wrong may stay for seconds, up to 256 of them.
            await until(left, lambda count: count <= 256, within=10, what="the oldest closed")
            assert process.num_fds() <= before + 256 + SPARE
            await until(left, lambda count: count == 0, within=30, what="all closed")

        async def descriptors() -> int:
            return process.num_fds()

        await until(
            descriptors, lambda now: now <= before + SPARE, within=10, what="descriptors given back"
        )


async def test_one_address_has_few_connections_that_are_nobodys(
    browser: Browser, relay: RunningRelay
) -> None:
    async with undisturbed(browser, relay):
        process = psutil.Process(relay.process.inner.pid)
        before = process.num_fds()
        most = 0
        with ExitStack() as stack:
            made = [
                stack.enter_context(half_open("silent", relay.media_port, 0)) for _ in range(100)
            ]

            async def left() -> int:
                nonlocal most
                most = max(most, process.num_fds())
                return sum(not is_closed(one) for one in made)

            await until(left, lambda count: count <= MAX_FROM_ONE, within=10, what="few left")
            assert most <= before + MAX_FROM_ONE + SPARE
            await until(left, lambda count: count == 0, within=30, what="all closed")
