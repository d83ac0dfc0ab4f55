import datetime

import pytest
from av.video.frame import VideoFrame

from trunkline.sources.picture import HEIGHT, WIDTH, decorate

NOON = datetime.datetime(2026, 1, 1, 12, 0, 0)


def drawn(seconds: float = 0.5, clock: datetime.datetime = NOON) -> tuple[bytes, bytes]:
    """Brightness and one colour plane of a decorated black frame."""
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane, value in zip(frame.planes, (16, 90, 90), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    decorate(frame, clock, seconds)
    return bytes(frame.planes[0]), bytes(frame.planes[1])


def test_the_same_moment_gives_the_same_picture() -> None:
    assert drawn() == drawn()


@pytest.mark.parametrize("second", range(10))
def test_every_digit_looks_different(second: int) -> None:
    others = {drawn(clock=NOON.replace(second=s))[0] for s in range(10) if s != second}
    assert drawn(clock=NOON.replace(second=second))[0] not in others


def test_the_bar_moves_with_every_picture() -> None:
    assert len({drawn(0.2 + n / 30)[0] for n in range(20)}) == 20


def test_the_light_is_on_when_the_beep_sounds() -> None:
    def bright(seconds: float) -> int:
        return drawn(seconds)[0][400 * WIDTH :].count(235)

    assert bright(3.0) == bright(3.05) == 40 * 40
    assert bright(3.2) == 0


def test_what_is_drawn_has_no_colour() -> None:
    luma, chroma = drawn()
    assert chroma.count(128) * 4 == luma.count(235) + luma.count(90)
