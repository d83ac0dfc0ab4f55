"""The relay's addresses come and go while it runs."""

import asyncio
import re

import pytest

from support.call import call
from support.http import post_offer
from support.network import Namespace, star
from support.offer import offer
from support.relay import RunningRelay, running_relay
from support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def told(relay: RunningRelay, place: Namespace) -> set[str]:
    """The addresses that a client is told for media."""

    def ask() -> tuple[int, str]:
        return post_offer(f"{relay.url}/whip/probe", offer())

    status, answer = await asyncio.to_thread(place.call, ask)
    assert status == 201, answer
    return set(re.findall(r"^a=candidate:\S+ 1 udp \d+ (\S+) 8444", answer, re.MULTILINE))


async def test_a_new_address_is_told_and_works_and_one_that_went_is_not() -> None:
    with star(2) as net:
        first, second = net.hub_addresses
        new = "10.203.1.9"
        async with running_relay(place=net.hub, address=first, host="0.0.0.0") as relay:

            async def look() -> set[str]:
                return await told(relay, net.clients[0])

            assert await look() == {first, second}
            net.hub.run("ip", "address", "add", f"{new}/24", "dev", "client1")
            await until(look, lambda seen: seen == {first, second, new}, within=30, what=new)
            assert f"(new: {new}; gone: none)" in relay.process.output
            # Nobody gets through by the others, so that it must be the new one.
            others = f"ip daddr {{ {first}, {second} }}"
            net.hub.drop(f"{others} meta l4proto {{ tcp, udp }} th dport 8444")
            async with call(net.clients, relay.url) as participants:
                for who in participants:
                    assert (await who.ice())["remote"] == new
            net.hub.run("ip", "address", "delete", f"{new}/24", "dev", "client1")
            await until(look, lambda seen: seen == {first, second}, within=30, what=f"no {new}")
            assert f"(new: none; gone: {new})" in relay.process.output
