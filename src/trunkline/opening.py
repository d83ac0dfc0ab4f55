"""The media core, opened on the addresses that the settings say."""

import errno
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trunkline.config import Settings
from trunkline.errors import StartupError
from trunkline.media.core import Core
from trunkline.net.interface import candidates, media_listen
from trunkline.net.listener import explain_media

log = logging.getLogger(__name__)

CoreMaker = Callable[[Sequence[tuple[str, int]], Sequence[str], int, float], Core]
"""Makes a core from addresses to bind, candidates, workers (0: one for each processor) and silence;
may raise OSError."""


Ports = Sequence[tuple[str, int]]
"""Addresses to bind, each with the same port."""


@dataclass(frozen=True, slots=True)
class Media:
    """The core, where it listens, and which addresses its clients are told."""

    core: Core
    ports: Ports
    told: tuple[str, ...]


def open_media(settings: Settings, make: CoreMaker) -> Media:
    """Open it; blocks, since names are resolved.

    Raises:
        StartupError: the ports cannot be had, or the core cannot use the settings.
    """
    return open_on(settings, make, media_listen(settings.host, settings.media_port))


def told_addresses(settings: Settings, ports: Ports) -> tuple[str, ...]:
    """The addresses for clients, those announced or those of a family that is listened on."""
    addresses = candidates(settings.host, settings.announce)
    has_newer = any(":" in address for address, _ in ports)
    return tuple(address for address in addresses if has_newer or ":" not in address)


def open_on(settings: Settings, make: CoreMaker, ports: Ports) -> Media:
    """Open it there, or without IPv6 where this machine has none; errors as above."""
    told = told_addresses(settings, ports)
    try:
        core = make(ports, told, settings.workers or 0, settings.silence)
    except ValueError as error:
        raise StartupError(
            f"The media core cannot use the settings: {error}.",
            "Leave that setting out, or give it another value.",
        ) from error
    except OSError as error:
        older = [(address, port) for address, port in ports if ":" not in address]
        newer_failed = "[" in str(error.filename) and error.errno != errno.EADDRINUSE
        if not older or len(older) == len(ports) or not newer_failed:
            raise explain_media(error) from error
        log.warning("media goes over IPv4 only: IPv6 cannot be bound (%s)", error.strerror)
        return open_on(settings, make, older)
    return Media(core, ports, told)
