"""How far sound and picture of a viewer are apart, by flash and beep of `streams.record`."""

import asyncio

import numpy as np

from trunkline.client.input import AudioInput, VideoInput
from trunkline.frames.audio_decoder import AudioDecoder
from trunkline.frames.video_decoder import VideoDecoder

WHITE = 200
LOUD = 0.45
QUIET = 0.3
"""Seconds without a loud sample before one that begins a beep."""


async def flashes(video: VideoInput, count: int) -> list[float]:
    """When the picture turned white, in seconds since 1970 as the receiver is told."""
    decoder, found, white = VideoDecoder(), list[float](), True
    async for packet in video.packets():
        for frame in decoder.decode(packet):
            luma = np.frombuffer(memoryview(frame.planes[0]), np.uint8)
            bright = bool(luma[len(luma) // 2] > WHITE)
            if bright and not white and packet.captured is not None:
                found.append(packet.captured)
            white = bright
        if len(found) >= count:
            break
    return found


async def beeps(audio: AudioInput, count: int) -> list[float]:
    """When a beep began."""
    decoder, found, last = AudioDecoder(), list[float](), float("inf")
    async for packet in audio.packets():
        if packet.captured is None:
            continue
        for frame in decoder.decode(packet):
            wave = np.abs(frame.to_ndarray()).reshape(-1, len(frame.layout.channels)).max(axis=1)
            (loud,) = np.nonzero(wave > LOUD)
            if len(loud):
                first = packet.captured + loud[0] / frame.sample_rate
                if first - last > QUIET:
                    found.append(float(first))
                last = packet.captured + loud[-1] / frame.sample_rate
            elif last == float("inf"):
                last = packet.captured
        if len(found) >= count:
            break
    return found


async def apart(video: VideoInput, audio: AudioInput, count: int = 3) -> list[float]:
    """Seconds by which beeps come after their flashes."""
    async with asyncio.timeout(count + 25):
        seen, heard = await asyncio.gather(flashes(video, count), beeps(audio, count))
    pairs = [(min(heard, key=lambda beep: abs(beep - flash)), flash) for flash in seen]
    return [beep - flash for beep, flash in pairs if abs(beep - flash) < 0.5]
