"""Pictures and sound, encoded in the pace of a camera."""

import asyncio
import fractions

import av
import numpy

from support.endpoint import Party

ENCODERS = {"VP8": "libvpx", "H264": "libx264"}


class Encoder:
    """A picture of stripes that wander, and a tone, encoded."""

    def __init__(self, codec: str) -> None:
        self._video = av.CodecContext.create(ENCODERS[codec], "w")
        assert isinstance(self._video, av.VideoCodecContext)
        self._video.width, self._video.height, self._video.pix_fmt = 320, 240, "yuv420p"
        self._video.time_base, self._video.framerate = (
            fractions.Fraction(1, 25),
            fractions.Fraction(25),
        )
        fast = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        self._video.options = (
            fast if codec == "H264" else {"deadline": "realtime", "lag-in-frames": "0"}
        )
        self._video.bit_rate = 500_000
        self._video.gop_size = 25
        self._audio = av.CodecContext.create("libopus", "w")
        assert isinstance(self._audio, av.AudioCodecContext)
        self._audio.sample_rate, self._audio.layout, self._audio.format = 48_000, "stereo", "s16"

    def picture(self, number: int) -> list[bytes]:
        row = (numpy.arange(320) + 8 * number) % 256
        image = numpy.repeat(row[None, :, None], 240, axis=0).repeat(3, axis=2)
        frame = av.VideoFrame.from_ndarray(image.astype(numpy.uint8), format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts = number
        assert isinstance(self._video, av.VideoCodecContext)
        return [bytes(packet) for packet in self._video.encode(frame)]

    def sound(self, number: int) -> list[bytes]:
        phase = (number * 960 + numpy.arange(960)) * 2 * numpy.pi * 440 / 48_000
        wave = (numpy.sin(phase) * 12_000).astype(numpy.int16).repeat(2)
        frame = av.AudioFrame.from_ndarray(wave[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, number * 960
        assert isinstance(self._audio, av.AudioCodecContext)
        return [bytes(packet) for packet in self._audio.encode(frame)]


async def send(party: Party, codec: str, video: str, audio: str) -> None:
    """Both, until cancelled."""
    encoder, number = Encoder(codec), 0
    while True:
        for data in encoder.sound(number):
            party.inner.write(audio, "opus", data, number * 960)
        if number % 2 == 0:
            for data in encoder.picture(number // 2):
                party.inner.write(video, codec, data, number * 1_800)
        number += 1
        await asyncio.sleep(0.02)
