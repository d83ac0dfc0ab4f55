"""`trunkline client`: what a person sees of a server."""

import sys

import pytest

from support.process import Process, process
from support.signalling import serving
from support.waiting import until

COMMAND = (sys.executable, "-m", "trunkline", "client")


async def prints(running: Process, *lines: str) -> None:
    async def look() -> list[str]:
        assert running.running or set(lines) <= set(running.lines), running.output
        return list(running.lines)

    await until(look, lambda said: set(lines) <= set(said), within=30, what=str(lines))


@pytest.mark.timeout(90)
async def test_two_call_each_other_and_one_is_told_of_the_end() -> None:
    async with (
        serving("gstreamer") as url,
        process([*COMMAND, "gstreamer", "--url", url, "--id", "bob"]) as bob,
    ):
        await prints(bob, "> HELLO bob", "< HELLO")
        calling = [*COMMAND, "gstreamer", "--url", url, "--id", "ann", "--call", "bob"]
        async with process(calling) as ann:
            await prints(ann, "> SESSION bob", "< SESSION_OK")
        await prints(bob, "The server hung up: 1000")


@pytest.mark.timeout(90)
async def test_a_room_is_entered_and_listed() -> None:
    async with serving("gstreamer") as url:
        entering = [*COMMAND, "gstreamer", "--url", url, "--room", "studio", "--id"]
        async with process([*entering, "ann"]) as ann:
            await prints(ann, "< ROOM_PEER_LIST")
            async with process([*entering, "bob"]) as bob:
                await prints(bob, "< ROOM_OK ann", "< ROOM_PEER_LIST ann")
                await prints(ann, "< ROOM_PEER_JOINED bob")


@pytest.mark.timeout(90)
async def test_a_producer_is_seen_by_a_listener_of_webrtcsink() -> None:
    async with serving("webrtcsink") as url:
        about = ["--role", "producer", "--meta", '{"name": "cam"}']
        async with process([*COMMAND, "webrtcsink", "--url", url, *about]) as producer:
            await prints(producer, '< {"type":"listConsumers","consumers":[]}')
            listed = next(line for line in producer.lines if '"producers"' in line)
            async with process([*COMMAND, "webrtcsink", "--url", url]) as listener:
                await prints(listener, listed)


@pytest.mark.timeout(90)
async def test_a_call_of_flitter_arrives() -> None:
    async with (
        serving("flitter") as url,
        process([*COMMAND, "flitter", "--url", url, "--id", "bob"]) as bob,
    ):
        await prints(bob, '< {"type":"members","members":["bob"]}')
        calling = [*COMMAND, "flitter", "--url", url, "--id", "ann", "--call", "bob"]
        async with process(calling):
            await prints(bob, '< {"type": "call", "to": "bob", "offer": "","from":"ann"}')


async def test_where_nobody_listens_it_says_so() -> None:
    async with process([*COMMAND, "flitter", "--url", "http://127.0.0.1:1"]) as running:
        assert await running.inner.wait() == 1
    assert "http://127.0.0.1:1 cannot be reached" in running.output
    assert "Traceback" not in running.output
