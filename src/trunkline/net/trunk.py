"""Conversations between relays: whoever dialled, both ends speak alike."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from aiohttp import WebSocketError, WSCloseCode, WSMessage, WSMsgType

from trunkline.errors import ProtocolError, Refusal
from trunkline.model import signal
from trunkline.model.id import LinkId
from trunkline.model.trunk import Hello, Policy, Word
from trunkline.net import line
from trunkline.net.clock import wall
from trunkline.net.line import Line
from trunkline.net.links import Ending, Links
from trunkline.protocol.trunk import MAX_MESSAGE
from trunkline.protocol.trunk.half import Half
from trunkline.protocol.trunk.pulse import LOOK, Pulse

log = logging.getLogger(__name__)

HELLO_TIME = 5.0
"""Seconds for the other end's first message."""
CLOSE_TIME = 1.0
"""Seconds that the other end has to agree to the end."""

_WORDS = (WSMsgType.BINARY, WSMsgType.TEXT)
_BROKEN: dict[int, str] = {
    WSCloseCode.MESSAGE_TOO_BIG: f"A message has at most {MAX_MESSAGE} bytes.",
}
_RULES = "It broke the rules of WebSocket (RFC 6455)."


class Socket(line.Socket, Protocol):
    """What both ends of aiohttp's WebSockets have."""

    async def receive(self) -> WSMessage:
        """The next message."""


class Conversation:
    """One trunk's. `run` says all of it; `hello` is what the other end said of itself."""

    participant = None
    """It is no original Umbrella relay."""

    def __init__(
        self,
        links: Links,
        socket: Socket,
        cut: Callable[[], None],
        policy: Policy,
        *,
        dialled: bool,
    ) -> None:
        self.dialled = dialled
        self.policy = policy
        self.hello: Hello | None = None
        self.link: LinkId | None = None
        self.pulse = Pulse()
        self.since = wall()
        """Milliseconds since 1970: when the other end said hello."""
        self._links = links
        self._socket = socket
        self._cut = cut
        self._half = Half()
        self._line: Line[Word] = Line(self._half.send, self._drop)
        self._ending: Ending | None = None
        self._doubtful = False

    # The outbox.

    def put(self, word: Word) -> None:
        """Say this after all that was said before."""
        self.pulse.said(asyncio.get_running_loop().time())
        self._line.put(word)
        if isinstance(word, signal.Goodbye):
            self._over(word.reason, refused=not word.retry)

    def end(self) -> None:
        """Hang up when all has been said."""
        self._over("This relay hung up.")
        self._line.end()

    async def run(self) -> Ending:
        """Hear and say, until one of both ends it; why it is over."""
        self.put(self._links.trunking.me)
        try:
            await self._line.talk(self._socket, self._read(), self._watch())
        finally:
            self._over("This relay stops.")
            if self.link is not None:
                self._links.trunking.hang_up(self.link, self._reason)
        return self._ending or Ending(self._reason)

    def part(self, goodbye: signal.Goodbye) -> None:
        """Say why, and hang up."""
        self.put(goodbye)
        self._line.end()

    def drop(self, reason: str) -> None:
        """End it at once."""
        self._over(reason)
        self._line.end()
        self._cut()

    @property
    def is_up(self) -> bool:
        """Whether the other end said hello."""
        return self.hello is not None

    @property
    def is_late(self) -> bool:
        """Nothing was heard for longer than it should be."""
        return self.pulse.is_late

    @property
    def _reason(self) -> str:
        return self._ending.reason if self._ending else ""

    def _over(self, reason: str, *, refused: bool = False) -> None:
        """The first reason counts: the others follow from it."""
        if self._ending is None:
            self._ending = Ending(reason, refused)

    def _drop(self) -> None:
        self._over("The other relay does not read what it is sent.")
        self._cut()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + HELLO_TIME
        ended = 0
        while True:
            await asyncio.sleep(LOOK)
            now = loop.time()
            ended += self._line.ended
            if ended * LOOK > CLOSE_TIME or self.pulse.is_dead:
                self.drop("Nothing was heard of the other relay for 1.5 s.")
                return
            if self.hello is None and now > until:
                self.part(signal.Goodbye("protocol", "There was no hello in time."))
            ping = self.pulse.look(now)
            if ping is not None:
                self.put(ping)
            self._doubt()

    def _doubt(self) -> None:
        late = self.pulse.is_late
        if self.link is not None and late != self._doubtful:
            self._doubtful = late
            self._links.trunking.doubt(self.link, late)

    async def _read(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                if message.type in _WORDS:
                    self.pulse.heard()
                    self._doubt()
                    self._take(message)
                elif isinstance(message.data, WebSocketError):
                    sentence = _BROKEN.get(message.data.code, _RULES)
                    self.part(signal.Goodbye("protocol", sentence))
                else:
                    self._over("The connection broke off.")
                    return
        finally:
            self._line.end()

    def _take(self, message: WSMessage) -> None:
        if self._line.ended:
            return
        try:
            word = self._half.receive(message.data)
            if word is not None:
                self._hear(word)
        except ProtocolError as error:
            self.part(signal.Goodbye("protocol", str(error)))
        except Refusal as refusal:
            retry = refusal.retry_after is not None
            self.part(signal.Goodbye(refusal.code, refusal.sentence, retry))

    def _hear(self, word: Word) -> None:
        now = asyncio.get_running_loop().time()
        match word:
            case signal.Ping(number):
                self.put(signal.Pong(number))
            case signal.Pong(number):
                rtt = self.pulse.answered(number, now)
                if rtt is not None and self.link is not None:
                    self._links.trunking.measure(self.link, rtt)
            case signal.Goodbye(_, reason, retry):
                self._over(reason or "The other relay said goodbye.", refused=not retry)
                self._line.end()
            case Hello():
                self._greet(word)
            case _:
                # `Half` lets nothing else through before hello.
                assert self.link is not None
                self._links.trunking.hear(self.link, word, now, wall())

    def _greet(self, hello: Hello) -> None:
        goodbye = self._links.judge(hello)
        if goodbye is not None:
            self.part(goodbye)
            return
        self.link = self._links.trunking.connect(hello, self, self.policy, dialled=self.dialled)
        self.hello, self.since = hello, wall()
