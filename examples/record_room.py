"""Save what the first one in a room shows, as a film of one size, until Ctrl-C.

    python record_room.py http://127.0.0.1:8080/sfu?room=studio film.mp4

To save without encoding anew there is `trunkline watch URL --output film.mkv`.
"""

import asyncio
import sys
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
            begin: int | None = None
            try:
                async for frame in pictures.frames(limit=60):
                    moment = frame.pts or 0
                    if begin is None:
                        begin = moment
                        print(f"Recording {frame.width} × {frame.height}", flush=True)
                    picture = frame.reformat(WIDTH, HEIGHT, "yuv420p")
                    picture.pts, picture.time_base = moment - begin, Fraction(1, 90_000)
                    film.mux(await asyncio.to_thread(stream.encode, picture))
            finally:
                film.mux(stream.encode(None))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], sys.argv[2]))
