"""The newest picture that came, as OpenGL takes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
from av.video.frame import VideoFrame

from trunkline.frames.colour import Converter

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Picture:
    """Red, green, blue and alpha as bytes of sRGB, rows from the bottom."""

    number: int
    width: int
    height: int
    pixels: "NDArray[numpy.uint8]"


class Screen:
    """Filled in the thread of a decoder, looked at while Flitter draws."""

    def __init__(self) -> None:
        self._converter = Converter()
        self._number = 0
        self.picture: Picture | None = None
        """The newest; None where nothing came, or nothing comes any more."""

    def show(self, frame: VideoFrame) -> None:
        """Show this from now on; from one thread at a time."""
        rgba = self._converter.rgb(frame, "rgba")
        (plane,) = rgba.planes
        stored = numpy.frombuffer(memoryview(plane), numpy.uint8)
        rows = stored.reshape(rgba.height, plane.line_size)
        self._number += 1
        pixels = numpy.ascontiguousarray(rows[::-1, : rgba.width * 4])
        self.picture = Picture(self._number, rgba.width, rgba.height, pixels)

    def clear(self) -> None:
        """Show nothing."""
        self.picture = None
