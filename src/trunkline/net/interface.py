"""Which addresses this machine has, and which of them clients are told."""

import socket
from collections.abc import Sequence
from contextlib import closing
from ipaddress import IPv4Address, IPv6Address, ip_address

import psutil

from trunkline.errors import StartupError

Address = IPv4Address | IPv6Address

# TEST-NET-1 and the documentation prefix (RFC 5737, RFC 3849): nobody is there, but the routing
# table answers for them. Connecting a UDP socket sends nothing.
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


def local_addresses() -> tuple[Address, ...]:
    """This machine's unicast addresses, best first; no loopback, no link-local IPv6.

    IPv4 comes before IPv6, and within a family the address of the default route comes first.
    """
    up = {name for name, status in psutil.net_if_stats().items() if status.isup}
    found = {
        ip_address(entry.address)
        for name, entries in psutil.net_if_addrs().items()
        if name in up
        for entry in entries
        if entry.family in _ELSEWHERE and "%" not in entry.address
    }
    favourites = {_towards(family) for family in _ELSEWHERE}
    return tuple(
        sorted(
            (address for address in found if _is_usable(address)),
            key=lambda a: (a.version, a.is_link_local, a not in favourites, int(a)),
        )
    )


def _is_usable(address: Address) -> bool:
    if address.is_loopback or address.is_multicast or address.is_unspecified:
        return False
    return not (address.version == 6 and address.is_link_local)


def _towards(family: socket.AddressFamily) -> Address | None:
    """The source address of the default route, or None without one."""
    try:
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
            probe.connect((_ELSEWHERE[family], 9))
            return ip_address(str(probe.getsockname()[0]))
    except OSError:
        return None


def resolve(host: str) -> tuple[Address, ...]:
    """The addresses of a name or a literal address, IPv4 first; blocks while it asks the resolver.

    Raises:
        StartupError: the name is not known.
    """
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a host name"
        raise StartupError(
            f"The host {host!r} cannot be resolved: {reason}.",
            "Give an address of this machine with --host, or leave it out to listen on all.",
        ) from error
    addresses = {ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in entries}
    return tuple(sorted(addresses, key=lambda a: (a.version, int(a))))


def media_listen(host: str | None, port: int) -> tuple[tuple[str, int], ...]:
    """What the media core binds, at most one (address, port) for each family.

    Raises:
        StartupError: the host name is not known.
    """
    if host is None:
        wildcards = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}
        return tuple((wildcards[family], port) for family in wildcards if _has_family(family))
    by_version: dict[int, str] = {}
    for address in resolve(host):
        by_version.setdefault(address.version, str(address))
    return tuple((address, port) for address in by_version.values())


def _has_family(family: socket.AddressFamily) -> bool:
    """Whether the kernel speaks a family: containers often lack IPv6."""
    try:
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
            probe.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    except OSError:
        return False
    return True


def candidates(host: str | None, announce: Sequence[str]) -> tuple[str, ...]:
    """The addresses told to clients for media, best first; never empty.

    Raises:
        StartupError: the host name is not known.
    """
    if announce:
        return tuple(announce)
    listening = () if host is None else resolve(host)
    if any(not address.is_unspecified for address in listening):
        return tuple(str(address) for address in listening)
    versions = {address.version for address in listening} or {4, 6}
    own = tuple(str(address) for address in local_addresses() if address.version in versions)
    # With no network at all the relay still serves this machine.
    return own or (("127.0.0.1",) if 4 in versions else ("::1",))


def is_everywhere(host: str | None) -> bool:
    """Whether what listens on a host listens on all addresses, of one family at least."""
    try:
        return host is None or ip_address(host).is_unspecified
    except ValueError:
        return False


def local_host() -> str:
    """The name of this machine on its local network, without the `.local` behind it."""
    return socket.gethostname().partition(".")[0].lower()


def network_addresses(host: str | None) -> tuple[str, ...]:
    """Where what listens on a host is found from elsewhere; none if from this machine alone.

    Raises:
        StartupError: the host name is not known.
    """
    listening = () if host is None else resolve(host)
    if host is not None and not is_everywhere(host):
        return tuple(str(address) for address in listening if not address.is_loopback)
    versions = {address.version for address in listening} or {4, 6}
    return tuple(str(one) for one in local_addresses() if one.version in versions)


def reachable(host: str | None) -> str:
    """The host part of a URL that leads from this machine to what listens on a host."""
    try:
        address = ip_address(host or "0.0.0.0")
    except ValueError:
        return str(host)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"
