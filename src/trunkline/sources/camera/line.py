"""One stream of a camera, connected as long as somebody needs it, and tried again."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from trunkline.model.camera import CameraState, CameraTrouble
from trunkline.net.backoff import Backoff
from trunkline.net.clock import Epoch
from trunkline.sources.camera.connection import Connection, Parts
from trunkline.sources.camera.fault import SourceError
from trunkline.sources.camera.outlet import Outlet
from trunkline.sources.source import Opening

log = logging.getLogger(__name__)

LINGER = 10.0
"""Seconds for which what nobody needs stays connected."""
FIRST_DELAY, LAST_DELAY = 1.0, 30.0
"""Seconds before what broke off is tried again."""
WELL = 10.0
"""Seconds after which a connection was a good one: the next delay is the first again."""
GOODBYE = 10.0
"""Seconds that a thread may take to notice that it is to stop."""


class Line:
    """A stream and its connection, if it has one."""

    def __init__(
        self,
        name: str,
        opening: Opening,
        epoch: Epoch,
        needed: Callable[[], bool],
        equip: Callable[[Parts], None],
        outlets: Sequence[Outlet],
    ) -> None:
        """Begin without a connection.

        Args:
            name: for the log.
            opening: how it is opened.
            epoch: the clock of media time.
            needed: whether it is; `look_again` says that this may have changed.
            equip: called in a thread when it is known what comes.
            outlets: those that it may write to.
        """
        self.error: str | None = None
        """Why it is not there."""
        self.trouble: CameraTrouble | None = None
        """The same for programs."""
        self.restarts = 0
        """How often it broke off."""
        self._name = name
        self._opening = opening
        self._epoch = epoch
        self._needed = needed
        self._equip = equip
        self._outlets = outlets
        self._changed = asyncio.Event()
        self._connection: Connection | None = None
        self._ended: asyncio.Future[SourceError | None] | None = None
        self._final = False

    @property
    def parts(self) -> Parts:
        """What comes, while it does."""
        return self._connection.parts if self._connection else Parts(None, None)

    @property
    def state(self) -> CameraState:
        """How it is."""
        if self._connection is not None:
            return "live" if self._connection.began else "connecting"
        if self.error is None:
            return "idle"
        return "failed" if self._final or not self._needed() else "waiting"

    def clear(self) -> None:
        """It is there."""
        self.error, self.trouble, self._final = None, None, False

    def look_again(self) -> None:
        """Somebody may need it now, or nobody."""
        self._changed.set()

    async def run(self) -> None:
        """Keep it connected while it is needed, until cancelled."""
        while True:
            if self._needed():
                await self._stay()
            await self._change()

    async def _stay(self) -> None:
        """Connect, again and again, till nobody needs it."""
        backoff = Backoff(FIRST_DELAY, LAST_DELAY)
        while self._needed():
            begin = self._epoch.now()
            fault = await self._connect()
            if fault is None:
                self.clear()
                return
            if self._epoch.now() - begin >= WELL:
                backoff.reset()
            self.restarts += 1
            self.error, self.trouble, self._final = str(fault), fault.trouble, fault.final
            level = logging.WARNING if backoff.is_first else logging.DEBUG
            log.log(
                level, "%s is not there: %s It is tried again while it is wanted", self._name, fault
            )
            until = self._epoch.now() + backoff.delay()
            while self._needed() and (left := until - self._epoch.now()) > 0:
                await self._change(left)

    async def _connect(self) -> SourceError | None:
        """One connection, to its end; None: nobody needs it any more."""
        await self._end_of_last()
        self._connection = Connection(self._opening, self._epoch, self._equip, self._name)
        self._ended = ended = self._connection.start()
        ended.add_done_callback(lambda _: self._changed.set())
        try:
            while not ended.done():
                needed = self._needed()
                await self._change(None if needed else LINGER)
                if not (needed or self._needed() or ended.done()):
                    return None
            return ended.result()
        finally:
            self._connection.stop()
            self._connection = None
            for outlet in self._outlets:
                outlet.rest()

    async def _end_of_last(self) -> None:
        """Many cameras let one client in only."""
        if self._ended is not None:
            try:
                async with asyncio.timeout(GOODBYE):
                    await asyncio.shield(self._ended)
            except TimeoutError:
                log.debug("the last connection to %s does not end", self._name)

    async def _change(self, seconds: float | None = None) -> None:
        """Wait for news, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()
