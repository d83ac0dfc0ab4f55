"""Pictures as OpenGL takes them."""

import numpy
import pytest

from support.frames import RED, plain
from trunkline.flitter_plugin.screen import Screen
from trunkline.frames.pixels import from_rgb


@pytest.mark.parametrize("width", [64, 66, 70])
@pytest.mark.parametrize("bt709", [False, True])
def test_rows_begin_at_the_bottom_and_colours_are_as_the_stream_says(
    width: int, bt709: bool
) -> None:
    pixels = plain(RED, width, 48)
    pixels[:24] = (250, 250, 10)
    planar = from_rgb(pixels.data, 3 * width, (width, 48), bt709=bt709)
    screen = Screen()
    screen.show(planar)
    shown = screen.picture
    assert shown is not None
    assert (shown.width, shown.height) == (width, 48)
    assert shown.pixels.shape == (48, width, 4)
    assert numpy.abs(shown.pixels[4, -3].astype(int) - (*RED, 255)).max() <= 3
    assert numpy.abs(shown.pixels[44, 3].astype(int) - (250, 250, 10, 255)).max() <= 3
    screen.clear()
    assert screen.picture is None
