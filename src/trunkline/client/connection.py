"""One connection to a WebRTC peer: negotiation, and which frames go where."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from trunkline.client.input import Input
from trunkline.client.output import Output
from trunkline.errors import ConnectionLost, NegotiationError
from trunkline.media.endpoint import Endpoint
from trunkline.model import link
from trunkline.model.id import Mid
from trunkline.model.media import Kind, Label

log = logging.getLogger(__name__)

NEGOTIATION_TIME = 20.0
"""Seconds for an offer or answer to be made: the network is looked at, servers are asked."""
STATISTICS_TIME = 5.0
# Of an estimate, what sound and retransmissions need is not for pictures.
_FOR_PICTURES = 0.9
_FOR_SOUND = 64_000


class Connection:
    """Negotiates in turn, and hands frames to inputs and from outputs.

    It reads the endpoint from the loop that it was made in, until it is closed.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[link.Described | link.Negotiated] | None = None
        self._turn = asyncio.Lock()
        self._counts: dict[int, asyncio.Future[link.LinkStatistics]] = {}
        self._request = 0
        self._inputs: dict[Mid, Input] = {}
        self._outputs: dict[Mid, Output] = {}
        self._is_open = True
        self.connected = asyncio.Event()
        """Set when ICE and DTLS are up, and when it is closed."""
        self.ended: asyncio.Future[link.Cut] = self._loop.create_future()
        """Done when it ended by itself."""
        self._loop.add_reader(endpoint.fileno(), self._drain)

    async def offer(
        self, media: Sequence[tuple[Kind, link.Direction, Label | None]], *, restart: bool = False
    ) -> link.Described:
        """An offer of all media.

        Raises:
            NegotiationError: it cannot be made.
            ConnectionLost: it has ended.
        """
        async with self._turn:
            described = await self._ask(lambda: self._endpoint.offer(media, restart=restart))
        assert isinstance(described, link.Described)
        return described

    async def accept_offer(
        self, sdp: str, labels: Sequence[Label | None] | None = None
    ) -> link.Described:
        """The answer to an offer; errors as above."""
        async with self._turn:
            described = await self._ask(lambda: self._endpoint.accept_offer(sdp, labels))
        assert isinstance(described, link.Described)
        return described

    async def accept_answer(self, sdp: str) -> tuple[link.Transceiver, ...]:
        """Take the answer to the last offer: the media agreed on; errors as above."""
        async with self._turn:
            return (await self._ask(lambda: self._endpoint.accept_answer(sdp))).media

    async def until_connected(self, within: float) -> None:
        """Wait for ICE and DTLS.

        Raises:
            ConnectionLost: they did not come.
        """
        try:
            async with asyncio.timeout(within):
                await self.connected.wait()
        except TimeoutError:
            raise ConnectionLost(
                f"No media connection came up within {within:g} s: a firewall may drop UDP."
            ) from None
        self._check()

    async def statistics(self) -> link.LinkStatistics:
        """All counters now.

        Raises:
            ConnectionLost: it has ended.
        """
        self._check()
        self._request += 1
        number = self._request
        waiting: asyncio.Future[link.LinkStatistics] = self._loop.create_future()
        self._counts[number] = waiting
        self._endpoint.request_statistics(number)
        try:
            async with asyncio.timeout(STATISTICS_TIME):
                return await waiting
        except TimeoutError:
            raise ConnectionLost("The media thread does not answer.") from None
        finally:
            del self._counts[number]

    def receive(self, mid: Mid, source: Input) -> None:
        """Hand what comes on a medium to an input."""
        self._inputs[mid] = source
        source.attach(lambda: self._endpoint.request_keyframe(mid))

    def route(self, inputs: Mapping[Mid, Input]) -> None:
        """Hand what comes to these, and to no others."""
        for mid in [mid for mid, source in self._inputs.items() if inputs.get(mid) is not source]:
            self.forget(mid)
        for mid, source in inputs.items():
            if mid not in self._inputs:
                self.receive(mid, source)

    def forget(self, mid: Mid) -> None:
        """Hand what comes on a medium to nobody."""
        source = self._inputs.pop(mid, None)
        if source:
            source.attach(None)

    def send(self, mid: Mid, output: Output) -> None:
        """Send what an output gives on a medium."""
        self._outputs[mid] = output
        output.attach(lambda packet: self._endpoint.write(mid, packet))

    def desire(self, bitrate: int) -> None:
        """So many bits a second would be sent if there were no limit."""
        if self._is_open:
            self._endpoint.set_bandwidth(bitrate)

    def close(self) -> None:
        """Close it properly."""
        if self._is_open:
            self._loop.remove_reader(self._endpoint.fileno())
            self._end("It was closed.")
        self._endpoint.close()

    def _end(self, reason: str) -> None:
        self._is_open = False
        for output in self._outputs.values():
            output.attach(None)
        for source in self._inputs.values():
            source.attach(None)
        self._inputs.clear()
        self._outputs.clear()
        self.connected.set()
        for waiting in (self._answer, *self._counts.values()):
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionLost(reason))

    def _check(self) -> None:
        if self.ended.done():
            raise ConnectionLost(self.ended.result().reason)
        if not self._is_open:
            raise ConnectionLost("The connection is closed.")

    async def _ask(self, ask: Callable[[], None]) -> link.Described | link.Negotiated:
        self._check()
        self._answer = self._loop.create_future()
        ask()
        try:
            async with asyncio.timeout(NEGOTIATION_TIME):
                return await self._answer
        except TimeoutError:
            raise ConnectionLost("The media thread does not answer.") from None
        finally:
            self._answer = None

    def _drain(self) -> None:
        for event in self._endpoint.drain():
            if isinstance(event, link.Arrived | link.KeyframeWanted | link.Estimate):
                self._flow(event)
            else:
                self._take(event)

    def _flow(self, event: link.Arrived | link.KeyframeWanted | link.Estimate) -> None:
        match event:
            case link.Arrived(mid):
                if mid in self._inputs:
                    self._inputs[mid].feed(event)
            case link.KeyframeWanted(mid):
                if mid in self._outputs:
                    self._outputs[mid].want_keyframe()
            case link.Estimate(bitrate):
                self._share(bitrate)
            case _:
                assert_never(event)

    def _take(
        self,
        event: link.Described
        | link.Negotiated
        | link.NotTaken
        | link.Linked
        | link.Counted
        | link.Cut,
    ) -> None:
        match event:
            case link.Counted(number, statistics):
                waiting = self._counts.get(number)
                if waiting and not waiting.done():
                    waiting.set_result(statistics)
            case link.Described() | link.Negotiated() | link.NotTaken():
                self._answered(event)
            case link.Linked(remote):
                log.debug("connected to %s", remote)
                self.connected.set()
            case link.Cut(_, reason):
                self.ended.set_result(event)
                self._loop.remove_reader(self._endpoint.fileno())
                self._end(reason)
            case _:
                assert_never(event)

    def _answered(self, event: link.Described | link.Negotiated | link.NotTaken) -> None:
        if self._answer is None or self._answer.done():
            return
        if isinstance(event, link.NotTaken):
            self._answer.set_exception(NegotiationError(event.reason))
        else:
            self._answer.set_result(event)

    def _share(self, bitrate: int) -> None:
        pictures = [one for one in self._outputs.values() if one.kind == "video"]
        sounds = len(self._outputs) - len(pictures)
        for output in pictures:
            left = bitrate - sounds * _FOR_SOUND
            output.allow(max(0, int(left * _FOR_PICTURES / len(pictures))))
