"""One connection after another, as a `!webrtc` node sees them."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Literal

from av.video.frame import VideoFrame

from trunkline.client.input import VideoInput
from trunkline.client.link import Link
from trunkline.client.network import Network
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.errors import ConnectionLost, TrunklineError
from trunkline.flitter_plugin import figures
from trunkline.flitter_plugin.ice import Helpers
from trunkline.flitter_plugin.screen import Screen
from trunkline.model.link import LinkStatistics
from trunkline.net.beside import beside
from trunkline.net.supervise import supervise

log = logging.getLogger(__name__)

State = Literal["new", "connecting", "connected", "failed", "closed"]

GLIMPSE = 0.1
"""Seconds for which a program sees how a connection ended, before the next begins."""
BRIEF = 1.0
"""Seconds of a connection below which the next one does not begin at once."""
PATIENCE = 5.0
"""Seconds between two attempts at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the attributes of a `!webrtc` node say."""

    size: tuple[int, int]
    video: VideoSettings
    network: Network


class Call:
    """What a node writes to and looks at in Flitter's thread, while signalling fills it in ours."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.screen = Screen()
        self.state: State | None = None
        """As `connectionState` of W3C WebRTC; None without a connection."""
        self.figures: figures.Figures = {}
        self._output: VideoOutput | None = None
        self._helpers = Helpers(options.network)

    async def network(self) -> Network:
        """How the next connection reaches the other end."""
        return await self._helpers.network()

    @property
    def is_connected(self) -> bool:
        """Whether pictures can flow."""
        return self.state == "connected"

    @property
    def is_sending(self) -> bool:
        """Whether pictures that are written go anywhere."""
        return self._output is not None and self.is_connected

    def write(self, frame: VideoFrame) -> None:
        """Send a picture; it must not change any more."""
        output = self._output
        try:
            if output is not None:
                output.write(frame)
        except ConnectionLost:
            self._output = None
        except TrunklineError as error:
            self._output = None
            log.warning("no picture is sent any more: %s", error)

    async def keep(self, name: str, connect: Callable[[], Awaitable[None]]) -> None:
        """Have a connection, and at once another when it ends, until cancelled.

        Args:
            name: what it is, for the log.
            connect: makes one and returns when it has ended; raises when none came about.
        """
        loop = asyncio.get_running_loop()

        async def again() -> None:
            while True:
                # Flitter has the youngest garbage collected alone; that of connections is older.
                gc.collect(1)
                self.state, began = None, loop.time()
                try:
                    await connect()
                finally:
                    await asyncio.sleep(GLIMPSE)
                    self.state = None
                if loop.time() - began < BRIEF:
                    raise TrunklineError("the connection ended at once")
                log.info("%s: the connection has ended; the next one begins", name)

        await supervise(name, again, last_delay=PATIENCE)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A connection from its beginning to its end."""
        self.state = "new"
        try:
            yield
        finally:
            self.state = "closed" if self.is_connected else "failed"

    @asynccontextmanager
    async def link(self) -> AsyncIterator[Link]:
        """A connection both ways; who asks for it carries offer and answer."""
        with self.attempt():
            async with Link(await self.network()) as link:
                output, source = link.send_video(self.options.video), link.receive_video()
                with self.sends(output), self.shows(source):
                    yield link

    async def last(self, link: Link) -> None:
        """Connect, and wait for the end.

        Raises:
            ConnectionLost: it did not come about.
        """
        self.state = "connecting"
        try:
            await link.connected()
        except ConnectionLost as error:
            raise ConnectionLost(f"{error}{self._helpers.advice}") from error
        async with self.connected(link.statistics):
            log.info("the connection has ended: %s", await link.ended())

    @asynccontextmanager
    async def connected(
        self, statistics: Callable[[], Awaitable[LinkStatistics]]
    ) -> AsyncIterator[None]:
        """Pictures flow while the block lasts."""
        self.state = "connected"
        try:
            async with beside(self._measure(statistics), "figures"):
                yield
        finally:
            self.figures = {}

    @contextmanager
    def sends(self, output: VideoOutput) -> Iterator[None]:
        """What is written goes there while the block lasts."""
        self._output = output
        try:
            yield
        finally:
            self._output = None

    @contextmanager
    def shows(
        self,
        source: VideoInput,
        take: Callable[[VideoFrame], None] | None = None,
        *,
        clears: bool = True,
    ) -> Iterator[None]:
        """What comes there is seen, or taken by somebody, while the block lasts.

        Args:
            source: where it comes.
            take: called with each picture, in the decoder's thread.
            clears: whether nothing is seen afterwards; else the last picture is.
        """
        handing = source.each(take or self.screen.show)
        try:
            yield
        finally:
            # A picture that is still in the decoder is not to come after the end.
            handing.close()
            if clears:
                self.screen.clear()

    async def _measure(self, statistics: Callable[[], Awaitable[LinkStatistics]]) -> None:
        loop = asyncio.get_running_loop()
        before, then = None, 0.0
        while True:
            try:
                after, now = await statistics(), loop.time()
            except ConnectionLost:
                # It is on its way to be mended, or to its end.
                before, self.figures, self.state = None, {}, "connecting"
            else:
                self.state = "connected"
                if before is not None:
                    self.figures = figures.measure(before, after, now - then)
                before, then = after, now
            await asyncio.sleep(figures.STEP)
