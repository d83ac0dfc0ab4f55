"""Takes tracks of participants for programs; what is at another relay has to come first."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from trunkline.domain.effect import Effect
from trunkline.domain.taking import Taking, Takings
from trunkline.errors import Refusal, RefusalCode
from trunkline.model.id import ParticipantId, ParticipantName, RoomName
from trunkline.model.media import Kind, Port

LIMIT = 8.0
"""Seconds for what comes over trunks to begin to come."""


class Fetcher:
    """`perform` does what is decided, and calls `look` when that is done."""

    def __init__(self, takings: Takings, perform: Callable[[Sequence[Effect]], None]) -> None:
        self._takings = takings
        self._perform = perform
        self._waiting: dict[Taking, asyncio.Event] = {}  # bounded by those who ask

    def look(self) -> None:
        """Something may have come."""
        for taking, news in self._waiting.items():
            if taking.is_settled():
                news.set()

    @asynccontextmanager
    async def named(
        self, room: RoomName, name: ParticipantName | None, kinds: tuple[Kind, ...]
    ) -> AsyncIterator[dict[Kind, Port]]:
        """The first tracks of these kinds of a participant, or of None who published last.

        Raises:
            Refusal: there is nobody, or they did not come.
        """
        taking, effects = self._takings.take(room, name, kinds)
        async with self._taken(taking, effects) as ports:
            yield ports

    @asynccontextmanager
    async def numbered(
        self, room: RoomName, participant: ParticipantId, kinds: tuple[Kind, ...]
    ) -> AsyncIterator[dict[Kind, Port]]:
        """The same of the participant with this id."""
        taking, effects = self._takings.take_from(room, participant, kinds)
        async with self._taken(taking, effects) as ports:
            yield ports

    @asynccontextmanager
    async def _taken(
        self, taking: Taking, effects: Sequence[Effect]
    ) -> AsyncIterator[dict[Kind, Port]]:
        try:
            self._perform(effects)
            await self._come(taking)
            yield taking.ports
        finally:
            self._perform(self._takings.let_go(taking))

    async def _come(self, taking: Taking) -> None:
        news = self._waiting[taking] = asyncio.Event()
        try:
            self.look()
            async with asyncio.timeout(LIMIT):
                await news.wait()
        except TimeoutError:
            sentence = f"Nothing came over the trunk within {LIMIT:g} s: ask again later."
            raise Refusal(RefusalCode.FULL, sentence, retry_after=2) from None
        finally:
            del self._waiting[taking]
        if taking.is_gone():
            raise Refusal(RefusalCode.NOBODY_PUBLISHES, "The participant has just left.", 2)
