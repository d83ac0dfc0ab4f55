"""Parameter sets are read as the encoders wrote them."""

from fractions import Fraction

import av
import hypothesis.strategies as st
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from hypothesis import given

from trunkline.frames.parameter_sets import Sequence, read, sequence_set, unit_type, units

ENCODERS = {"H264": "libx264", "H265": "libx265"}


def stream(codec: str, width: int, height: int, pixels: str = "yuv420p", **options: str) -> bytes:
    """The first picture of an encoder."""
    encoder = av.codec.CodecContext.create(ENCODERS[codec], "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixels
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"preset": "ultrafast", "x265-params": "log-level=none", **options}
    picture = VideoFrame(width, height, pixels)
    picture.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])


def seen(codec: str, data: bytes) -> Sequence | None:
    found = sequence_set(codec, data)
    assert found is not None
    return read(codec, found)


@pytest.mark.parametrize(
    ("codec", "options", "reorders"),
    [
        ("H264", {"profile": "baseline"}, False),
        ("H264", {"profile": "high", "bf": "0"}, False),
        ("H264", {"profile": "high", "bf": "3"}, True),
        (
            "H264",
            {
                "profile": "high",
                "bf": "3",
                "x264-params": "nal-hrd=vbr:vbv-maxrate=800:"
                "vbv-bufsize=800:cqm=jvt:colorprim=bt709:overscan=show:chromaloc=1",
            },
            True,
        ),
        ("H265", {"x265-params": "log-level=none:bframes=0"}, False),
        ("H265", {"x265-params": "log-level=none:bframes=3"}, True),
        ("H265", {"x265-params": "log-level=none:bframes=3:temporal-layers=1"}, True),
    ],
)
@pytest.mark.parametrize(("width", "height"), [(640, 360), (322, 242)])
def test_size_and_order_are_what_the_encoder_was_told(
    codec: str, options: dict[str, str], reorders: bool, width: int, height: int
) -> None:
    assert seen(codec, stream(codec, width, height, **options)) == Sequence(width, height, reorders)


def test_fields_are_half_of_a_picture() -> None:
    data = stream("H264", 640, 480, flags="+ildct+ilme", bf="0")
    assert seen("H264", data) == Sequence(640, 480, False)


def test_other_colours_have_other_sets() -> None:
    data = stream("H264", 322, 241, "yuv444p", bf="0")
    assert seen("H264", data) == Sequence(322, 241, False)


def test_a_set_that_says_nothing_of_the_order_is_no_verdict() -> None:
    """As many cameras write it: main profile, 1280 × 720, no usability information."""
    bits = "01100111 01001101 00000000 00011111 1 1 1 1 010 0 0000001010000 00000101101 1 1 0 0 1"
    packed = bits.replace(" ", "")
    unit = int(packed.ljust(-len(packed) % 8 + len(packed), "0"), 2).to_bytes(-(-len(packed) // 8))
    assert read("H264", unit) == Sequence(1280, 720, None)


def test_a_set_is_found_only_before_the_picture() -> None:
    assert sequence_set("H264", b"\0\0\1\x65\x88\0\0\1\x67\x42") is None
    assert sequence_set("H264", b"\0\0\1\x09\x10") is None
    assert [*units(b"\0\0\0\1\x67\x42\0\0\0\1\x65")] == [b"\x67\x42", b"\x65"]
    assert unit_type("H264", b"") == -1


@given(st.sampled_from(["H264", "H265"]), st.binary(max_size=60))
def test_anything_is_read_or_refused(codec: str, data: bytes) -> None:
    read(codec, data)
    sequence_set(codec, data)
