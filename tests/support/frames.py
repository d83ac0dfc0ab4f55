"""Programs that send and see pictures and sound, in tests of peers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy
from av.video.frame import VideoFrame

from trunkline.client.audio_output import AudioOutput
from trunkline.client.input import AudioInput, VideoInput
from trunkline.client.network import Network
from trunkline.client.pace import pace
from trunkline.client.video_output import VideoOutput
from trunkline.errors import ConnectionLost
from trunkline.frames.array import Pixels

HERE = Network(addresses=["127.0.0.1"])
RED, BLUE = (200, 30, 20), (20, 40, 200)
SEEN_WITHIN = 20.0
"""Seconds; generous, since these machines are shared."""
CLOSE = 14
"""How far a colour may be off after a codec."""

Colour = tuple[int, int, int]


def plain(colour: Colour, width: int = 320, height: int = 240) -> Pixels:
    """A picture of one colour."""
    return numpy.full((height, width, 3), colour, numpy.uint8)


def tone(number: int, rate: int = 48_000) -> Any:
    """A thirtieth of a second of 440 Hz."""
    times = (numpy.arange(rate // 30) + number * (rate // 30)) / rate
    return (numpy.sin(times * 2 * numpy.pi * 440) / 2).astype(numpy.float32)[:, None]


@asynccontextmanager
async def sending(
    video: VideoOutput | None = None,
    audio: AudioOutput | None = None,
    picture: Callable[[], Pixels | VideoFrame] = lambda: plain(RED),
) -> AsyncIterator[None]:
    """Write 30 pictures a second, and a tone, for as long as the block lasts."""

    async def write() -> None:
        number = 0
        async for _ in pace(30):
            if video:
                video.write(picture())
            if audio:
                audio.write(tone(number))
            number += 1

    # Not in a TaskGroup, which would wrap each failure of a test into an ExceptionGroup.
    task = asyncio.get_running_loop().create_task(write())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and not isinstance(task.exception(), ConnectionLost | None):
            task.result()


async def sees(source: VideoInput, colour: Colour, shape: tuple[int, int] | None = None) -> Pixels:
    """Wait for a picture whose middle has a colour."""
    async with asyncio.timeout(SEEN_WITHIN):
        async for picture in source.arrays():
            height, width, _ = picture.shape
            middle = picture[height // 2, width // 2].astype(int)
            if numpy.abs(middle - colour).max() <= CLOSE and shape in (None, (width, height)):
                return picture
    raise AssertionError(f"the pictures ended, and none was {colour}")


async def comes_to_its_end(reading: AsyncIterator[object]) -> None:
    """Read on till it ends; raises what it ends with."""
    async with asyncio.timeout(30):
        async for _ in reading:
            pass


async def hears(source: AudioInput, rate: int = 48_000) -> None:
    """Wait for half a second of 440 Hz."""
    heard: list[Any] = []
    async with asyncio.timeout(SEEN_WITHIN):
        async for piece in source.arrays():
            loud = float(numpy.abs(piece).max()) > 0.1
            heard = [*heard, piece[:, 0]] if loud else []
            if sum(map(len, heard)) >= rate // 2:
                break
    wave = numpy.concatenate(heard)
    strongest = numpy.argmax(numpy.abs(numpy.fft.rfft(wave))) * rate / len(wave)
    assert abs(strongest - 440) < 10
