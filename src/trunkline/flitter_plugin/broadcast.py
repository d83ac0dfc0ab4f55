"""`!broadcast`: the other end is found by datagrams to everybody on the local network."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from trunkline.errors import TrunklineError
from trunkline.flitter_plugin.attribute import Node, text
from trunkline.flitter_plugin.call import Call
from trunkline.flitter_plugin.local_network import EVERYBODY, Address, Letters, Mailbag, mailbag
from trunkline.model.flitter import Answer, Offer
from trunkline.net.beside import beside
from trunkline.protocol.flitter.datagram import Post, derive_key, fits
from trunkline.protocol.flitter.pruning import prune

PORT = 5111
SECRET = "flitter_webrtc"
WAITS = (1.0, 1.0, 3.0, 5.0, 5.0, 5.0, 5.0)
"""Seconds between one offer and the next. The original waits 5 s each time; two more at first find
who has just begun to listen."""
SILENCE = 5.0
"""Seconds after which an answer is sent again, as by the original; and for which another offer is
one of before."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The attributes of the node."""

    name: str
    """Of the connection: both ends give the same."""
    is_caller: bool
    port: int = PORT
    host: str = ""
    secret: str = SECRET

    @classmethod
    def read(cls, node: Node) -> Self | None:
        """What a node says; `call=` is stronger than `answer=`."""
        callee, own = text(node, "call"), text(node, "answer")
        if not callee and not own:
            return None
        return cls(
            callee or own,
            bool(callee),
            node.get("port", 1, int, PORT),
            text(node, "host"),
            text(node, "secret", SECRET),
        )

    async def run(self, call: Call) -> None:
        """Call, or answer, again and again."""
        key = await asyncio.to_thread(derive_key, self.secret, self.name)
        letters = Letters(Post(key), self.name)
        if self.is_caller:
            await call.keep(f"!broadcast call={self.name}", lambda: self._call(call, letters))
        else:
            await call.keep(f"!broadcast answer={self.name}", lambda: self._answer(call, letters))

    async def _call(self, call: Call, letters: Letters) -> None:
        async with call.link() as link:
            sdp = await link.offer()
            offer = Offer(prune(sdp, lambda shorter: fits(Offer(shorter))))
            async with mailbag(letters, self.host, 0) as bag:
                answer = await _ask(bag, offer, self.port)
            await link.accept_answer(answer.sdp)
            await call.last(link)

    async def _answer(self, call: Call, letters: Letters) -> None:
        async with mailbag(letters, self.host, self.port) as bag:
            message, caller = await bag.next()
            while not isinstance(message, Offer):
                message, caller = await bag.next()
            async with call.link() as link:
                sdp = await link.accept_offer(message.sdp, wanted=False)
                answer = Answer(prune(sdp, lambda shorter: fits(Answer(shorter))))
                call.state = "connecting"
                async with beside(_repeat(bag, answer, message, caller), "answers"):
                    await link.connected()
                bag.close()
                await call.last(link)


async def _ask(bag: Mailbag, offer: Offer, port: int) -> Answer:
    for wait in WAITS:
        bag.send(offer, (EVERYBODY, port))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                while True:
                    message, _ = await bag.next()
                    if isinstance(message, Answer):
                        return message
    raise TrunklineError("nobody answers")


async def _repeat(bag: Mailbag, answer: Answer, offer: Offer, caller: Address) -> None:
    """Answer, and again when asked again: an answer may be lost."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        bag.send(answer, caller)
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENCE):
                message, source = await bag.next()
                while message != offer:
                    if isinstance(message, Offer) and loop.time() - began >= SILENCE:
                        raise TrunklineError("the caller has begun anew")
                    message, source = await bag.next()
                caller = source
