"""Packets of sound to samples."""

import logging
from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from trunkline.errors import FrameError
from trunkline.model.frame import Encoded

log = logging.getLogger(__name__)

# The decoder, its rate and its layout.
_DECODERS = {
    "opus": ("libopus", 48_000, "stereo"),
    "PCMU": ("pcm_mulaw", 8_000, "mono"),
    "PCMA": ("pcm_alaw", 8_000, "mono"),
    "G722": ("g722", 16_000, "mono"),
}


class AudioDecoder:
    """Gives float samples; what was lost is a gap in the times. Not for two threads at once."""

    def __init__(self) -> None:
        self._codec = ""
        self._context: AudioCodecContext | None = None
        self._resampler = AudioResampler("flt")

    def decode(self, packet: Encoded) -> list[AudioFrame]:
        """The sound in a packet, format "flt"; `pts` is its timestamp.

        Raises:
            FrameError: its codec is none of ours.
        """
        if not packet.data:  # for FFmpeg it would be the end
            return []
        if packet.codec != self._codec or self._context is None:
            self._open(packet.codec)
        assert self._context is not None
        try:
            frames = self._context.decode(av.Packet(packet.data))
        except av.FFmpegError as error:
            log.debug("sound in %s cannot be decoded: %s", packet.codec, error)
            return []
        for frame in frames:
            frame.pts = None
        pieces = [piece for frame in frames for piece in self._resampler.resample(frame)]
        stamp = packet.timestamp
        for piece in pieces:
            piece.pts, piece.time_base = stamp, Fraction(1, packet.clock_rate)
            stamp += piece.samples * packet.clock_rate // piece.sample_rate
        return pieces

    def _open(self, codec: str) -> None:
        found = _DECODERS.get(codec)
        if found is None:
            raise FrameError(f"Nothing here decodes {codec}: use packets() and decode it yourself.")
        name, rate, layout = found
        context = av.codec.CodecContext.create(name, "r")
        assert isinstance(context, AudioCodecContext)
        context.sample_rate, context.layout = rate, layout
        self._context, self._codec = context, codec
        self._resampler = AudioResampler("flt", layout, rate)
