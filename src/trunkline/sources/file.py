"""A file, a stream or a camera that FFmpeg reads, played as fast as it sounds."""

from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame

from trunkline.errors import StartupError
from trunkline.sources.playing import Stage

OPEN_TIME, READ_TIME = 10.0, 10.0
"""Seconds for a stream to answer, and for the next of it to come."""


class File:
    """One file, once or again and again. It must have a picture or sound."""

    def __init__(self, name: str, *, loop: bool = False) -> None:
        """Look whether it can be played.

        Args:
            name: of a file, or a URL that FFmpeg knows, or a device as /dev/video0.
            loop: begin anew at its end.

        Raises:
            StartupError: it cannot.
        """
        self._name = name
        self._loop = loop
        with self._open() as container:
            self.has_video = bool(container.streams.video)
            """Whether there is a picture."""
            self.has_audio = bool(container.streams.audio)
            """Whether there is sound."""
            rate = container.streams.video[0].average_rate if self.has_video else None
            self.fps = float(rate) if rate else 30.0
            """Pictures a second."""
        if not (self.has_video or self.has_audio):
            raise StartupError(
                f"{name} has neither picture nor sound.", "Give a file that has one of them."
            )

    def play(self, stage: Stage) -> None:
        """Write it, each picture at its time; ends with the file."""
        begin = stage.now()
        while True:
            end = begin
            for frame, moment in self._frames():
                due = begin + moment
                if not stage.wait_until(due):
                    return
                if isinstance(frame, VideoFrame) and stage.video:
                    stage.video.write(frame, due)
                elif isinstance(frame, AudioFrame) and stage.audio:
                    stage.audio.write(frame, time=due)
                end = max(end, due + _length(frame))
            # A file without a single frame must not spin.
            if not self._loop or end <= begin or not stage.wait_until(end):
                return
            begin = end

    def _frames(self) -> Iterator[tuple[VideoFrame | AudioFrame, float]]:
        """All frames, with seconds since the first."""
        with self._open() as container:
            chosen = [*container.streams.video[:1], *container.streams.audio[:1]]
            first: float | None = None
            for packet in container.demux(chosen):
                for frame in _decoded(packet):
                    if frame.time is not None:
                        first = frame.time if first is None else first
                        yield frame, max(0.0, frame.time - first)

    def _open(self) -> InputContainer:
        form = "v4l2" if self._name.startswith("/dev/video") else None
        try:
            return av.open(self._name, format=form, timeout=(OPEN_TIME, READ_TIME))
        except (av.FFmpegError, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise StartupError(
                f"{self._name} cannot be opened: {reason}.",
                "Give the name of a file that FFmpeg reads, or --test for a test picture.",
            ) from error


def _decoded(packet: "av.Packet[Stream]") -> list[VideoFrame | AudioFrame]:
    try:
        frames = packet.decode()
    except av.InvalidDataError:
        return []
    return [one for one in frames if isinstance(one, VideoFrame | AudioFrame)]


def _length(frame: VideoFrame | AudioFrame) -> float:
    if isinstance(frame, AudioFrame):
        return frame.samples / frame.sample_rate
    return float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.033
