"""Send everybody's picture back into the room with its colours inverted.

    python invert_pictures.py http://127.0.0.1:8080/sfu?room=studio

Needs numpy: `pip install trunkline[frames]`.
"""

import asyncio
import sys
from contextlib import suppress

import trunkline


async def invert(guest: trunkline.Guest, track: trunkline.Track) -> None:
    """Send one track back until it ends."""
    pictures = await guest.watch(track)
    output = await guest.send_video(trunkline.VideoSettings(codec="VP8"))
    print(f"Inverting track {track.id}", flush=True)
    async for picture in pictures.arrays():
        output.write(255 - picture)
    await guest.stop_sending(output)


async def main(url: str) -> None:
    """Enter the room and stay."""
    async with (
        trunkline.Peer.join(url, name="inverter") as guest,
        asyncio.TaskGroup() as group,
    ):
        async for track in guest.arrivals("video"):
            group.create_task(invert(guest, track))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1]))
