"""Two of a hundred datagrams are lost on the way: the picture takes no lasting damage."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from support.call import call as network_call
from support.client import Client, has_sound, shows_moving_picture
from support.network import Namespace, Star, star
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PERCENT = 2
LOSSES = 15
"""Datagrams lost till the picture is judged: about seven seconds."""


@asynccontextmanager
async def call(net: Star) -> AsyncIterator[tuple[RunningRelay, Client, Client]]:
    """A publisher and a viewer in networks of their own, the picture moving."""
    async with (
        running_relay(place=net.hub, address=net.hub_addresses[0]) as relay,
        network_call(net.clients, relay.url) as (publisher, viewer),
    ):
        yield relay, publisher, viewer


async def enough_lost(place: Namespace) -> None:
    async def look() -> int:
        return await asyncio.to_thread(place.lost)

    await until(look, lambda count: count >= LOSSES, within=60, what="losses")


async def frames(publisher: Client, viewer: Client) -> tuple[int, int]:
    """How many were sent, how many decoded."""
    sender, receiver = await publisher.figures(), await viewer.figures()
    return sender["video"]["framesSent"], receiver["video"]["framesDecoded"]


async def survives(
    publisher: Client, viewer: Client, lossy: Namespace, rule: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Lose datagrams, see that nearly every frame arrives whole; the two clients' figures."""
    sent, shown = await frames(publisher, viewer)
    lossy.lose(PERCENT, rule)
    await enough_lost(lossy)
    sent_later, shown_later = await frames(publisher, viewer)
    share = (shown_later - shown) / (sent_later - sent)
    assert share > 0.8, f"only {share:.0%} of the frames sent were decoded"
    await shows_moving_picture(viewer)
    await has_sound(viewer)
    return await publisher.figures(), await viewer.figures()


async def test_loss_from_the_publisher_is_mended_by_retransmission() -> None:
    with star(2) as net:
        async with call(net) as (relay, publisher, viewer):
            rule = f"ip saddr {net.addresses[0]} udp dport {relay.media_port}"
            sender, _ = await survives(publisher, viewer, net.hub, rule)
            assert sender["video"]["nackCount"] > 0
            assert sender["video"]["retransmittedPacketsSent"] > 0


async def test_loss_to_the_viewer_is_mended_by_retransmission() -> None:
    with star(2) as net:
        async with call(net) as (relay, publisher, viewer):
            rule = f"ip saddr {net.hub_addresses[0]} udp sport {relay.media_port}"
            _, receiver = await survives(publisher, viewer, net.clients[1], rule)
            assert receiver["video"]["nackCount"] > 0
            assert receiver["video"]["retransmittedPacketsReceived"] > 0
