"""A signalling server alone, in place of another program's own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from trunkline.config import Settings, SignallingSettings
from trunkline.net.clock import tick
from trunkline.net.dialect import limits
from trunkline.net.interface import reachable
from trunkline.net.listener import listen
from trunkline.net.reception import Reception
from trunkline.net.websocket import Dialect, Endpoint

TLS_TIME = 5.0
"""Seconds for a handshake of TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it listens, and how."""

    host: str | None
    port: int
    certificate: Path | None = None
    """None: without TLS."""
    key: Path | None = None
    health: str | None = None
    """The path that answers whether the server is well, if any."""


@asynccontextmanager
async def signalling(
    dialect: Dialect[Any, Any], place: Place, settings: SignallingSettings
) -> AsyncIterator[str]:
    """Serve a dialect on every path; gives a URL. Leaving the block hangs up on everybody.

    Raises:
        StartupError: the port or the certificate cannot be had.
    """
    loop = asyncio.get_running_loop()
    endpoint = Endpoint(dialect, limits(settings), loop.time)
    reception = Reception(endpoint, place.health, loop.time)
    sockets = listen(place.host, place.port)
    context, renew = _tls(place)
    serving = [
        await loop.create_server(
            reception.arrival,
            sock=each,
            ssl=context,
            ssl_handshake_timeout=TLS_TIME if context else None,
        )
        for each in sockets
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(tick(reception.pass_time), name="clock"),
            group.create_task(renew(), name="certificate"),
        ]
        scheme = "ws" if context is None else "wss"
        try:
            yield f"{scheme}://{reachable(place.host)}:{sockets[0].getsockname()[1]}"
        finally:
            for server in serving:
                server.close()
            endpoint.stop()
            for task in tasks:
                task.cancel()


def _tls(place: Place) -> tuple[ssl.SSLContext | None, Callable[[], Coroutine[Any, Any, None]]]:
    """The context, and what keeps it as new as its files."""
    if place.certificate is None:
        return None, _nothing
    # Imported where it is needed.
    from trunkline.net.certificate import server_context
    from trunkline.net.renewal import Renewal

    settings = Settings(certificate=place.certificate, key=place.key)
    renewal = Renewal(settings, place.certificate)
    context = server_context(settings)
    return context, partial(renewal.run, context)


async def _nothing() -> None:
    """Without TLS nothing need be renewed."""
