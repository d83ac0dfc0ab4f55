"""The picture of one connection: passed on as it is, transcoded for those who need it."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from trunkline.frames import parameter_sets, vp9
from trunkline.frames.transcoder import Transcoder
from trunkline.model.camera import PictureHealth
from trunkline.model.frame import Encoded
from trunkline.net.clock import Epoch
from trunkline.sources.camera.outlet import Outlet
from trunkline.sources.camera.tally import Tally
from trunkline.sources.camera.timeline import CREDIBLE, Stamps

log = logging.getLogger(__name__)

CLOCK = 90_000
PASSED = {"h264": "H264", "hevc": "H265", "vp8": "VP8", "vp9": "VP9"}
PASSED |= {"av1": "AV1", "libdav1d": "AV1"}
"""What some browser shows as it is, by FFmpeg's decoder."""
GROUP = 8 << 20
"""Bytes of pictures since the last keyframe that are kept for a transcoder to begin with."""
_PICTURES = 1_000
_ENOUGH = 50
"""Pictures after which it is known whether they are reordered."""
_WINDOW = 5.0
"""Seconds over which rates are taken."""


Route = Callable[[], Sequence[Outlet]]
"""Tells where packets go now."""


def _nowhere() -> Sequence[Outlet]:
    return ()


def _ignore() -> None:
    """Nobody needs to know."""


