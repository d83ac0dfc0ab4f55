"""What a program receives: pictures and sound, or packets as they came."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from trunkline.client.reader import Handing, Reader, Readers
from trunkline.frames.audio_decoder import AudioDecoder
from trunkline.frames.converter import Converter
from trunkline.frames.video_decoder import VideoDecoder
from trunkline.frames.worker import Worker
from trunkline.model.frame import Encoded
from trunkline.model.link import Arrived
from trunkline.model.media import Kind

if TYPE_CHECKING:
    from trunkline.frames.array import Pixels, Samples

T = TypeVar("T")
F = TypeVar("F", VideoFrame, AudioFrame)

PICTURES = 3
"""Pictures that wait for a reader."""
SOUNDS = 50
"""Pieces of sound that wait for a reader; a second of the usual ones."""
PACKETS = 300
"""Packets that wait for a reader, and those that wait for a decoder."""


class _Input(Generic[F]):
    """What is common to pictures and sound.

    Packets are decoded in a thread, and only while somebody reads frames. When the decoder is too
    slow, what waits is forgotten, and it begins anew with the next keyframe.
    """

    kind: Kind

    def __init__(self, name: str) -> None:
        self._packets = Readers()
        self._frames = Readers()
        self._worker: Worker[Encoded] = Worker(f"trunkline-{name}-in", self._decode, PACKETS)
        self._request: Callable[[], None] | None = None
        self._is_cut = False
        self._closed = False
        # What came since the last keyframe, for the first who reads frames; bounded by PACKETS.
        self._start: list[Encoded] | None = []
        self._error: BaseException | None = None
        self.codec: str | None = None
        """By its SDP name; None until something came."""
        self.delay: float | None = None
        """Seconds between capture and arrival of the last packet, where the sender tells it and
        both clocks agree."""
        self.received = 0
        """Packets (of pictures: whole frames) that came."""
        self.bytes = 0
        """Of these packets."""
        self.lost = 0
        """Times that something was missing between two of them."""

    def packets(self) -> Reader[Encoded]:
        """Encoded, as they come; those that nobody takes within some seconds are dropped."""
        return self._open(self._packets, Reader(PACKETS))

    def attach(self, request_keyframe: Callable[[], None] | None) -> None:
        """A connection feeds it from now on, and can be asked for keyframes; from any thread."""
        self._request = request_keyframe
        self._is_cut = True

    def feed(self, arrived: Arrived) -> None:
        """Take what came."""
        frame = arrived.frame
        self.codec = frame.codec
        self.received += 1
        self.bytes += len(frame.data)
        self.lost += not frame.contiguous
        if frame.captured is not None:
            self.delay = arrived.received - frame.captured
        self._packets.put(frame)
        self._keep(frame)
        if not self._frames.all():
            self._is_cut = True
            return
        if self._worker.waiting >= PACKETS:
            self._worker.clear()
            self._is_cut = True
        if self._is_cut:
            frame, self._is_cut = replace(frame, contiguous=False), False
        self._worker.put(frame)

    def close(self, error: BaseException | None = None) -> None:
        """Nothing comes any more: readers end, with an error if there is one."""
        self._closed, self._error = True, error
        self._request = None
        self._worker.close()
        self._packets.close(error)
        self._frames.close(error)

    def _keep(self, frame: Encoded) -> None:
        """Till somebody reads frames: a camera may send its next keyframe in ten seconds only."""
        if self._start is None:
            return
        if frame.keyframe or len(self._start) >= PACKETS:
            self._start = []
        if frame.keyframe or self._start:
            self._start.append(frame)

    def _begin(self) -> None:
        """Decode what was kept, for the first who reads frames."""
        kept, self._start = self._start or [], None
        for frame in kept:
            self._worker.put(frame)
            self._is_cut = False

    def _open(self, readers: Readers, reader: Reader[T]) -> Reader[T]:
        if self._closed:
            reader.close(self._error)
        else:
            readers.add(reader)
            if readers is self._frames and self._start is not None:
                self._begin()
        return reader

    def _decode(self, packet: Encoded) -> None:
        try:
            for frame in self._decoded(packet):
                self._frames.put(frame)
        except Exception as error:
            self._frames.close(error)
            raise

    def _decoded(self, packet: Encoded) -> list[F]:
        raise NotImplementedError


class VideoInput(_Input[VideoFrame]):
    """Pictures that come from the other end."""

    kind: Kind = "video"

    def __init__(self) -> None:
        super().__init__("video")
        self._decoder = VideoDecoder()
        self._converter = Converter()

    def frames(self, limit: int = PICTURES) -> Reader[VideoFrame]:
        """Decoded, as they are in the stream: mostly yuv420p; `time` is media time."""
        return self._open(self._frames, Reader(limit))

    def each(self, take: Callable[[VideoFrame], None]) -> Handing[VideoFrame]:
        """Have each picture handed over in the decoder's thread, while what this gives is held."""
        handing = Handing(take)
        if not self._closed:
            self._frames.add(handing)
        return handing

    def arrays(self, limit: int = PICTURES) -> "Reader[Pixels]":
        """Decoded: uint8 of height × width × 3 (red, green, blue); the shape may change."""
        from trunkline.frames import array

        def convert(frame: VideoFrame) -> "Pixels":
            return array.pixels(frame, self._converter)

        return self._open(self._frames, Reader(limit, convert))

    def request_keyframe(self) -> None:
        """Ask the other end for one; for who reads packets."""
        if self._request:
            self._request()

    def _decoded(self, packet: Encoded) -> list[VideoFrame]:
        frames = self._decoder.decode(packet)
        if self._decoder.wants_keyframe:
            self.request_keyframe()
        return frames


class AudioInput(_Input[AudioFrame]):
    """Sound that comes from the other end."""

    kind: Kind = "audio"

    def __init__(self) -> None:
        super().__init__("audio")
        self._decoder = AudioDecoder()

    def frames(self, limit: int = SOUNDS) -> Reader[AudioFrame]:
        """Decoded: format "flt"; opus is 48 kHz stereo; `time` is media time."""
        return self._open(self._frames, Reader(limit))

    def arrays(self, limit: int = SOUNDS) -> "Reader[Samples]":
        """Decoded: float32 of samples × channels, from -1 to 1."""
        from trunkline.frames import array

        return self._open(self._frames, Reader(limit, array.samples))

    def _decoded(self, packet: Encoded) -> list[AudioFrame]:
        return self._decoder.decode(packet)


Input = VideoInput | AudioInput


def make(kind: Kind) -> Input:
    """An input of a kind."""
    return VideoInput() if kind == "video" else AudioInput()
