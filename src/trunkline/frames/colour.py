"""What the numbers of a picture mean: matrix and range (ITU-T H.273)."""

from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc

# Of H.273: what pictures of a codec context and a frame are tagged with.
BT709, _UNSPECIFIED, BT601 = 1, 2, 6
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


def tag_as_limited(frame: VideoFrame, *, bt709: bool) -> VideoFrame:
    """Let it say that it has limited range, and the matrix of BT.709 or else of BT.601."""
    frame.colorspace = BT709 if bt709 else BT601
    frame.color_range = ColorRange.MPEG
    frame.color_primaries = ColorPrimaries.BT709 if bt709 else ColorPrimaries.SMPTE170M
    frame.color_trc = ColorTrc.BT709 if bt709 else ColorTrc.SMPTE170M
    return frame
