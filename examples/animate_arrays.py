"""Draw with numpy, and show it in a room.

    python animate_arrays.py http://127.0.0.1:8080/sfu?room=studio

Needs numpy: `pip install trunkline[frames]`.
"""

import asyncio
import sys
from contextlib import suppress

import numpy

import trunkline

WIDTH, HEIGHT, RATE = 640, 360, 48_000


def draw(seconds: float) -> numpy.ndarray:
    """Waves of colour: uint8, height × width × 3."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH] / HEIGHT
    waves = [numpy.sin(8 * (x * a + y * b) + seconds * 2 + a) for a, b in ((1, 0), (0, 1), (1, 1))]
    return ((numpy.stack(waves, axis=-1) + 1) * 127.5).astype(numpy.uint8)


def hum(seconds: float, length: float) -> numpy.ndarray:
    """A tone that swells: float32, samples × 1."""
    times = seconds + numpy.arange(int(RATE * length)) / RATE
    wave = numpy.sin(2 * numpy.pi * 220 * times) * (0.2 + 0.1 * numpy.sin(times))
    return wave.astype(numpy.float32)[:, None]


async def main(url: str) -> None:
    """Enter the room and draw until Ctrl-C."""
    async with trunkline.Peer.join(url, name="waves") as guest:
        video = await guest.send_video(trunkline.VideoSettings(codec="VP8", fps=25))
        audio = await guest.send_audio()
        print(f"Drawing in {url}", flush=True)
        async for seconds in trunkline.pace(25):
            # Drawing takes its time: not in the thread of the event loop.
            video.write(await asyncio.to_thread(draw, seconds))
            audio.write(hum(seconds, 1 / 25), RATE)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1]))
