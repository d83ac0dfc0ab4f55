"""Several pictures as one."""

import math
import threading
from collections.abc import Callable

import numpy
from av.video.frame import VideoFrame

from trunkline.flitter_plugin.screen import Screen
from trunkline.frames.array import rows
from trunkline.frames.converter import Converter
from trunkline.net.clock import Epoch

MOST = 16
"""Pictures in a grid."""
STEP = 1 / 35
"""Seconds between two pictures of the whole at least: one camera's is not the whole."""

Place = tuple[int, int, int, int]
"""Column and row of the upper left corner, width and height."""


def places(count: int, width: int, height: int) -> list[Place]:
    """Where pictures go: in rows as many as in columns, or one less, as large as they can be."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    w, h = width // columns, height // rows
    return [(one % columns * w, one // columns * h, w, h) for one in range(count)]


def fitted(place: Place, width: int, height: int) -> Place:
    """Where in a place a picture of this shape goes, whole and in the middle."""
    x, y, w, h = place
    scale = min(w / width, h / height)
    inner_w, inner_h = max(1, int(width * scale)), max(1, int(height * scale))
    return x + (w - inner_w) // 2, y + (h - inner_h) // 2, inner_w, inner_h


class Grid:
    """Each of its pictures comes in a thread of its own."""

    def __init__(self, screen: Screen, count: int, size: tuple[int, int]) -> None:
        width, height = size
        self._screen = screen
        self._places = places(count, width, height)
        self._canvas = numpy.zeros((height, width, 4), numpy.uint8)
        self._canvas[:, :, 3] = 255
        self._lock = threading.Lock()
        self._epoch = Epoch()
        self._last = -STEP

    def cell(self, number: int) -> Callable[[VideoFrame], None]:
        """Takes the pictures for one place."""
        place, converter = self._places[number], Converter()

        def take(frame: VideoFrame) -> None:
            x, y, w, h = fitted(place, frame.width, frame.height)
            fitting = rows(converter.rgb(frame, "rgba", w, h))
            with self._lock:
                self._canvas[y : y + h, x : x + w] = fitting
                now = self._epoch.now()
                if now - self._last >= STEP:
                    self._last = now
                    self._screen.put(self._canvas)

        return take
