"""Sound to packets of 20 ms."""

from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from trunkline.errors import FrameError
from trunkline.model.frame import Encoded

# The encoder, its rate, its layout, the samples of 20 ms, and the clock of RTP (RFC 3551).
_ENCODERS = {
    "opus": ("libopus", 48_000, "stereo", 960, 48_000),
    "PCMU": ("pcm_mulaw", 8_000, "mono", 160, 8_000),
    "PCMA": ("pcm_alaw", 8_000, "mono", 160, 8_000),
    # RFC 3551 section 4.5.2: its clock runs at half its rate, by an error of old.
    "G722": ("g722", 16_000, "mono", 320, 8_000),
}
JUMP = 0.1
"""Seconds between the time given and that of the samples till now, from which on it is a gap."""


class AudioEncoder:
    """Takes sound in pieces of any length, rate and layout; it is not for two threads at once."""

    def __init__(self, codec: str = "opus", *, bitrate: int = 64_000) -> None:
        """Open the encoder.

        Args:
            codec: "opus", "PCMU", "PCMA" or "G722".
            bitrate: bits a second, of opus.

        Raises:
            FrameError: there is no such encoder.
        """
        found = _ENCODERS.get(codec)
        if found is None:
            raise FrameError(f"Nothing here encodes {codec}: choose of {', '.join(_ENCODERS)}.")
        self._name, self._rate, self._layout, self._size, self._clock = found
        self.codec = codec
        """What it makes."""
        self._bitrate = bitrate
        self._context = self._open(self._layout)
        self._resampler: AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None
        self._start = 0.0
        self._given = 0.0
        self._sample = 0

    def _open(self, layout: str) -> AudioCodecContext:
        context = av.codec.CodecContext.create(self._name, "w")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate, context.layout = self._rate, layout
        context.format = "s16"
        context.time_base = Fraction(1, self._rate)
        if self.codec == "opus":
            context.bit_rate = self._bitrate
            context.options = {"application": "audio", "frame_duration": "20", "vbr": "on"}
        context.open()
        return context

    def encode(
        self, frame: AudioFrame, time: float, captured: float | None = None
    ) -> list[Encoded]:
        """What has become complete with it.

        Args:
            frame: of any format.
            time: seconds of media time at which it begins. A gap is kept; what is nearly
                continuous is taken as continuous.
            captured: seconds since 1970.
        """
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        is_gap = abs(time - self._start - self._given) > JUMP
        if self._resampler is None or is_gap or shape != self._shape:
            self._resampler = self._begin(time, frame)
            self._shape = shape
        self._given += frame.samples / frame.sample_rate
        # The resampler looks for gaps itself, where there are times; ours are looked at above.
        frame.pts = None
        return [
            packet
            for piece in self._resampler.resample(frame)
            for packet in self._packets(piece, captured)
        ]

    def _begin(self, time: float, frame: AudioFrame) -> AudioResampler:
        # Mono stays mono: Opus needs no agreement for it, and spreading it would make it softer.
        layout = "mono" if len(frame.layout.channels) == 1 else self._layout
        if layout != self._context.layout.name:
            self._context = self._open(layout)
        self._start, self._given = time, 0.0
        # Packets never go back in time, whatever the caller says.
        self._sample = max(self._sample, round(time * self._rate))
        return AudioResampler("s16", layout, self._rate, self._size)

    def _packets(self, piece: AudioFrame, captured: float | None) -> list[Encoded]:
        piece.pts, piece.time_base = self._sample, Fraction(1, self._rate)
        # An encoder looks ahead: what it gives now has the time of what it was given now.
        stamp = self._sample * self._clock // self._rate
        self._sample += piece.samples
        return [
            Encoded(self.codec, bytes(packet), stamp, self._clock, captured=captured)
            for packet in self._context.encode(piece)
        ]
