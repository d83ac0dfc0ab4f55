"""FFmpeg as a WHIP publisher: the program, in a process of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import imageio_ffmpeg

from support.process import Process, process


def command(url: str, *, keyframe_every: float = 2.0, codec: str = "libx264") -> list[str]:
    """The command that publishes a moving test picture and a tone until it is stopped."""
    rate = 25
    picture = f"testsrc2=size=640x360:rate={rate}"
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-nostdin", "-loglevel", "info"),
        *("-re", "-f", "lavfi", "-i", picture),
        *("-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"),
        *("-c:v", codec, "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency"),
        *("-pix_fmt", "yuv420p", "-b:v", "800k", "-g", str(round(rate * keyframe_every))),
        *("-c:a", "libopus", "-ar", "48000", "-ac", "2", "-b:a", "64k"),
        *("-f", "whip", url),
    ]


def video_file_command(path: Path) -> list[str]:
    """The command that makes a film of a minute, as a camera or an editor would give it."""
    return [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-y"),
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=60"),
        *("-f", "lavfi", "-i", "sine=frequency=440:duration=60"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path)),
    ]


@asynccontextmanager
async def ffmpeg(url: str, *, keyframe_every: float = 2.0) -> AsyncIterator[Process]:
    """Publish for as long as the block lasts.

    Args:
        url: the WHIP address.
        keyframe_every: seconds between two keyframes; FFmpeg does not answer requests for one.
    """
    async with process(command(url, keyframe_every=keyframe_every)) as running:
        yield running


@asynccontextmanager
async def persistent_ffmpeg(url: str) -> AsyncIterator[None]:
    """Publish, and start FFmpeg again whenever it ends, as a supervisor would."""

    async def forever() -> None:
        while True:
            async with ffmpeg(url) as running:
                await running.inner.wait()
            await asyncio.sleep(0.5)

    # Not in a TaskGroup, which would wrap each failure of a test into an ExceptionGroup.
    task = asyncio.get_running_loop().create_task(forever())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
