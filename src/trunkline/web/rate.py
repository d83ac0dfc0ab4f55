"""How often a client may change something (RFC 9725 section 5: POST, PATCH and DELETE)."""

import math
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from aiohttp import web
from aiohttp.typedefs import Middleware

from trunkline.domain.allowance import Allowance
from trunkline.errors import Refusal, RefusalCode
from trunkline.web.problem import Handler

_CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def seldom_enough(
    allowance: Allowance, clock: Callable[[], float], *, everybody: bool = False
) -> Middleware:
    """Refuse clients that change things too often.

    Args:
        allowance: how often they may.
        clock: seconds, rising.
        everybody: this machine, too. It is left out else: behind a reverse proxy all requests come
            from here, and programs here can do worse.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        client = client_of(request.remote) if request.method in _CHANGING else None
        if client is not None and (everybody or not ip_address(client).is_loopback):
            wait = allowance.take(client, clock())
            if wait > 0:
                raise Refusal(
                    RefusalCode.TOO_OFTEN,
                    "Too many requests from this address: ask again later.",
                    max(1, math.ceil(wait)),
                )
        return await handler(request)

    return check


def client_of(remote: str | None) -> str | None:
    """Whom an address stands for: with IPv6, whoever has its 64-bit prefix."""
    if remote is None:
        return None
    ip = ip_address(remote.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        if not ip.is_loopback:
            return str(IPv6Address(int(ip) >> 64 << 64))
    return str(ip)
