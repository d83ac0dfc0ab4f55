"""Which trunks are up: their conversations, whoever dialled."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from trunkline.model import signal
from trunkline.model.id import LinkId, ParticipantId
from trunkline.model.trunk import Hello, Policy
from trunkline.model.trunking import Guests, Trunking

LINKS = 64
"""Conversations at a time, dialled and taken together."""
STOP_TIME = 1.5
"""Seconds that they have to end when the relay stops."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a conversation is over."""

    reason: str
    """In words."""
    refused: bool = False
    """The other end, or we, will not have it; trying again helps only when something is changed."""


class Talk(Protocol):
    """A conversation, as others see it."""

    @property
    def hello(self) -> Hello | None:
        """What the other end said of itself; None before it did, and of an original relay."""

    @property
    def link(self) -> LinkId | None:
        """Its name, once the other end said hello."""

    @property
    def participant(self) -> ParticipantId | None:
        """As whom an original Umbrella relay is in its room; None: it is none."""

    @property
    def is_up(self) -> bool:
        """Whether the other end has said what it has to say first."""

    @property
    def dialled(self) -> bool:
        """This side dialled."""

    @property
    def policy(self) -> Policy:
        """What may cross."""

    @property
    def since(self) -> int:
        """Milliseconds since 1970: when the other end said hello."""

    @property
    def is_late(self) -> bool:
        """Nothing was heard for longer than it should be."""

    async def run(self) -> Ending:
        """Hear and say, until one of both ends it; why it is over."""

    def part(self, goodbye: signal.Goodbye) -> None:
        """Say why, and hang up."""

    def drop(self, reason: str) -> None:
        """End it at once."""


class Links:
    """All conversations with other relays."""

    def __init__(self, trunking: Trunking, guests: Guests) -> None:
        self.trunking = trunking
        self.guests = guests
        self._conversations: list[Talk] = []  # bounded by LINKS
        self._fewer = asyncio.Event()
        self._stopping = False

    @property
    def full(self) -> bool:
        """Whether there may be no more."""
        return self._stopping or len(self._conversations) >= LINKS

    @property
    def up(self) -> Iterator[Talk]:
        """Those whose other end said hello, oldest first."""
        return (one for one in self._conversations if one.hello is not None)

    async def converse(self, conversation: Talk) -> Ending:
        """Have it to its end."""
        if self.full:
            return Ending("This relay has too many trunks, or it stops.")
        self._conversations.append(conversation)
        try:
            return await conversation.run()
        finally:
            self._conversations.remove(conversation)
            self._fewer.set()

    async def stop(self) -> None:
        """Say goodbye to all, and wait a moment for them to go."""
        self._stopping = True
        for each in tuple(self._conversations):
            each.part(signal.Goodbye("stopped", "The other relay stops.", retry=True))
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIME):
                while self._conversations:
                    self._fewer.clear()
                    await self._fewer.wait()

    def judge(self, hello: Hello) -> signal.Goodbye | None:
        """Why a relay that says this of itself is not taken, if so."""
        me = self.trunking.me
        if hello.relay == me.relay:
            if hello.instance == me.instance:
                return signal.Goodbye("itself", "That is this relay itself: it dialled its own.")
            return signal.Goodbye("id-taken", _claimed(hello, f"{me.name!r} itself"))
        for other in list(self.up):
            known = other.hello
            if known is None or known.relay != hello.relay or known.instance == hello.instance:
                continue
            if not other.is_late:
                return signal.Goodbye("id-taken", _claimed(hello, f"{known.name!r}"), retry=True)
            other.drop("The other relay was started anew.")
        return None


def _claimed(hello: Hello, other: str) -> str:
    return (
        f"{hello.name!r} claims the id {hello.relay}, which is that of {other}: both have one "
        "state folder, or a copy of it. Start one with another --state-dir, or delete relay.json "
        "in the copy."
    )
