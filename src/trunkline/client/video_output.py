"""Pictures that a program sends: its own, or packets that are encoded already."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from av.video.frame import VideoFrame

from trunkline.client.output import Encoding, Send, of_codec
from trunkline.errors import FrameError
from trunkline.frames.video_encoder import VideoEncoder
from trunkline.frames.worker import Worker
from trunkline.model.frame import Encoded
from trunkline.model.media import Kind
from trunkline.net.clock import Epoch

if TYPE_CHECKING:
    from trunkline.frames.array import Pixels

_PACKETS_ONLY = ("H265", "AV1")
KEYFRAME_STEP = 0.3
"""Seconds between two keyframes that are asked for."""
WAITING_PICTURES = 2
"""Pictures that wait for the encoder: more would only come later."""


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
    preset: str | None = None
    """The encoder's own word for how thorough it is; x264's "ultrafast" when not given."""
    others: tuple[str, ...] = ()
    """Codecs to send in where the other end does not take `codec`; in software."""


class VideoOutput(Encoding[VideoSettings, tuple[VideoFrame, float]]):
    """Pictures that go to the other end.

    `write` never waits, and encoding is done in a thread: when it is too slow, the oldest picture
    that waits is dropped. Who would rather wait calls `drain` after each.
    """

    kind: Kind = "video"

    def __init__(self, settings: VideoSettings, epoch: Epoch) -> None:
        super().__init__(settings, Worker("trunkline-video-out", self._encode, WAITING_PICTURES))
        self._epoch = epoch
        self._codec = settings.codec
        self._encoder = None if settings.codec in _PACKETS_ONLY else _encoder(settings)
        self._limit = settings.bitrate
        self._keyframe = True
        self._keyframe_at = float("-inf")

    @property
    def codec(self) -> str:
        """By its SDP name."""
        return self._codec

    @property
    def codecs(self) -> Sequence[str]:
        """Those that it can be sent in, preferred first."""
        return tuple(dict.fromkeys((self.settings.codec, *self.settings.others)))

    def agree(self, codecs: Container[str]) -> bool:
        """Send in one of these; False: it can be sent in none of them."""
        chosen = next((one for one in self.codecs if one in codecs), None)
        if chosen is not None and chosen != self._codec:
            mine = chosen == self.settings.codec
            other = replace(self.settings, codec=chosen, encoder=None, preset=None)
            self._encoder, self._codec = _encoder(self.settings if mine else other), chosen
        return chosen is not None

    @property
    def bitrate(self) -> int:
        """Bits a second that the encoder aims at now."""
        return self._encoder.bitrate if self._encoder else self.settings.bitrate

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
        self._check()
        if isinstance(picture, Encoded):
            return self._deliver(of_codec(picture, self.codec))
        if self._encoder is None:
            raise FrameError(f"Nothing here encodes {self.codec}: write packets, or choose H264.")
        moment = self._epoch.now() if time is None else time
        return self._worker.put((_picture(picture), moment))

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


def _encoder(settings: VideoSettings) -> VideoEncoder:
    return VideoEncoder(
        settings.codec,
        bitrate=settings.bitrate,
        fps=settings.fps,
        encoder=settings.encoder,
        preset=settings.preset,
    )


def _picture(picture: "Pixels | VideoFrame") -> VideoFrame:
    if isinstance(picture, VideoFrame):
        return picture
    # numpy is for those who use it.
    from trunkline.frames import array

    return array.picture(picture)
