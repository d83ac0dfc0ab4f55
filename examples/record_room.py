"""Save what the first one in a room shows, as a film of one size, until Ctrl-C.

    python record_room.py http://127.0.0.1:8080/sfu?room=studio film.mp4

To save without encoding anew there is `trunkline watch URL --output film.mkv`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction

import av

import trunkline

WIDTH, HEIGHT = 640, 360


async def main(url: str, name: str) -> None:
    """Enter the room and record until the track ends."""
    async with trunkline.Peer.join(url, name="recorder") as guest:
        track = await anext(guest.arrivals("video"))
        pictures = await guest.watch(track)
        with av.open(name, "w") as film:
            stream = film.add_stream("libx264", rate=30, options={"preset": "veryfast"})
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 90_000)

            def write(picture: av.VideoFrame | None) -> None:
                film.mux(stream.encode(picture))

            try:
                # Ctrl-C leaves this block only when the picture at hand is written: an encoder
                # must never be used by two threads at once.
                with ThreadPoolExecutor(1, "film") as thread:
                    await record(pictures.frames(limit=60), thread, write)
            finally:
                write(None)


async def record(
    frames: AsyncIterator[av.VideoFrame],
    thread: ThreadPoolExecutor,
    write: Callable[[av.VideoFrame], None],
) -> None:
    """Write each picture, in one size, at the moment at which it was shown."""
    loop = asyncio.get_running_loop()
    begin: int | None = None
    async for frame in frames:
        moment = frame.pts or 0
        if begin is None:
            begin = moment
            print(f"Recording {frame.width} × {frame.height}", flush=True)
        picture = frame.reformat(WIDTH, HEIGHT, "yuv420p")
        picture.pts, picture.time_base = moment - begin, Fraction(1, 90_000)
        await loop.run_in_executor(thread, write, picture)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], sys.argv[2]))
