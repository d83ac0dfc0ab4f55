"""Packets into files: what is in them afterwards."""

from dataclasses import replace
from pathlib import Path

import av
import numpy
import pytest

from trunkline.errors import FrameError
from trunkline.frames import array
from trunkline.frames.audio_encoder import AudioEncoder
from trunkline.frames.video_encoder import VideoEncoder
from trunkline.model.frame import Encoded
from trunkline.sinks.recording import PATIENCE, Recording


def pictures(codec: str, count: int = 30) -> list[Encoded]:
    encoder = VideoEncoder(codec)
    return [
        packet
        for number in range(count)
        for packet in encoder.encode(
            array.picture(numpy.full((48, 64, 3), number * 8, numpy.uint8)), number / 30
        )
    ]


def sounds(codec: str, count: int = 50) -> list[Encoded]:
    encoder = AudioEncoder(codec)
    return [
        packet
        for number in range(count)
        for packet in encoder.encode(
            array.sound(numpy.zeros((960, 1), numpy.float32), 48_000), number / 50
        )
    ]


# In mp4 there is no VP8, and of VP9 FFmpeg wants to know more.
@pytest.mark.parametrize(
    ("codec", "ending"), [("H264", "mkv"), ("H264", "mp4"), ("VP8", "mkv"), ("VP9", "mkv")]
)
def test_what_was_written_is_read_again(codec: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"film.{ending}"
    recording = Recording(str(file), {"video", "audio"})
    merged = [("video", one) for one in pictures(codec)]
    merged += [("audio", one) for one in sounds("opus")]
    for kind, packet in sorted(merged, key=lambda pair: pair[1].seconds):
        recording.write("video" if kind == "video" else "audio", packet, packet.seconds + 100)
    recording.close()
    with av.open(str(file)) as saved:
        frames = list(saved.decode(video=0))
        assert len(frames) == 30
        assert float(frames[-1].time or 0) == pytest.approx(29 / 30, abs=0.05)
    with av.open(str(file)) as saved:
        assert sum(frame.samples for frame in saved.decode(audio=0)) > 40_000


def test_sound_alone(tmp_path: Path) -> None:
    file = tmp_path / "sound.mkv"
    recording = Recording(str(file), {"audio"})
    for packet in sounds("opus"):
        recording.write("audio", packet, packet.seconds)
    recording.close()
    with av.open(str(file)) as saved:
        assert sum(frame.samples for frame in saved.decode(audio=0)) > 40_000


def test_what_comes_before_a_keyframe_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "film.mkv"
    recording = Recording(str(file), {"video"})
    first, *rest = pictures("VP8", 10)
    for packet in [*rest, replace(first, timestamp=90_000), *_later(rest)]:
        recording.write("video", packet, packet.seconds)
    recording.close()
    with av.open(str(file)) as saved:
        assert len(list(saved.decode(video=0))) == 10


def _later(packets: list[Encoded]) -> list[Encoded]:
    return [replace(one, timestamp=one.timestamp + 90_000) for one in packets]


def test_a_medium_that_never_comes_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "film.mkv"
    recording = Recording(str(file), {"video", "audio"})
    first, *rest = pictures("VP8", 10)
    recording.write("video", first, 0.0)
    for number, packet in enumerate(rest):
        key = replace(packet, keyframe=True)
        recording.write("video", key, PATIENCE + 1 + number / 30)
    recording.close()
    with av.open(str(file)) as saved:
        assert [one.type for one in saved.streams] == ["video"]


def test_what_a_file_cannot_hold_is_said(tmp_path: Path) -> None:
    recording = Recording(str(tmp_path / "film.mp4"), {"video"})
    with pytest.raises(FrameError, match="cannot hold VP8"):
        recording.write("video", pictures("VP8", 1)[0], 0.0)
    telephone = Recording(str(tmp_path / "film.mkv"), {"audio"})
    with pytest.raises(FrameError, match=r"hold PCMU: only H264.*opus"):
        telephone.write("audio", sounds("PCMU", 2)[0], 0.0)
    changing = Recording(str(tmp_path / "film.mkv"), {"video"})
    changing.write("video", pictures("VP8", 1)[0], 0.0)
    with pytest.raises(FrameError, match="from VP8 to H264"):
        changing.write("video", pictures("H264", 1)[0], 1.0)
    changing.close()


def test_nothing_written_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "film.mkv"
    Recording(str(file), {"video"}).close()
    assert not file.exists()
