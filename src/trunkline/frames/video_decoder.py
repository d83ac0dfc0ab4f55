"""Encoded pictures to pictures, with loss on the way."""

import logging

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from trunkline.errors import FrameError
from trunkline.frames.colour import tag
from trunkline.frames.decoding import decode
from trunkline.model.frame import Encoded

log = logging.getLogger(__name__)

_DECODERS = {"H264": "h264", "H265": "hevc", "VP8": "vp8", "VP9": "vp9", "AV1": "libdav1d"}
PATIENCE = 3.0
"""Seconds of media time after which a picture with faults is better than none: some encoders mend
them bit by bit, and never send a keyframe."""
ASK_AGAIN = 0.5
"""Seconds between requests for a keyframe."""
_LOW_DELAY = av.codec.context.Flags.low_delay


class VideoDecoder:
    """Shows whole pictures only: after a loss nothing comes until a keyframe does.

    `wants_keyframe` then says when to ask for one. It is not for two threads at once.
    """

    def __init__(self) -> None:
        self._codec = ""
        self._context: VideoCodecContext | None = None
        self._waiting_since: float | None = None
        self._asked = float("-inf")
        self._needs_first = True
        self._told: bytes | None = None
        self.wants_keyframe = False
        """Whether to ask for one now; it is True once for each request."""

    def decode(self, packet: Encoded) -> list[VideoFrame]:
        """The pictures in a packet; their `pts` is its timestamp.

        Raises:
            FrameError: its codec is none of ours.
        """
        self.wants_keyframe = False
        if not packet.data:  # for FFmpeg it would be the end
            return []
        if packet.codec != self._codec or self._context is None:
            self._open(packet.codec)
        if packet.keyframe:
            self._waiting_since, self._needs_first = None, False
            self._told = packet.color_space
        elif self._is_waiting(packet) and not self._may_go_on(packet.seconds):
            return []
        return self._decoded(packet)

    def _is_waiting(self, packet: Encoded) -> bool:
        return self._needs_first or not packet.contiguous or self._waiting_since is not None

    def _may_go_on(self, now: float) -> bool:
        """Ask for a keyframe; whether there was none for so long that anything will do."""
        if self._waiting_since is None:
            self._waiting_since = now
        if now - self._asked >= ASK_AGAIN or now < self._asked:
            self._asked, self.wants_keyframe = now, True
        return not self._needs_first and now - self._waiting_since > PATIENCE

    def _decoded(self, packet: Encoded) -> list[VideoFrame]:
        assert self._context is not None
        try:
            frames = decode(self._context, packet)
        except av.FFmpegError as error:
            log.debug("a picture in %s cannot be decoded: %s", packet.codec, error)
            self._may_go_on(packet.seconds)
            return []
        if self._told:
            for frame in frames:
                tag(frame, self._told)
        return frames

    def _open(self, codec: str) -> None:
        name = _DECODERS.get(codec)
        if name is None:
            raise FrameError(f"Nothing here decodes {codec}: use packets() and decode it yourself.")
        context = av.codec.CodecContext.create(_available(name), "r")
        assert isinstance(context, VideoCodecContext)
        # Threads would each hold a picture back.
        context.thread_count = 1
        context.flags |= _LOW_DELAY
        self._context, self._codec = context, codec
        self._waiting_since, self._needs_first = None, True


def _available(name: str) -> str:
    return name if name in av.codecs_available else "av1"
