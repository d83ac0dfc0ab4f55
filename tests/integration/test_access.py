"""Who is served: requests from a network of its own, one of them by an address that is public."""

import asyncio
import json

from support.http import post_offer
from support.network import star
from support.offer import offer
from support.relay import running_relay

PUBLIC = "203.0.113.5"


async def test_a_foreign_address_is_refused_unless_the_relay_is_open() -> None:
    with star(1) as net:
        (client,), (hub,), (private,) = net.clients, net.hub_addresses, net.addresses
        client.run("ip", "address", "add", f"{PUBLIC}/32", "dev", "uplink")
        net.hub.run("ip", "route", "add", PUBLIC, "via", private)

        async def publish(url: str, source: str) -> tuple[int, str]:
            def ask() -> tuple[int, str]:
                return post_offer(f"{url}/whip/room?name={source}", offer(), source=source)

            return await asyncio.to_thread(client.call, ask)

        async with running_relay(place=net.hub, address=hub) as relay:
            status, body = await publish(relay.url, PUBLIC)
            assert status == 403
            problem = json.loads(body)["detail"]
            assert PUBLIC in problem
            assert "--open" in problem
            assert (await publish(relay.url, private))[0] == 201
        async with running_relay("--open", place=net.hub, address=hub) as relay:
            status, body = await publish(relay.url, PUBLIC)
            assert status == 201, body
