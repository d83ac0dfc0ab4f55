"""Endpoints that find each other by STUN and TURN servers (coturn)."""

import pytest

from support.coturn import coturn
from support.endpoint import SEND, Party, connect, picture
from support.network import Star, star, wall
from support.waiting import until
from trunkline import _core

pytestmark = pytest.mark.timeout(60)


def member(
    net: Star, index: int, url: str, *, password: str = "secret", gathering: float = 5
) -> Party:
    place, address = net.clients[index], net.addresses[index]
    servers = [(url, "ann", password)]

    def make() -> _core.Endpoint:
        return _core.Endpoint(index, [address], servers=servers, gathering=gathering)

    return Party(place.call(make))


async def statistics(party: Party) -> _core.EndpointStatistics:
    party.inner.request_statistics(1)
    return await party.next(_core.EndpointStatistics)


async def test_frames_go_by_a_turn_server_when_there_is_no_other_way() -> None:
    with star(2) as net:
        wall(net)
        address = net.hub_addresses[0]
        async with coturn(net.hub, address):
            one, two = (member(net, index, f"turn:{address}") for index in range(2))
            (mid,) = await connect(one, two, SEND)
            number = 0

            async def seen() -> int:
                nonlocal number
                for _ in range(3):
                    data = picture("VP8", number, key=number == 0)
                    one.inner.write(mid, "VP8", data, number * 3_000)
                    number += 1
                return len(two.frames(mid))

            await until(seen, lambda count: count >= 30, within=20, what="frames")
            assert (await statistics(one)).relayed or (await statistics(two)).relayed
            for party in (one, two):
                party.inner.close()


async def test_a_stun_server_tells_the_address_behind_a_translation() -> None:
    with star(2) as net:
        address, outside = net.hub_addresses[1], net.addresses[1]
        net.hub.rules(
            "add table ip translation",
            "add chain ip translation leaving { type nat hook postrouting priority 100 ; }",
            f"add rule ip translation leaving ip saddr {net.addresses[0]} masquerade",
        )
        async with coturn(net.clients[1], outside):
            one = member(net, 0, f"stun:{outside}")
            one.inner.offer([SEND])
            offer = (await one.next(_core.Described)).sdp
            assert f" {address} " in offer, offer
            assert " typ srflx" in offer
            one.inner.close()


@pytest.mark.parametrize("password", ["wrong", "secret"])
async def test_a_server_that_refuses_or_is_silent_holds_nobody_up_for_long(password: str) -> None:
    with star(1) as net:
        address = net.hub_addresses[0]
        if password == "secret":
            # Nobody is there.
            one = member(net, 0, f"turn:{address}", gathering=0.5)
            one.inner.offer([SEND])
            assert " typ relay" not in (await one.next(_core.Described)).sdp
            return
        async with coturn(net.hub, address):
            # A refusal is an answer: the offer does not wait for a minute.
            one = member(net, 0, f"turn:{address}", password=password, gathering=60)
            one.inner.offer([SEND])
            assert " typ relay" not in (await one.next(_core.Described)).sdp
            one.inner.close()
