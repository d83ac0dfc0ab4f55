"""Programs of ours and aiortc: offers and answers both ways, pictures and sound both ways."""

import asyncio
import fractions
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import AudioStreamTrack
from av import AudioFrame, VideoFrame
from av.frame import Frame

from support.frames import BLUE, RED, hears, plain, sees, sending
from support.waiting import until
from trunkline import AudioSettings, Network, Peer, VideoSettings

pytestmark = [pytest.mark.peer, pytest.mark.timeout(90)]


class Blue(VideoStreamTrack):
    """A blue picture."""

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame.from_ndarray(plain(BLUE), format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """440 Hz."""

    start = 0.0
    sample = 0

    async def recv(self) -> AudioFrame:
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.sample / 48_000 - time.monotonic()))
        phase = (self.sample + numpy.arange(960)) * 2 * numpy.pi * 440 / 48_000
        wave = (numpy.sin(phase) * 12_000).astype(numpy.int16)
        frame = AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, self.sample
        frame.time_base = fractions.Fraction(1, 48_000)
        self.sample += 960
        return frame


@dataclass
class Other:
    """aiortc's end."""

    connection: RTCPeerConnection
    tracks: dict[str, MediaStreamTrack] = field(default_factory=dict)

    def prefer(self, codec: str) -> None:
        """Take and send pictures in one codec alone."""
        known = RTCRtpSender.getCapabilities("video").codecs
        for one in self.connection.getTransceivers():
            if one.kind == "video":
                one.setCodecPreferences([each for each in known if each.name == codec])

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def answer(self, offer: str) -> str:
        await self.take(offer, "offer")
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return str(self.connection.localDescription.sdp)

    async def take(self, sdp: str, kind: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, kind))

    async def gets(self, kind: str, good: Callable[[Frame], bool]) -> None:
        """Wait for a picture or sound."""
        await until(self._kinds, lambda kinds: kind in kinds, within=30, what=f"{kind} to come")
        async with asyncio.timeout(30):
            while True:
                frame = await self.tracks[kind].recv()
                assert isinstance(frame, Frame)
                if good(frame):
                    return

    async def _kinds(self) -> set[str]:
        return set(self.tracks)


@asynccontextmanager
async def aiortc() -> AsyncIterator[Other]:
    other = Other(RTCPeerConnection())
    other.connection.on("track", lambda track: other.tracks.__setitem__(track.kind, track))
    try:
        yield other
    finally:
        await other.connection.close()


def is_red(frame: Frame) -> bool:
    assert isinstance(frame, VideoFrame)
    middle = frame.to_ndarray(format="rgb24")[120, 160].astype(int)
    return bool(numpy.abs(middle - RED).max() <= 14)


def is_loud(frame: Frame) -> bool:
    assert isinstance(frame, AudioFrame)
    return bool(numpy.abs(frame.to_ndarray()).max() > 5_000)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
@pytest.mark.parametrize("offers", ["trunkline", "aiortc"])
async def test_pictures_and_sound_both_ways(codec: str, offers: str) -> None:
    async with aiortc() as other, Peer() as peer:
        video = peer.send_video(VideoSettings(codec=codec))
        audio = peer.send_audio()
        seen, heard = peer.receive_video(), peer.receive_audio()
        other.connection.addTrack(Blue())
        other.connection.addTrack(Tone())
        other.prefer(codec)
        if offers == "trunkline":
            await peer.accept_answer(await other.answer(await peer.offer()))
        else:
            await other.take(await peer.accept_offer(await other.offer()), "answer")
        await peer.connected()
        async with sending(video, audio):
            await sees(seen, BLUE)
            await hears(heard)
            assert seen.codec == codec
            await other.gets("video", is_red)
            await other.gets("audio", is_loud)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
async def test_sound_in_codecs_of_old(codec: str) -> None:
    async with aiortc() as other, Peer() as peer:
        audio = peer.send_audio(AudioSettings(codec=codec))
        await peer.accept_answer(await other.answer(await peer.offer()))
        await peer.connected()
        async with sending(audio=audio):
            await other.gets("audio", is_loud)


async def test_the_end_of_aiortc_is_told() -> None:
    # Silence alone tells of it.
    async with aiortc() as other, Peer(network=Network(silence=5)) as peer:
        peer.send_video(VideoSettings(codec="VP8"))
        await peer.accept_answer(await other.answer(await peer.offer()))
        await peer.connected()
        await other.connection.close()
        async with asyncio.timeout(40):
            assert await peer.ended()
