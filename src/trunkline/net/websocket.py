"""WebSockets of signalling peers: the least that a connection and a message can cost.

A conversation is the asyncio protocol of its transport, without tasks, queues or timers of its own.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

# Compiled where it can be: ten times as fast as what Python can do.
from aiohttp._websocket.helpers import websocket_mask

from trunkline.errors import ProtocolError
from trunkline.exchange import Exchange
from trunkline.model.peering import BROKEN, Event, Event_contra, PeerKey, Request
from trunkline.protocol.websocket.frame import (
    PING,
    PONG,
    Broken,
    Closed,
    Ping,
    Received,
    close,
    frame,
    message,
)
from trunkline.protocol.websocket.stream import Stream

log = logging.getLogger(__name__)

CLOSE_TIME = 2.0
"""Seconds that a peer has to agree to the end."""

GOING_AWAY = 1001
_LOST = 1011
_NO_CODE = 1005


Request_co = TypeVar("Request_co", covariant=True)


class Half(Protocol[Request_co, Event_contra]):
    """The server's half of a dialect, for one conversation."""

    def receive(self, frame: str | bytes) -> Request_co | None:
        """What a frame asks for; raises ProtocolError."""

    def send(self, event: Event_contra) -> str | bytes | None:
        """The frame that says it."""


@dataclass(frozen=True, slots=True)
class Dialect(Generic[Request, Event]):
    """A dialect, and the exchange of those who speak it."""

    half: Callable[[], Half[Request, Event]]
    exchange: Exchange[Request, Event]


Choice = Callable[[str | bytes], Dialect[Any, Any]]
"""Which dialect a first message is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may take."""

    message: int = 1 << 20
    """Bytes of one message."""
    waiting: int = 4 << 20
    """Bytes that wait for a peer; who lets more pile up does not read, and is cut off."""
    keepalive: float = 30.0
    """Seconds of silence before a ping, and after it before a peer is taken as gone."""
    connections: int = 5_000


class Endpoint:
    """Where peers arrive: keeps their conversations, and notices who is gone."""

    def __init__(
        self,
        dialect: Dialect[Any, Any] | Choice,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self.limits = limits
        self.clock = clock
        self._dialect = dialect
        self._conversations: set[Conversation] = set()  # bounded by Limits.connections

    def __len__(self) -> int:
        return len(self._conversations)

    @property
    def full(self) -> bool:
        """Whether nobody more is let in."""
        return len(self._conversations) >= self.limits.connections

    def open(self, transport: asyncio.Transport, rest: bytes = b"") -> None:
        """Go on with a connection whose handshake is done; `rest` came with it."""
        conversation = Conversation(self, transport)
        self._conversations.add(conversation)
        transport.set_write_buffer_limits(self.limits.waiting)
        transport.set_protocol(conversation)
        if isinstance(self._dialect, Dialect):
            conversation.begin(self._dialect)
        if rest:
            conversation.data_received(rest)

    def dialect(self, first: str | bytes) -> Dialect[Any, Any]:
        """The one that a first message is in."""
        return self._dialect if isinstance(self._dialect, Dialect) else self._dialect(first)

    def forget(self, conversation: "Conversation") -> None:
        """A connection is gone."""
        self._conversations.discard(conversation)

    def pass_time(self, now: float) -> None:
        """Ask those who are silent for a sign of life, and give up who gave none."""
        for conversation in tuple(self._conversations):
            conversation.pass_time(now)

    def stop(self) -> None:
        """Hang up on everybody."""
        for conversation in tuple(self._conversations):
            conversation.end(GOING_AWAY, "the server stops")
            conversation.leave()


class Conversation(asyncio.Protocol):
    """One peer's; to its exchange it is an `Outbox`."""

    __slots__ = (
        "_endpoint",
        "_exchange",
        "_half",
        "_heard",
        "_key",
        "_pinged",
        "_stream",
        "_transport",
        "_until",
    )

    def __init__(self, endpoint: Endpoint, transport: asyncio.Transport) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._stream = Stream(endpoint.limits.message, websocket_mask)
        self._half: Half[Any, Any] | None = None
        self._exchange: Exchange[Any, Any] | None = None
        self._key = PeerKey(0)
        self._heard = endpoint.clock()
        self._pinged = self._heard
        # When we hang up, the moment at which we do not wait any longer.
        self._until: float | None = None

    def begin(self, dialect: Dialect[Any, Any]) -> None:
        """Take part, in a dialect."""
        self._half = dialect.half()
        self._exchange = dialect.exchange
        self._key = dialect.exchange.connect(self)

    # What asyncio calls.

    def data_received(self, data: bytes) -> None:
        """Hear what is said."""
        self._heard = self._endpoint.clock()
        for said in self._stream.receive(data):
            if isinstance(said, (str, bytes)):
                self._hear(said)
            else:
                self._control(said)

    def pause_writing(self) -> None:
        """Cut off a peer that does not read."""
        log.info("A signalling peer does not read what it is sent, and is cut off")
        self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        """Tell those who have to do with the peer."""
        self._depart()
        self._endpoint.forget(self)

    # What the exchange calls.

    def put(self, event: object) -> None:
        """Say this after all that was said before."""
        if self._half is None or self._until is not None:
            return
        payload = self._half.send(event)
        if payload is not None:
            self._transport.write(message(payload))

    def end(self, code: int, reason: str) -> None:
        """Hang up; the peer has a moment to agree."""
        if self._until is None:
            self._until = self._endpoint.clock() + CLOSE_TIME
            self._transport.write(close(code, reason))
            self._depart()

    def leave(self) -> None:
        """Close the connection when all is written."""
        self._transport.close()

    def pass_time(self, now: float) -> None:
        """See `Endpoint.pass_time`."""
        keepalive = self._endpoint.limits.keepalive
        if self._until is not None:
            if now >= self._until:
                self._transport.abort()
        elif now - self._heard >= 2 * keepalive:
            self.end(_LOST, "keepalive ping timeout")
            self._transport.abort()
        elif now - self._heard >= keepalive and now - self._pinged >= keepalive:
            self._pinged = now
            self._transport.write(frame(PING, b""))

    def _hear(self, payload: str | bytes) -> None:
        if self._until is not None:
            return
        if self._half is None:
            self.begin(self._endpoint.dialect(payload))
        assert self._half is not None
        assert self._exchange is not None
        try:
            request = self._half.receive(payload)
        except ProtocolError as error:
            self.end(BROKEN, str(error))
            return
        if request is not None:
            self._exchange.hear(self._key, request)

    def _control(self, said: Received) -> None:
        match said:
            case Ping(payload) if self._until is None:
                self._transport.write(frame(PONG, payload))
            case Closed(code):
                if self._until is None:
                    self.end(1000 if code == _NO_CODE else code, "")
                self._transport.close()
            case Broken(code, reason):
                self.end(code, reason)
                self._transport.close()
            case _:
                pass

    def _depart(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.disconnect(self._key)
