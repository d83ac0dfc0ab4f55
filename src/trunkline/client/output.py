"""What a program sends: pictures and sound of its own, or packets that are encoded already."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from trunkline.errors import FrameError
from trunkline.frames.audio_encoder import AudioEncoder
from trunkline.frames.video_encoder import VideoEncoder
from trunkline.frames.worker import Worker
from trunkline.model.frame import Encoded
from trunkline.model.media import Kind
from trunkline.net.clock import Epoch

if TYPE_CHECKING:
    from trunkline.frames.array import Pixels, Samples

_PACKETS_ONLY = ("H265", "AV1")
KEYFRAME_STEP = 0.3
"""Seconds between two keyframes that are asked for."""
WAITING_PICTURES = 2
"""Pictures that wait for the encoder: more would only come later."""
WAITING_SOUNDS = 25
"""Pieces of sound that wait for the encoder; half a second of the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSettings:
    """How pictures are sent."""

    codec: str = "H264"
    """ "H264", "VP8" or "VP9"; of packets that are written also "H265" and "AV1"."""
    bitrate: int = 1_500_000
    """Bits a second at most; when the way is narrower, less is sent."""
    fps: float = 30
    """Pictures a second at most; further ones are left out."""
    encoder: str | None = None
    """One of FFmpeg's by its name, as "h264_nvenc"; else one in software."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioSettings:
    """How sound is sent."""

    codec: str = "opus"
    """ "opus", "PCMU", "PCMA" or "G722"."""
    bitrate: int = 64_000
    """Bits a second, of opus."""


Send = Callable[[Encoded], bool]
"""Gives a packet to a connection; False: it was dropped. Called from any thread."""


class Output(Protocol):
    """What a connection needs of what it sends."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def codec(self) -> str:
        """By its SDP name."""

    @property
    def most(self) -> int:
        """Bits a second that it sends at most."""

    def attach(self, send: Send | None) -> None:
        """Send there from now on; None: nowhere."""

    def want_keyframe(self) -> None:
        """Whoever receives it needs one."""

    def allow(self, bitrate: int) -> None:
        """So many bits a second may be sent."""

    def limit(self, bitrate: int | None) -> None:
        """The other end wants no more bits a second than this; None: it says nothing."""

    def close(self, error: Exception | None = None) -> None:
        """Take nothing more, and end its thread; who writes is told the error, if there is one."""


class VideoOutput:
    """Pictures that go to the other end.

    `write` never waits, and encoding is done in a thread: when it is too slow, the oldest picture
    that waits is dropped. Who would rather wait calls `drain` after each.
    """

    kind: Kind = "video"

    def __init__(self, settings: VideoSettings, epoch: Epoch) -> None:
        self.settings = settings
        self._epoch = epoch
        self._encoder = None if settings.codec in _PACKETS_ONLY else _encoder(settings)
        self._limit = settings.bitrate
        self._worker: Worker[tuple[VideoFrame, float]] = Worker(
            "trunkline-video-out", self._encode, WAITING_PICTURES
        )
        self._send: Send | None = None
        self._keyframe = True
        self._keyframe_at = float("-inf")
        self._unsent = 0
        self._error: Exception | None = None

    @property
    def codec(self) -> str:
        """By its SDP name."""
        return self.settings.codec

    @property
    def most(self) -> int:
        """Bits a second that it sends at most."""
        return self.settings.bitrate

    @property
    def bitrate(self) -> int:
        """Bits a second that the encoder aims at now."""
        return self._encoder.bitrate if self._encoder else self.settings.bitrate

    @property
    def dropped(self) -> int:
        """Pictures that were dropped, before the encoder or before the network."""
        return self._worker.dropped + self._unsent

    @property
    def wants_keyframe(self) -> bool:
        """Whether the next picture must be a keyframe; for who writes packets."""
        return self._keyframe

    def write(self, picture: "Pixels | VideoFrame | Encoded", time: float | None = None) -> bool:
        """Send a picture; it is copied, unless it is a VideoFrame, which must not change any more.

        Args:
            picture: an array, uint8 of height × width × 3 (red, green, blue); or a frame of any
                pixel format; or a packet, whose own time counts.
            time: seconds since this peer was made: when it is to be seen beside other media. Now,
                when not given.

        Returns:
            Whether there was room: False, when the oldest picture that waited was dropped.

        Raises:
            FrameError: it is no picture, or the encoder failed.
            ConnectionLost: the connection has ended for good.
        """
        _check(self._worker, self._error)
        if isinstance(picture, Encoded):
            return self._deliver(_of_codec(picture, self.codec))
        if self._encoder is None:
            raise FrameError(f"Nothing here encodes {self.codec}: write packets, or choose H264.")
        moment = self._epoch.now() if time is None else time
        return self._worker.put((_picture(picture), moment))

    async def drain(self) -> None:
        """Wait until the encoder has caught up."""
        await _room(self._worker)

    def attach(self, send: Send | None) -> None:
        """Send there from now on; None: nowhere. Whoever is there begins with a keyframe."""
        self._send, self._keyframe, self._keyframe_at = send, True, float("-inf")

    def want_keyframe(self) -> None:
        """Make the next picture one that decoding can begin with."""
        self._keyframe = True

    def allow(self, bitrate: int) -> None:
        """So many bits a second may be sent."""
        if self._encoder:
            self._encoder.set_bitrate(min(bitrate, self._limit))

    def limit(self, bitrate: int | None) -> None:
        """The other end wants no more bits a second than this; None: it says nothing."""
        most = self.settings.bitrate
        self._limit = most if bitrate is None else min(bitrate, most)
        self.allow(self._limit)

    def close(self, error: Exception | None = None) -> None:
        """Take nothing more, and end its thread; who writes is told the error, if there is one."""
        self._send, self._error = None, error
        self._worker.close()

    def _encode(self, item: tuple[VideoFrame, float]) -> None:
        frame, moment = item
        # Nobody is there: who comes begins with a keyframe anyway.
        if self._send is None or self._encoder is None:
            return
        # Whoever asks again and again gets no stream of keyframes, which would only choke the way.
        keyframe = self._keyframe and not 0 <= moment - self._keyframe_at < KEYFRAME_STEP
        if keyframe:
            self._keyframe, self._keyframe_at = False, moment
        captured = self._epoch.wall(moment)
        for packet in self._encoder.encode(frame, moment, keyframe=keyframe, captured=captured):
            self._deliver(packet)

    def _deliver(self, packet: Encoded) -> bool:
        send = self._send
        if send is None:
            return True
        if packet.keyframe:
            self._keyframe = False
        taken = send(packet)
        if not taken:
            # What follows cannot be decoded without it.
            self._unsent += 1
            self._keyframe = True
        return taken


