"""The conversation with an original Umbrella relay that this one dialled.

There it is a client like any other, and here the original is a guest.
"""

import asyncio
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from aiohttp import WSMessage, WSMsgType

from trunkline.errors import ProtocolError, Refusal
from trunkline.model import signal
from trunkline.model.id import NAME_LIMIT, ParticipantId
from trunkline.model.trunk import Policy
from trunkline.net.clock import wall
from trunkline.net.line import Line
from trunkline.net.links import Ending, Links
from trunkline.net.trunk import Socket
from trunkline.protocol.name import participant_name
from trunkline.protocol.room.original import Original
from trunkline.protocol.room.server import UMBRELLA_ROOM

FIRST_WORD = 5.0
"""Seconds for what an original says first: it offers at once."""
LOOK = 0.05
"""Seconds between two looks for what has waited long enough."""

_WORDS = (WSMsgType.BINARY, WSMsgType.TEXT)


class OriginalTalk:
    """A `Talk`: `run` says all of it."""

    hello = None
    """It says nothing of itself."""
    link = None
    dialled = True
    is_late = False
    """It never says whether it is there; when its media connections end, it is gone."""

    def __init__(
        self, links: Links, socket: Socket, cut: Callable[[], None], policy: Policy, target: str
    ) -> None:
        self.policy = policy
        self.since = wall()
        self.participant: ParticipantId | None = None
        """As whom it is in the room."""
        self._links = links
        self._socket = socket
        self._cut = cut
        self._target = target
        self._original = Original()
        self._line: Line[signal.Told] = Line(self._original.send, self._drop)
        self._ending: Ending | None = None

    @property
    def is_up(self) -> bool:
        """Whether it has said something."""
        return self.participant is not None

    # The outbox.

    def put(self, message: signal.Told) -> None:
        """Say this after all that was said before."""
        if isinstance(message, signal.Goodbye):
            self._over(message.reason, refused=not message.retry)
        self._line.put(message)

    def end(self) -> None:
        """Hang up when all has been said."""
        self._over("The media connection with it is lost.")
        self._line.end()

    async def run(self) -> Ending:
        """Hear and say, until one of both ends it; why it is over."""
        loop = asyncio.get_running_loop()
        try:
            await self._line.talk(self._socket, self._read(), self._watch())
        finally:
            self._over("This relay stops.")
            if self.participant is not None:
                self._links.guests.hang_up(self.participant, self, loop.time(), clean=True)
        return self._ending or Ending("")

    def part(self, goodbye: signal.Goodbye) -> None:
        """Hang up; it knows no word for why."""
        self.put(goodbye)
        self._line.end()

    def drop(self, reason: str) -> None:
        """End it at once."""
        self._over(reason)
        self._line.end()
        self._cut()

    def _over(self, reason: str, *, refused: bool = False) -> None:
        """The first reason counts: the others follow from it."""
        if self._ending is None:
            self._ending = Ending(reason, refused)

    def _drop(self) -> None:
        self._over("It does not read what it is sent.")
        self._cut()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + FIRST_WORD
        while not self._line.ended:
            await asyncio.sleep(LOOK)
            now = loop.time()
            if not self.is_up and now > until:
                self._over(
                    f"{self._target}: it knows no trunks, and does not speak as an original "
                    "Umbrella relay does: check the address.",
                    refused=True,
                )
                self._line.end()
            self._take(self._original.due(now), now)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                message = await self._socket.receive()
                if message.type not in _WORDS:
                    self._over("The connection broke off.")
                    return
                self._hear(message, loop.time())
        finally:
            self._line.end()

    def _hear(self, message: WSMessage, now: float) -> None:
        if self._line.ended:
            return
        try:
            said = self._original.receive(message.data, now)
            if not self.is_up:
                self._enter()
            self._take(said, now)
        except ProtocolError as error:
            self._over(f"It does not speak as an original Umbrella relay does: {error}")
            self._line.end()
        except Refusal as refusal:
            self._over(refusal.sentence, refused=refusal.retry_after is None)
            self._line.end()

    def _enter(self) -> None:
        place = urlsplit(self._target).netloc
        hello = signal.Hello(
            UMBRELLA_ROOM, participant_name(f"Umbrella {place}"[:NAME_LIMIT]), agent="Umbrella"
        )
        self.participant = self._links.guests.enter(
            hello, self, address=place, like_umbrella=True, policy=self.policy
        )
        self.since = wall()

    def _take(self, said: Iterable[signal.Heard], now: float) -> None:
        for each in said:
            if self.participant is not None:
                self._links.guests.hear(self.participant, each, now, wall())