class Picture:
    """What is done with the pictures of one stream; all of it in the thread that reads them."""

    def __init__(self, decoder: str, extradata: bytes | None, epoch: Epoch) -> None:
        """Begin with nothing to send to.

        Args:
            decoder: FFmpeg's name of the codec.
            extradata: what the stream says before its first packet; of H.264 and H.265 in Annex B.
            epoch: the clock of media time.
        """
        self.only_as_it_is = False
        """What cannot be passed through comes from somewhere else."""
        self.first: Route = _nowhere
        """They get the stream as it is, or H.264 where no browser shows it as it is."""
        self.second: Route = _nowhere
        """They get H.264 in place of what not everybody shows; and VP8 in place of H.264."""
        self.tally = Tally()
        """Of its camera."""
        self.on_verdict: Callable[[], None] = _ignore
        """Called when it turns out that it cannot be passed through."""
        self._decoder = decoder
        self._extradata = extradata
        self._epoch = epoch
        self._codec = PASSED.get(decoder)
        self._stamps = Stamps(CLOCK)
        self._set: bytes | None = None
        self._size = (0, 0)
        self._reorders: bool | None = None
        self._times: deque[float] = deque(maxlen=_ENOUGH)
        self._began = False
        self._group: list[Encoded] = []  # bounded by GROUP and _PICTURES
        self._transcoders: dict[str, Transcoder] = {}  # at most H.264 and VP8
        self._recent: deque[tuple[float, int]] = deque(maxlen=_PICTURES)
        self._last_keyframe: float | None = None
        if self._codec in parameter_sets.SPS and extradata:
            self._look(extradata)

    @property
    def passes(self) -> bool:
        """Whether browsers show it as it is."""
        return self._codec is not None and not self._reorders

    @property
    def transcoders(self) -> int:
        """How many run now."""
        return len(self._transcoders)

    def take(self, data: bytes, time: float | None, moment: float, *, keyframe: bool) -> None:
        """Take one picture; `time` is the camera's, `moment` ours, both in seconds."""
        keyframe = keyframe or (self._codec == "VP9" and vp9.is_keyframe(data))
        if keyframe and self._codec in parameter_sets.SPS:
            data = self._complete(data)
        self._note_order(time)
        self._count(len(data), moment, keyframe=keyframe)
        self._began |= keyframe
        if not self._began:
            return
        # Pictures that come in another order have no even times.
        stamp = self._stamps.stamp(None if self._reorders else time, moment)
        frame = Encoded(
            self._codec or self._decoder,
            data,
            stamp,
            CLOCK,
            keyframe,
            captured=self._epoch.wall(moment),
        )
        if self.passes:
            for outlet in self.first():
                outlet.write(frame)
        self._keep(frame)
        self._transcode(frame)

    def close(self) -> None:
        """End what runs for it."""
        for transcoder in self._transcoders.values():
            transcoder.close()
        self._transcoders.clear()

    def describe(self) -> PictureHealth:
        """How it comes."""
        now = self._epoch.now()
        recent = [one for one in tuple(self._recent) if now - one[0] <= _WINDOW]
        span = max(recent[-1][0] - recent[0][0], 0.001) if len(recent) > 1 else None
        return PictureHealth(
            self._codec or self._decoder.upper(),
            *self._size,
            round((len(recent) - 1) / span, 1) if span else 0.0,
            round(sum(size for _, size in recent[1:]) * 8 / span / 1000) if span else 0,
            self._last_keyframe,
            None if self.passes else "codec" if self._codec is None else "order",
        )

    def doing(self) -> str:
        """What is done with it, in words."""
        if not self.passes:
            reason = "which no browser shows"
            if self._codec is not None:
                reason = "since its pictures are reordered (B-frames), which browsers do not show"
            if self.only_as_it_is:
                return f"leaves the first stream out ({self._name}, {reason})"
            works = "" if self._transcoders else ", while somebody watches"
            return f"picture {self._name} → H264{works}, {reason}"
        made = "".join(f" and transcodes it to {codec}" for codec in sorted(self._transcoders))
        needed = " for viewers who cannot play it" if made else ""
        return f"passes the picture through{made}{needed}"

    @property
    def _name(self) -> str:
        return self._codec or self._decoder.upper()

    def _look(self, data: bytes) -> None:
        """Learn from the parameter sets, where they are new."""
        assert self._codec is not None
        found = parameter_sets.sequence_set(self._codec, data)
        if found is None or found == self._set:
            return
        self._set = found
        sequence = parameter_sets.read(self._codec, found)
        if sequence is not None:
            self._size = sequence.width, sequence.height
            self._reorders = sequence.reorders
            self._times.clear()

    def _complete(self, data: bytes) -> bytes:
        """A keyframe with its parameter sets: some cameras tell them before the stream alone."""
        assert self._codec is not None
        if parameter_sets.sequence_set(self._codec, data) is None and self._extradata:
            data = self._extradata + data
        self._look(data)
        return data

    def _note_order(self, time: float | None) -> None:
        """Where the parameter sets do not say it, times that go back tell of reordered pictures."""
        if self._reorders is not None or time is None:
            return
        self._times.append(time)
        steps = [after - before for before, after in pairwise(self._times)]
        # Once may be a camera whose clock was set.
        if sum(-CREDIBLE < step < 0 for step in steps) > 1:
            self._reorders = True
            self.on_verdict()
            log.debug("a camera sends B-frames and does not say so")
        elif len(self._times) == _ENOUGH:
            self._reorders = False

    def _count(self, size: int, moment: float, *, keyframe: bool) -> None:
        self._recent.append((moment, size))
        self.tally.picture(moment)
        if keyframe:
            self._last_keyframe = self._epoch.wall(moment)

    def _keep(self, frame: Encoded) -> None:
        """Keep the group of pictures where a transcoder may have to begin in its middle."""
        if self._codec == "H264" and self._reorders is False:
            self._group = []
            return
        if frame.keyframe:
            self._group = [frame]
        elif self._group:
            self._group.append(frame)
        kept = sum(len(one.data) for one in self._group) if len(self._group) % 50 == 0 else 0
        if kept > GROUP or len(self._group) > _PICTURES:
            self._group = []

    def _targets(self) -> Iterator[tuple[str, Sequence[Outlet]]]:
        """What is made for whom, while somebody is there."""
        if not self.passes:
            yield "H264", () if self.only_as_it_is else self.first()
        other = "VP8" if self._codec == "H264" or not self.passes else "H264"
        yield other, self.second()

    def _transcode(self, frame: Encoded) -> None:
        for codec, outlets in self._targets():
            running = self._transcoders.get(codec)
            wanted = any(outlet.wanted for outlet in outlets)
            if running is not None and (running.error or not wanted):
                running.close()
                del self._transcoders[codec]
                # What failed is tried again with the next keyframe.
                self._group = [] if running.error else self._group
            elif running is not None:
                running.put(frame)
            elif wanted and (frame.keyframe or self._group):
                self._transcoders[codec] = self._begin(codec, outlets, frame)

    def _begin(self, codec: str, outlets: Sequence[Outlet], frame: Encoded) -> Transcoder:
        def send(made: Encoded) -> None:
            for outlet in outlets:
                if outlet.wanted:
                    outlet.write(made)

        made = Transcoder(self._decoder, self._extradata, codec, send, self._epoch.wall)
        for outlet in outlets:
            outlet.ask_keyframe = made.want_keyframe
        made.put(*(self._group or [frame]))
        log.debug("transcodes the picture of a camera to %s", codec)
        return made
