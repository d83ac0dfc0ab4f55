"""Keyframes of VP9 are told from other pictures."""

from fractions import Fraction

import av
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from trunkline.frames.vp9 import is_keyframe


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p"])
def test_keyframes_are_told_from_others(form: str) -> None:
    encoder = av.codec.CodecContext.create("libvpx-vp9", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 64, 64, form
    encoder.time_base = Fraction(1, 25)
    encoder.gop_size = 3
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0"}
    packets = []
    for number in range(6):
        frame = VideoFrame(64, 64, form)
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    told = [packet.is_keyframe for packet in packets]
    assert any(told)
    assert not all(told)
    assert [is_keyframe(bytes(packet)) for packet in packets] == told


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff\xff"])
def test_what_is_no_vp9_is_no_keyframe(data: bytes) -> None:
    assert not is_keyframe(data)


def test_keyframes_of_ten_bits_are_told_from_others() -> None:
    """Profiles 2 and 3, by section 6.2: no encoder here makes them."""
    assert [is_keyframe(bytes([first])) for first in (0x92, 0x96, 0xB1, 0xB3)] == [
        True,
        False,
        True,
        False,
    ]
