"""Signalling nodes that were written for the original plugin, and that plugin itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from importlib.metadata import entry_points
from typing import Protocol

from trunkline.client.link import Link
from trunkline.errors import ConnectionLost, StartupError
from trunkline.flitter_plugin.attribute import Node
from trunkline.flitter_plugin.backstage import backstage
from trunkline.flitter_plugin.call import Call, Options

log = logging.getLogger(__name__)


class Signalling(Protocol):
    """What such a node is an instance of, made without arguments."""

    async def update(self, webrtc: "Webrtc", node: Node) -> None:
        """Called in each frame; it looks itself for changes of its attributes."""

    async def release(self) -> None:
        """End."""


class Webrtc:
    """What such a node is given: the connection, as the original's `!webrtc` has it.

    Flitter's loop only waits: everything is done in the thread for connections.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._connection: _Connection | None = None
        self.offer: str | None = None
        """The one that was made last, with all candidates."""
        self.answer: str | None = None
        """The same."""
        self.is_over = False
        """Whether a connection has ended by itself."""

    @property
    def connection_state(self) -> str | None:
        """As `connectionState` of W3C WebRTC."""
        return self._call.state

    async def create_peer_connection(self) -> None:
        """Begin a connection."""
        await self.close_peer_connection()
        self._connection = _Connection(self._call, self._end)
        await backstage().ask(self._connection.ready())

    async def close_peer_connection(self) -> None:
        """End the connection, if there is one."""
        self.offer = self.answer = None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def create_offer(self) -> None:
        """Make an offer; it is in `offer` then."""
        await backstage().ask(self._make_offer(self._known))

    async def create_answer(self, offer: str) -> None:
        """Answer an offer; the answer is in `answer` then."""
        await backstage().ask(self._make_answer(self._known, offer))

    async def finish(self, answer: str) -> None:
        """Take the answer to the offer."""
        await backstage().ask(self._known.take(answer))

    @property
    def _known(self) -> "_Connection":
        if self._connection is None:
            raise ConnectionLost("There is no connection: await create_peer_connection() first.")
        return self._connection

    async def _make_offer(self, connection: "_Connection") -> None:
        self.offer = await connection.link.offer()

    async def _make_answer(self, connection: "_Connection", offer: str) -> None:
        self.answer = await connection.link.accept_offer(offer, wanted=False)
        connection.agreed.set()

    def _end(self, connection: "_Connection") -> None:
        self.is_over = self.is_over or connection is self._connection


class _Connection:
    """One connection; but for making and closing it, it is for the thread for connections."""

    def __init__(self, call: Call, on_end: Callable[["_Connection"], None]) -> None:
        self._call = call
        self._on_end = on_end
        self._opened = asyncio.Event()
        self._link: Link | None = None
        self.agreed = asyncio.Event()
        self._work = backstage().run(self._live())

    @property
    def link(self) -> Link:
        """What it is made of."""
        if self._link is None:
            raise ConnectionLost("The connection has ended.")
        return self._link

    async def ready(self) -> None:
        """Wait until offers can be made."""
        await self._opened.wait()

    async def take(self, answer: str) -> None:
        """Take the answer."""
        await self.link.accept_answer(answer)
        self.agreed.set()

    def close(self) -> None:
        """End it."""
        self._work.cancel()

    async def _live(self) -> None:
        try:
            async with self._call.link() as self._link:
                self._opened.set()
                await self.agreed.wait()
                await self._call.last(self._link)
        except ConnectionLost as error:
            log.info("no connection came about: %s", error)
        finally:
            self._link = None
            self._opened.set()
            self._on_end(self)


class ForeignSession:
    """One whose signalling was written for the original plugin."""

    def __init__(self, kind: type[Signalling], options: Options) -> None:
        self.call = Call(options)
        self._webrtc = Webrtc(self.call)
        self._signalling = kind()
        self._update: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """As in the original, another one begins when a connection has ended."""
        return self._webrtc.is_over

    def step(self, node: Node) -> None:
        """Let it look at its node. It is not waited for: another window would draw meanwhile."""
        if self._update is None or self._update.done():
            self._update = _begin(self._told(self._signalling.update(self._webrtc, node)))

    def close(self) -> None:
        """End it."""
        if self._update is not None:
            self._update.cancel()
        self._update = _begin(self._told(self._release()))

    async def _release(self) -> None:
        try:
            await self._signalling.release()
        finally:
            await self._webrtc.close_peer_connection()

    async def _told(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:
            log.exception("the signalling %s failed", self._signalling)


def _begin(work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)


def refuse_others() -> None:
    """Say so where another plugin gives `!webrtc`, too.

    Raises:
        StartupError: it does.
    """
    found = {one.value: one for one in entry_points(group="flitter.render.window", name="webrtc")}
    if len(found) > 1:
        names = sorted(one.dist.name for one in found.values() if one.dist)
        others = ", ".join(name for name in names if name != "trunkline")
        raise StartupError(
            f"!webrtc is given by {' and '.join(names)}, and only one can be.",
            f"Remove the other one: pip uninstall {others}, then install trunkline again.",
        )
