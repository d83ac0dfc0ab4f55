"""What is done with pictures, without a camera: parameter sets, order, posters, transcoders."""

import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import av
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from trunkline.frames.parameter_sets import sequence_set, unit_type, units
from trunkline.frames.transcoder import THREAD
from trunkline.model.frame import Encoded
from trunkline.model.id import Mid, TransportId
from trunkline.model.media import Port
from trunkline.net.clock import Epoch
from trunkline.sources.camera.outlet import WELCOME, Outlet
from trunkline.sources.camera.picture import Picture

STEP = 0.04


class Rig:
    """A picture with both outlets, and what they wrote."""

    def __init__(self, decoder: str, extradata: bytes | None = None) -> None:
        self.epoch = Epoch()
        self.written: dict[str, list[Encoded]] = {"first": [], "second": []}
        self.first, self.second = self._outlet("first"), self._outlet("second")
        self.picture = Picture(decoder, extradata, self.epoch)
        self.picture.first = lambda: (self.first,)
        self.picture.second = lambda: (self.second,)

    def _outlet(self, name: str) -> Outlet:
        def write(_: Port, frame: Encoded) -> bool:
            self.written[name].append(frame)
            return True

        outlet = Outlet(write, self.epoch)
        outlet.port = Port(TransportId(1), Mid(name))
        return outlet

    def take(self, data: bytes, number: float, *, keyframe: bool) -> None:
        self.picture.take(data, number * STEP, number * STEP, keyframe=keyframe)

    def wait(self, name: str, count: int) -> list[Encoded]:
        deadline = time.monotonic() + 20
        while len(self.written[name]) < count:
            assert time.monotonic() < deadline, self.written
            time.sleep(0.01)
        return self.written[name]


@pytest.fixture
def units_of_a_film() -> list[bytes]:
    """Ten pictures of H.264; the first is a keyframe."""
    encoder = av.codec.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    made = []
    for number in range(10):
        picture = VideoFrame(320, 180, "yuv420p")
        picture.pts = number
        made += [bytes(packet) for packet in encoder.encode(picture)]
    return made


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    yield
    deadline = time.monotonic() + 20
    while any(thread.name == THREAD for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_sets_that_are_told_before_the_stream_alone_are_put_before_keyframes(
    units_of_a_film: list[bytes],
) -> None:
    start = b"\0\0\0\1"
    every = [*units(units_of_a_film[0])]
    sets = b"".join(start + unit for unit in every if unit_type("H264", unit) in (7, 8))
    bare = b"".join(start + unit for unit in every if unit_type("H264", unit) == 5)
    rig = Rig("h264", sets)
    rig.take(bare, 0, keyframe=True)
    (frame,) = rig.written["first"]
    assert sequence_set("H264", frame.data) is not None
    health = rig.picture.describe()
    assert (health.width, health.height) == (320, 180)


def test_nothing_is_sent_before_a_keyframe(units_of_a_film: list[bytes]) -> None:
    rig = Rig("h264")
    rig.take(units_of_a_film[1], 0, keyframe=False)
    assert rig.written["first"] == []
    rig.take(units_of_a_film[0], 1, keyframe=True)
    assert [frame.timestamp for frame in rig.written["first"]] == [3_600]


def test_times_that_go_back_tell_of_reordered_pictures() -> None:
    verdicts: list[str] = []
    rig = Rig("h264")
    rig.picture.on_verdict = lambda: verdicts.append("reordered")
    for number in (0, 3, 1, 2, 6, 4):
        rig.take(b"\0\0\1\x65" + bytes(40), number, keyframe=True)
    assert verdicts == ["reordered"]
    assert not rig.picture.passes
    assert "B-frames" in rig.picture.doing()


def test_a_clock_that_is_set_once_is_no_order() -> None:
    rig = Rig("h264")
    for number in (0, 1, 2, 1.5, 2.5, 3.5):
        rig.take(b"\0\0\1\x65" + bytes(40), number, keyframe=True)
    assert rig.picture.passes


def test_a_transcoder_runs_while_its_pictures_are_wanted(units_of_a_film: list[bytes]) -> None:
    rig = Rig("h264")
    rig.take(units_of_a_film[0], 0, keyframe=True)
    assert rig.picture.doing() == "passes the picture through"
    rig.second.wanted = True
    for number, data in enumerate(units_of_a_film, 1):
        rig.take(data, number, keyframe=number == 1)
    made = rig.wait("second", 1)
    assert (made[0].codec, made[0].keyframe) == ("VP8", True)
    assert "VP8" in rig.picture.doing()
    rig.second.wanted = False
    rig.take(units_of_a_film[9], 11, keyframe=False)
    assert rig.picture.doing() == "passes the picture through"
    assert len(rig.written["first"]) == 12


def test_a_poster_is_shown_till_something_newer_comes(
    units_of_a_film: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig("h264")
    now = 100.0
    monkeypatch.setattr(rig.epoch, "now", lambda: now)
    rig.first.welcome()
    assert rig.written["first"] == [], "there is none yet"
    rig.take(units_of_a_film[0], 0, keyframe=True)
    rig.first.welcome()
    assert len(rig.written["first"]) == 1, "the stream is live"
    rig.first.rest()
    rig.first.want_keyframe()
    assert [frame.data for frame in rig.written["first"]] == [units_of_a_film[0]] * 2
    now += WELCOME
    rig.first.want_keyframe()
    assert len(rig.written["first"]) == 2, "again and again it would look live"
    rig.first.welcome()
    assert len(rig.written["first"]) == 3
    stamps = [frame.timestamp for frame in rig.written["first"]]
    assert stamps == sorted(set(stamps))
    rig.take(units_of_a_film[0], 0, keyframe=True)
    assert rig.written["first"][-1].timestamp > stamps[-1], "time never goes back"
