"""Sessions come and go at random; afterwards the relay holds what it held at the start.

`make soak SECONDS=600 SEED=7` runs all of it. A short run is among the ordinary tests.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from soak.relay import MIB, Subject, subject
from soak.strangers import strangers
from support import loadgen
from support.offer import offer
from support.site import SDP

SECONDS = float(os.environ.get("SOAK_SECONDS") or 240)
SEED = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1_000_000))
ROUNDS = 4
MARGIN = 24 * MIB
"""By which memory may be above the start: what is imported late, and what the allocator keeps."""
GROWTH = 6 * MIB
"""By which it may differ between the middle and the end, both idle: a hundred sessions' worth."""
EACH = 100 << 10
"""Bytes of a session that waits for its client."""
LIGHT = ("--rate=100", "--burst=5", "--size=400")


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Subject]:
    async with subject(tmp_path) as running:
        yield running


async def churn(relay: Subject, seed: int, seconds: float) -> dict[str, Any]:
    """Everybody comes and goes for a time; what happened."""
    shape = ("--publishers=4", "--viewers=8", f"--seconds={round(seconds)}", f"--seed={seed}")
    mass = loadgen.run("churn", relay.url, "soak", *shape, *LIGHT)
    async with asyncio.TaskGroup() as group:
        everybody = group.create_task(mass)
        badly = group.create_task(strangers(relay.url, "soak", seconds, random.Random(seed)))
    events = everybody.result()
    assert badly.result() > 0
    assert events["damaged"] == 0
    # Nobody was sent away, nobody was left without a picture.
    assert events["ended"] <= events["opened"] // 50
    assert events["connected"] > events["opened"] // 2
    assert events["served"] > events["connected"] // 4
    return events


def tell(what: str, now: object) -> None:
    # pytest shows it when the test fails, and `make soak` always.
    print(f"{what}: {now}")  # noqa: T201


@pytest.mark.timeout(120)
async def test_what_comes_goes(relay: Subject) -> None:
    start = await relay.read()
    events = await churn(relay, seed=1, seconds=8)
    end = await relay.settled(start)
    # How they left is known: by DELETE, by DTLS, by silence, by never connecting.
    assert end.ends["left"] >= events["deleted"]
    assert end.ends["peer"] > 0
    assert end.ends["silent"] > 0
    assert end.ends["never-connected"] > 0
    assert set(end.ends) == {"left", "peer", "silent", "never-connected"}
    assert events["restarted"] > 0


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 600)
async def test_nothing_grows(relay: Subject) -> None:
    start = await relay.read()
    tell(f"seed {SEED}, start", start)
    idle = []
    for number in range(ROUNDS):
        events = await churn(relay, SEED + number, SECONDS / ROUNDS)
        tell(f"round {number + 1} of {ROUNDS}", events)
        idle.append(await relay.settled(start))
        tell("settled", idle[-1])
    assert idle[-1].memory - start.memory < MARGIN
    assert idle[-1].memory - idle[ROUNDS // 2 - 1].memory < GROWTH


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_a_thousand_that_never_connect_disturb_nobody(relay: Subject) -> None:
    start = await relay.read()
    shape = ("--viewers=2", "--seconds=5", "--windows=11", f"--pid={relay.pid}")
    idle = []
    async with asyncio.TaskGroup() as group:
        viewers = group.create_task(loadgen.run("run", relay.url, "real", *shape, *LIGHT))
        for number in (1, 2):
            await ghosts(relay.url, rooms=4, each=125)
            full = await relay.read()
            tell("all are there", full)
            assert full.memory - start.memory < 1000 * EACH
            idle.append(await relay.ended("never-connected", number * 1000))
            tell("all are gone", idle[-1])
        assert not viewers.done()
    figures = viewers.result()
    await relay.settled(start)
    # The allocator keeps what they had, and gives it to the next.
    assert idle[1].memory - idle[0].memory < 2 * GROWTH
    assert figures["faults"]["sessions_ended"] == figures["faults"]["damaged"] == 0
    for window in figures["windows"]:
        assert window["expected"] > 0
        assert window["lost"] == 0


async def ghosts(url: str, rooms: int, each: int) -> None:
    """Open sessions and never connect them: so many publishers in each room, then viewers."""

    async def enter(http: aiohttp.ClientSession, path: str, direction: str) -> None:
        async with http.post(path, data=offer(direction), headers=SDP) as answer:
            assert answer.status == 201, await answer.text()

    # Eight at once.
    connector = aiohttp.TCPConnector(limit=8)
    async with aiohttp.ClientSession(url, connector=connector) as http:
        for kind, direction in (("whip", "sendonly"), ("whep", "recvonly")):
            async with asyncio.TaskGroup() as group:
                for number in range(rooms * each):
                    path = f"/{kind}/ghost{number % rooms}"
                    group.create_task(enter(http, path, direction))
