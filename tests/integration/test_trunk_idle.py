"""What crosses a trunk while nobody at its far end watches."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from support.network import Namespace, star
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = pytest.mark.timeout(120)

LINK = "client1"
SECONDS = 8
MOST = 10_000
"""Bits a second, both directions together, headers from IP on."""


def count(place: Namespace) -> None:
    """Count all that comes and goes over the link."""
    place.rules("add table inet idle")
    for hook, name in (("input", "iifname"), ("output", "oifname")):
        place.rules(
            f"add chain inet idle {hook} {{ type filter hook {hook} priority -10 ; }}",
            f"add rule inet idle {hook} {name} {LINK} counter",
        )


def counted(place: Namespace) -> int:
    """Bytes until now."""
    chains = re.findall(r"packets \d+ bytes (\d+)", place.run("nft", "list table inet idle"))
    assert len(chains) == 2
    return sum(map(int, chains))


async def measured(relay: RunningRelay) -> None:
    """Wait for its one trunk to be up and measured."""

    async def look() -> list[object]:
        trunks = json.loads(await relay.get("/api/v1/trunks"))["trunks"]
        return [one["rtt"] for one in trunks]

    await until(
        look, lambda rtts: len(rtts) == 1 and rtts[0] is not None, within=30, what="a trunk"
    )


async def knows(relay: RunningRelay, room: str) -> None:
    """Wait for a relay to have somebody's tracks in a room."""

    async def look() -> int:
        rooms = await relay.rooms()
        people = rooms[room]["participants"] if room in rooms else []
        return sum(len(one["tracks"]) for one in people)

    await until(look, lambda tracks: tracks >= 2, within=30, what=f"tracks in {room}")


async def test_a_trunk_without_viewers_carries_next_to_nothing(tmp_path: Path) -> None:
    with star(1) as network:
        hub, (far,) = network.hub, network.clients
        options = ("--demo", "--no-mdns")
        address = network.hub_addresses[0]
        async with running_relay(*options, place=hub, address=address, tls=True) as cloud:
            config = tmp_path / "home.toml"
            config.write_text(f'mdns = false\n[[trunks]]\nurl = "{cloud.url}"\ninsecure = true\n')
            given = ("--config", str(config))
            async with running_relay(*given, place=far, address=network.addresses[0]) as home:
                await measured(home)
                await knows(home, "demo")
                count(hub)
                before = counted(hub)
                await asyncio.sleep(SECONDS)
                bits = 8 * (counted(hub) - before) / SECONDS
                assert 0 < bits < MOST, f"{bits / 1000:.1f} kbit/s"
