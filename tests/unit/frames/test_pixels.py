"""RGB becomes what ITU-T H.273 says and back, whatever its size and order of rows."""

from typing import Any

import numpy
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from trunkline import _core
from trunkline.frames import array
from trunkline.frames.colour import BT709, is_bt709, is_full
from trunkline.frames.converter import Converter
from trunkline.frames.pixels import from_rgb

SIZES = [(2, 2), (34, 18), (66, 33), (35, 19), (322, 240)]
FROM_PLANES = [*SIZES, (3, 2), (2, 3), (333, 187)]
WEIGHTS = {False: (0.299, 0.114), True: (0.2126, 0.0722)}
"""Of red and blue in the brightness."""


def noise(width: int, height: int, depth: int = 3) -> NDArray[numpy.uint8]:
    source = numpy.random.default_rng(width * height)
    return source.integers(0, 256, (height, width, depth), numpy.uint8)


def wanted(pixels: NDArray[numpy.uint8], bt709: bool) -> list[NDArray[numpy.float64]]:
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    red, blue = WEIGHTS[bt709]
    weights = numpy.array([red, 1 - red - blue, blue])
    every = pixels[:height, :width, :3].astype(float)
    means = every.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    of_means = means @ weights
    colours = (
        128 + (means[..., part] - of_means) / (2 * (1 - weight)) * 224 / 255
        for part, weight in ((2, blue), (0, red))
    )
    return [16 + every @ weights * 219 / 255, *colours]


def planes(frame: Any) -> list[NDArray[numpy.uint8]]:
    return [
        numpy.frombuffer(memoryview(one), numpy.uint8).reshape(one.height, -1)[:, : one.width]
        for one in frame.planes
    ]


