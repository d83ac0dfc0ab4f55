"""Where pictures go in a grid."""

import math

import numpy
import pytest
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as some

from support.frames import BLUE, RED, Colour, plain
from trunkline.flitter_plugin.grid import MOST, Grid, fitted, places
from trunkline.flitter_plugin.screen import Screen


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [(0, 0, 640, 360)]),
        (2, [(0, 0, 320, 360), (320, 0, 320, 360)]),
        (3, [(0, 0, 320, 180), (320, 0, 320, 180), (0, 180, 320, 180)]),
    ],
)
def test_pictures_are_as_large_as_they_can_be(
    count: int, expected: list[tuple[int, int, int, int]]
) -> None:
    assert places(count, 640, 360) == expected


@given(some.integers(1, MOST), some.integers(16, 2_000), some.integers(16, 2_000))
def test_every_picture_is_inside_and_whole(count: int, width: int, height: int) -> None:
    for place in places(count, width, height):
        x, y, w, h = fitted(place, 1_280, 720)
        assert place[0] <= x
        assert place[1] <= y
        assert x + w <= place[0] + place[2]
        assert y + h <= place[1] + place[3]


def rgb(colour: Colour) -> VideoFrame:
    return VideoFrame.from_ndarray(plain(colour), format="rgb24")


def test_two_pictures_stand_beside_each_other() -> None:
    screen = Screen()
    grid = Grid(screen, 2, (64, 36))
    grid.cell(0)(rgb(RED))
    first = screen.picture
    assert first is not None
    assert numpy.abs(first.pixels[18, 16, :3].astype(int) - RED).max() <= 2
    # What comes at once after it is seen with the next.
    grid._last = math.inf
    grid.cell(1)(rgb(BLUE))
    assert screen.picture is first
    grid._last = -1
    grid.cell(1)(rgb(BLUE))
    second = screen.picture
    assert second is not None
    assert second.number == 2
    assert numpy.abs(second.pixels[18, 48, :3].astype(int) - BLUE).max() <= 2
    assert list(second.pixels[1, 1]) == [0, 0, 0, 255]
