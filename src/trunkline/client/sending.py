"""What a guest sends: its tracks, and the connection on which it alone offers."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from trunkline.client.connection import Connection
from trunkline.client.network import Network
from trunkline.client.output import Output
from trunkline.errors import ConnectionLost, NegotiationError, TrunklineError
from trunkline.model import link, signal
from trunkline.model.id import TrackId
from trunkline.model.link import LinkStatistics
from trunkline.model.media import Kind, Label, Source
from trunkline.net.clock import Epoch
from trunkline.protocol.bandwidth import picture_limit

log = logging.getLogger(__name__)

ANSWER_TIME = 15.0
"""Seconds that a relay has to answer an offer."""
PAUSE = 5.0
"""Seconds between an offer that failed and the next; the relay may be quicker to ask for it."""
_LEAST = 300_000
_STREAM = "trunkline"

Say = Callable[..., Awaitable[None]]
"""Says some words to the relay; raises ConnectionLost."""


@dataclass(slots=True)
class _Sent:
    """One m-line of the connection; without an output it has ended, and is used again."""

    kind: Kind
    output: Output | None
    track: signal.Announced | None


class Sending:
    """Announces tracks and offers their media; after a loss it does so anew."""

    def __init__(self, url: str, network: Network, say: Say) -> None:
        self.epoch = Epoch()
        """From which the time of what is sent counts."""
        self.network = network
        """How the next connection is made."""
        self._url = url
        self._say = say
        self._media: list[_Sent] = []  # bounded: the relay takes 16 tracks
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[str] | None = None
        self._words: tuple[signal.Heard, ...] | None = None
        self._broken = asyncio.Event()

    async def add(self, output: Output, source: Source) -> None:
        """Send this, too.

        Raises:
            NegotiationError: the relay does not take it.
            ConnectionLost: there is no conversation.
        """
        name = secrets.token_hex(8)
        track = signal.Announced(TrackId(name), output.kind, name, _STREAM, source)
        async with self._turn:
            free = next((m for m in self._media if not m.output and m.kind == output.kind), None)
            medium = free or _Sent(output.kind, None, None)
            if free is None:
                self._media.append(medium)
            medium.output, medium.track = output, track
            try:
                await self._negotiate()
            except BaseException:
                medium.output = medium.track = None
                output.close()
                raise

    async def remove(self, output: Output) -> None:
        """Send this no more; errors as above."""
        output.close()
        async with self._turn:
            for medium in self._media:
                if medium.output is output:
                    medium.output = medium.track = None
                    await self._negotiate()

    def answered(self, sdp: str) -> None:
        """The relay answers our offer."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(sdp)

    def failed(self, failure: signal.Failed) -> None:
        """The relay does not do something."""
        if failure.code not in ("offer-refused", "track-taken", "too-many-tracks"):
            log.warning("the relay says: %s", failure.reason)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_exception(NegotiationError(failure.reason))

    def lost(self) -> None:
        """The connection is gone."""
        self._broken.set()

    async def keep(self, resumed: bool) -> None:
        """While there is a conversation: have a connection for what is sent, until cancelled.

        A connection that was lost is replaced when the relay says so: to the relay, an offer before
        that is one for the old connection.
        """
        if not resumed or (self._connection is not None and self._connection.ended.done()):
            self._broken.set()
        elif self._words is not None:
            await self._say(*self._words)
        while True:
            await self._broken.wait()
            self._broken.clear()
            async with self._turn:
                self._renew()
                try:
                    if any(one.output for one in self._media):
                        await self._negotiate()
                except (TrunklineError, OSError) as error:
                    log.warning("sending to %s: %s It is tried again.", self._url, error)
                    asyncio.get_running_loop().call_later(PAUSE, self._broken.set)

    async def statistics(self) -> LinkStatistics:
        """All counters of the connection of now.

        Raises:
            ConnectionLost: there is none.
        """
        if self._connection is None:
            raise ConnectionLost("Nothing is sent at the moment.")
        return await self._connection.statistics()

    def close(self, error: Exception | None) -> None:
        """Send nothing more."""
        self._renew()
        for medium in self._media:
            if medium.output:
                medium.output.close(error)

    def _renew(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    async def _negotiate(self) -> None:
        """Announce, offer and map all; the relay hears all three before it answers."""
        connection = await self._open()
        media = [(one.kind, *_direction(one)) for one in self._media]
        described = await connection.offer(media)
        tracks = tuple(one.track for one in self._media if one.track)
        pairs = zip(self._media, described.media, strict=True)
        mapping = tuple((one.track.id, medium.mid) for one, medium in pairs if one.track)
        self._answer = asyncio.get_running_loop().create_future()
        offered = signal.Offered(described.sdp)
        self._words = (signal.Announce(tracks), offered, signal.Mapped(mapping))
        try:
            await self._say(*self._words)
            async with asyncio.timeout(ANSWER_TIME):
                answer = await self._answer
        except TimeoutError:
            self._renew()
            raise ConnectionLost("The relay does not answer our offer.") from None
        except BaseException:
            # An offer without an answer cannot be taken back.
            self._renew()
            raise
        finally:
            self._answer = self._words = None
        self._flow(connection, await connection.accept_answer(answer))
        for one in self._media:
            if one.output:
                one.output.limit(picture_limit(answer))
        await connection.until_connected(ANSWER_TIME)

    def _flow(self, connection: Connection, agreed: tuple[link.Transceiver, ...]) -> None:
        for one, medium in zip(self._media, agreed, strict=True):
            if one.output is None:
                continue
            if medium.direction != "sendonly" or not one.output.agree(medium.codecs):
                raise NegotiationError(f"The relay does not take {one.output.codec}.")
            connection.send(medium.mid, one.output)

    async def _open(self) -> Connection:
        bandwidth = sum(one.output.most for one in self._media if one.output)
        if self._connection is None:
            # All codecs, since they are an endpoint's for life: each output has its own.
            endpoint = await asyncio.to_thread(
                self.network.open, (), max(bandwidth, _LEAST), self._url
            )
            self._connection = Connection(endpoint)
        self._connection.desire(max(bandwidth, _LEAST))
        return self._connection


def _direction(medium: _Sent) -> tuple[link.Direction, Label | None]:
    if medium.track is None:
        return "inactive", None
    return "sendonly", Label(_STREAM, medium.track.name)
