"""A program in a room: it sends tracks of its own, and receives those of others."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import assert_never

from trunkline.client.audio_output import AudioOutput, AudioSettings
from trunkline.client.input import AudioInput, VideoInput
from trunkline.client.network import Network
from trunkline.client.reader import Reader, Readers
from trunkline.client.receiving import Receiving
from trunkline.client.room import RoomClient, enter
from trunkline.client.sending import Sending
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.errors import ConnectionLost, TrunklineError
from trunkline.model import signal
from trunkline.model.id import ParticipantId
from trunkline.model.link import LinkStatistics
from trunkline.model.media import Kind, Source, Wish
from trunkline.model.view import Track
from trunkline.net.beside import beside
from trunkline.net.supervise import supervise

log = logging.getLogger(__name__)

EVENTS = 1_000
"""Events that wait for a listener; of a slower one the oldest are dropped."""

RoomEvent = (
    signal.People
    | signal.Tracks
    | signal.TrackChanges
    | signal.Line
    | signal.Speakers
    | signal.RoomChanged
)
"""What happens in a room."""


class Guest:
    """What `Peer.join` gives: somebody in a room.

    The conversation and both media connections are mended by themselves; what is sent and received
    goes on. When the relay sends it away for good, readers and writers get `ConnectionLost`.
    """

    def __init__(self, url: str, hello: signal.Hello, network: Network) -> None:
        self._url = url
        self._hello = hello
        self._network = network
        self._insecure = network.is_trusted(url)
        self._talk: RoomClient | None = None
        self._entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sending = Sending(url, network, self._say)
        self._receiving = Receiving(url, network, self._say)
        self._people: dict[ParticipantId, signal.Person] = {}
        self._tracks: dict[str, Track] = {}
        self._speakers: tuple[signal.Speaker, ...] = ()
        self._listeners = Readers()
        self._you: signal.Person | None = None

    @property
    def id(self) -> ParticipantId:
        """Ours in this room."""
        return self._myself.id

    @property
    def name(self) -> str:
        """As the others see us."""
        return self._myself.name

    @property
    def people(self) -> tuple[signal.Person, ...]:
        """The others, as they are now."""
        return tuple(self._people.values())

    @property
    def tracks(self) -> tuple[Track, ...]:
        """All that the others send now."""
        return tuple(self._tracks.values())

    @property
    def speakers(self) -> tuple[signal.Speaker, ...]:
        """Who speaks now, loudest first."""
        return self._speakers

    async def send_video(
        self, settings: VideoSettings | None = None, *, source: Source = "camera"
    ) -> VideoOutput:
        """Send pictures: give them to what this returns.

        Args:
            settings: codec, bit rate, frame rate.
            source: what they show.

        Raises:
            FrameError: there is no such encoder.
            NegotiationError: the relay does not take it; the sentence is its own.
        """
        output = VideoOutput(settings or VideoSettings(), self._sending.epoch)
        await self._sending.add(output, source)
        return output

    async def send_audio(
        self, settings: AudioSettings | None = None, *, source: Source = "microphone"
    ) -> AudioOutput:
        """Send sound: give it to what this returns; errors as above."""
        output = AudioOutput(settings or AudioSettings(), self._sending.epoch)
        await self._sending.add(output, source)
        return output

    async def stop_sending(self, output: VideoOutput | AudioOutput) -> None:
        """Send that no more."""
        await self._sending.remove(output)

    async def watch(self, track: Track, *, width: int = 0, height: int = 0) -> VideoInput:
        """Receive the pictures of a track; twice the same gives the same.

        Args:
            track: one of `tracks`.
            width: pixels of the place where it is shown: of a picture that is sent in several
                sizes, one that suffices is received. 0: the best.
            height: the same.
        """
        source = self._receiving.source(track, VideoInput)
        await self._receiving.want(track.id, Wish(width=width, height=height))
        return source

    async def listen(self, track: Track) -> AudioInput:
        """Receive the sound of a track; twice the same gives the same."""
        source = self._receiving.source(track, AudioInput)
        await self._receiving.want(track.id, Wish())
        return source

    async def forget(self, track: Track) -> None:
        """Receive a track no more; what reads it ends."""
        await self._receiving.forget(track.id)

    async def say(self, text: str) -> None:
        """Say a line in the room's chat.

        Raises:
            ConnectionLost: there is no conversation at the moment.
        """
        await self._say(signal.Say(text))

    async def sent(self) -> LinkStatistics:
        """All counters of what is sent.

        Raises:
            ConnectionLost: nothing is sent at the moment.
        """
        return await self._sending.statistics()

    async def received(self) -> LinkStatistics:
        """All counters of what is received; errors as above."""
        return await self._receiving.statistics()

    def events(self) -> Reader[RoomEvent]:
        """What happens from now on; it ends when we leave.

        Of a slow listener the oldest are dropped: `people` and `tracks` are always the truth.
        """
        reader: Reader[RoomEvent] = Reader(EVENTS)
        self._listeners.add(reader)
        return reader

    async def arrivals(self, kind: Kind | None = None) -> AsyncIterator[Track]:
        """Each track of the others once, those that are there first.

        Args:
            kind: of this kind alone.
        """
        seen: set[str] = set()
        events = self.events()
        while True:
            fresh = [one for one in self.tracks if one.id not in seen]
            seen &= {one.id for one in self.tracks}
            for track in fresh:
                seen.add(track.id)
                if kind is None or track.kind == kind:
                    yield track
            try:
                await anext(events)
            except StopAsyncIteration:
                return

    async def run(self) -> None:
        """Talk with the relay, and again after it broke off, until cancelled."""
        try:
            await self._converse()
        except (TrunklineError, OSError) as error:
            if not self._entered.done():
                self._entered.set_exception(error)
                return
            log.warning("%s: %s; entering again.", self._url, error)
        await supervise(f"The conversation with {self._url}", self._converse)

    async def entered(self) -> None:
        """Wait until the relay has let us in.

        Raises:
            Refusal: it does not.
            RelayError: there is no relay, or it does not answer.
        """
        await self._entered

    def close(self, error: Exception | None = None) -> None:
        """End everything; who reads or writes is told the error, if there is one."""
        self._sending.close(error)
        self._receiving.close(error)
        self._listeners.close(error)

    async def _converse(self) -> None:
        async with enter(self._url, self._hello, insecure=self._insecure) as talk:
            self._talk = talk
            try:
                await self._welcome(talk.welcome)
                async with beside(self._sending.keep(talk.welcome.resumed), "sending"):
                    await self._receiving.begin(resumed=talk.welcome.resumed)
                    if not self._entered.done():
                        self._entered.set_result(None)
                    async for told in talk:
                        # A relay that hung up has perhaps said why: read on to the end.
                        with suppress(ConnectionLost):
                            await self._take(told)
            finally:
                self._talk = None
        goodbye = talk.goodbye
        if goodbye is not None and not goodbye.retry:
            log.warning("%s says goodbye: %s", self._url, goodbye.reason)
            self.close(ConnectionLost(goodbye.reason))
            await asyncio.Event().wait()  # until the block is left
        raise TrunklineError(goodbye.reason if goodbye else "the relay hung up")

    async def _welcome(self, welcome: signal.Welcome) -> None:
        if welcome.ice_servers:
            network = await asyncio.to_thread(self._network.helped_by, welcome.ice_servers)
            self._sending.network = self._receiving.network = network
        self._you = welcome.you
        self._hello = replace(self._hello, resumption=welcome.resumption)
        self._people = {one.id: one for one in welcome.people}

    async def _take(self, told: signal.Told) -> None:
        match told:
            case signal.People(present, gone):
                self._people |= {one.id: one for one in present}
                for one in gone:
                    self._people.pop(one.id, None)
                self._tell(told)
            case signal.Tracks() | signal.TrackChanges():
                self._know(told)
            case signal.Speakers(speakers):
                self._speakers = speakers
                self._tell(told)
            case signal.Line() | signal.RoomChanged():
                self._tell(told)
            case _:
                await self._negotiate(told)

    async def _negotiate(self, told: signal.Told) -> None:
        match told:
            case signal.Offered(sdp):
                await self._receiving.offered(sdp)
            case signal.Mapped(mapping):
                self._receiving.mapped(mapping)
            case signal.Answered(sdp):
                self._sending.answered(sdp)
            case signal.Failed():
                self._sending.failed(told)
            case signal.ConnectionClosed(sending=True):
                self._receiving.lost()
            case signal.ConnectionClosed():
                self._sending.lost()
            case _:
                pass

    def _know(self, told: signal.Tracks | signal.TrackChanges) -> None:
        match told:
            case signal.Tracks(tracks):
                self._tracks = {one.id: one for one in tracks}
                self._receiving.known(self._tracks)
            case signal.TrackChanges(tracks):
                self._tracks |= {one.id: one for one in tracks}
            case _:
                assert_never(told)
        self._tell(told)

    def _tell(self, event: RoomEvent) -> None:
        self._listeners.put(event)

    async def _say(self, *words: signal.Heard) -> None:
        if self._talk is None:
            raise ConnectionLost("There is no conversation with the relay at the moment.")
        try:
            for word in words:
                await self._talk.say(word)
        except ConnectionError as error:
            raise ConnectionLost("The conversation with the relay broke off.") from error

    @property
    def _myself(self) -> signal.Person:
        assert self._you is not None, "it was let in"
        return self._you


@asynccontextmanager
async def joined(url: str, hello: signal.Hello, network: Network) -> AsyncIterator[Guest]:
    """See `Peer.join`."""
    guest = Guest(url, hello, network)
    try:
        async with beside(guest.run(), f"room:{hello.room}"):
            await guest.entered()
            yield guest
    finally:
        guest.close()
