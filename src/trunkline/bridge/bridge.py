"""All dialects, and what they are to know of our rooms."""

import asyncio

from trunkline.bridge import flitter, gstreamer, webrtcsink
from trunkline.config import SignallingSettings
from trunkline.engine import Engine
from trunkline.model.peering import PeerKey
from trunkline.net.dialect import Dialects
from trunkline.protocol.name import room_name

REST = 0.05
"""Seconds between two looks at all rooms: they cost more than what happened did."""


class Bridge:
    """The relay as a peer in each dialect.

    It holds no state of rooms: after anything that happens, it compares what there is with what the
    dialects have of it.
    """

    def __init__(self, engine: Engine, settings: SignallingSettings) -> None:
        self._engine = engine
        self._room = room_name(settings.room)
        self._rooms = tuple(map(room_name, settings.gstreamer_rooms))
        self._gstreamer = gstreamer.Desk(engine)

    def summon(self, uid: str) -> PeerKey | None:
        """See `domain.gstreamer.Summon`."""
        return self._gstreamer.summon(uid)

    async def run(self, dialects: Dialects) -> None:
        """Be there until cancelled, or till the relay stops."""
        happening = self._engine.feed.listen()
        self._gstreamer.open(dialects.gstreamer.exchange, self._rooms)
        others = flitter.Desk(self._engine, dialects.flitter.exchange)
        world = webrtcsink.Desk(self._engine, dialects.webrtcsink.exchange, self._room)
        world.open()
        news = asyncio.Event()
        news.set()
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look(news, others, world), name="bridge:look")
            async for _ in happening:
                news.set()
            looking.cancel()

    async def _look(
        self, news: asyncio.Event, others: flitter.Desk, world: webrtcsink.Desk
    ) -> None:
        while True:
            await news.wait()
            news.clear()
            rooms = self._engine.rooms()
            others.see(rooms)
            world.see(rooms)
            await asyncio.sleep(REST)
