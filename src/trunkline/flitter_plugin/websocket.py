"""`!websocket`: the other end is found in a room on a signalling server."""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Self, assert_never

from trunkline.client.link import Link
from trunkline.client.signalling import PeerClient, connected
from trunkline.errors import ProtocolError, TrunklineError
from trunkline.flitter_plugin.attribute import Node, text
from trunkline.flitter_plugin.call import Call
from trunkline.model import flitter as word
from trunkline.protocol.flitter import talk
from trunkline.protocol.flitter.client import Client

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at what is waited for."""
HEARTBEAT = 15.0
"""Seconds after which a silent server is asked whether it is there."""

Server = PeerClient[word.Request, word.Event | None]


class _Half:
    """Passes over what makes no sense: any member of the room may say it."""

    def __init__(self) -> None:
        self._half = Client()
        self._said = False

    def write(self, request: word.Request) -> str:
        return self._half.write(request)

    def read(self, frame: str | bytes) -> word.Event | None:
        try:
            return self._half.read(frame)
        except ProtocolError as error:
            log.log(logging.DEBUG if self._said else logging.WARNING, "!websocket: %s", error)
            self._said = True
            return None


@dataclass(frozen=True, slots=True)
class Websocket:
    """The attributes of the node."""

    url: str
    room: str
    id: str
    callee: str
    verify: bool = True

    @classmethod
    def read(cls, node: Node) -> Self | None:
        """What a node says; without url, room and id it says too little."""
        url, room, name = text(node, "url"), text(node, "room"), text(node, "id")
        if not (url and room and name):
            return None
        return cls(url, room, name, text(node, "call"), node.get("verify", 1, bool, True))

    async def run(self, call: Call) -> None:
        """Come to a call with somebody in the room, again and again."""
        await call.keep(f"!websocket {self.id}", lambda: self._once(call))

    async def _once(self, call: Call) -> None:
        async with AsyncExitStack() as stack:
            link = await self._agree(call, stack)
            await call.last(link)

    async def _agree(self, call: Call, links: AsyncExitStack) -> Link:
        async with connected(self.url, _Half(), verify=self.verify, heartbeat=HEARTBEAT) as server:
            await server.say(word.Join(self.id, self.room))
            conversation = _Conversation(call, links, server)
            return await conversation.hold(talk.Talk(self.id, self.callee or None))


class _Conversation:
    """Does what a talk decides."""

    def __init__(self, call: Call, links: AsyncExitStack, server: Server) -> None:
        self._call = call
        self._links = links
        self._server = server
        self._link: Link | None = None
        self._passed_over = ""

    async def hold(self, talking: talk.Talk) -> Link:
        """Talk until all is said; the link that was agreed on.

        Raises:
            TrunklineError: there is no call this way.
        """
        loop = asyncio.get_running_loop()
        while True:
            event = await self._heard()
            now = loop.time()
            step = talking.wait(now) if event is None else talking.hear(event, now)
            if talking.passed_over and talking.passed_over != self._passed_over:
                self._passed_over = talking.passed_over
                log.warning("!websocket passes over %s", talking.passed_over)
            link = None if step is None else await self._do(step)
            if link is not None:
                return link

    async def _heard(self) -> word.Event | None:
        """What the server says; None: nothing for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                async for _, event in self._server:
                    return event
                raise TrunklineError(f"the server hung up: {self._server.ending}")
        return None

    async def _do(self, step: talk.Step) -> Link | None:
        """Do it; the link, when all is said."""
        match step:
            case talk.MakeOffer(to):
                link = await self._fresh()
                await self._server.say(talk.call(to, await link.offer()))
                return None
            case talk.MakeAnswer(to, offer):
                link = await self._fresh()
                mine = await link.accept_offer(offer, wanted=False)
                await self._server.say(talk.answer(to, mine))
                return None
            case talk.TakeAnswer(to, answer):
                assert self._link is not None, "it made the offer"
                await self._link.accept_answer(answer)
                await self._server.say(talk.finished(to))
                return self._link
            case talk.Leave():
                return self._link
            case _:
                assert_never(step)

    async def _fresh(self) -> Link:
        """A link that nothing is said of yet; one of before is void."""
        await self._links.aclose()
        self._link = await self._links.enter_async_context(self._call.link())
        return self._link
