"""Recordings made by FFmpeg: red with a tone, and a white flash with a loud beep every second."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

RATE = 25
RED_YUV = (84, 98, 203)
"""What `frames.RED` is in BT.601."""
_SOUNDS = {
    "aac": 48_000,
    "pcm_alaw": 8_000,
    "pcm_mulaw": 8_000,
    "pcm_s16be": 16_000,
    "libopus": 48_000,
}


def record(
    path: Path,
    video: str | None = "libx264",
    audio: str | None = "aac",
    *,
    seconds: int = 15,
    gop: int = RATE,
    size: tuple[int, int] = (320, 180),
    **options: str,
) -> Path:
    """Write a file; a flash and a loud beep begin together at every full second."""
    with av.open(str(path), "w") as container:
        pictures = _pictures(container, video, gop, size, options) if video else None
        sound = _sound(container, audio) if audio else None
        for second in range(seconds):
            if pictures is not None:
                for index in range(RATE):
                    container.mux(pictures.encode(_picture(second, index, pictures)))
            if sound is not None:
                container.mux(sound.encode(_beep(second, sound.rate)))
        for stream in (pictures, sound):
            if stream is not None:
                container.mux(stream.encode(None))
    return path


def _pictures(
    container: av.container.OutputContainer,
    codec: str,
    gop: int,
    size: tuple[int, int],
    options: dict[str, str],
) -> VideoStream:
    stream = container.add_stream(codec, rate=RATE)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.codec_context.gop_size = gop
    stream.codec_context.max_b_frames = int(options.pop("bf", "0"))
    fast = {"preset": "ultrafast"} if codec in ("libx264", "libx265") else {}
    fast |= {"x264-params": "scenecut=0"} if codec == "libx264" else {}
    if codec == "libx265":
        bframes = stream.codec_context.max_b_frames
        fast |= {"x265-params": f"log-level=none:scenecut=0:keyint={gop}:bframes={bframes}"}
    stream.codec_context.options = {**fast, **options}
    return stream


def _sound(container: av.container.OutputContainer, codec: str) -> AudioStream:
    stream = container.add_stream(codec, rate=_SOUNDS[codec], layout="mono")
    assert isinstance(stream, AudioStream)
    return stream


def _picture(second: int, index: int, stream: VideoStream) -> VideoFrame:
    """White for the first 200 ms of a second, else red; a bar moves at the top."""
    frame = VideoFrame(stream.width, stream.height, "yuv420p")
    colours = (235, 128, 128) if index < RATE // 5 else RED_YUV
    for plane, level in zip(frame.planes, colours, strict=True):
        samples = np.full((plane.height, plane.line_size), level, np.uint8)
        if plane is frame.planes[0]:
            samples[:16, (second * RATE + index) % stream.width] = 16
        plane.update(samples.tobytes())
    frame.pts, frame.time_base = second * RATE + index, Fraction(1, RATE)
    return frame


def _beep(second: int, rate: int) -> AudioFrame:
    """A second of 440 Hz, loud for 200 ms."""
    times = np.arange(rate) / rate
    level = np.where(times < 0.2, 26_000, 7_000)
    wave = (np.sin(2 * np.pi * 440 * times) * level).astype(np.int16)
    frame = AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, second * rate, Fraction(1, rate)
    return frame
