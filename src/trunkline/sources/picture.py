"""Drawing on the demonstration's pictures: a clock, a moving bar, a light that flashes."""

import datetime
from dataclasses import dataclass

from av.video.frame import VideoFrame

WIDTH, HEIGHT = 960, 540

_WHITE = (235, 128, 128)
_GREY = (90, 128, 128)

# Which of the seven segments a digit lights: top, upper left, upper right, middle, lower left,
# lower right, bottom.
_SEGMENTS = {
    "0": "1110111",
    "1": "0010010",
    "2": "1011101",
    "3": "1011011",
    "4": "0111010",
    "5": "1101011",
    "6": "1101111",
    "7": "1010010",
    "8": "1111111",
    "9": "1111011",
}
_TALL, _WIDE, _THICK, _GAP = 144, 80, 16, 24
_COLON = 16


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle; its numbers are even, since colour has half the resolution."""

    x: int
    y: int
    width: int
    height: int


def decorate(frame: VideoFrame, clock: datetime.datetime, seconds: float) -> VideoFrame:
    """Draw on a yuv420p frame of WIDTH x HEIGHT, in place.

    Args:
        frame: what to draw on.
        clock: the time of day to show.
        seconds: since the stream began: the light is on at the start of each, with the beep.
    """
    frame.make_writable()
    text = f"{clock:%H:%M:%S}"
    width = sum(_advance(sign) for sign in text) - _GAP
    x = (WIDTH - width) // 4 * 2
    for sign in text:
        for box in _sign(sign, x, 150):
            _fill(frame, box, _WHITE)
        x += _advance(sign)
    left, track = 120, WIDTH - 240
    _fill(frame, _Box(left, 376, track, 4), _GREY)
    # Across in four seconds and back in four.
    way = abs((seconds / 4 + 1) % 2 - 1)
    _fill(frame, _Box(left + int((track - 48) * way) // 2 * 2, 362, 48, 32), _WHITE)
    if seconds % 1 < 0.1:
        _fill(frame, _Box(WIDTH // 2 - 20, 440, 40, 40), _WHITE)
    return frame


def _advance(sign: str) -> int:
    return (_COLON if sign == ":" else _WIDE) + _GAP


def _sign(sign: str, x: int, y: int) -> list[_Box]:
    if sign == ":":
        return [_Box(x, y + 40, _COLON, _COLON), _Box(x, y + _TALL - 56, _COLON, _COLON)]
    half, right = _TALL // 2, x + _WIDE - _THICK
    boxes = (
        _Box(x, y, _WIDE, _THICK),
        _Box(x, y, _THICK, half),
        _Box(right, y, _THICK, half),
        _Box(x, y + half - _THICK // 2, _WIDE, _THICK),
        _Box(x, y + half, _THICK, half),
        _Box(right, y + half, _THICK, half),
        _Box(x, y + _TALL - _THICK, _WIDE, _THICK),
    )
    return [box for box, lit in zip(boxes, _SEGMENTS[sign], strict=True) if lit == "1"]


def _fill(frame: VideoFrame, box: _Box, colour: tuple[int, int, int]) -> None:
    for plane, value, scale in zip(frame.planes, colour, (1, 2, 2), strict=True):
        pixels = memoryview(plane)
        row = bytes([value]) * (box.width // scale)
        for y in range(box.y // scale, (box.y + box.height) // scale):
            start = y * plane.line_size + box.x // scale
            pixels[start : start + len(row)] = row
