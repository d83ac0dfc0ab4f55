"""Pictures through encoders and decoders: colours, bit rate, keyframes, size, loss."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy
import pytest
from av.video.frame import VideoFrame

from trunkline.errors import FrameError
from trunkline.frames import array
from trunkline.frames.colour import is_bt709, is_full
from trunkline.frames.converter import Converter
from trunkline.frames.encoder import find, known_encoders, with_preset
from trunkline.frames.pixels import from_rgb
from trunkline.frames.video_decoder import PATIENCE, VideoDecoder
from trunkline.frames.video_encoder import VideoEncoder
from trunkline.model.frame import Encoded

COLOURS = [(255, 255, 255), (204, 38, 26), (26, 64, 204), (0, 255, 0), (0, 0, 0), (255, 0, 255)]
CODECS = ["H264", "VP8", "VP9"]
HARDWARE = ["h264_nvenc", "h264_qsv", "h264_v4l2m2m", "h264_videotoolbox", "h264_vaapi"]


def bars(width: int = 64) -> array.Pixels:
    rows = numpy.array(COLOURS, numpy.uint8)[None].repeat(64, axis=0)
    return rows.repeat(width, axis=1)


def noise(number: int, width: int = 320, height: int = 240) -> array.Pixels:
    source = numpy.random.default_rng(number)
    return source.integers(0, 255, (height, width, 3), numpy.uint8)


def encoded(
    encoder: VideoEncoder, pictures: Iterator[array.Pixels] | list[array.Pixels]
) -> list[Encoded]:
    return [
        packet
        for number, picture in enumerate(pictures)
        for packet in encoder.encode(array.picture(picture), number / 30)
    ]


@pytest.mark.parametrize("as_bt709", [False, True])
@pytest.mark.parametrize("codec", CODECS)
def test_colours_stay_whatever_codec_and_matrix(codec: str, as_bt709: bool) -> None:
    encoder, decoder = VideoEncoder(codec), VideoDecoder()
    pictures = []
    for number in range(10):
        pixels = bars()
        size = pixels.shape[1], pixels.shape[0]
        frame = from_rgb(pixels.data, pixels.strides[0], size, bt709=as_bt709)
        for packet in encoder.encode(frame, number / 30):
            pictures += decoder.decode(packet)
    assert len(pictures) == 10
    assert is_bt709(pictures[-1]) is (as_bt709 and codec != "VP8")
    shown = array.pixels(pictures[-1], Converter())
    for index, colour in enumerate(COLOURS):
        seen = shown[32, index * 64 + 32].astype(int)
        assert numpy.abs(seen - colour).max() <= 8, f"{codec}: {colour} became {seen}"


def test_of_pictures_of_another_size_every_pixel_counts() -> None:
    pixels = noise(7, 640, 480)
    frame = VideoFrame.from_ndarray(pixels, format="rgb24")
    planar = Converter().planar(frame, 320, 240, bt709=False)
    plane = numpy.frombuffer(memoryview(planar.planes[1]), numpy.uint8)
    seen = plane.reshape(120, planar.planes[1].line_size)[:, :160].astype(float)
    means = pixels.reshape(120, 4, 160, 4, 3).mean(axis=(1, 3))
    # ITU-T H.273: Cb of BT.601 in limited range.
    wanted = 128 + means @ (numpy.array([-0.168736, -0.331264, 0.5]) * 224 / 255)
    assert numpy.abs(seen - wanted).max() <= 2


def test_full_range_becomes_limited() -> None:
    frame = VideoFrame.from_ndarray(bars(), format="rgb24")
    frame = frame.reformat(format="yuvj420p", dst_color_range="JPEG")
    assert bytes(frame.planes[0])[0] == 255
    limited = Converter().planar(frame, frame.width, frame.height, bt709=False)
    assert 233 <= bytes(limited.planes[0])[0] <= 236


@pytest.mark.parametrize("codec", CODECS)
def test_only_the_first_picture_and_those_asked_for_are_keyframes(codec: str) -> None:
    encoder = VideoEncoder(codec)
    keys = []
    for number in range(20):
        frame = array.picture(noise(number))
        for packet in encoder.encode(frame, number / 30, keyframe=number == 12):
            keys += [number] if packet.keyframe else []
    assert keys == [0, 12]


def test_h264_is_constrained_baseline_in_annex_b() -> None:
    first = encoded(VideoEncoder("H264"), [noise(1)])[0].data
    assert first.startswith(b"\0\0\0\1\x67\x42")
    assert first[6] & 0x40, "constraint_set1_flag"


@pytest.mark.parametrize("codec", CODECS)
def test_the_bit_rate_follows(codec: str) -> None:
    encoder = VideoEncoder(codec, bitrate=2_000_000, max_bitrate=2_000_000)
    before = encoded(encoder, [noise(number) for number in range(90)])
    encoder.set_bitrate(500_000)
    after = [
        packet
        for number in range(90, 180)
        for packet in encoder.encode(array.picture(noise(number)), number / 30)
    ]
    sizes = [sum(len(packet.data) for packet in part[-60:]) for part in (before, after)]
    assert sizes[1] < sizes[0] / 2
    if codec == "H264":
        assert not any(packet.keyframe for packet in after), "it needs no new keyframe"


def test_the_bit_rate_can_rise_to_the_ceiling() -> None:
    encoder = VideoEncoder("H264", bitrate=300_000, max_bitrate=3_000_000)
    encoder.set_bitrate(9_000_000)
    encoded(encoder, [noise(1)])
    assert encoder.bitrate == 3_000_000


def test_another_size_begins_with_a_keyframe() -> None:
    encoder, decoder = VideoEncoder("VP8"), VideoDecoder()
    packets = encoded(encoder, [noise(1), noise(2), noise(3, 640, 360), noise(4, 640, 360)])
    assert [packet.keyframe for packet in packets] == [True, False, True, False]
    sizes = [(one.width, one.height) for packet in packets for one in decoder.decode(packet)]
    assert sizes == [(320, 240)] * 2 + [(640, 360)] * 2


def test_an_odd_size_is_made_even() -> None:
    frames = [
        VideoDecoder().decode(one) for one in encoded(VideoEncoder("H264"), [noise(1, 321, 241)])
    ]
    assert [(one.width, one.height) for one in frames[0]] == [(320, 240)]


def test_pictures_above_the_frame_rate_are_left_out() -> None:
    encoder = VideoEncoder("VP8", fps=10)
    packets = encoded(encoder, [noise(number, 64, 64) for number in range(60)])
    assert 19 <= len(packets) <= 21
    gaps = {later.timestamp - one.timestamp for one, later in itertools.pairwise(packets)}
    assert gaps == {9000}


def test_times_grow_even_where_the_caller_goes_back() -> None:
    encoder = VideoEncoder("VP8", fps=240)
    packets = [
        packet
        for time in (5.0, 5.0, 3.0, 5.1)
        for packet in encoder.encode(array.picture(noise(1, 64, 64)), time, keyframe=True)
    ]
    stamps = [packet.timestamp for packet in packets]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize("codec", CODECS)
def test_after_a_loss_nothing_is_shown_until_a_keyframe(codec: str) -> None:
    encoder, decoder = VideoEncoder(codec), VideoDecoder()
    shown, asked = [], []
    for number in range(30):
        frame = array.picture(noise(number))
        for packet in encoder.encode(frame, number / 30, keyframe=number == 20):
            if number == 10:
                continue
            arrived = replace(packet, contiguous=number != 11)
            shown += [number] * len(decoder.decode(arrived))
            asked += [number] if decoder.wants_keyframe else []
    assert shown == [*range(10), *range(20, 30)]
    assert asked == [11]


def test_who_never_gets_a_keyframe_is_shown_something_at_last() -> None:
    encoder, decoder = VideoEncoder("VP8"), VideoDecoder()
    seen = []
    for number in range(int(PATIENCE * 30) + 60):
        for packet in encoder.encode(array.picture(noise(number, 64, 64)), number / 30):
            arrived = replace(packet, contiguous=number != 11)
            seen += [number] * len(decoder.decode(arrived))
    assert 11 not in seen
    assert seen[-1] == int(PATIENCE * 30) + 59


def test_a_stream_joined_in_its_middle_asks_at_once_and_again() -> None:
    encoder, decoder = VideoEncoder("H264"), VideoDecoder()
    asked = []
    for number, packet in enumerate(encoded(encoder, [noise(number) for number in range(40)])):
        if number:
            assert decoder.decode(packet) == []
            asked += [number] if decoder.wants_keyframe else []
    assert asked == [1, 16, 31]


@pytest.mark.parametrize("codec", CODECS)
def test_rubbish_is_survived(codec: str) -> None:
    encoder, decoder = VideoEncoder(codec), VideoDecoder()
    good = encoded(encoder, [noise(number) for number in range(3)])
    for data in (b"", b"\0", b"\0\0\0\1\x67", bytes(range(256)) * 4):
        decoder.decode(replace(good[0], data=data))
    again = VideoEncoder(codec)
    late = [replace(one, timestamp=one.timestamp + 90_000) for one in encoded(again, [noise(1)])]
    assert len(decoder.decode(late[0])) == 1


def test_a_codec_that_is_none_is_named() -> None:
    with pytest.raises(FrameError, match="H264, VP8, VP9"):
        VideoEncoder("MPEG9")
    with pytest.raises(FrameError, match="libx264 makes H264, not VP8"):
        VideoEncoder("VP8", encoder="libx264")
    with pytest.raises(FrameError, match="h264_nvenc"):
        VideoEncoder("H264", encoder="h264_best")
    with pytest.raises(FrameError, match="not 0"):
        VideoEncoder("H264", fps=0)
    with pytest.raises(FrameError, match="MPEG9"):
        VideoDecoder().decode(Encoded("MPEG9", b"x", 0, 90_000))
    assert find("H264") in known_encoders()


@pytest.mark.parametrize("name", HARDWARE)
def test_hardware_is_taken_by_its_name_or_refused_with_the_remedy(name: str) -> None:
    """Software never takes its place unasked: whoever names one counts on its speed."""
    frame = array.picture(noise(1, 640, 480))
    try:
        encoder = VideoEncoder("H264", encoder=name)
        encoder.encode(frame, 0)
    except FrameError as error:
        said = str(error)
    else:
        pytest.skip(f"{name} is here, and works")
    assert name in said
    assert "libx264" in said
    if name in {one.name for one in known_encoders()}:
        assert "cannot be opened for 640 × 480" in said
        assert "Is its hardware here?" in said


def test_presets_are_the_encoders_own_words() -> None:
    assert with_preset(find("H264"), "veryfast").options["preset"] == "veryfast"
    assert with_preset(find("H264"), None) == find("H264")
    assert with_preset(find("H264", "h264_nvenc"), "p4").options["preset"] == "p4"
    with pytest.raises(FrameError, match="x264 has no preset 'quick': choose of ultrafast"):
        with_preset(find("H264"), "quick")
    with pytest.raises(FrameError, match="libvpx has no presets"):
        with_preset(find("VP8"), "fast")


def test_colours_that_are_told_beside_the_stream_hold_until_the_next_keyframe() -> None:
    encoder, decoder = VideoEncoder("VP8"), VideoDecoder()
    first, second = encoded(encoder, [bars(), bars()])
    told = replace(first, color_space=bytes([1, 1, 1, 0x20]))
    for packet in (told, second):
        (picture,) = decoder.decode(packet)
        assert is_bt709(picture)
        assert is_full(picture)
    (picture,) = decoder.decode(replace(first, color_space=bytes([2, 2, 2, 0x10])))
    assert not is_bt709(picture)
    assert not is_full(picture)
