"""HTTP of the least kind, for a server that has nothing but WebSockets."""

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from trunkline.net.websocket import Endpoint
from trunkline.protocol.websocket.handshake import (
    HEAD_LIMIT,
    HandshakeError,
    Head,
    accept,
    answer,
    read_head,
)

log = logging.getLogger(__name__)

HEAD_TIME = 10.0
"""Seconds for a request."""
MAX_STRANGERS = 1_000
"""Connections that have not asked for anything yet; the next one is closed at once."""


class Reception:
    """Lets connections in on any path; one path may answer whether the server is well."""

    def __init__(self, endpoint: Endpoint, health: str | None, clock: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._health = health
        self._clock = clock
        self._strangers: dict[_Stranger, float] = {}  # bounded by MAX_STRANGERS

    def arrival(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        return _Stranger(self)

    def pass_time(self, now: float) -> None:
        """Give up who asks for nothing, then see `Endpoint.pass_time`."""
        for stranger, since in tuple(self._strangers.items()):
            if now - since >= HEAD_TIME:
                stranger.turn_away()
        self._endpoint.pass_time(now)

    def note(self, stranger: "_Stranger") -> bool:
        """Somebody is there; whether there is room for it."""
        if len(self._strangers) >= MAX_STRANGERS:
            return False
        self._strangers[stranger] = self._clock()
        return True

    def forget(self, stranger: "_Stranger") -> None:
        """It has asked, or is gone."""
        self._strangers.pop(stranger, None)

    def serve(self, transport: asyncio.Transport, head: bytes, rest: bytes) -> None:
        """Do what a request asks for."""
        try:
            request = read_head(head)
            if self._is_health(request):
                transport.write(answer(200, "OK\n"))
                transport.close()
                return
            accepted = accept(request.method, request.fields)
        except HandshakeError as error:
            transport.write(answer(error.status, f"{error}\n"))
            transport.close()
            return
        if self._endpoint.full:
            transport.write(answer(503, "There are too many connections: try again later.\n"))
            transport.close()
            return
        transport.write(accepted)
        self._endpoint.open(transport, rest)

    def _is_health(self, request: Head) -> bool:
        asked = request.target.partition("?")[0]
        return asked == self._health and request.method == "GET"


class _Stranger(asyncio.Protocol):
    """A connection that has not asked for anything yet."""

    __slots__ = ("__weakref__", "_reception", "_said", "_transport")

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._said = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        if not self._reception.note(self):
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._said += data
        head, end, rest = bytes(self._said).partition(b"\r\n\r\n")
        if self._transport is None or (not end and len(head) < HEAD_LIMIT):
            return
        transport = self._transport
        self._part()
        if end and len(head) < HEAD_LIMIT:
            self._reception.serve(transport, head, rest)
        else:
            transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        self._part()

    def turn_away(self) -> None:
        """It asks for nothing."""
        if self._transport is not None:
            self._transport.abort()

    def _part(self) -> None:
        self._transport = None
        self._reception.forget(self)
