"""Media over TCP, where no UDP gets through."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from support.browser import SHOW_ADDRESSES
from support.call import call
from support.client import Client, has_sound, shows_moving_picture
from support.network import Star, star
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@asynccontextmanager
async def without_udp(
    net: Star, flags: Sequence[str] = ()
) -> AsyncIterator[tuple[RunningRelay, Client, Client]]:
    """A relay whose firewall lets TCP alone through; a publisher and a viewer."""
    net.hub.drop("udp dport 8444")
    async with (
        running_relay(place=net.hub, address=net.hub_addresses[0]) as relay,
        call(net.clients, relay.url, flags=flags) as (publisher, viewer),
    ):
        yield relay, publisher, viewer


async def over_tcp(who: Client) -> None:
    assert (await who.ice())["protocol"] == "tcp"


async def test_picture_and_sound_come_over_tcp_alone() -> None:
    with star(2) as net:
        async with without_udp(net) as (relay, publisher, viewer):
            await over_tcp(publisher)
            await over_tcp(viewer)
            await has_sound(viewer)
            assert "over TCP" in relay.process.output
            assert (await publisher.leave(), await viewer.leave()) == (200, 200)


async def test_the_same_over_ipv6() -> None:
    with star(2, version=6) as net:
        async with without_udp(net, SHOW_ADDRESSES) as (_, publisher, viewer):
            await over_tcp(publisher)
            await over_tcp(viewer)


async def test_the_picture_goes_on_when_the_connection_is_cut() -> None:
    with star(2) as net:
        async with without_udp(net) as (relay, _, viewer):
            sessions = await relay.rooms()

            async def connections() -> str:
                show = ("ss", "-Htn", "state", "established", "sport", "=", ":8444")
                every = await asyncio.to_thread(net.hub.run, *show)
                return "\n".join(line for line in every.splitlines() if net.addresses[1] in line)

            before = await connections()
            assert before
            cut = f"tcp sport 8444 ip daddr {net.addresses[1]}"
            net.clients[1].rules(
                "add table ip cut",
                "add chain ip cut arriving { type filter hook input priority 0 ; }",
                f"add rule ip cut arriving {cut} reject with tcp reset",
            )
            await until(connections, lambda now: now != before, within=10, what="the cut")
            net.clients[1].rules("delete table ip cut")
            await shows_moving_picture(viewer)
            await over_tcp(viewer)
            assert await relay.rooms() == sessions
