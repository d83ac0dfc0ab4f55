"""Who comes in without --open."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from trunkline.errors import Refusal, RefusalCode
from trunkline.web.access import is_near, near_only


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.7.7",
        "::1",
        "fd12:3456::1",
        "fe80::1%eth0",
        "::ffff:192.168.1.1",
    ],
)
def test_this_machine_and_private_networks_are_near(address: str) -> None:
    assert is_near(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "192.169.0.1",
        "100.64.0.1",
        "203.0.113.9",
        "0.0.0.0",
        "2001:db8::1",
        "2a00::1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
    ],
)
def test_others_are_not(address: str) -> None:
    assert not is_near(address)


async def _handler(_: web.Request) -> web.Response:
    return web.Response(text="in")


async def test_a_stranger_is_told_how_to_come_in() -> None:
    request = make_mocked_request("GET", "/").clone(remote="203.0.113.9")
    with pytest.raises(Refusal, match="--open") as refusal:
        await near_only(request, _handler)
    assert refusal.value.code == RefusalCode.FORBIDDEN
    assert "203.0.113.9" in refusal.value.sentence


async def test_an_unknown_address_is_a_stranger() -> None:
    request = make_mocked_request("GET", "/")
    assert request.remote is None
    with pytest.raises(Refusal):
        await near_only(request, _handler)


async def test_a_neighbour_comes_in() -> None:
    request = make_mocked_request("GET", "/").clone(remote="192.168.1.9")
    response = await near_only(request, _handler)
    assert response.status == 200
