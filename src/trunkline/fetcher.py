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

Turn = Callable[[Taking], None]


class Fetcher:
    """`perform` does what is decided, and calls `look` when that is done."""

    def __init__(self, takings: Takings, perform: Callable[[Sequence[Effect]], None]) -> None:
        self._takings = takings
        self._perform = perform
        self._held: dict[Taking, Turn] = {}  # bounded by those who ask

    def look(self) -> None:
        """Something may have come, or come in elsewhere."""
        for taking, turn in tuple(self._held.items()):
            turn(taking)

    @asynccontextmanager
    async def named(
        self,
        room: RoomName,
        name: ParticipantName | None,
        kinds: tuple[Kind, ...],
        turn: Turn = lambda _: None,
    ) -> AsyncIterator[dict[Kind, Port]]:
        """The first tracks of these kinds of a participant, or of None who published last.

        `turn` is called when they may come in elsewhere, or be gone.

        Raises:
            Refusal: there is nobody, or they did not come.
        """
        taking, effects = self._takings.take(room, name, kinds)
        async with self._taken(taking, effects, turn) as ports:
            yield ports

    @asynccontextmanager
    async def numbered(
        self, room: RoomName, participant: ParticipantId, kinds: tuple[Kind, ...]
    ) -> AsyncIterator[dict[Kind, Port]]:
        """The same of the participant with this id."""
        taking, effects = self._takings.take_from(room, participant, kinds)
        async with self._taken(taking, effects, lambda _: None) as ports:
            yield ports

    @asynccontextmanager
    async def _taken(
        self, taking: Taking, effects: Sequence[Effect], turn: Turn
    ) -> AsyncIterator[dict[Kind, Port]]:
        try:
            self._perform(effects)
            await self._come(taking)
            self._held[taking] = turn
            turn(taking)
            yield taking.ports
        finally:
            self._held.pop(taking, None)
            self._perform(self._takings.let_go(taking))

    async def _come(self, taking: Taking) -> None:
        news = asyncio.Event()
        self._held[taking] = lambda one: news.set() if one.is_settled() else None
        self.look()
        try:
            async with asyncio.timeout(LIMIT):
                await news.wait()
        except TimeoutError:
            sentence = f"Nothing came over the trunk within {LIMIT:g} s: ask again later."
            raise Refusal(RefusalCode.FULL, sentence, retry_after=2) from None
        if taking.is_gone():
            raise Refusal(RefusalCode.NOBODY_PUBLISHES, "The participant has just left.", 2)