@pytest.mark.parametrize("bt709", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_each_plane_is_as_the_standard_says(size: tuple[int, int], bt709: bool) -> None:
    pixels = noise(*size)
    frame = from_rgb(pixels.data, 3 * size[0], size, bt709=bt709)
    assert (frame.width, frame.height) == (size[0] // 2 * 2, size[1] // 2 * 2)
    for seen, right in zip(planes(frame), wanted(pixels, bt709), strict=True):
        assert numpy.abs(seen - right).max() < 1
    assert is_bt709(frame) is bt709
    assert not is_full(frame)


@pytest.mark.parametrize("size", SIZES)
def test_rows_may_begin_at_the_bottom_with_a_byte_more_and_gaps_between(
    size: tuple[int, int],
) -> None:
    width, height = size
    stored = noise(width + 3, height, 4)
    pixels = stored[::-1, :width]
    frame = from_rgb(stored.data, 4 * (width + 3), size, depth=4, flipped=True)
    for seen, right in zip(planes(frame), wanted(pixels, False), strict=True):
        assert numpy.abs(seen - right).max() < 1


def test_black_grey_and_white_have_no_colour() -> None:
    for value, brightness in ((0, 16), (128, 126), (255, 235)):
        frame = from_rgb(bytes([value] * 3 * 64), 24, (8, 8))
        luma, *colours = planes(frame)
        assert (luma == brightness).all()
        assert all((plane == 128).all() for plane in colours)


def three(width: int, height: int) -> list[tuple[bytearray, int]]:
    part = (bytearray(width * height // 4), width // 2)
    return [(bytearray(width * height), width), part, (bytearray(part[0]), width // 2)]


@pytest.mark.parametrize(
    ("pixels", "stride", "size", "depth"),
    [
        (bytes(191), 24, (8, 8), 3),
        (bytes(192), 23, (8, 8), 3),
        (bytes(192), 2**63, (8, 8), 3),
        (bytes(192), 24, (7, 8), 3),
        (bytes(192), 24, (8, 0), 3),
        (bytes(192), 24, (2, 32_768), 3),
        (bytes(192), 24, (8, 8), 2),
        (noise(16, 16)[::2, ::2], 24, (8, 8), 3),
    ],
)
def test_memory_that_is_too_small_is_never_read(
    pixels: Any, stride: int, size: tuple[int, int], depth: int
) -> None:
    with pytest.raises(ValueError, match=r"bytes|gaps"):
        _core.to_i420(pixels, stride, size, three(8, 8), depth=depth)


def test_memory_that_is_too_small_or_not_ours_is_never_written() -> None:
    pixels = bytes(192)
    for short in range(3):
        given = three(8, 8)
        given[short] = (given[short][0][:-1], given[short][1])
        with pytest.raises(ValueError, match="bytes for"):
            _core.to_i420(pixels, 24, (8, 8), given)
    luma, *colours = three(8, 8)
    with pytest.raises(BufferError):
        _core.to_i420(pixels, 24, (8, 8), [(bytes(luma[0]), 8), *colours])


def planar(size: tuple[int, int], bt709: bool, full: bool) -> VideoFrame:
    """Values at random, many of them no colour, or whiter than white; none blacker than black."""
    frame = VideoFrame(*size, "yuv420p")
    source = numpy.random.default_rng(size[0])
    for plane, least in zip(frame.planes, (0 if full else 16, 0, 0), strict=True):
        plane.update(source.integers(least, 256, plane.buffer_size, numpy.uint8).tobytes())
    frame.colorspace = BT709 if bt709 else 2
    frame.color_range = ColorRange.JPEG if full else ColorRange.MPEG
    return frame


def as_the_standard_says(frame: VideoFrame, bt709: bool, full: bool) -> NDArray[numpy.float64]:
    luma, blueness, redness = (plane.astype(float) for plane in planes(frame))
    size = (slice(frame.height), slice(frame.width))
    blueness, redness = (
        (one.repeat(2, axis=0).repeat(2, axis=1)[size] - 128) / (255 if full else 224)
        for one in (blueness, redness)
    )
    luma = luma / 255 if full else (luma - 16) / 219
    red, blue = WEIGHTS[bt709]
    of_red = luma + 2 * (1 - red) * redness
    of_blue = luma + 2 * (1 - blue) * blueness
    of_green = (luma - red * of_red - blue * of_blue) / (1 - red - blue)
    return numpy.stack([of_red, of_green, of_blue], -1).clip(0, 1) * 255


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("bt709", [False, True])
@pytest.mark.parametrize("size", FROM_PLANES)
def test_planes_become_what_the_standard_says(
    size: tuple[int, int], bt709: bool, full: bool
) -> None:
    frame = planar(size, bt709, full)
    right = as_the_standard_says(frame, bt709, full)
    for seen in (
        array.pixels(frame, Converter()),
        array.rows(Converter().rgb(frame)),
        array.pixels(frame, Converter(), flipped=True)[::-1],
    ):
        assert seen.shape == (size[1], size[0], 3)
        assert numpy.abs(seen - right).max() < 1.5
    for seen in (
        array.rows(Converter().rgb(frame, "rgba")),
        array.pixels(frame, Converter(), depth=4, flipped=True)[::-1],
    ):
        assert numpy.abs(seen[..., :3] - right).max() < 1.5
        assert (seen[..., 3] == 255).all()


def test_what_is_no_planes_is_flipped_too() -> None:
    seen = noise(34, 18)
    frame = VideoFrame.from_ndarray(seen, format="rgb24")
    assert (array.pixels(frame, Converter(), flipped=True)[::-1] == seen).all()
    assert (array.pixels(frame, Converter(), depth=4)[..., :3] == seen).all()


def test_a_line_is_a_picture_too() -> None:
    for size in ((1, 6), (6, 1), (1, 1)):
        frame = planar(size, False, False)
        assert array.pixels(frame, Converter()).shape == (size[1], size[0], 3)
        assert array.pixels(frame, Converter(), depth=4, flipped=True).shape[2] == 4


def test_a_colour_that_goes_there_and_back_stays() -> None:
    for value in range(0, 256, 5):
        colour = (value, 255 - value, value // 2)
        pixels = numpy.full((16, 16, 3), colour, numpy.uint8)
        for bt709 in (False, True):
            frame = from_rgb(pixels.data, 48, (16, 16), bt709=bt709)
            back = array.pixels(frame, Converter()).astype(int)
            assert numpy.abs(back - colour).max() <= 2, f"{colour} became {back[0, 0]}"


@pytest.mark.parametrize(
    ("size", "stride", "depth", "length"),
    [
        ((8, 8), 24, 3, 191),
        ((8, 8), 23, 3, 192),
        ((8, 8), 2**63, 3, 192),
        ((8, 9), 24, 3, 216),
        ((9, 8), 27, 3, 216),
        ((8, 0), 24, 3, 192),
        ((2, 32_768), 24, 3, 192),
        ((8, 8), 24, 2, 192),
    ],
)
def test_pixels_or_planes_that_are_too_small_are_left_alone(
    size: tuple[int, int], stride: int, depth: int, length: int
) -> None:
    with pytest.raises(ValueError, match="bytes"):
        _core.from_i420(three(8, 8), size, bytearray(length), stride, depth=depth)


def test_pixels_that_are_not_ours_are_never_written() -> None:
    with pytest.raises(BufferError):
        _core.from_i420(three(8, 8), (8, 8), bytes(192), 24)
    with pytest.raises(ValueError, match="gaps"):
        _core.from_i420(three(8, 8), (8, 8), noise(16, 16)[::2, ::2].data, 24)
