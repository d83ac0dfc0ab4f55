"""Encoded pictures and sound, on their way between codecs and connections."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encoded:
    """One encoded picture, or one packet of sound."""

    codec: str
    """By its SDP name: "H264", "VP8", "opus" …"""
    data: bytes
    """H264, H265: Annex B with parameter sets before each keyframe. AV1: OBUs with sizes."""
    timestamp: int
    """Media time in units of `clock_rate`; it does not wrap."""
    clock_rate: int
    keyframe: bool = True
    """Whether decoding can begin here; true for sound."""
    contiguous: bool = True
    """Whether nothing is lost between the one before and this."""
    captured: float | None = None
    """When it was captured, in seconds since 1970, by the clock of whoever sent it; where known."""
    level: int | None = None
    """Of sound: dB below the loudest there is, 0 to 127 (RFC 6464); where known."""
    color_space: bytes | None = None
    """Of a keyframe: what its numbers mean, where that is told beside the stream (libwebrtc's RTP
    header extension `color-space`): primaries, transfer, matrix (ITU-T H.273), range and siting."""

    @property
    def seconds(self) -> float:
        """Media time."""
        return self.timestamp / self.clock_rate
