"""Who may ask how often."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from trunkline.domain.allowance import Allowance, Rate
from trunkline.errors import Refusal, RefusalCode
from trunkline.web.rate import client_of, seldom_enough


async def _handler(_: web.Request) -> web.Response:
    return web.Response()


@pytest.mark.parametrize(
    ("remote", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::1"),
        (None, None),
    ],
)
def test_a_client_is_an_address_or_a_network(remote: str | None, client: str | None) -> None:
    assert client_of(remote) == client


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_who_changes_too_often_is_told_when_to_come_again(method: str) -> None:
    check = seldom_enough(Allowance(Rate(burst=1, per_second=0.4)), lambda: 0.0)
    request = make_mocked_request(method, "/").clone(remote="203.0.113.9")
    await check(request, _handler)
    with pytest.raises(Refusal) as refusal:
        await check(request, _handler)
    assert (refusal.value.code, refusal.value.retry_after) == (RefusalCode.TOO_OFTEN, 3)
    await check(request.clone(remote="203.0.113.10"), _handler)


async def test_reading_and_this_machine_are_not_counted() -> None:
    check = seldom_enough(Allowance(Rate(burst=0)), lambda: 0.0)
    await check(make_mocked_request("GET", "/").clone(remote="203.0.113.9"), _handler)
    await check(make_mocked_request("POST", "/").clone(remote="127.0.0.1"), _handler)
