"""Routers between the relay and its clients: other families, other addresses, other ports."""

import asyncio

import pytest

from support.browser import SHOW_ADDRESSES
from support.call import call
from support.client import has_sound, shows_moving_picture
from support.network import Namespace, star
from support.relay import running_relay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def masquerade(router: Namespace, client: str, ports: str) -> None:
    """Let the client's datagrams to the media port leave the router from one of these ports."""
    router.rules(
        "add table ip sources",
        "add chain ip sources leaving { type nat hook postrouting priority 100 ; }",
        "flush chain ip sources leaving",
        f"add rule ip sources leaving ip saddr {client} udp dport 8444 masquerade to :{ports}",
    )
    # What is tracked already keeps its ports.
    router.forget_connections()


def forward_ports(router: Namespace, outside: str, relay: str) -> None:
    """Lead the relay's ports at the outer address to it, and let nobody in another way."""
    to_relay = f"ip daddr {outside} meta l4proto {{ tcp, udp }} th dport {{ 8080, 8444 }}"
    router.rules(
        "add table ip router",
        "add chain ip router arriving { type nat hook prerouting priority -100 ; }",
        f"add rule ip router arriving {to_relay} dnat to {relay}",
        "add chain ip router through { type filter hook forward priority 0 ; }",
        f"add rule ip router through ip daddr {relay} ct direction original ct status dnat accept",
        f"add rule ip router through ip daddr {relay} ct direction original drop",
    )


async def test_picture_and_sound_come_over_ipv6_alone() -> None:
    with star(2, version=6) as net:
        address = net.hub_addresses[0]
        async with (
            running_relay(place=net.hub, address=address) as relay,
            call(net.clients, relay.url, flags=SHOW_ADDRESSES) as (publisher, viewer),
        ):
            await has_sound(viewer)
            for who in (publisher, viewer):
                seen = await who.ice()
                assert (seen["protocol"], seen["remote"]) == ("udp", address)


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_picture_and_sound_come_through_a_router_with_forwarded_ports(protocol: str) -> None:
    with star(3) as net:
        (place, *clients), (inside, *_) = net.clients, net.addresses
        outside = net.hub_addresses[1]
        forward_ports(net.hub, outside, inside)
        if protocol == "tcp":
            place.drop("udp dport 8444")
        async with (
            running_relay("--announce", outside, place=place, address=inside),
            call(clients, f"http://{outside}:8080") as (publisher, viewer),
        ):
            await has_sound(viewer)
            for who in (publisher, viewer):
                seen = await who.ice()
                assert (seen["protocol"], seen["remote"]) == (protocol, outside)


@pytest.mark.parametrize("moved", ["publisher", "viewer"])
async def test_the_picture_goes_on_when_a_router_gives_another_port(moved: str) -> None:
    with star(3) as net:
        place, *clients = net.clients
        client = net.addresses[1 if moved == "publisher" else 2]
        masquerade(net.hub, client, "20000-20100")
        async with (
            running_relay(place=place, address=net.addresses[0]) as relay,
            call(clients, relay.url) as (_, viewer),
        ):
            sessions = await relay.rooms()
            place.count("udp sport 30000-30100")
            masquerade(net.hub, client, "30000-30100")

            async def from_new_port() -> int:
                return await asyncio.to_thread(place.counted)

            await until(from_new_port, bool, within=10, what="datagrams from the new port")
            await shows_moving_picture(viewer, frames=60)
            await has_sound(viewer)
            assert await relay.rooms() == sessions
            assert "left" not in relay.process.output