class AudioOutput:
    """Sound that goes to the other end, in pieces of any length; `write` never waits.

    Written faster than it sounds, it is heard as fast: who reads a file keeps the pace.
    """

    kind: Kind = "audio"

    def __init__(self, settings: AudioSettings, epoch: Epoch) -> None:
        self.settings = settings
        self._epoch = epoch
        self._encoder = AudioEncoder(settings.codec, bitrate=settings.bitrate)
        self._worker: Worker[tuple[AudioFrame, float]] = Worker(
            "trunkline-audio-out", self._encode, WAITING_SOUNDS
        )
        self._send: Send | None = None
        self._unsent = 0
        self._error: Exception | None = None

    @property
    def codec(self) -> str:
        """By its SDP name."""
        return self.settings.codec

    @property
    def most(self) -> int:
        """Bits a second that it sends at most."""
        return self.settings.bitrate

    @property
    def dropped(self) -> int:
        """Pieces that were dropped, before the encoder or before the network."""
        return self._worker.dropped + self._unsent

    def write(
        self,
        sound: "Samples | AudioFrame | Encoded | Any",
        rate: int = 48_000,
        time: float | None = None,
    ) -> bool:
        """Send sound.

        Args:
            sound: an array, float32 (-1 to 1) or int16 of samples × channels (1 or 2); or a frame
                of any format; or a packet, whose own time counts.
            rate: samples a second, of an array.
            time: seconds since this peer was made at which it begins. When not given: now; pieces
                that nearly follow each other are taken to follow.

        Returns:
            Whether there was room: False, when the oldest piece that waited was dropped.

        Raises:
            FrameError: it is no sound, or the encoder failed.
            ConnectionLost: the connection has ended for good.
        """
        _check(self._worker, self._error)
        if isinstance(sound, Encoded):
            return self._deliver(_of_codec(sound, self.codec))
        frame = _sound(sound, rate)
        moment = self._epoch.now() if time is None else time
        return self._worker.put((frame, moment))

    async def drain(self) -> None:
        """Wait until the encoder has caught up."""
        await _room(self._worker)

    def attach(self, send: Send | None) -> None:
        """Send there from now on; None: nowhere."""
        self._send = send

    def want_keyframe(self) -> None:
        """Sound has none."""

    def allow(self, bitrate: int) -> None:
        """Sound stays as it is."""

    def limit(self, bitrate: int | None) -> None:
        """Sound stays as it is."""

    def close(self, error: Exception | None = None) -> None:
        """Take nothing more, and end its thread; who writes is told the error, if there is one."""
        self._send, self._error = None, error
        self._worker.close()

    def _encode(self, item: tuple[AudioFrame, float]) -> None:
        frame, moment = item
        for packet in self._encoder.encode(frame, moment, self._epoch.wall(moment)):
            self._deliver(packet)

    def _deliver(self, packet: Encoded) -> bool:
        send = self._send
        taken = send is None or send(packet)
        self._unsent += not taken
        return taken


def _check(worker: Worker[Any], error: Exception | None) -> None:
    if error is not None:
        raise error
    if worker.error:
        raise FrameError(f"Nothing more is encoded: {worker.error}")


def _encoder(settings: VideoSettings) -> VideoEncoder:
    return VideoEncoder(
        settings.codec, bitrate=settings.bitrate, fps=settings.fps, encoder=settings.encoder
    )


def _of_codec(packet: Encoded, codec: str) -> Encoded:
    if packet.codec != codec:
        raise FrameError(f"The packet is {packet.codec}; this output is for {codec}.")
    return packet


def _picture(picture: "Pixels | VideoFrame") -> VideoFrame:
    if isinstance(picture, VideoFrame):
        return picture
    # numpy is for those who use it.
    from trunkline.frames import array

    return array.picture(picture)


def _sound(sound: "Samples | AudioFrame | Any", rate: int) -> AudioFrame:
    if isinstance(sound, AudioFrame):
        return sound
    from trunkline.frames import array

    return array.sound(sound, rate)


async def _room(worker: Worker[Any]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        done = asyncio.Event()

        def tell(done: asyncio.Event = done) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(done.set)

        if not worker.tell_room(tell):
            return
        await done.wait()
