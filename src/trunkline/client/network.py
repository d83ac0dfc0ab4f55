"""How a peer reaches others: its addresses, and servers that help."""

import ipaddress
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from trunkline.errors import RelayError, StartupError
from trunkline.media.endpoint import Endpoint, EndpointMaker, NativeEndpoint, Setup
from trunkline.model.ice_server import IceServer
from trunkline.net.interface import local_addresses, resolve

log = logging.getLogger(__name__)

# The core binds no more.
_MOST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How a peer reaches others; the defaults suit a relay on the same machine or a public one."""

    addresses: Sequence[str] = ()
    """Local IP addresses for media, best first; all of this machine when there is none."""
    ice_servers: Sequence[IceServer] = ()
    """STUN and TURN servers, reached by UDP: for peers behind NAT that talk with each other. Where
    there is none, those that a relay tells of are used."""
    silence: float = 15.0
    """Seconds without any datagram after which a connection is over."""
    insecure: bool = False
    """Take any certificate. One of this machine itself is never checked."""
    endpoint: EndpointMaker = NativeEndpoint
    """Makes connections; tests have one of their own."""

    def open(self, codecs: Sequence[str], bandwidth: int, url: str | None = None) -> Endpoint:
        """Bind ports; it blocks while names are looked up.

        Args:
            codecs: to agree on, preferred first; none stands for all.
            bandwidth: bits a second that may be sent before more is known.
            url: whom it will talk to, where that is known.

        Raises:
            OSError: an address cannot be bound.
            RelayError: a server's name is not known.
        """
        servers = tuple(map(located, _usable(self.ice_servers)))
        return self.endpoint(
            Setup(
                addresses=tuple(self.addresses) or _own(url, helped=bool(servers)),
                servers=servers,
                codecs=tuple(codecs),
                bandwidth=bandwidth,
                silence=self.silence,
            )
        )

    def helped_by(self, told: Iterable[IceServer]) -> "Network":
        """The same with servers that a relay tells of, where the program named none.

        What cannot be used is left out; it blocks while names are looked up.
        """
        return self if self.ice_servers else replace(self, ice_servers=tuple(_known(told)))

    def is_trusted(self, url: str) -> bool:
        """Whether a certificate need not be checked."""
        return self.insecure or _is_here(url)


def _own(url: str | None, *, helped: bool) -> tuple[str, ...]:
    """All addresses of this machine; those that only it reaches, where the other is on it.

    Where the other may be, they cost little, but that servers do not answer there: gathering
    would wait for them till its end.
    """
    addresses = [str(address) for address in local_addresses()]
    if not addresses or (not helped if url is None else _is_here(url)):
        addresses.insert(0, "::1" if urlsplit(url or "").hostname == "::1" else "127.0.0.1")
    return tuple(addresses[:_MOST])


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _usable(servers: Iterable[IceServer]) -> Iterator[IceServer]:
    """Those that are reached by UDP; of the others the log tells."""
    for server in servers:
        scheme, _, rest = server.url.partition(":")
        transport = rest.partition("?")[2] or "transport=udp"
        if scheme.lower() in ("stun", "turn") and transport == "transport=udp":
            yield server
        else:
            log.warning(
                "The ICE server %s is not used, since programs reach such servers by UDP alone: "
                "name one as stun:HOST:PORT or turn:HOST:PORT.",
                server.url,
            )


def _known(servers: Iterable[IceServer]) -> Iterator[IceServer]:
    for server in _usable(servers):
        try:
            yield located(server)
        except RelayError as error:
            log.warning("%s", error)


def located(server: IceServer) -> IceServer:
    """The same with an address in place of its host's name; it blocks while that is looked up.

    Raises:
        RelayError: the name is not known.
    """
    scheme, _, rest = server.url.partition(":")
    place, question, query = rest.partition("?")
    host, port = _split(place)
    try:
        address = resolve(host)[0]
    except StartupError as error:
        raise RelayError(f"The ICE server {server.url} cannot be used: {error.cause}") from error
    written = f"[{address}]" if address.version == 6 else str(address)
    url = f"{scheme}:{written}{f':{port}' if port else ''}{question}{query}"
    return replace(server, url=url)


def _split(place: str) -> tuple[str, str]:
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        return host, port.removeprefix(":")
    host, _, port = place.partition(":")
    return host, port
