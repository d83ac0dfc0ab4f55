"""Sound through encoders and decoders: samples, times, gaps."""

import itertools

import numpy
import pytest

from trunkline.errors import FrameError
from trunkline.frames import array
from trunkline.frames.audio_decoder import AudioDecoder
from trunkline.frames.audio_encoder import AudioEncoder
from trunkline.model.frame import Encoded


def tone(rate: int = 48_000, seconds: float = 1.0) -> array.Samples:
    times = numpy.arange(int(rate * seconds)) / rate
    return (numpy.sin(times * 2 * numpy.pi * 440) / 2).astype(numpy.float32)[:, None]


def encoded(encoder: AudioEncoder, rate: int = 48_000, start: float = 0.0) -> list[Encoded]:
    """A second of it, in pieces of 10 ms."""
    pieces = numpy.split(tone(rate), 100)
    return [
        packet
        for number, piece in enumerate(pieces)
        for packet in encoder.encode(array.sound(piece, rate), start + number / 100)
    ]


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("codec", ["opus", "PCMU", "PCMA", "G722"])
def test_a_tone_stays_one(codec: str, rate: int) -> None:
    packets, decoder = encoded(AudioEncoder(codec), rate), AudioDecoder()
    heard = numpy.concatenate([array.samples(one) for it in packets for one in decoder.decode(it)])
    out = {"opus": 48_000, "G722": 16_000}.get(codec, 8_000)
    assert abs(len(heard) - out) <= out * 0.06
    middle = heard[out // 4 : out * 3 // 4, 0]
    assert 0.32 < numpy.sqrt((middle**2).mean()) < 0.38
    strongest = numpy.argmax(numpy.abs(numpy.fft.rfft(middle))) * out / len(middle)
    assert abs(strongest - 440) < 5


@pytest.mark.parametrize(("codec", "step"), [("opus", 960), ("PCMU", 160), ("G722", 160)])
def test_packets_are_20_ms(codec: str, step: int) -> None:
    stamps = [packet.timestamp for packet in encoded(AudioEncoder(codec))]
    assert {later - one for one, later in itertools.pairwise(stamps)} == {step}


def test_a_gap_is_kept_and_times_never_go_back() -> None:
    encoder = AudioEncoder()
    first = encoded(encoder)
    second = encoded(encoder, start=5.0)
    assert second[0].seconds == pytest.approx(5.0)
    third = encoded(encoder, start=2.0)
    stamps = [packet.timestamp for packet in first + second + third]
    assert stamps == sorted(set(stamps))


def test_a_rate_that_changes_is_taken() -> None:
    encoder = AudioEncoder()
    packets = encoded(encoder) + encoded(encoder, 16_000, start=1.0)
    assert len(packets) >= 98


def test_rubbish_is_survived() -> None:
    decoder = AudioDecoder()
    good = encoded(AudioEncoder())[10]
    for data in (b"", b"\xff" * 3, bytes(range(256)) * 8):
        decoder.decode(Encoded("opus", data, 0, 48_000))
    assert sum(one.samples for one in decoder.decode(good)) == 960


def test_a_codec_that_is_none_is_named() -> None:
    with pytest.raises(FrameError, match="opus, PCMU, PCMA, G722"):
        AudioEncoder("mp3")
    with pytest.raises(FrameError, match="mp3"):
        AudioDecoder().decode(Encoded("mp3", b"x", 0, 90_000))
