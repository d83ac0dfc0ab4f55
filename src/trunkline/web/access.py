"""Who may come in until there are identities: this machine and its private networks."""

from ipaddress import IPv6Address, ip_address, ip_network

from aiohttp import web

from trunkline.errors import Refusal, RefusalCode
from trunkline.protocol.trunk import SUBPROTOCOL
from trunkline.web.problem import Handler

_NEAR = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


def is_near(address: str) -> bool:
    """Whether an IP address is loopback, private or link-local."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return any(ip in network for network in _NEAR)


def is_trunk(request: web.Request) -> bool:
    """Whether another relay asks for a trunk, which is let in by rules of its own."""
    asked = request.headers.get("Sec-WebSocket-Protocol", "")
    return request.path == "/wsb" and SUBPROTOCOL in {each.strip() for each in asked.split(",")}


@web.middleware
async def near_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests from anywhere but loopback and private addresses."""
    if is_trunk(request):
        return await handler(request)
    if request.remote is None or not is_near(request.remote):
        raise Refusal(
            RefusalCode.FORBIDDEN,
            f"This relay serves this machine and its private networks only, not {request.remote}. "
            "Its operator can start it with --open to serve everybody.",
        )
    return await handler(request)
