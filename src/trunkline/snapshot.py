"""The present picture of a participant."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing

from trunkline.engine import Engine
from trunkline.errors import Refusal, RefusalCode
from trunkline.frames.still import StillForm, still
from trunkline.frames.video_decoder import VideoDecoder
from trunkline.media.core import Core, Tap
from trunkline.model.id import ParticipantId, RoomName, TransportId
from trunkline.model.link import Arrived, Cut
from trunkline.net.clock import wall

LIMIT = 8.0
"""Seconds for a first picture."""
STILL = 1.5
"""Seconds after which what was kept of a picture that does not move is the present one."""
AT_ONCE = 2
"""Snapshots that are taken at the same time; others wait."""

Ready = Callable[[TransportId], Awaitable[None]]
"""Waits till a camera of ours sends; it raises Refusal when it cannot be had."""


class Snapshots:
    """Takes them."""

    def __init__(self, engine: Engine, core: Core, ready: Ready) -> None:
        self._engine = engine
        self._core = core
        self._ready = ready
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def take(self, room: RoomName, participant: ParticipantId, form: StillForm) -> bytes:
        """The picture of now.

        Raises:
            Refusal: the participant sends no picture, or none came in time.
        """
        async with self._engine.fetcher.numbered(room, participant, ("video",)) as ports:
            port = ports.get("video")
            if port is None:
                sentence = "This participant sends no picture now."
                raise Refusal(RefusalCode.NOBODY_PUBLISHES, sentence, 2)
            await self._ready(port.transport)
            async with self._turn:
                with closing(self._core.tap(port)) as tap:
                    return await _taken(tap, form)


async def _taken(tap: Tap, form: StillForm) -> bytes:
    decoder, begin = VideoDecoder(), wall() / 1000
    latest = None
    tap.request_keyframe()
    try:
        async with asyncio.timeout(LIMIT) as patience:
            async for arrived in _frames(tap):
                pictures = await asyncio.to_thread(decoder.decode, arrived.frame)
                if pictures and latest is None:
                    soon = asyncio.get_running_loop().time() + STILL
                    patience.reschedule(min(soon, patience.when() or soon))
                latest = pictures[-1] if pictures else latest
                # What is older was kept, and only leads to the present.
                if latest is not None and arrived.received >= begin:
                    break
    except TimeoutError:
        pass
    if latest is None:
        raise Refusal(
            RefusalCode.FULL, f"No picture came within {LIMIT:g} s: ask again later.", retry_after=2
        )
    return await asyncio.to_thread(still, latest, form)


async def _frames(tap: Tap) -> AsyncIterator[Arrived]:
    """What a tap gives, till it is cut."""
    news = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(tap.fileno(), news.set)
    try:
        while True:
            await news.wait()
            news.clear()
            for event in tap.drain():
                if isinstance(event, Cut):
                    return
                yield event
    finally:
        loop.remove_reader(tap.fileno())
