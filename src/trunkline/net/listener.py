"""Listening sockets, and a plain answer when a port cannot be had."""

import errno
import os
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Literal

import psutil

from trunkline.errors import StartupError
from trunkline.net.interface import local_addresses, resolve

# Connections that the kernel holds until we accept them; further ones are dropped.
BACKLOG = 256
# With port 0 the kernel chooses for the first family; the second may find that number taken.
_ATTEMPTS = 8


def listen(host: str | None, port: int, option: str = "--port") -> list[socket.socket]:
    """Listen on TCP, on every address when host is None; all sockets have the same port.

    Args:
        host: address or name of this machine, or None.
        port: 0 takes any free one.
        option: the option named in the remedy.

    Raises:
        StartupError: nothing could be bound; it names who holds the port and what to do.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _listen_everywhere(_addresses(host), port)
        except OSError as error:
            if port == 0 and error.errno == errno.EADDRINUSE and attempt + 1 < _ATTEMPTS:
                continue
            raise _explain(error, "tcp", str(error.filename), port, option) from error
    raise AssertionError("unreachable: the last attempt returns or raises")


def explain_media(error: OSError, option: str = "--media-port") -> StartupError:
    """Say why the media core could not bind; takes the error that `_core.Core` raised."""
    protocol, _, place = str(error.filename or "").partition(" ")
    address, _, port = place.rpartition(":")
    number = int(port) if port.isdecimal() else 0
    kind: Literal["tcp", "udp"] = "tcp" if protocol == "tcp" else "udp"
    return _explain(error, kind, address.strip("[]"), number, option)


def _addresses(host: str | None) -> list[str]:
    if host is None:
        return ["0.0.0.0", "::"]
    return [str(address) for address in resolve(host)]


def _listen_everywhere(addresses: list[str], port: int) -> list[socket.socket]:
    """Bind all addresses or none; a family that this machine lacks is left out."""
    sockets: list[socket.socket] = []
    lacking: OSError | None = None
    for address in addresses:
        try:
            sockets.append(_listen_on(address, sockets[0].getsockname()[1] if sockets else port))
        except OSError as error:
            error.filename = address
            if len(addresses) > 1 and error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
                lacking = error
                continue
            _close(sockets)
            raise
    if not sockets and lacking is not None:
        raise lacking
    return sockets


def _listen_on(address: str, port: int) -> socket.socket:
    six = ip_address(address).version == 6
    made = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if six:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        # With SO_REUSEADDR two programs may bind one port; only listening finds the other.
        made.listen(BACKLOG)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


def _close(sockets: Iterable[socket.socket]) -> None:
    for each in sockets:
        each.close()


def _explain(
    error: OSError, kind: Literal["tcp", "udp"], address: str, port: int, option: str
) -> StartupError:
    place = f"{kind.upper()} port {port}" + (f" of {address}" if address else "")
    match error.errno:
        case errno.EADDRINUSE:
            return StartupError(
                f"{place} is taken{_holder(kind, port)}.",
                f"Stop that program, or choose another port with {option}.",
            )
        case errno.EACCES | errno.EPERM:
            return StartupError(
                f"This user may not open {place}.",
                f"Choose a port from 1024 up with {option}, or permit low ports: "
                f"sudo sysctl net.ipv4.ip_unprivileged_port_start={port}",
            )
        case errno.EADDRNOTAVAIL:
            own = ", ".join(["127.0.0.1", *(str(each) for each in local_addresses())])
            return StartupError(
                f"{address} is not an address of this machine.",
                f"Use one of {own} with --host, or leave it out to listen on all.",
            )
        case _:
            reason = os.strerror(error.errno) if error.errno else str(error)
            return StartupError(
                f"{place} cannot be opened: {reason}.",
                f"Choose another port with {option}, or another address with --host.",
            )


def _holder(kind: Literal["tcp", "udp"], port: int) -> str:
    """Who holds a port, as far as this user may see: " by nginx (process 71: nginx -g …)"."""
    try:
        for connection in psutil.net_connections(kind):
            ours = connection.laddr and connection.laddr.port == port and connection.pid
            if ours and connection.status in {psutil.CONN_LISTEN, psutil.CONN_NONE}:
                process = psutil.Process(connection.pid)
                command = " ".join(process.cmdline())
                short = command if len(command) <= 80 else f"{command[:79]}…"
                return f" by {process.name()} (process {process.pid}: {short})"
    except psutil.Error:
        pass
    return " by another program (its name is visible to its user and to root)"
