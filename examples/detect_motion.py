"""Say when something moves in what is published, and when it is quiet again.

    python detect_motion.py http://127.0.0.1:8080/whep/studio

Needs numpy: `pip install trunkline[frames]`.
"""

import asyncio
import sys
from contextlib import suppress

import numpy

import trunkline

MOVED = 4.0
"""Difference of two pictures, 0 to 255, from which on something has moved."""
QUIET = 1.0
"""Seconds without a difference."""


def small(picture: numpy.ndarray) -> numpy.ndarray:
    """Its brightness, in blocks: noise and compression do not count as motion."""
    grey = picture.mean(axis=2)
    height, width = grey.shape[0] // 16 * 16, grey.shape[1] // 16 * 16
    blocks: numpy.ndarray = grey[:height, :width].reshape(height // 16, 16, width // 16, 16)
    return numpy.asarray(blocks.mean(axis=(1, 3)))


async def main(url: str) -> None:
    """Watch until Ctrl-C."""
    loop = asyncio.get_running_loop()
    async with trunkline.Peer.watch(url, audio=False) as viewer:
        print(f"Watching {url}", flush=True)
        before, moved_at, moves = None, loop.time(), False
        async for picture in viewer.video.arrays():
            now = await asyncio.to_thread(small, picture)
            if before is not None and before.shape == now.shape:
                if numpy.abs(now - before).max() > MOVED:
                    moved_at = loop.time()
                    if not moves:
                        print("Something moves", flush=True)
                    moves = True
                elif moves and loop.time() - moved_at > QUIET:
                    print("Quiet", flush=True)
                    moves = False
            before = now


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1]))
