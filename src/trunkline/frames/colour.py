"""What the numbers of a picture mean: matrix and range (ITU-T H.273)."""

from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

# Of H.273: what pictures of a codec context and a frame are tagged with.
BT709, _UNSPECIFIED, BT601 = 1, 2, 6
# Of RGB every pixel counts for colours, and a colour is the mean of its four. By itself FFmpeg
# makes one of each pair in a row first, and has no fast code for that: nearly twice the work.
_MEAN = Interpolation.AREA | Interpolation.FULL_CHR_H_INP
_FULL_FORMATS = ("yuvj420p", "yuvj422p", "yuvj444p")


def is_bt709(frame: VideoFrame) -> bool:
    """Whether it says so; whoever says nothing in real-time video means BT.601."""
    return frame.colorspace == BT709


def is_full(frame: VideoFrame) -> bool:
    """Whether black is 0 and white 255, rather than 16 and 235."""
    return frame.color_range == ColorRange.JPEG or frame.format.name in _FULL_FORMATS


def is_rgb(frame: VideoFrame) -> bool:
    """Whether it has neither matrix nor limited range."""
    return frame.format.is_rgb


def tag(frame: VideoFrame, color_space: bytes) -> None:
    """Let it say what is told of it beside its stream; that is believed rather than the stream.

    Args:
        frame: any.
        color_space: as libwebrtc's RTP header extension has it: primaries, transfer and matrix of
            H.273, then range (4 bits) and siting.
    """
    matrix, span = color_space[2], color_space[3] >> 4
    if matrix != _UNSPECIFIED:
        frame.colorspace = matrix
    if span in (ColorRange.MPEG, ColorRange.JPEG):
        frame.color_range = span


class Converter:
    """Changes size and pixel format, and keeps the colours; it is not for two threads at once.

    FFmpeg's scaler is kept from frame to frame: to make it anew costs as much as to use it.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def planar(self, frame: VideoFrame, width: int, height: int, *, bt709: bool) -> VideoFrame:
        """As encoders take it: yuv420p of limited range, and tagged as such."""
        changed = self._reformatter.reformat(
            frame,
            width,
            height,
            "yuv420p",
            src_colorspace=None if is_rgb(frame) else _matrix(is_bt709(frame)),
            dst_colorspace=_matrix(bt709),
            interpolation=_MEAN if is_rgb(frame) else None,
            src_color_range=ColorRange.JPEG if is_rgb(frame) else _range(frame),
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        changed.colorspace = BT709 if bt709 else BT601
        changed.color_range = ColorRange.MPEG
        changed.color_primaries = ColorPrimaries.BT709 if bt709 else ColorPrimaries.SMPTE170M
        changed.color_trc = ColorTrc.BT709 if bt709 else ColorTrc.SMPTE170M
        return changed

    def rgb(
        self,
        frame: VideoFrame,
        pixels: str = "rgb24",
        width: int | None = None,
        height: int | None = None,
    ) -> VideoFrame:
        """As programs take it: rgb24, or the like; of its own size, or of another."""
        return self._reformatter.reformat(
            frame,
            width,
            height,
            pixels,
            src_colorspace=None if is_rgb(frame) else _matrix(is_bt709(frame)),
            src_color_range=ColorRange.JPEG if is_rgb(frame) else _range(frame),
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )


def _matrix(bt709: bool) -> Colorspace:
    return Colorspace.ITU709 if bt709 else Colorspace.ITU601


def _range(frame: VideoFrame) -> ColorRange:
    return ColorRange.JPEG if is_full(frame) else ColorRange.MPEG
