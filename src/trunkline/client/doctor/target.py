"""The relay that is examined."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from trunkline.client.doctor.finding import Finding, ok, warning, wrong
from trunkline.errors import StartupError
from trunkline.net.interface import Address

RESOLVE_TIME = 5.0
"""Seconds for the resolver to answer."""

ADDRESSES = 8
"""Addresses of one name that are looked at; further ones are left out."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a relay should be."""

    scheme: str
    host: str
    """A name, or an IP address without brackets."""
    port: int

    @property
    def url(self) -> str:
        """Without a path: "https://[::1]:8443"."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_tls(self) -> bool:
        """Whether it is called by https."""
        return self.scheme == "https"


def read_target(url: str) -> Target:
    """The relay that a URL belongs to; the path does not matter.

    Raises:
        StartupError: it is no http or https URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StartupError(
            f"{url!r} is not the address of a relay.",
            "Give it as browsers take it: https://relay.example:8443",
        )
    default = 443 if parts.scheme == "https" else 80
    return Target(parts.scheme, parts.hostname, default if port is None else port)


async def find(target: Target) -> tuple[list[Address], Finding]:
    """The addresses of the relay's name, IPv4 first; empty when it has none."""
    try:
        literal = ip_address(target.host)
    except ValueError:
        pass
    else:
        return [literal], ok("name", f"{literal} is an address: there is no name to resolve.")
    try:
        async with asyncio.timeout(RESOLVE_TIME):
            entries = await asyncio.get_running_loop().getaddrinfo(
                target.host, target.port, type=socket.SOCK_STREAM
            )
    except TimeoutError:
        return [], _unknown(target.host, f"no answer within {RESOLVE_TIME:g} s")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a host name"
        return [], _unknown(target.host, str(reason))
    found = {ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in entries}
    addresses = sorted(found, key=lambda a: (a.version, int(a)))[:ADDRESSES]
    return addresses, _named(target.host, addresses)


def _named(host: str, addresses: list[Address]) -> Finding:
    sentence = f"{host} is {', '.join(str(address) for address in addresses)}."
    if all(address.version == 6 for address in addresses):
        return warning(
            "name",
            f"{sentence} Clients without IPv6 cannot reach it.",
            f"Give {host} an IPv4 address (an A record) too, if the relay has one.",
        )
    return ok("name", sentence)


def _unknown(host: str, reason: str) -> Finding:
    return wrong(
        "name",
        f"The name {host} does not resolve: {reason}.",
        "Check its spelling and its DNS records (A, AAAA), or use the relay's IP address.",
    )
