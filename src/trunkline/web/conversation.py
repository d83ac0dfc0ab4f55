"""/wsb: the WebSocket on which guests talk with the relay."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import WebSocketError, WSCloseCode, WSMessage, WSMsgType, web

from trunkline.engine import Engine
from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model import signal
from trunkline.model.ice_server import IceServer
from trunkline.model.id import ParticipantId
from trunkline.net.clock import wall
from trunkline.net.line import Line
from trunkline.web.access import is_trunk
from trunkline.web.trunk import Trunks

if TYPE_CHECKING:
    from trunkline.protocol.room.server import Server

log = logging.getLogger(__name__)

PATH = "/wsb"
MAX_MESSAGE = 512 << 10
"""Bytes of one message."""
HELLO_TIME = 10.0
"""Seconds for the first message."""
MAX_STRANGERS = 256
"""Connections that have not said hello."""
HEARTBEAT = 4.0
"""Seconds between two pings of the WebSocket; who does not answer within half of it is lost."""

CLOSE_TIME = 1.0
"""Seconds that a client has to agree to the end."""

_WORDS = (WSMsgType.BINARY, WSMsgType.TEXT)
_CLEAN = (WSCloseCode.OK, WSCloseCode.GOING_AWAY)
_RULES = "It broke the rules of WebSocket (RFC 6455)."
_BROKEN: dict[int, str] = {
    WSCloseCode.MESSAGE_TOO_BIG: f"A message has at most {MAX_MESSAGE} bytes.",
}


class Conversations:
    """The route, and what is talked on it."""

    def __init__(
        self, engine: Engine, trunks: Trunks, ice_servers: Iterable[IceServer] = ()
    ) -> None:
        self._engine = engine
        self._trunks = trunks
        self._ice_servers = tuple(ice_servers)
        self._strangers = 0

    def routes(self) -> list[web.RouteDef]:
        """For the router."""
        return [web.get(PATH, self._talk, allow_head=False)]

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        if is_trunk(request):
            return await self._trunks.talk(request)
        # Imported where it is needed: protobuf takes six megabytes.
        from trunkline.protocol.room.server import SUBPROTOCOL, Server

        asked = request.headers.get("Sec-WebSocket-Protocol")
        names = [name.strip() for name in asked.split(",")] if asked else []
        if names and SUBPROTOCOL not in names:
            raise ProtocolError(
                f"Of the WebSocket subprotocols only {SUBPROTOCOL!r} is known here; an original "
                "Umbrella client asks for none."
            )
        if self._strangers >= MAX_STRANGERS:
            raise Refusal(RefusalCode.FULL, "Too many connections have not said hello yet.", 2)
        socket = web.WebSocketResponse(
            protocols=[SUBPROTOCOL],
            max_msg_size=MAX_MESSAGE,
            compress=False,
            timeout=CLOSE_TIME,
            # An original server never pings.
            heartbeat=HEARTBEAT if names else None,
        )
        await socket.prepare(request)
        server = Server(like_umbrella=not names, ice_servers=self._ice_servers)
        line = Line(server.send, lambda: _cut(request))
        conversation = _Conversation(self._engine, socket, server, line, _address(request))
        self._strangers += 1
        try:
            async with asyncio.timeout(HELLO_TIME):
                await conversation.begin()
        except TimeoutError:
            line.put(signal.Goodbye("protocol", f"There was no hello within {HELLO_TIME:.0f} s."))
            line.end()
        finally:
            self._strangers -= 1
        await conversation.go_on()
        return socket


class _Conversation:
    """One guest's."""

    def __init__(
        self,
        engine: Engine,
        socket: web.WebSocketResponse,
        server: "Server",
        line: Line[signal.Told],
        address: str,
    ) -> None:
        self._engine = engine
        self._socket = socket
        self._server = server
        self._line = line
        self._address = address
        self._who: ParticipantId | None = None

    async def begin(self) -> None:
        """Let the guest in, as soon as it has said where to."""
        if self._server.like_umbrella:
            from trunkline.protocol.room.server import UMBRELLA_ROOM

            self._enter(signal.Hello(UMBRELLA_ROOM, agent="Umbrella"))
            return
        while self._who is None and not self._line.ended:
            message = await self._socket.receive()
            if message.type not in _WORDS:
                self._line.end()
                return
            self._take(message)

    async def go_on(self) -> None:
        """Hear and say, until one of both ends it."""
        await self._line.talk(self._socket, self._read())

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for message in self._socket:
                if message.type in _WORDS:
                    self._take(message)
                elif isinstance(message.data, WebSocketError):
                    self._part(signal.Goodbye("protocol", _BROKEN.get(message.data.code, _RULES)))
        finally:
            if self._who is not None:
                clean = self._socket.close_code in _CLEAN
                self._engine.hang_up(self._who, self._line, loop.time(), clean=clean)
            self._line.end()

    def _take(self, message: WSMessage) -> None:
        if self._line.ended:
            return
        now = asyncio.get_running_loop().time()
        try:
            said = self._server.receive(message.data, now)
            if isinstance(said, signal.Hello):
                self._enter(said)
            elif said is not None and self._who is not None:
                self._engine.hear(self._who, said, now, wall())
        except ProtocolError as error:
            self._part(signal.Goodbye("protocol", str(error)))
        except Refusal as refusal:
            retry = refusal.retry_after is not None
            self._part(signal.Goodbye(refusal.code, refusal.sentence, retry))

    def _enter(self, hello: signal.Hello) -> None:
        like_umbrella = self._server.like_umbrella
        self._who = self._engine.enter(
            hello, self._line, address=self._address, like_umbrella=like_umbrella
        )
        log.debug("%s speaks by %s", self._who, hello.agent or "a program without a name")

    def _part(self, goodbye: signal.Goodbye) -> None:
        self._line.put(goodbye)
        self._line.end()
        if self._who is not None:
            self._engine.dismiss(self._who, goodbye.reason)


def _address(request: web.Request) -> str:
    """As it is written: address:port; the address alone where a proxy tells it."""
    peer = request.transport and request.transport.get_extra_info("peername")
    if not peer or peer[0] != request.remote:
        return request.remote or ""
    host, port = peer[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
