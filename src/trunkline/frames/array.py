"""numpy arrays as pictures and sound, and the other way round."""

from fractions import Fraction
from typing import Any, TypeAlias

import numpy
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from trunkline.errors import FrameError
from trunkline.frames.converter import Converter
from trunkline.frames.pixels import from_rgb, into_rgb, is_planar

Pixels: TypeAlias = NDArray[numpy.uint8]
"""height × width × 3 (red, green, blue), rows from the top, full range."""
Samples: TypeAlias = NDArray[numpy.float32]
"""samples × channels, from -1 to 1."""

MAX_SIDE = 8192
"""Pixels; more than any codec of ours takes."""
_FORMATS = {3: "rgb24", 4: "rgba"}
_CHANNELS = {1: "mono", 2: "stereo"}


def picture(array: Any) -> VideoFrame:
    """A picture of an array, as encoders take it; the array may be used again.

    Raises:
        FrameError: it is not uint8 of height × width × 3.
    """
    if not isinstance(array, numpy.ndarray):
        raise FrameError(
            f"A picture is a numpy array, an av.VideoFrame or an Encoded, not {_type(array)}."
        )
    wanted = "a picture is uint8 with the shape (height, width, 3): red, green, blue"
    if array.dtype != numpy.uint8:
        remedy = ""
        if array.dtype.kind == "f":
            remedy = " Multiply by 255 where it goes from 0 to 1, and use .astype(numpy.uint8)."
        raise FrameError(f"The array is {array.dtype}; {wanted}.{remedy}")
    if array.ndim != 3 or array.shape[2] != 3:
        raise FrameError(f"The array has the shape {array.shape}; {wanted}.")
    height, width, _ = array.shape
    if not (2 <= height <= MAX_SIDE and 2 <= width <= MAX_SIDE):
        raise FrameError(f"A picture has 2 to {MAX_SIDE} pixels a side, not {width} × {height}.")
    array = numpy.ascontiguousarray(array)
    return from_rgb(array.data, array.strides[0], (width, height))


def rows(frame: VideoFrame) -> Pixels:
    """The memory of a frame whose pixels lie in one plane.

    The view is height × width × bytes of a pixel; it keeps the frame's memory alive.
    """
    (plane,) = frame.planes
    stored = numpy.frombuffer(memoryview(plane), numpy.uint8)
    lines = stored.reshape(frame.height, plane.line_size)
    depth = frame.format.padded_bits_per_pixel // 8
    return lines[:, : frame.width * depth].reshape(frame.height, frame.width, depth)


def pixels(
    frame: VideoFrame, converter: Converter, *, depth: int = 3, flipped: bool = False
) -> Pixels:
    """The pixels of a frame as an array of its own: height × width × depth.

    Args:
        frame: of any pixel format.
        converter: of who asks.
        depth: 3, or 4 for 255 as alpha.
        flipped: rows from the bottom.
    """
    if is_planar(frame):
        made = numpy.empty((frame.height, frame.width, depth), numpy.uint8)
        into_rgb(frame, made.data, made.strides[0], depth=depth, flipped=flipped)
        return made
    seen = rows(converter.rgb(frame, _FORMATS[depth]))
    return (seen[::-1] if flipped else seen).copy()


def sound(array: Any, rate: int) -> AudioFrame:
    """Sound of an array; the array is copied and may be used again.

    Raises:
        FrameError: it is not float32 or int16 of samples × channels, or of samples.
    """
    if not isinstance(array, numpy.ndarray):
        raise FrameError(
            f"Sound is a numpy array, an av.AudioFrame or an Encoded, not {_type(array)}."
        )
    wanted = "sound is float32 (-1 to 1) or int16 with the shape (samples, channels)"
    if array.dtype not in (numpy.float32, numpy.int16):
        raise FrameError(f"The array is {array.dtype}; {wanted}.")
    lined = array[:, None] if array.ndim == 1 else array
    if lined.ndim != 2 or lined.shape[1] not in _CHANNELS or not len(lined):
        hint = " Transpose it: .T" if lined.ndim == 2 and lined.shape[0] in _CHANNELS else ""
        raise FrameError(f"The array has the shape {array.shape}; {wanted}, 1 or 2.{hint}")
    if not 8_000 <= rate <= 192_000:
        raise FrameError(f"The rate is in samples a second, 8000 to 192000, not {rate}.")
    kind = "s16" if lined.dtype == numpy.int16 else "flt"
    packed = numpy.ascontiguousarray(lined).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, format=kind, layout=_CHANNELS[lined.shape[1]])
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    return frame


def samples(frame: AudioFrame) -> Samples:
    """The array of an AudioFrame of format "flt"."""
    channels = len(frame.layout.channels)
    array = frame.to_ndarray().reshape(-1, channels)
    assert array.dtype == numpy.float32
    return array  # type: ignore[return-value]  # PyAV's type has all that it may be


def _type(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
