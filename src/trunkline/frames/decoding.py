"""One packet through a decoder of pictures."""

from fractions import Fraction

import av
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext

from trunkline.model.frame import Encoded


def decode(context: VideoCodecContext, packet: Encoded) -> list[VideoFrame]:
    """The pictures that come of it, on the packet's clock.

    Raises:
        av.FFmpegError: it cannot be decoded.
    """
    data = av.Packet(packet.data)
    data.pts = data.dts = packet.timestamp
    data.time_base = Fraction(1, packet.clock_rate)
    frames = context.decode(data)
    for frame in frames:
        frame.time_base = data.time_base
    return frames
