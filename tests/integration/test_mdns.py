"""Relays that find each other on a local network, in namespaces."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from support.network import Namespace, star
from support.process import process
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = pytest.mark.timeout(120)

RESOLVE = "import asyncio, sys; from trunkline.net.mdns import resolve_local; "
RESOLVE += "print(' '.join(asyncio.run(resolve_local(sys.argv[1]))) or 'nobody')"


async def found(relay: RunningRelay) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(await relay.get("/api/v1/nearby"))["relays"]
    return told


async def dialled(relay: RunningRelay) -> dict[str, Any]:
    (trunk,) = json.loads(await relay.get("/api/v1/trunks"))["trunks"]
    return dict(trunk)


async def resolved(place: Namespace, name: str) -> list[str]:
    async with process([*place.inside, sys.executable, "-c", RESOLVE, name]) as asking:
        async with asyncio.timeout(60):
            await asking.inner.wait()
    return asking.output.split()


@pytest.mark.parametrize("version", [4, 6])
async def test_relays_of_a_network_find_each_other(version: Any, tmp_path: Path) -> None:
    settings = tmp_path / "second.toml"
    settings.write_text('trunks = [{ url = "https://box.local:8080", insecure = true }]\n')
    options = ("--http-prefix", "/live", "--config", str(settings))
    with star(1, version=version) as network:
        here, there = network.hub, network.clients[0]
        address, other = network.hub_addresses[0], network.addresses[0]
        async with (
            running_relay(place=here, address=address, tls=True, machine="box") as first,
            running_relay(*options, place=there, address=other, machine="Attic.lan") as second,
        ):
            seen = await until(lambda: found(first), bool, within=30, what="the second is found")
            url = "http://attic.local:8080/live"
            assert seen == [{"name": "attic", "url": url, "addresses": [other]}]
            seen = await until(lambda: found(second), bool, within=30, what="the first is found")
            url = "https://box.local:8080"
            assert seen == [{"name": "box", "url": url, "addresses": [address]}]
            trunk = await until(
                lambda: dialled(second),
                lambda one: one["state"] == "up",
                within=30,
                what="the second has a trunk with the first, by its name",
            )
            assert trunk["relay"]["name"] == "box"
            assert await resolved(there, "box.local") == [address]
            assert await resolved(here, "attic.local.") == [other]
            assert await second.process.stop(10) == 0
            await until(lambda: found(first), lambda seen: not seen, within=30, what="a goodbye")


async def test_nothing_is_told_where_it_is_turned_off() -> None:
    with star(1) as network:
        here, there = network.hub, network.clients[0]
        address = network.hub_addresses[0]
        there.count(f"ip saddr {address} udp dport 5353")
        async with running_relay("--no-mdns", place=here, address=address, machine="box"):
            assert await resolved(there, "box.local") == ["nobody"]
            assert there.counted() == 0
