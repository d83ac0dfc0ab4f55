"""One connection to a source, read in a thread of its own: that thread alone touches FFmpeg."""

import asyncio
import errno
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.video.stream import VideoStream

from trunkline.model.media import Kind
from trunkline.net.clock import Epoch
from trunkline.sources.camera.fault import SourceError, at_opening, at_reading, untrusted
from trunkline.sources.camera.picture import Picture
from trunkline.sources.camera.sound import Sound, SoundFormat
from trunkline.sources.camera.timeline import Timeline
from trunkline.sources.source import OPEN_TIME, READ_TIME, Opening

if TYPE_CHECKING:
    from av.stream import Stream

_Stream = TypeVar("_Stream", VideoStream, AudioStream)

log = logging.getLogger(__name__)

# To the form in which packets are sent (RFC 6184, RFC 7798), from that of MP4.
_FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_STARTS = (b"\0\0\1", b"\0\0\0\1")
UNKNOWN = (
    "Its picture comes in a codec that FFmpeg does not know: choose another one in the camera."
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a source sends."""

    picture: Picture | None
    sound: Sound | None
    strange: bool = False
    """There is a picture, in a codec that FFmpeg does not know."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What there is."""
        there: list[tuple[Kind, object]] = [("video", self.picture), ("audio", self.sound)]
        return tuple(kind for kind, part in there if part is not None)

    def doing(self) -> str:
        """What is done with them, in words."""
        return "; ".join(part.doing() for part in (self.picture, self.sound) if part)


class Connection:
    """Reads until it is stopped or the source breaks off.

    A thread that waits for its source ends when that speaks, or when FFmpeg's patience does: it
    cannot be woken, and the container must not be closed from elsewhere.
    """

    def __init__(
        self, opening: Opening, epoch: Epoch, equip: Callable[[Parts], None], name: str
    ) -> None:
        """Begin nothing yet.

        Args:
            opening: how FFmpeg opens it.
            epoch: the clock of media time.
            equip: called in the thread when it is known what comes: it says where that goes.
            name: of the source, for the log.
        """
        self.began = False
        """Something has come."""
        self.parts = Parts(None, None)
        self._opening = opening
        self._epoch = epoch
        self._equip = equip
        self._name = name
        self._stopped = threading.Event()

    def start(self) -> asyncio.Future[SourceError | None]:
        """Connect; the future says at the end why it ended, None: it was stopped."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[SourceError | None] = loop.create_future()

        def finish(error: SourceError | None) -> None:
            if not ended.done():
                ended.set_result(error)

        def run() -> None:
            error = self._run()
            if not loop.is_closed():
                loop.call_soon_threadsafe(finish, error)

        threading.Thread(target=run, name="trunkline-source", daemon=True).start()
        return ended

    def stop(self) -> None:
        """Send nothing more, and end as soon as the source speaks again."""
        self._stopped.set()

    def _run(self) -> SourceError | None:
        try:
            self._read()
        except SourceError as error:
            # It is kept and logged: without its traceback and FFmpeg's error, which hold all of us.
            told = SourceError(str(error), error.trouble, final=error.final)
            return None if self._stopped.is_set() else told
        except av.FFmpegError as error:  # its text may hold the URL: it is not for the log
            return at_reading(error)
        except Exception:  # a bug of ours ends this connection alone
            log.exception("a bug: reading %s failed", self._name)
            sentence = "The relay failed at this by a bug of its own; its log says where."
            return SourceError(sentence, "relay")
        finally:
            if self.parts.picture:
                self.parts.picture.close()
        return None if self._stopped.is_set() else SourceError("The stream ended.", "ended")

    def _read(self) -> None:
        timeline = Timeline()
        pace = Pace(self._epoch, self._stopped)
        while not self._stopped.is_set():
            with closing(self._open()) as container:
                streams = self._choose(container)
                paced = self._is_paced(container)
                pace.begin()
                for kind, packet in self._packets(container, streams):
                    time = _seconds(packet)
                    if self._stopped.is_set() or (paced and not pace.wait(time)):
                        return
                    self._take(kind, packet, time, timeline)
            if not self._opening.loop:
                return

    def _open(self) -> InputContainer:
        opening = self._opening
        attempts = [one for one in (opening.options, opening.otherwise) if one is not None]
        for number, options in enumerate(attempts, 1):
            begin = self._epoch.now()
            try:
                return av.open(
                    opening.name,
                    format=opening.format,
                    options=dict(options),
                    timeout=(OPEN_TIME, READ_TIME),
                )
            except (av.FFmpegError, OSError, ValueError) as error:
                fault = at_opening(error, self._epoch.now() - begin)
                if opening.encrypted == "checked" and getattr(error, "errno", None) == errno.EIO:
                    fault = untrusted()  # FFmpeg says no more
                if not fault.final or number == len(attempts) or "transport" not in str(fault):
                    raise fault from None
        raise AssertionError("there is at least one attempt")

    def _choose(self, container: InputContainer) -> "list[Stream]":
        """The first stream of each kind that FFmpeg knows, and what is done with it."""
        video, strange = _known(container.streams.video)
        audio, _ = _known(container.streams.audio)
        if strange and not audio:
            raise SourceError(UNKNOWN, "codec", final=True)
        if not (video or audio):
            raise SourceError("It sends neither picture nor sound.", "codec", final=True)
        picture = _picture(video[0], self._epoch) if video else None
        sound = _sound(audio[0], self._epoch) if audio else None
        self.parts = Parts(picture, sound, strange=strange)
        self._equip(self.parts)
        return [*video, *audio]

    def _is_paced(self, container: InputContainer) -> bool:
        if self._opening.paced is None:
            return bool(container.duration and container.duration > 0)
        return self._opening.paced

    def _packets(
        self, container: InputContainer, streams: "list[Stream]"
    ) -> "Iterator[tuple[str, av.Packet[Stream]]]":
        """Packets that can be sent, with their kind."""
        filters = {stream.index: _filter(stream) for stream in streams}
        kinds = {stream.index: stream.type for stream in streams}
        try:
            for packet in container.demux(streams):
                if not packet.size:
                    continue
                index = packet.stream_index
                chosen = filters[index]
                for one in chosen.filter(packet) if chosen else [packet]:
                    yield kinds[index], one
        except (av.FFmpegError, OSError) as error:
            raise at_reading(error) from None

    def _take(
        self, kind: str, packet: "av.Packet[Stream]", time: float | None, timeline: Timeline
    ) -> None:
        moment = timeline.place(kind, time, self._epoch.now())
        if kind == "video" and self.parts.picture:
            self.parts.picture.take(bytes(packet), time, moment, keyframe=packet.is_keyframe)
        elif self.parts.sound:
            self.parts.sound.take(bytes(packet), time, moment, lambda: _decoded(packet))
        self.began = True


class Pace:
    """Keeps to the time of what is read faster than it lasts; loops follow each other."""

    def __init__(self, epoch: Epoch, stopped: threading.Event) -> None:
        self._epoch = epoch
        self._stopped = stopped
        self._origin: float | None = None
        self._start = 0.0

    def begin(self) -> None:
        """From the first packet on."""
        self._origin = None

    def wait(self, time: float | None) -> bool:
        """Wait until a packet is due; False: it is to stop."""
        if time is None:
            return True
        if self._origin is None:
            self._origin, self._start = time, self._epoch.now()
        due = self._start + time - self._origin
        return not self._stopped.wait(max(0.0, due - self._epoch.now()))


def _known(streams: Sequence[_Stream]) -> tuple[list[_Stream], bool]:
    """The first stream whose codec FFmpeg can name; whether there are others only."""
    # PyAV's types deny that it may be None; so it is where there is no decoder.
    named = [one for one in streams if getattr(one, "codec_context", None) is not None]
    return named[:1], bool(streams) and not named


def _picture(stream: VideoStream, epoch: Epoch) -> Picture:
    context = stream.codec_context
    extradata = context.extradata
    if context.name in _FILTERS and extradata and not extradata.startswith(_STARTS):
        extradata = None  # the filter puts it before keyframes
    return Picture(context.name, extradata, epoch)


def _sound(stream: AudioStream, epoch: Epoch) -> Sound:
    context = stream.codec_context
    # FFmpeg calls its own decoder of G.722 and libopus by other names than the codec.
    name = context.codec.canonical_name
    return Sound(SoundFormat(name, context.sample_rate, context.channels), epoch)


def _filter(stream: "Stream") -> BitStreamFilterContext | None:
    if not isinstance(stream, VideoStream):
        return None
    name = _FILTERS.get(stream.codec_context.name)
    extradata = stream.codec_context.extradata
    if name is None or not extradata or extradata.startswith(_STARTS):
        return None
    return BitStreamFilterContext(name, stream)


def _seconds(packet: "av.Packet[Stream]") -> float | None:
    pts, base = packet.pts, packet.time_base
    return None if pts is None or base is None else float(pts * base)


def _decoded(packet: "av.Packet[Stream]") -> list[AudioFrame]:
    try:
        return [frame for frame in packet.decode() if isinstance(frame, AudioFrame)]
    except av.FFmpegError:
        return []
