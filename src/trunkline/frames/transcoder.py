"""Encoded pictures to pictures in another codec, in a thread of its own."""

import logging
from collections.abc import Callable
from dataclasses import replace

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from trunkline.frames.decoding import decode
from trunkline.frames.video_encoder import VideoEncoder
from trunkline.frames.worker import Worker
from trunkline.model.frame import Encoded

log = logging.getLogger(__name__)

THREAD = "trunkline-transcoder"
"""The name of its thread."""
WAITING = 100
"""Pictures that wait for it; more would only come later."""
BEHIND = 10
"""Pictures that wait from which on they are decoded alone, to catch up."""
RATE = 30
"""Pictures a second at most."""
_BITS = 0.1
"""Bits of each dot of each picture."""
LEAST_BITRATE, MOST_BITRATE = 400_000, 6_000_000


class Transcoder:
    """Decodes and encodes as long as it is not closed; its first picture is a keyframe.

    When it is too slow, what waits is forgotten, and it goes on with the next keyframe.
    """

    def __init__(
        self,
        decoder: str,
        extradata: bytes | None,
        codec: str,
        send: Callable[[Encoded], None],
        wall: Callable[[float], float],
    ) -> None:
        """Begin without a thread.

        Args:
            decoder: one of FFmpeg's, by its name.
            extradata: what the stream says before its first packet.
            codec: what is made, by its SDP name.
            send: called from the thread with what is made.
            wall: seconds since 1970, of seconds of media time.
        """
        self.codec = codec
        self._extradata = extradata
        self._decoder_name = decoder
        self._send = send
        self._wall = wall
        self._decoder: VideoCodecContext | None = None
        self._encoder: VideoEncoder | None = None
        self._keyframe = True
        self._skipping = False
        self._worker: Worker[tuple[Encoded, ...]] = Worker(THREAD, self._work, WAITING)

    @property
    def error(self) -> BaseException | None:
        """Why it ended by itself."""
        return self._worker.error

    def put(self, *packets: Encoded) -> None:
        """Take a picture; of several only the last is shown, the others are what it refers to."""
        if self._skipping and not packets[0].keyframe:
            return
        self._skipping = False
        if not self._worker.put(packets):
            self._worker.clear()
            self._skipping = True

    def want_keyframe(self) -> None:
        """Make the next picture one that decoding can begin with; from any thread."""
        self._keyframe = True

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _work(self, packets: tuple[Encoded, ...]) -> None:
        frames = [frame for packet in packets for frame in self._decode(packet)]
        if len(packets) > 1:
            frames = frames[-1:]
        if self._worker.waiting <= BEHIND:
            for frame in frames:
                self._encode(frame)

    def _decode(self, packet: Encoded) -> list[VideoFrame]:
        if self._decoder is None:
            context = av.codec.CodecContext.create(self._decoder_name, "r")
            assert isinstance(context, VideoCodecContext)
            context.extradata = self._extradata
            # Threads would each hold a picture back.
            context.thread_count = 1
            self._decoder = context
        try:
            return decode(self._decoder, packet)
        except av.FFmpegError as error:
            log.debug("a picture of a camera cannot be decoded: %s", error.strerror)
            return []

    def _encode(self, frame: VideoFrame) -> None:
        if self._encoder is None:
            rate = round(frame.width * frame.height * RATE * _BITS)
            bitrate = min(max(rate, LEAST_BITRATE), MOST_BITRATE)
            self._encoder = VideoEncoder(self.codec, bitrate=bitrate, fps=RATE)
        keyframe, self._keyframe = self._keyframe, False
        moment = frame.time or 0.0
        for made in self._encoder.encode(frame, moment, keyframe=keyframe):
            self._send(replace(made, captured=self._wall(made.seconds)))
