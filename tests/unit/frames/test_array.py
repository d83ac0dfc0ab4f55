"""What an array must be, and what is said of one that is not."""

from typing import Any

import numpy
import pytest

from trunkline.errors import FrameError
from trunkline.frames import array

WRONG_PICTURES: list[tuple[Any, str]] = [
    (None, "not NoneType"),
    ([[1]], "not list"),
    (numpy.zeros((4, 4, 3), numpy.float32), r"float32; .*Multiply by 255"),
    (numpy.zeros((4, 4, 3), numpy.int64), r"int64; .*uint8"),
    (numpy.zeros((4, 4), numpy.uint8), r"\(4, 4\); .*\(height, width, 3\)"),
    (numpy.zeros((4, 4, 4), numpy.uint8), r"\(4, 4, 4\)"),
    (numpy.zeros((3, 4, 8), numpy.uint8), r"\(3, 4, 8\)"),
    (numpy.zeros((1, 9000, 3), numpy.uint8), "9000 × 1"),
    (numpy.zeros((0, 4, 3), numpy.uint8), "4 × 0"),
]
WRONG_SOUNDS: list[tuple[Any, int, str]] = [
    (b"abc", 48_000, "not bytes"),
    (numpy.zeros((960, 2)), 48_000, r"float64; .*float32"),
    (numpy.zeros((2, 960), numpy.int16), 48_000, r"\(2, 960\).*Transpose it"),
    (numpy.zeros((960, 6), numpy.int16), 48_000, r"\(960, 6\)"),
    (numpy.zeros((0, 2), numpy.int16), 48_000, r"\(0, 2\)"),
    (numpy.zeros((2, 2, 2), numpy.int16), 48_000, r"\(2, 2, 2\)"),
    (numpy.zeros((960, 2), numpy.int16), 48, "not 48"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG_PICTURES)
def test_a_wrong_picture_is_told_what_came_and_what_is_wanted(wrong: Any, said: str) -> None:
    with pytest.raises(FrameError, match=said):
        array.picture(wrong)


@pytest.mark.parametrize(("wrong", "rate", "said"), WRONG_SOUNDS)
def test_wrong_sound_is_told_what_came_and_what_is_wanted(wrong: Any, rate: int, said: str) -> None:
    with pytest.raises(FrameError, match=said):
        array.sound(wrong, rate)


def test_a_picture_is_copied_and_any_strides_do() -> None:
    image = numpy.arange(6 * 8 * 3, dtype=numpy.uint8).reshape(6, 8, 3)
    flipped = image[::-1, ::-1]
    frame = array.picture(flipped)
    expected = array.picture(flipped.copy())
    image[:] = 0
    assert (frame.to_ndarray() == expected.to_ndarray()).all()


@pytest.mark.parametrize("kind", [numpy.int16, numpy.float32])
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_is_samples_times_channels(kind: Any, channels: int) -> None:
    frame = array.sound(numpy.zeros((480, channels), kind), 16_000)
    assert (frame.samples, frame.sample_rate, len(frame.layout.channels)) == (480, 16_000, channels)
    assert array.sound(numpy.zeros(480, kind), 16_000).layout.name == "mono"
