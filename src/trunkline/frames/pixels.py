"""RGB as programs have it, to what encoders take, and back from what decoders give."""

from typing import TYPE_CHECKING

from av.video.frame import VideoFrame

from trunkline import _core
from trunkline.frames.colour import is_bt709, is_full, tag_as_limited

if TYPE_CHECKING:
    from typing_extensions import Buffer

_PLANAR = ("yuv420p", "yuvj420p")


def even(size: tuple[int, int]) -> tuple[int, int]:
    """The size that is encoded: colours have half the resolution, an odd row or column has none."""
    width, height = size
    return width // 2 * 2, height // 2 * 2


def from_rgb(
    pixels: "Buffer",
    stride: int,
    size: tuple[int, int],
    *,
    depth: int = 3,
    bt709: bool = False,
    flipped: bool = False,
) -> VideoFrame:
    """RGB as encoders take it: yuv420p of limited range, and tagged as such.

    An odd column at the right, or row at the bottom, is left out: see `even`.

    Args:
        pixels: rows of red, green and blue, full range, and of a fourth byte that means nothing.
        stride: bytes from one row to the next.
        size: width and height, 2 to 16,384 each.
        depth: bytes of a pixel, 3 or 4.
        bt709: the matrix is that of BT.709, not of BT.601.
        flipped: the lowest row comes first.
    """
    width, height = even(size)
    if flipped and height < size[1]:
        pixels = memoryview(pixels).cast("B")[stride:]
    frame = VideoFrame(width, height, "yuv420p")
    planes = [(plane, plane.line_size) for plane in frame.planes]
    _core.to_i420(
        pixels, stride, (width, height), planes, depth=depth, bt709=bt709, flipped=flipped
    )
    return tag_as_limited(frame, bt709=bt709)


def is_planar(frame: VideoFrame) -> bool:
    """Whether `into_rgb` takes it: what decoders mostly give."""
    return frame.format.name in _PLANAR and min(frame.width, frame.height) >= 2


def into_rgb(
    frame: VideoFrame, pixels: "Buffer", stride: int, *, depth: int = 3, flipped: bool = False
) -> None:
    """Write the pixels of a frame as RGB, full range, by the frame's own matrix and range.

    Args:
        frame: planar, see `is_planar`.
        pixels: as many rows as the frame has, of red, green and blue, and of 255 as a fourth byte.
        stride: bytes from one row to the next.
        depth: bytes of a pixel, 3 or 4.
        flipped: the lowest row comes first.
    """
    _core.from_i420(
        [(plane, plane.line_size) for plane in frame.planes],
        (frame.width, frame.height),
        pixels,
        stride,
        depth=depth,
        bt709=is_bt709(frame),
        full=is_full(frame),
        flipped=flipped,
    )
