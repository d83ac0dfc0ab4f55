"""A program that publishes by WHIP or watches by WHEP, for as long as a block lasts."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp

from trunkline.client.audio_output import AudioOutput, AudioSettings
from trunkline.client.input import AudioInput, VideoInput
from trunkline.client.link import CONNECT_TIME, Link
from trunkline.client.network import Network
from trunkline.client.video_output import VideoOutput, VideoSettings
from trunkline.client.whip import Door, Session
from trunkline.errors import ConnectionLost, TrunklineError
from trunkline.model.link import LinkStatistics
from trunkline.net.beside import beside
from trunkline.net.supervise import supervise

log = logging.getLogger(__name__)

T = TypeVar("T")


class _Line:
    """One session after another over one link."""

    def __init__(self, link: Link, door: Door, http: aiohttp.ClientSession) -> None:
        self.link = link
        self._door = door
        self._http = http
        self._session: Session | None = None
        self.sessions = 0

    async def open(self) -> None:
        """Begin a session, and wait till frames can flow."""
        self.link.renew()
        offer = await self.link.offer(url=self._door.url)
        self._session = await self._door.open(self._http, offer)
        # They come too late for this offer, which has all candidates in it.
        await self.link.help(self._session.ice_servers)
        try:
            await self.link.accept_answer(self._session.answer)
            await self.link.connected(CONNECT_TIME)
        except BaseException:
            await self.leave()
            raise
        self.sessions += 1

    async def leave(self) -> None:
        """End the session, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            await self._door.close(self._http, session)

    async def keep(self, reconnect: bool) -> None:
        """Stay connected, until cancelled."""
        reason = await self.link.ended()
        if reconnect:
            log.warning("%s: %s Connecting again.", self._door.url, reason)
            await supervise(self._door.url, self._again)
        self.link.close(ConnectionLost(reason))

    async def _again(self) -> None:
        await self.leave()
        await self.open()
        raise TrunklineError(await self.link.ended())


class _Kept:
    """A connection that is made anew when it is lost."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    @property
    def sessions(self) -> int:
        """How often it has connected."""
        return self._line.sessions

    async def ended(self) -> str:
        """Wait until the connection of now ends by itself; why it did."""
        return await self._line.link.ended()

    async def statistics(self) -> LinkStatistics:
        """All counters of the connection of now.

        Raises:
            ConnectionLost: there is none at the moment.
        """
        return await self._line.link.statistics()


class Publisher(_Kept):
    """What `Peer.publish` gives: write pictures to `video` and sound to `audio`."""

    def __init__(self, line: _Line, video: VideoOutput | None, audio: AudioOutput | None) -> None:
        super().__init__(line)
        self._video = video
        self._audio = audio

    @property
    def video(self) -> VideoOutput:
        """Where pictures go.

        Raises:
            TrunklineError: none are sent.
        """
        return _there(self._video, "No pictures are sent: publish with video=VideoSettings().")

    @property
    def audio(self) -> AudioOutput:
        """Where sound goes; errors as above."""
        return _there(self._audio, "No sound is sent: publish with audio=AudioSettings().")


class Viewer(_Kept):
    """What `Peer.watch` gives: read pictures from `video` and sound from `audio`."""

    def __init__(self, line: _Line, video: VideoInput | None, audio: AudioInput | None) -> None:
        super().__init__(line)
        self._video = video
        self._audio = audio

    @property
    def video(self) -> VideoInput:
        """The pictures.

        Raises:
            TrunklineError: none were asked for.
        """
        return _there(self._video, "No pictures were asked for: watch with video=True.")

    @property
    def audio(self) -> AudioInput:
        """The sound; errors as above."""
        return _there(self._audio, "No sound was asked for: watch with audio=True.")


def _there(one: T | None, otherwise: str) -> T:
    if one is None:
        raise TrunklineError(otherwise)
    return one


@asynccontextmanager
async def publishing(
    url: str,
    video: VideoSettings | None,
    audio: AudioSettings | None,
    *,
    token: str | None,
    reconnect: bool,
    network: Network,
) -> AsyncIterator[Publisher]:
    """See `Peer.publish`."""
    link = Link(network)
    pictures = link.send_video(video) if video else None
    sound = link.send_audio(audio) if audio else None
    async with _kept(link, url, token, reconnect, network) as line:
        yield Publisher(line, pictures, sound)


@asynccontextmanager
async def watching(
    url: str, *, video: bool, audio: bool, token: str | None, reconnect: bool, network: Network
) -> AsyncIterator[Viewer]:
    """See `Peer.watch`."""
    link = Link(network)
    pictures = link.receive_video() if video else None
    sound = link.receive_audio() if audio else None
    async with _kept(link, url, token, reconnect, network) as line:
        yield Viewer(line, pictures, sound)


@asynccontextmanager
async def _kept(
    link: Link, url: str, token: str | None, reconnect: bool, network: Network
) -> AsyncIterator[_Line]:
    door = Door(url, token=token, insecure=network.is_trusted(url))
    async with link, door.http() as http:
        line = _Line(link, door, http)
        try:
            await line.open()
            async with beside(line.keep(reconnect), f"whip:{url}"):
                yield line
        finally:
            await line.leave()
