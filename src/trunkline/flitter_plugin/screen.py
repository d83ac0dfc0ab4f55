"""The newest picture that came, as OpenGL takes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
from av.video.frame import VideoFrame

from trunkline.frames.array import pixels
from trunkline.frames.converter import Converter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[numpy.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """Red, green, blue and alpha as bytes of sRGB, rows from the bottom."""

    number: int
    width: int
    height: int
    pixels: "Rows"


class Screen:
    """Filled in the thread of a decoder, looked at while Flitter draws."""

    def __init__(self) -> None:
        self._converter = Converter()
        self._number = 0
        self.picture: Picture | None = None
        """The newest; None where nothing came, or nothing comes any more."""

    def show(self, frame: VideoFrame) -> None:
        """Show this from now on; from one thread at a time."""
        self._put(pixels(frame, self._converter, depth=4, flipped=True))

    def put(self, rows: "Rows") -> None:
        """Show what is in these rows, which begin at the top; they are copied."""
        self._put(rows[::-1].copy())

    def _put(self, pixels: "Rows") -> None:
        height, width, _ = pixels.shape
        self._number += 1
        self.picture = Picture(self._number, width, height, pixels)

    def clear(self) -> None:
        """Show nothing."""
        self.picture = None
