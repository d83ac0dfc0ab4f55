"""What a guest receives: the tracks that it wants, and the connection on which the relay offers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container
from contextlib import suppress
from typing import TypeVar

from trunkline.client.connection import Connection
from trunkline.client.input import AudioInput, Input, VideoInput
from trunkline.client.network import Network
from trunkline.errors import ConnectionLost, TrunklineError
from trunkline.model import signal
from trunkline.model.id import Mid, TrackId
from trunkline.model.link import LinkStatistics
from trunkline.model.media import Wish
from trunkline.model.view import Track

log = logging.getLogger(__name__)

# What is received needs none, but for the reports.
_BANDWIDTH = 300_000

T = TypeVar("T", VideoInput, AudioInput)


class Receiving:
    """Tells the relay what is wanted, and hands what comes to inputs.

    An input lives as long as its track is wanted and there is: connections come and go under it.
    """

    def __init__(self, url: str, network: Network, say: Callable[..., Awaitable[None]]) -> None:
        self.network = network
        """How the next connection is made."""
        self._url = url
        self._say = say
        self._wishes: dict[TrackId, Wish] = {}  # bounded: the relay grants 500
        self._sources: dict[TrackId, Input] = {}
        self._mapping: dict[TrackId, Mid] = {}
        self._connection: Connection | None = None

    def source(self, track: Track, kind: type[T]) -> T:
        """The input of a track, of the kind that it must be.

        Raises:
            TrunklineError: it is of the other.
        """
        source = self._sources.get(track.id) or kind()
        if not isinstance(source, kind) or source.kind != track.kind:
            raise TrunklineError(
                f"Track {track.id} is {track.kind}: watch() is for pictures, listen() for sound."
            )
        self._sources[track.id] = source
        return source

    async def want(self, track: TrackId, wish: Wish) -> None:
        """Receive a track."""
        self._wishes[track] = wish
        self._apply()
        await self._accept()

    async def forget(self, track: TrackId) -> None:
        """Receive it no more."""
        if self._wishes.pop(track, None) is not None:
            self._drop(track)
            await self._accept()

    async def begin(self, *, resumed: bool) -> None:
        """A conversation begins: say what is wanted."""
        if not resumed:
            self.lost()
        # Where it ends at once, the next one begins with this.
        with suppress(ConnectionLost):
            await self._accept()

    def known(self, tracks: Container[str]) -> None:
        """These are all there are: of others nothing comes any more."""
        for track in [one for one in self._wishes if one not in tracks]:
            del self._wishes[track]
            self._drop(track)

    async def offered(self, sdp: str) -> None:
        """Answer an offer of the relay's."""
        if self._connection is None:
            endpoint = await asyncio.to_thread(self.network.open, (), _BANDWIDTH, self._url)
            self._connection = Connection(endpoint)
        try:
            described = await self._connection.accept_offer(sdp, [])
        except TrunklineError as error:
            log.warning("an offer of %s cannot be answered: %s", self._url, error)
            return
        self._apply()
        await self._say(signal.Answered(described.sdp))

    def mapped(self, mapping: tuple[tuple[TrackId, Mid], ...]) -> None:
        """Which medium is which track, from the next offer on."""
        self._mapping = dict(mapping)
        self._apply()

    def lost(self) -> None:
        """The connection is gone: the relay's next offer begins another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._mapping = {}

    async def statistics(self) -> LinkStatistics:
        """All counters of the connection of now.

        Raises:
            ConnectionLost: there is none.
        """
        if self._connection is None:
            raise ConnectionLost("Nothing is received at the moment.")
        return await self._connection.statistics()

    def close(self, error: Exception | None) -> None:
        """Receive nothing more."""
        self.lost()
        for source in self._sources.values():
            source.close(error)

    async def _accept(self) -> None:
        await self._say(signal.Accept(tuple(self._wishes.items())))

    def _drop(self, track: TrackId) -> None:
        source = self._sources.pop(track, None)
        mid = self._mapping.get(track)
        if self._connection is not None and mid is not None:
            self._connection.forget(mid)
        if source is not None:
            source.close()

    def _apply(self) -> None:
        if self._connection is None:
            return
        wanted = {
            mid: self._sources[track]
            for track, mid in self._mapping.items()
            if track in self._sources
        }
        self._connection.route(wanted)
