"""STUN and TURN servers in `Link` header fields (RFC 9725 section 4.6), as a client reads them."""

import re
from collections.abc import Iterable
from itertools import chain

from trunkline.model.ice_server import IceServer

MOST = 16
"""Servers that are taken."""

# RFC 8288: a target, then parameters; a comma outside of both begins the next.
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]+))*)')
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))')


def read_ice_links(fields: Iterable[str]) -> tuple[IceServer, ...]:
    """The servers that these fields tell of; what is something else is passed over."""
    links = chain.from_iterable(_LINK.findall(field) for field in fields)
    servers = (
        IceServer(target, given.get("username"), given.get("credential"))
        for target, given in ((target, _parameters(text)) for target, text in links)
        if given.get("rel") == "ice-server" and target
    )
    return tuple(server for server, _ in zip(servers, range(MOST), strict=False))


def _parameters(text: str) -> dict[str, str]:
    found = _PARAMETER.findall(text)
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for name, quoted, bare in found
    }
