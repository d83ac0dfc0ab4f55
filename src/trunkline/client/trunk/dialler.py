"""One trunk that this relay dials, and dials again for ever."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

from aiohttp import ClientWebSocketResponse
from aiohttp.abc import AbstractResolver

from trunkline.client.trunk.door import Shut, opened
from trunkline.listing.address import targets
from trunkline.listing.settings import TrunkSettings
from trunkline.model import signal
from trunkline.model.id import RoomName
from trunkline.model.trunk import Policy
from trunkline.net.backoff import Backoff
from trunkline.net.clock import wall
from trunkline.net.links import Ending, Links, Talk
from trunkline.net.trunk import Conversation
from trunkline.protocol.name import room_name
from trunkline.protocol.trunk import SUBPROTOCOL

log = logging.getLogger(__name__)

State = Literal["connecting", "up", "waiting", "refused"]

FIRST_DELAY = 0.25
LAST_DELAY = 15.0
WELL = 10.0
"""Seconds after which a conversation that ends was well: the delays begin anew."""


def policy(settings: TrunkSettings) -> Policy:
    """What may cross.

    Raises:
        ProtocolError: a room's name cannot be one.
    """
    rooms: frozenset[RoomName] | None = None
    if settings.rooms is not None:
        rooms = frozenset(map(room_name, settings.rooms))
    return Policy(
        rooms=rooms,
        send=settings.send,
        receive=settings.receive,
        max_layer=settings.max_layer,
        max_kbps=settings.max_kbps,
    )


class Dialler:
    """Keeps one trunk up, and knows how it stands."""

    def __init__(
        self,
        links: Links,
        settings: TrunkSettings,
        chance: random.Random,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.settings = settings
        self.error: str | None = None
        """Why it is not up, or was not the last time."""
        self.since = wall()
        """Milliseconds since 1970: since when it has not been up."""
        self.conversation: Talk | None = None
        self._state: State = "connecting"
        self._links = links
        self._policy = policy(settings)
        self._targets: Sequence[str] = targets(settings.url)
        self._backoff = Backoff(FIRST_DELAY, LAST_DELAY, chance)
        self._resolver = resolver
        self._hurry = asyncio.Event()
        self._retired = False

    @property
    def state(self) -> State:
        """How it stands now."""
        talk = self.conversation
        return "up" if talk is not None and talk.is_up else self._state

    def hurry(self) -> None:
        """Try at once: the network has changed, and what could not be reached may be there."""
        self._backoff.reset()
        self._hurry.set()

    def retire(self) -> None:
        """Say goodbye, if there is somebody, and let `run` end."""
        self._retired = True
        self._hurry.set()
        if self.conversation is not None:
            reason = "The trunk was taken away at the other end."
            self.conversation.part(signal.Goodbye("removed", reason, retry=True))

    async def run(self) -> None:
        """Keep it up, until cancelled or retired."""
        self._warn()
        while not self._retired:
            self._state = "connecting"
            try:
                ending = await self._attempt()
            except Exception as error:
                log.exception("a bug: the trunk to %s failed", self.settings.url)
                ending = Ending(f"a bug of this relay: {type(error).__name__}")
            self._note(ending)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._backoff.delay()):
                    await self._hurry.wait()
            self._hurry.clear()

    async def _attempt(self) -> Ending:
        """Dial each target until one answers."""
        failures = []
        for target in self._targets:
            try:
                return await self._converse(target)
            except Shut as shut:
                failures.append(str(shut))
                if shut.refused:
                    return Ending(str(shut), refused=True)
        return Ending(" ".join(failures))

    async def _converse(self, target: str) -> Ending:
        async with opened(target, self.settings, self._resolver) as (socket, cut):
            # The one that answers is the first to be tried next time.
            self._targets = sorted(self._targets, key=lambda one: one != target)
            talk = self._talk(socket, cut, target)
            self.conversation = talk
            if self._retired:
                self.retire()
            try:
                return await self._links.converse(talk)
            finally:
                self.conversation = None
                if talk.is_up:
                    self.error = None
                    self.since = wall()
                    if wall() - talk.since > 1000 * WELL:
                        self._backoff.reset()

    def _warn(self) -> None:
        if self.settings.insecure:
            log.warning(
                "The trunk to %s is INSECURE: its certificate is not looked at, so whoever is "
                "between can read and change all of it",
                self.settings.url,
            )
        elif self.settings.secret and self._targets[0].startswith("http:"):
            log.warning(
                "The trunk to %s has no TLS: its secret and all else can be read on the way",
                self.settings.url,
            )

    def _talk(self, socket: ClientWebSocketResponse, cut: Callable[[], None], target: str) -> Talk:
        if socket.protocol == SUBPROTOCOL:
            return Conversation(self._links, socket, cut, self._policy, dialled=True)
        # Only an original Umbrella relay knows no subprotocol, and few have one.
        from trunkline.client.trunk.original import OriginalTalk

        return OriginalTalk(self._links, socket, cut, self._policy, target)

    def _note(self, ending: Ending) -> None:
        if self._retired:
            return
        self._state = "refused" if ending.refused else "waiting"
        level = logging.WARNING if ending.reason != self.error else logging.DEBUG
        self.error = ending.reason
        log.log(level, "No trunk to %s: %s It is tried again.", self.settings.url, ending.reason)
