"""Clocks of cameras: late packets, jumps, drift; sound and picture stay in step."""

import pytest

from trunkline.sources.camera.timeline import Stamps, Timeline

HOUR = 3600.0


def near(seconds: float) -> object:
    return pytest.approx(seconds, abs=0.001)


def test_the_fastest_packet_says_what_now_is() -> None:
    line = Timeline()
    assert line.place("video", 5.0, 100.2) == near(100.2)
    assert line.place("video", 5.04, 100.24) == near(100.24)
    assert line.place("video", 5.08, 100.18) == near(100.18), "it came 100 ms faster"
    assert line.place("video", 5.12, 100.32) == near(100.22), "it came 100 ms later than that"


def test_sound_and_picture_share_a_clock_whatever_the_way_does() -> None:
    line = Timeline()
    line.place("video", 5.0, 100.0)
    assert line.place("audio", 5.0, 100.3) == near(100.0)
    assert line.place("audio", 5.5, 100.4) == near(100.4)
    assert line.place("video", 5.5, 100.6) == near(100.4)


def test_a_burst_of_what_was_kept_becomes_now() -> None:
    line = Timeline()
    moments = [line.place("video", number / 25, 100.0) for number in range(100)]
    assert moments == [100.0] * 100
    assert line.place("video", 4.0, 100.04) == near(100.04)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 44_121.9])
def test_a_clock_that_jumps_is_followed_and_both_stay_in_step(jump: float) -> None:
    line = Timeline()
    line.place("video", 5.0, 100.0)
    line.place("audio", 5.0, 100.1)
    assert line.place("video", 5.5 + jump, 100.5) == near(100.5)
    assert line.place("audio", 5.5 + jump, 100.6) == near(100.5)


def test_clocks_that_jump_apart_are_each_taken_at_their_arrival() -> None:
    line = Timeline()
    line.place("video", 5.0, 100.0)
    line.place("audio", 5.0, 100.0)
    assert line.place("video", 5.5 + 44_121.9, 100.5) == near(100.5)
    assert line.place("audio", 5.5 + 85_878.5, 100.5) == near(100.5)
    assert line.place("audio", 5.6 + 85_878.5, 100.7) == near(100.6)


def test_a_slow_clock_does_not_make_the_picture_older_and_older() -> None:
    line = Timeline()
    line.place("video", 0.0, 100.0)
    latest = 0.0
    for second in range(1, 3600):
        arrival = 100.0 + second
        latest = max(latest, arrival - line.place("video", second * 0.9999, arrival))
    assert latest < 0.01


def test_what_has_no_time_is_of_now() -> None:
    assert Timeline().place("video", None, 7.0) == 7.0
    assert Stamps(90_000).stamp(None, 7.0) == 630_000


def test_timestamps_are_as_even_as_those_of_the_camera() -> None:
    stamps = Stamps(8_000)
    assert stamps.stamp(10.0, 1.0) == 8_000
    assert stamps.stamp(10.02, 1.035) == 8_160
    assert stamps.stamp(10.04, 1.029) == 8_320
    assert stamps.stamp(11.0, 2.0) == 16_000, "a gap stays a gap"
    assert stamps.stamp(11.0 + HOUR, 2.02) == 16_160, "a jump is none"
    assert stamps.stamp(11.02 + HOUR, 2.04) == 16_320
    assert stamps.stamp(None, 2.06) == 16_480
