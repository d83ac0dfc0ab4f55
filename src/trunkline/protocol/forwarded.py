"""Who is behind a proxy: X-Forwarded-For and -Proto, and Forwarded (RFC 7239)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from itertools import zip_longest

from trunkline.errors import ProtocolError

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

# A value is a token or a quoted-string (RFC 7239 section 4).
_PAIR = re.compile(r'\s*([\w-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*', re.ASCII)
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\w+)?|([^:]*):\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Client:
    """Whoever asked the outermost proxy that is trusted."""

    address: str
    scheme: str | None
    """By which it asked; None: not told."""


@dataclass(frozen=True, slots=True)
class _Hop:
    """Who asked one proxy."""

    address: str
    scheme: str | None


def client(
    peer: str, fields: Mapping[str, Sequence[str]], trusted: Sequence[Network]
) -> Client | None:
    """Whom a request comes from that a proxy passed on; None where none did that is trusted.

    Each proxy adds whom it was asked by, so what stands last is said by the nearest.

    Args:
        peer: the address of the connection's other end.
        fields: lines of the header by their names in lower case.
        trusted: the proxies whose word counts.

    Raises:
        ProtocolError: what is told is no address, or the two ways of telling contradict: proxies
            add to one of them, and pass on what clients say in the other.
    """
    if not _is_in(peer, trusted):
        return None
    older, newer = _older(fields), _newer(fields.get("forwarded", ()))
    found = [_outermost(hops, trusted) for hops in (older, newer) if hops]
    if not found:
        return None
    if len(found) > 1 and found[0].address != found[1].address:
        raise ProtocolError(
            "X-Forwarded-For and Forwarded name different clients: let the proxy set one of them "
            "and remove the other."
        )
    return Client(found[0].address, found[0].scheme or found[-1].scheme)


def _outermost(hops: Sequence[_Hop], trusted: Sequence[Network]) -> _Hop:
    for hop in reversed(hops):
        if not _is_in(hop.address, trusted):
            return hop
    return hops[0]


def _older(fields: Mapping[str, Sequence[str]]) -> list[_Hop]:
    addresses = _list(fields.get("x-forwarded-for", ()))
    schemes = _list(fields.get("x-forwarded-proto", ()))
    # Some proxies tell the scheme once, of the first who asked.
    if len(schemes) != len(addresses):
        schemes = schemes[:1] * len(addresses)
    hops = zip_longest(addresses, schemes)
    return [_Hop(_address(one), _scheme(scheme)) for one, scheme in hops]


def _newer(lines: Sequence[str]) -> list[_Hop]:
    hops = []
    for element in _elements(",".join(lines)):
        known = {name.lower(): _unquoted(value) for name, value in _PAIR.findall(element)}
        hops.append(_Hop(_address(known.get("for", "")), _scheme(known.get("proto"))))
    return hops


def _elements(text: str) -> list[str]:
    """What commas separate, those within quotes aside."""
    whole = re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^,"])+', text)
    return [element for element in whole if element.strip()]


def _list(lines: Sequence[str]) -> list[str]:
    return [one.strip() for one in ",".join(lines).split(",") if one.strip()]


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
"""traefik names that of the WebSocket."""


def _scheme(text: str | None) -> str | None:
    return _SCHEMES.get(text.lower()) if text else None


def _address(text: str) -> str:
    """An address, without the port that may stand behind it."""
    parsed = _parsed(text)
    if parsed is None:
        ported = _WITH_PORT.fullmatch(text)
        parsed = _parsed(ported[1] or ported[2] or "") if ported else None
    if parsed is None:
        raise ProtocolError(
            f"A proxy says that {text[:80]!r} asked it, which is no IP address: let it tell whom "
            "it is asked by."
        )
    return str(parsed)


def _parsed(text: str) -> _Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)
