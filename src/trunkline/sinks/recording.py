"""Packets as they came, into a file or a player: nothing is decoded, nothing gets worse."""

import io
from fractions import Fraction
from typing import IO

import av
from av.container import OutputContainer
from av.stream import Stream

from trunkline.errors import FrameError
from trunkline.frames.size import picture_size
from trunkline.model.frame import Encoded
from trunkline.model.media import Kind

PATIENCE = 3.0
"""Seconds that a file waits for the other medium before it is begun with one alone."""

_RAW = {"H264": "h264", "H265": "hevc"}
_PICTURES = {"VP8": "vp8", "VP9": "vp9", "AV1": "av1"}
_PICTURES_AND_OPUS = "H264, H265, VP8, VP9, AV1 and opus"


class Recording:
    """A container that begins with the first keyframe; what came before is left out.

    It writes when it is given something: not for the event loop's thread where disks are slow.
    """

    def __init__(self, target: str | IO[bytes], kinds: set[Kind], container: str | None = None):
        """Begin without opening anything.

        Args:
            target: a file's name, whose ending says which container, or what takes bytes.
            kinds: what will come.
            container: FFmpeg's name of it; needed where there is no file's name.
        """
        self._target = target
        self._kinds = kinds
        self._name = container
        self._first: dict[Kind, tuple[Encoded, float]] = {}
        self._codecs: dict[Kind, str] = {}
        self._streams: dict[Kind, Stream] = {}
        self._offsets: dict[Kind, float] = {}
        self._last: dict[Kind, int] = {}
        self._output: OutputContainer | None = None
        self._begun = 0.0

    def write(self, kind: Kind, packet: Encoded, now: float) -> None:
        """Add a packet.

        Args:
            kind: what it is.
            packet: as it came.
            now: seconds, rising: when it came. By the first of each, media are put in step.

        Raises:
            FrameError: the container does not take the codec, or it changed.
            OSError: it cannot be written.
        """
        if self._output is None:
            self._prepare(kind, packet, now)
            return
        if kind not in self._streams:
            return
        if packet.codec != self._codecs[kind]:
            raise FrameError(
                f"The {kind} changed from {self._codecs[kind]} to {packet.codec}, which no file "
                "can hold: record into another one."
            )
        self._mux(kind, packet)

    def close(self) -> None:
        """Write what is left, and the end."""
        if self._output is None and self._first:
            self._open()
        if self._output is not None:
            self._output.close()
            self._output = None
            self._streams.clear()

    def _prepare(self, kind: Kind, packet: Encoded, now: float) -> None:
        if kind == "video" and (not packet.keyframe or kind in self._first):
            return
        self._first[kind] = packet, now  # of sound the last one before the picture begins
        self._begun = self._begun or now
        if set(self._first) >= self._kinds or now - self._begun > PATIENCE:
            self._open()

    def _open(self) -> None:
        try:
            self._output = av.open(self._target, "w", format=self._name)
            assert self._output is not None
            for kind, (packet, _) in self._first.items():
                self._codecs[kind] = packet.codec
                self._streams[kind] = _stream(self._output, packet)
            self._output.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            names = " and ".join(one.codec for one, _ in self._first.values())
            raise FrameError(f"This container cannot hold {names}: {error}") from error
        start = min(now for _, now in self._first.values())
        for kind, (packet, now) in self._first.items():
            self._offsets[kind] = now - start - packet.seconds
        for kind, (packet, _) in self._first.items():
            self._mux(kind, packet)

    def _mux(self, kind: Kind, packet: Encoded) -> None:
        assert self._output is not None
        data = av.Packet(packet.data)
        data.stream, data.time_base = self._streams[kind], Fraction(1, packet.clock_rate)
        time = packet.seconds + self._offsets[kind]
        stamp = max(round(time * packet.clock_rate), self._last.get(kind, -1) + 1)
        data.pts = data.dts = self._last[kind] = stamp
        data.is_keyframe = packet.keyframe
        try:
            self._output.mux(data)
        except av.FFmpegError as error:
            raise OSError(error.errno, error.strerror) from error


def _stream(output: OutputContainer, packet: Encoded) -> Stream:
    """A stream with what a player must know before the first packet."""
    if packet.codec == "opus":
        return output.add_stream("libopus", rate=48_000, layout="stereo")
    if packet.codec in _RAW:
        # The parameter sets are in the keyframe: FFmpeg finds them there.
        with av.open(io.BytesIO(packet.data), format=_RAW[packet.codec]) as raw:
            return output.add_stream_from_template(raw.streams.video[0])
    if packet.codec not in _PICTURES:
        raise ValueError(f"only {_PICTURES_AND_OPUS} can be saved")
    width, height = picture_size(packet)
    return output.add_mux_stream(_PICTURES[packet.codec], rate=30, width=width, height=height)
