"""Pictures in another size or pixel format."""

from collections.abc import Mapping

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from trunkline.frames.colour import is_bt709, is_full, is_rgb, tag_as_limited
from trunkline.frames.pixels import even, from_rgb, into_rgb, is_planar

# Of RGB in another size every pixel counts for colours, and a colour is the mean of its four. By
# itself FFmpeg makes one of each pair in a row first, and has no fast code for that.
_MEAN = Interpolation.AREA | Interpolation.FULL_CHR_H_INP
_DEPTHS: Mapping[str, int] = {"rgb24": 3, "rgba": 4, "rgb0": 4}


class Converter:
    """Changes size and pixel format, and keeps the colours; it is not for two threads at once.

    FFmpeg's scaler is kept from frame to frame: to make it anew costs as much as to use it.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def planar(self, frame: VideoFrame, width: int, height: int, *, bt709: bool) -> VideoFrame:
        """As encoders take it: yuv420p of limited range, and tagged as such."""
        depth = _DEPTHS.get(frame.format.name)
        if depth and even((frame.width, frame.height)) == (width, height):
            (rows,) = frame.planes
            return from_rgb(rows, rows.line_size, (width, height), depth=depth, bt709=bt709)
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
        return tag_as_limited(changed, bt709=bt709)

    def rgb(
        self,
        frame: VideoFrame,
        pixels: str = "rgb24",
        width: int | None = None,
        height: int | None = None,
    ) -> VideoFrame:
        """As programs take it: rgb24, or the like; of its own size, or of another."""
        size = (width or frame.width, height or frame.height)
        depth = _DEPTHS.get(pixels)
        if depth and is_planar(frame) and size == (frame.width, frame.height):
            made = VideoFrame(*size, pixels)
            (rows,) = made.planes
            into_rgb(frame, rows, rows.line_size, depth=depth)
            return made
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
