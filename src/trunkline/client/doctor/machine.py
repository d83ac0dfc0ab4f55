"""This machine: what a relay with given settings would meet on it."""

import ctypes
import datetime
import os
import resource
import socket
import stat
import sys
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

from trunkline.client.doctor.finding import Finding, ok, tried, warning, wrong
from trunkline.config import Settings
from trunkline.net.interface import Address, candidates, local_addresses, media_listen
from trunkline.net.listener import explain_media, listen

FILES = 4096
"""Open files that a relay should be allowed: each TCP connection takes one."""

UDP_BUFFER = 4 << 20
"""Bytes that the media core asks the kernel for, for each direction of its socket."""

_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


def own_addresses() -> list[Address]:
    """All addresses that lead to this machine from itself."""
    return [ip_address("127.0.0.1"), ip_address("::1"), *local_addresses()]


def ports(settings: Settings) -> list[Finding]:
    """Whether the ports can be had, and by whom they are taken."""
    found = [tried("http port", lambda: _tcp(settings.host, settings.http_port, "--port"))]
    plain = settings.plain_port
    if plain is not None:
        found.append(tried("plain port", lambda: _tcp(settings.host, plain, "--plain-port")))
    found.append(tried("media port", lambda: _media(settings.host, settings.media_port)))
    return found


def _tcp(host: str | None, port: int, option: str) -> str:
    for each in listen(host, port, option):
        each.close()
    return f"TCP port {port} is free." if port else "Any free TCP port is taken."


def _media(host: str | None, port: int) -> str:
    with ExitStack() as stack:
        for address, number in media_listen(host, port):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            made = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            try:
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made.bind((address, number))
            except OSError as error:
                shown = f"[{address}]" if ":" in address else address
                error.filename = f"udp {shown}:{number}"
                raise explain_media(error) from error
            for each in listen(address, number, "--media-port"):
                each.close()
    return f"UDP and TCP port {port} are free." if port else "Any free port is taken."


def certificate(settings: Settings) -> list[Finding]:
    """The operator's own files, as the relay judges them at its start."""
    if settings.tls == "off" or settings.certificate is None:
        return []
    # Imported where it is needed: X.509 takes eight megabytes.
    from trunkline.net.certificate import server_context

    def load() -> str:
        server_context(settings)
        return f"{settings.certificate} and its key can be used."

    return [tried("certificate", load)]


def told(settings: Settings) -> Finding:
    """The addresses that clients would be told."""
    return tried(
        "addresses",
        lambda: f"Clients are told {', '.join(candidates(settings.host, settings.announce))}.",
    )


def state(directory: Path) -> list[Finding]:
    """The folder for what survives a restart, and who may read it."""
    try:
        mode = directory.stat().st_mode
    except FileNotFoundError:
        return [_parent(directory)]
    except OSError as error:
        return [_unusable(directory, str(error.strerror))]
    if not stat.S_ISDIR(mode):
        return [_unusable(directory, "it is not a folder")]
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        return [_unusable(directory, "this user may not read and write it")]
    return [_privacy(directory, mode)]


def _privacy(directory: Path, mode: int) -> Finding:
    readable = [path for path in sorted(directory.glob("*.pem")) if path.stat().st_mode & 0o077]
    if readable:
        return wrong(
            "state folder",
            f"{readable[0]} holds a private key, and others may read it.",
            f"Close it: chmod 600 {readable[0]}",
        )
    if mode & 0o077:
        return warning(
            "state folder",
            f"Other users may look into {directory}.",
            f"Close it: chmod 700 {directory}",
        )
    return ok("state folder", f"{directory} can be used, by this user alone.")


def _parent(directory: Path) -> Finding:
    there = next(parent for parent in directory.absolute().parents if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return _unusable(directory, f"it cannot be made in {there}")
    return ok("state folder", f"{directory} will be made at the first start.")


def _unusable(directory: Path, reason: str) -> Finding:
    return wrong(
        "state folder",
        f"{directory} cannot be used: {reason}.",
        "Make it readable and writable for this user, or choose another with --state-dir.",
    )


def files(limit: int | None = None) -> Finding:
    """The limit of open files; that of this process unless given."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    if soft == resource.RLIM_INFINITY or soft >= FILES:
        return ok("open files", "The limit of open files is high enough.")
    return warning(
        "open files",
        f"A program may open {soft} files: with more connections than that, the relay refuses.",
        "Raise it: ulimit -n 8192, or LimitNOFILE=8192 in the service of systemd.",
    )


def buffers(folder: Path = Path("/proc/sys/net/core")) -> list[Finding]:
    """The kernel's limits for buffers of UDP sockets."""
    small = {}
    for name in ("rmem_max", "wmem_max"):
        try:
            size = int((folder / name).read_text())
        except (OSError, ValueError):
            continue  # not Linux, or a namespace that does not show it
        if size < UDP_BUFFER:
            small[name] = size
    if not small:
        return []
    sizes = ", ".join(f"net.core.{name} is {size}" for name, size in small.items())
    raised = " ".join(f"net.core.{name}={UDP_BUFFER}" for name in small)
    return [
        warning(
            "udp buffers",
            f"The kernel keeps too little for a burst of a busy room: {sizes}.",
            f"Raise it: sudo sysctl -w {raised}",
        )
    ]


def clock(now: datetime.datetime, built: datetime.datetime | None = None) -> list[Finding]:
    """Whether the clock can be right.

    Args:
        now: what it says.
        built: when this program's files were made, which cannot be later; default: look.
    """
    if built is None:
        built = datetime.datetime.fromtimestamp(Path(__file__).stat().st_mtime, datetime.UTC)
    set_it = "Set it by NTP: sudo timedatectl set-ntp true"
    if now < built - datetime.timedelta(days=1):
        return [
            wrong(
                "clock",
                f"This machine's clock says {now:%Y-%m-%d}, but this program is of "
                f"{built:%Y-%m-%d}: certificates will be refused.",
                set_it,
            )
        ]
    if _is_unsynchronised():
        return [warning("clock", "This machine's clock is not synchronised.", set_it)]
    return [ok("clock", f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC.")]


def _is_unsynchronised() -> bool:
    """What the kernel knows; False where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return False
    # A struct timex of zeros asks and sets nothing; it has 208 bytes.
    return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))) == _UNSYNCHRONISED
