"""Who may change the relay: its operator, by a token, or a page or program on this very machine."""

import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import HttpVersion, HttpVersion11, web
from multidict import CIMultiDict, CIMultiDictProxy

from trunkline.domain.allowance import Allowance, Rate
from trunkline.errors import Refusal, RefusalCode
from trunkline.protocol.bearer import bearer
from trunkline.web.rate import client_of

GUESSES = Rate(burst=20, per_second=0.2)
"""How often one address may give a wrong token."""

_FORWARDED = ("Forwarded", "Via", "X-Real-IP")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What of a request tells where it comes from."""

    remote: str | None
    """The other end of the connection."""
    scheme: str
    port: int
    """Ours, to which the connection leads."""
    version: HttpVersion
    headers: CIMultiDict[str] | CIMultiDictProxy[str]


class Admin:
    """The operator's rights: to see every room, and to change trunks, cameras and the like.

    Without a `token` nobody has them but who is here. Where all requests may come through a proxy
    (`behind_proxy`), nobody is here.
    """

    def __init__(
        self, token: str | None, clock: Callable[[], float], *, behind_proxy: bool = False
    ) -> None:
        self._token = token
        self._clock = clock
        self._behind_proxy = behind_proxy
        self._guesses = Allowance(GUESSES)

    def require(self, request: web.Request) -> None:
        """Let the operator through.

        Raises:
            Refusal: there is no token, or a wrong one, and it does not come from this machine.
        """
        if self.knows(request):
            return
        if bearer(request.headers.get("Authorization")):
            raise self.refuse(request, "That is not the operator's token of this relay.")
        if self._behind_proxy or not is_here(visit(request)):
            raise Refusal(
                RefusalCode.PASSPHRASE,
                "Only this relay's operator may do this: send the operator's token as bearer "
                "token. It is in the file operator-token of the relay's state folder, unless its "
                "settings give another.",
            )

    def knows(self, request: web.Request) -> bool:
        """Whether a request has the operator's token.

        Raises:
            Refusal: too many wrong ones came from that address.
        """
        given = bearer(request.headers.get("Authorization"))
        if not given or self._token is None:
            return False
        wait = self._guesses.wait(_client(request), self._clock())
        if wait > 0:
            sentence = "Too many wrong tokens came from this address: try again later."
            raise Refusal(RefusalCode.TOO_OFTEN, sentence, max(1, math.ceil(wait)))
        return hmac.compare_digest(self._token.encode(), given.encode())

    def refuse(self, request: web.Request, sentence: str) -> Refusal:
        """What a wrong token is answered with; it is counted."""
        self._guesses.take(_client(request), self._clock())
        return Refusal(RefusalCode.PASSPHRASE, sentence)


def visit(request: web.Request) -> Visit:
    """Where a request comes from, as the socket has it and not as a proxy tells."""
    transport = request.transport
    peer = transport.get_extra_info("peername") if transport else None
    own = transport.get_extra_info("sockname") if transport else None
    is_tls = transport is not None and transport.get_extra_info("sslcontext") is not None
    return Visit(
        remote=peer[0] if peer else None,
        scheme="https" if is_tls else "http",
        port=own[1] if own else 0,
        version=request.version,
        headers=request.headers,
    )


def is_here(visit: Visit) -> bool:
    """Whether somebody on this machine asks us directly, and no page of another site through them.

    A name that leads to loopback does not do as Host (DNS rebinding), nor does another port, at
    which something passes requests on.
    """
    headers = visit.headers
    # Programs and browsers speak 1.1; proxies that were told nothing else, 1.0.
    if visit.version < HttpVersion11:
        return False
    hosts, origins = headers.getall("Host", []), headers.getall("Origin", [])
    if not _is_loopback(visit.remote) or len(hosts) != 1 or any(map(_tells_proxy, headers)):
        return False
    own = f"{visit.scheme}://{hosts[0].lower()}"
    if _place(own) != ("loopback", visit.port):
        return False
    # Browsers say who asks; for programs there is nothing to say.
    return all(origin.lower() == own for origin in origins) and all(
        site in ("same-origin", "none") for site in headers.getall("Sec-Fetch-Site", [])
    )


def _tells_proxy(name: str) -> bool:
    lower = name.lower()
    return lower.startswith("x-forwarded") or lower in {each.lower() for each in _FORWARDED}


def _place(url: str) -> tuple[str, int] | None:
    """The host, "loopback" where it is that, and the port of a URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None
    return ("loopback" if host == "localhost" or _is_loopback(host) else host), port


def _is_loopback(address: str | None) -> bool:
    try:
        ip = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip.is_loopback or (mapped is not None and mapped.is_loopback)


def _client(request: web.Request) -> str:
    return client_of(request.remote) or ""
