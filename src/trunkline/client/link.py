"""A connection whose offers and answers its user carries to the other end."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from trunkline.client.audio_output import AudioOutput, AudioSettings
from trunkline.client.connection import Connection
from trunkline.client.input import AudioInput, Input, VideoInput
from trunkline.client.network import Network
from trunkline.client.output import Output
from trunkline.client.plan import Plan
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.errors import ConnectionLost, NegotiationError
from trunkline.model.ice_server import IceServer
from trunkline.model.link import LinkStatistics
from trunkline.net.clock import Epoch
from trunkline.protocol.bandwidth import picture_limit

CONNECT_TIME = 20.0
"""Seconds for ICE and DTLS."""


class Link:
    """One connection to any WebRTC peer: `async with Peer.link() as link:`.

    Say what is sent and received, then exchange one offer and one answer with the other end by
    whatever way there is. To add something later, do both again.
    """

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network()
        self._epoch = Epoch()
        self._plan = Plan()
        self._connection: Connection | None = None
        self._bandwidth = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send_video(self, settings: VideoSettings | None = None) -> VideoOutput:
        """Send pictures: give them to what this returns.

        Raises:
            FrameError: there is no such encoder.
        """
        output = VideoOutput(settings or VideoSettings(), self._epoch)
        self._add(output, output.settings.bitrate)
        return output

    def send_audio(self, settings: AudioSettings | None = None) -> AudioOutput:
        """Send sound: give it to what this returns; errors as above."""
        output = AudioOutput(settings or AudioSettings(), self._epoch)
        self._add(output, output.settings.bitrate)
        return output

    def receive_video(self) -> VideoInput:
        """Receive pictures: iterate over what this gives."""
        source = VideoInput()
        self._plan.add_input(source)
        return source

    def receive_audio(self) -> AudioInput:
        """Receive sound: iterate over what this gives."""
        source = AudioInput()
        self._plan.add_input(source)
        return source

    @property
    def inputs(self) -> tuple[Input, ...]:
        """All that is received, in the order of its m-lines."""
        return tuple(self._plan.inputs)

    async def offer(self, *, restart: bool = False, url: str | None = None) -> str:
        """An offer with all candidates.

        Args:
            restart: restart ICE (RFC 8445 section 9).
            url: a URL of the other end, where that is known: whether it is on this machine.

        Raises:
            NegotiationError: there is nothing to offer.
            OSError: no port can be bound.
        """
        if not self._plan.media:
            raise NegotiationError("There is nothing to offer: send or receive something first.")
        connection = await self._open(url)
        return (await connection.offer(self._plan.described(), restart=restart)).sdp

    async def accept_answer(self, sdp: str) -> None:
        """Take the other end's answer.

        Raises:
            NegotiationError: it is none, or takes nothing of what is sent.
            ConnectionLost: it ended.
        """
        if self._connection is None:
            raise NegotiationError("There is no offer to answer: make one first.")
        agreed = await self._connection.accept_answer(sdp)
        self._plan.join(self._connection, agreed, offered=True)
        for output in self._plan.outputs:
            output.limit(picture_limit(sdp))

    async def accept_offer(self, sdp: str, *, wanted: bool = True) -> str:
        """Our answer to the other end's offer, with all candidates; errors as above.

        What it sends and nobody here expected becomes a new one of `inputs`.

        Args:
            sdp: the offer.
            wanted: whether it must want something of what is sent.
        """
        labels = self._plan.labels(sdp)
        connection = await self._open()
        described = await connection.accept_offer(sdp, labels)
        self._plan.join(connection, described.media, offered=False, wanted=wanted)
        return described.sdp

    async def connected(self, within: float = CONNECT_TIME) -> None:
        """Wait until frames can flow.

        Raises:
            ConnectionLost: it did not come about.
        """
        await self._known.until_connected(within)

    async def ended(self) -> str:
        """Wait until it ends by itself; why it did."""
        return (await asyncio.shield(self._known.ended)).reason

    async def statistics(self) -> LinkStatistics:
        """All counters now.

        Raises:
            ConnectionLost: it has ended.
        """
        return await self._known.statistics()

    def close(self, error: Exception | None = None) -> None:
        """End everything; who reads or writes is told the error, if there is one."""
        if self._connection:
            self._connection.close()
        for output in self._plan.outputs:
            output.close(error)
        for source in self._plan.inputs:
            source.close(error)

    async def help(self, told: Sequence[IceServer]) -> None:
        """Use servers that the other end tells of, from the next connection on."""
        if told:
            self._network = await asyncio.to_thread(self._network.helped_by, told)

    def renew(self) -> None:
        """Forget the connection: the next offer or answer begins another, for the same media."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _add(self, output: Output, bitrate: int) -> None:
        self._plan.add_output(output)
        self._bandwidth += bitrate

    @property
    def _known(self) -> Connection:
        if self._connection is None:
            raise ConnectionLost("There is no connection yet: make an offer, or answer one.")
        return self._connection

    async def _open(self, url: str | None = None) -> Connection:
        if self._connection is None:
            codecs, bandwidth = self._plan.codecs(), max(self._bandwidth, 300_000)
            endpoint = await asyncio.to_thread(self._network.open, codecs, bandwidth, url)
            self._connection = Connection(endpoint)
            self._connection.desire(bandwidth)
        return self._connection
