"""One picture as a file."""

from fractions import Fraction
from typing import Literal

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from trunkline.frames.colour import is_bt709, is_full, is_rgb
from trunkline.frames.converter import Converter

StillForm = Literal["jpg", "png"]
_QUALITY = "4"


def still(frame: VideoFrame, form: StillForm) -> bytes:
    """A picture as JPEG or PNG."""
    if form == "png":
        return _encode("png", "rgb24", Converter().rgb(frame), {})
    full = frame.reformat(
        format="yuvj420p",
        src_colorspace=None if is_rgb(frame) else _matrix(frame),
        # JPEG knows no other (JFIF).
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG if is_full(frame) or is_rgb(frame) else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )
    return _encode("mjpeg", "yuvj420p", full, {"qmin": _QUALITY, "qmax": _QUALITY})


def _matrix(frame: VideoFrame) -> Colorspace:
    return Colorspace.ITU709 if is_bt709(frame) else Colorspace.ITU601


def _encode(codec: str, pixels: str, frame: VideoFrame, options: dict[str, str]) -> bytes:
    encoder = av.codec.CodecContext.create(codec, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, pixels
    encoder.time_base, encoder.color_range = Fraction(1, 25), ColorRange.JPEG
    encoder.options = options
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
