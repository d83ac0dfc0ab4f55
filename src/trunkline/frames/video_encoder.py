"""Pictures to encoded pictures, in real time."""

import av
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from trunkline.errors import FrameError
from trunkline.frames.colour import is_bt709
from trunkline.frames.converter import Converter
from trunkline.frames.encoder import CLOCK, Format, find, open_encoder, with_preset
from trunkline.frames.pixels import even
from trunkline.model.frame import Encoded

LEAST = 50_000
"""Bits a second: below that, a picture cannot be made out."""
_WORTH_IT = 0.15
# An encoder that must be opened anew for another bit rate costs a keyframe: seconds between.
_REOPEN_AFTER = 2.0


class VideoEncoder:
    """One encoder, opened when the first picture tells its size, and anew when that changes.

    It is not for two threads at once. Pictures are told their matrix: BT.601, which is all that VP8
    knows and what whoever does not look assumes; those that come as BT.709 stay it where they can.
    """

    def __init__(
        self,
        codec: str,
        *,
        bitrate: int = 1_500_000,
        max_bitrate: int | None = None,
        fps: float = 30,
        encoder: str | None = None,
        preset: str | None = None,
    ) -> None:
        """Choose an encoder.

        Args:
            codec: by its SDP name: "H264", "VP8", "VP9".
            bitrate: bits a second at first.
            max_bitrate: that are never exceeded; as `bitrate` when not given.
            fps: pictures a second at most; further ones are left out.
            encoder: one of FFmpeg's by name, as "h264_nvenc".
            preset: the encoder's own word for how thorough it is.

        Raises:
            FrameError: there is no such encoder or preset, or a number is out of its range.
        """
        if not (0 < fps <= 240):
            raise FrameError(f"A frame rate is above 0 and at most 240, not {fps}.")
        self._encoder = with_preset(find(codec, encoder), preset)
        self._ceiling = max(max_bitrate or bitrate, LEAST)
        self._bitrate = self._wanted = min(max(bitrate, LEAST), self._ceiling)
        self._fps = fps
        self._converter = Converter()
        self._context: VideoCodecContext | None = None
        self._shape: Format | None = None
        self._opened = 0.0
        self._due: float | None = None
        self._last = -1

    @property
    def codec(self) -> str:
        """What it makes."""
        return self._encoder.codec

    @property
    def bitrate(self) -> int:
        """Bits a second that it aims at."""
        return self._bitrate

    def set_bitrate(self, bitrate: int) -> None:
        """Aim at so many bits a second from the next picture on, as far as the ceiling allows."""
        self._wanted = min(max(bitrate, LEAST), self._ceiling)

    def encode(
        self,
        frame: VideoFrame,
        time: float,
        *,
        keyframe: bool = False,
        captured: float | None = None,
    ) -> list[Encoded]:
        """What a picture becomes; nothing, when it comes too soon after the one before.

        Args:
            frame: of any pixel format and size; another size than before begins a new keyframe.
            time: seconds of media time; it grows.
            keyframe: make it one that decoding can begin with.
            captured: seconds since 1970.

        Raises:
            FrameError: it cannot be encoded.
        """
        if not (keyframe or self._is_due(time)):
            return []
        shape = self._format(frame)
        context = self._ready(shape, time)
        picture = self._converter.planar(frame, shape.width, shape.height, bt709=shape.bt709)
        if self._encoder.pixels != "yuv420p":
            picture = picture.reformat(format=self._encoder.pixels, threads=1)
        self._last = max(round(time * CLOCK), self._last + 1)
        picture.pts, picture.time_base = self._last, context.time_base
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        try:
            return [self._wrap(packet, captured) for packet in context.encode(picture)]
        except av.FFmpegError as error:
            self._context = None
            raise FrameError(f"{self._encoder.name} failed: {error.strerror}.") from error

    def _wrap(self, packet: "av.Packet[Stream]", captured: float | None) -> Encoded:
        pts = self._last if packet.pts is None else packet.pts
        keyframe = packet.is_keyframe
        return Encoded(self.codec, bytes(packet), pts, CLOCK, keyframe, captured=captured)

    def _is_due(self, time: float) -> bool:
        step = 1 / self._fps
        # A quarter of a step early is a camera's jitter. After a pause the count begins anew.
        if self._due is not None and time < self._due - step / 4:
            return False
        late = self._due is None or time > self._due + step
        self._due = (time if late or self._due is None else self._due) + step
        return True

    def _format(self, frame: VideoFrame) -> Format:
        width, height = even((frame.width, frame.height))
        if not width or not height:
            raise FrameError(f"A picture of {frame.width} × {frame.height} is too small.")
        bt709 = self.codec != "VP8" and is_bt709(frame)
        return Format(width, height, self._fps, bt709)

    def _ready(self, shape: Format, time: float) -> VideoCodecContext:
        context = self._context
        change = abs(self._wanted - self._bitrate) / self._bitrate
        if context is not None and self._encoder.follows:
            context.bit_rate = self._bitrate = self._wanted
        elif change > _WORTH_IT and time - self._opened >= _REOPEN_AFTER:
            context = None
        if context is None or shape != self._shape:
            self._bitrate = self._wanted
            context = open_encoder(self._encoder, shape, self._bitrate, self._ceiling)
            self._context, self._shape, self._opened = context, shape, time
        return context
