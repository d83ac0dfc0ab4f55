"""Carry an offer and its answer by hand: to aiortc, another WebRTC library, in the same program.

    python offer_by_hand.py

In a program of yours they may go by e-mail, if you like. Needs `pip install trunkline[frames]
aiortc`.
"""

import asyncio

import numpy
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from av import VideoFrame

import trunkline

GREEN = numpy.full((240, 320, 3), (0, 200, 0), numpy.uint8)


async def show(output: trunkline.VideoOutput) -> None:
    """Send a green picture, again and again."""
    async for _ in trunkline.pace(30):
        output.write(GREEN)


async def main() -> None:
    """Connect the two, and print what aiortc sees."""
    other = RTCPeerConnection()
    tracks: asyncio.Queue[MediaStreamTrack] = asyncio.Queue()
    other.on("track", tracks.put_nowait)
    async with trunkline.Peer() as peer, asyncio.TaskGroup() as group:
        output = peer.send_video(trunkline.VideoSettings(codec="VP8"))
        offer = RTCSessionDescription(await peer.offer(), "offer")
        await other.setRemoteDescription(offer)
        await other.setLocalDescription(await other.createAnswer())
        await peer.accept_answer(other.localDescription.sdp)
        await peer.connected()
        showing = group.create_task(show(output))
        frame = await (await tracks.get()).recv()
        assert isinstance(frame, VideoFrame)
        red, green, blue = frame.to_ndarray(format="rgb24")[120, 160]
        print(f"aiortc sees red {red}, green {green}, blue {blue}", flush=True)
        showing.cancel()
    await other.close()


if __name__ == "__main__":
    asyncio.run(main())
