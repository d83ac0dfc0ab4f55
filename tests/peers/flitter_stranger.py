"""A peer of Flitter's plugin, written from the description of its wire alone, on aiortc.

    python flitter_stranger.py broadcast call|answer NAME [--secret S] [--codec H264]
    python flitter_stranger.py websocket URL ROOM ID [--call ID] [--codec H264]

It sends four colours, and prints what colours come as JSON: those in the middles of the quarters.
"""

import argparse
import asyncio
import hashlib
import json
import socket
import sys
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable

import aiohttp
import numpy
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from av import VideoFrame
from cryptography.fernet import Fernet, InvalidToken

WIDTH, HEIGHT = 640, 360
COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))
"""Top left, top right, bottom left, bottom right."""


def picture() -> VideoFrame:
    pixels = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    for number, colour in enumerate(COLOURS):
        y, x = number // 2 * HEIGHT // 2, number % 2 * WIDTH // 2
        pixels[y : y + HEIGHT // 2, x : x + WIDTH // 2] = colour
    return VideoFrame.from_ndarray(pixels, format="rgb24")


class Quarters(VideoStreamTrack):
    """Four colours."""

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = picture()
        frame.pts, frame.time_base = pts, time_base
        return frame


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def look(track: MediaStreamTrack) -> None:
    """Tell of one picture in ten."""
    number = 0
    while True:
        frame = await track.recv()
        assert isinstance(frame, VideoFrame)
        number += 1
        if number % 10 == 0:
            pixels = frame.to_ndarray(format="rgb24")
            rows, columns = (frame.height // 4, frame.width // 4)
            seen = [
                pixels[y * rows, x * columns].tolist() for y, x in ((1, 1), (1, 3), (3, 1), (3, 3))
            ]
            say(pixels=seen, size=[frame.width, frame.height])


def connection(codec: str | None) -> RTCPeerConnection:
    """One that sends and receives pictures, in one codec alone if one is named."""
    made = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    made.addTransceiver(Quarters(), direction="sendrecv")
    loop = asyncio.get_running_loop()
    made.on("track", lambda track: made.__setattr__("looking", loop.create_task(look(track))))
    made.on("connectionstatechange", lambda: say(state=made.connectionState))
    prefer(made, codec)
    return made


def prefer(made: RTCPeerConnection, codec: str | None) -> None:
    known = RTCRtpSender.getCapabilities("video").codecs
    for one in made.getTransceivers():
        if codec is not None:
            one.setCodecPreferences([each for each in known if each.name == codec])


async def offer(made: RTCPeerConnection) -> str:
    await made.setLocalDescription(await made.createOffer())
    return str(made.localDescription.sdp)


async def answer(made: RTCPeerConnection, sdp: str) -> str:
    await made.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
    await made.setLocalDescription(await made.createAnswer())
    return str(made.localDescription.sdp)


async def finish(made: RTCPeerConnection, sdp: str) -> None:
    await made.setRemoteDescription(RTCSessionDescription(sdp, "answer"))


class Cipher:
    """Fernet's tokens without base64."""

    def __init__(self, secret: str, name: str) -> None:
        salt = hashlib.sha256(name.encode()).digest()[:16]
        key = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, 480_000, 32)
        self._fernet = Fernet(urlsafe_b64encode(key))

    def seal(self, message: dict[str, str]) -> bytes:
        text = zlib.compress(json.dumps(message).encode(), 9)
        return urlsafe_b64decode(self._fernet.encrypt(text))

    def open(self, datagram: bytes) -> dict[str, str] | None:
        try:
            text = self._fernet.decrypt(urlsafe_b64encode(datagram), ttl=10)
        except InvalidToken:
            return None
        found = json.loads(zlib.decompress(text))
        assert isinstance(found, dict)
        return found


def bind(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    made.setblocking(False)
    made.bind(("", port))
    return made


async def broadcast_call(made: RTCPeerConnection, cipher: Cipher, port: int) -> None:
    loop = asyncio.get_running_loop()
    sdp = await offer(made)
    with bind(0) as sock:
        for _ in range(5):
            sock.sendto(cipher.seal({"offer": sdp}), ("255.255.255.255", port))
            try:
                async with asyncio.timeout(5):
                    while True:
                        data, _ = await loop.sock_recvfrom(sock, 1500)
                        message = cipher.open(data)
                        if message and "answer" in message:
                            await finish(made, message["answer"])
                            return
            except TimeoutError:
                continue


async def broadcast_answer(made: RTCPeerConnection, cipher: Cipher, port: int) -> None:
    loop = asyncio.get_running_loop()
    with bind(port) as sock:
        while True:
            data, source = await loop.sock_recvfrom(sock, 1500)
            message = cipher.open(data)
            if message and "offer" in message:
                break
        sock.sendto(cipher.seal({"answer": await answer(made, message["offer"])}), source)
        await asyncio.sleep(0)


async def websocket(made: RTCPeerConnection, asked: argparse.Namespace) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(asked.url) as server:
        await server.send_json({"type": "join", "id": asked.id, "room": asked.room})
        called = False
        async for frame in server:
            match json.loads(frame.data):
                case {"type": "members", "members": members}:
                    if asked.call in members and not called:
                        called = True
                        sdp = await offer(made)
                        await server.send_json({"type": "call", "to": asked.call, "offer": sdp})
                case {"type": "call", "from": sender, "offer": sdp}:
                    mine = await answer(made, sdp)
                    await server.send_json({"type": "answer", "to": sender, "answer": mine})
                case {"type": "answer", "from": sender, "answer": sdp}:
                    await finish(made, sdp)
                    await server.send_json({"type": "finished", "to": sender})
                    return
                case {"type": "finished"}:
                    return
                case _:
                    continue


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    ways = parser.add_subparsers(dest="way", required=True)
    local = ways.add_parser("broadcast")
    local.add_argument("role", choices=["call", "answer"])
    local.add_argument("name")
    local.add_argument("--secret", default="flitter_webrtc")
    local.add_argument("--port", type=int, default=5111)
    far = ways.add_parser("websocket")
    far.add_argument("url")
    far.add_argument("room")
    far.add_argument("id")
    far.add_argument("--call")
    for one in (local, far):
        one.add_argument("--codec")
    return parser.parse_args()


async def main(asked: argparse.Namespace) -> None:
    """Find the other end in one of these ways, and call till killed."""
    made = connection(asked.codec)
    if asked.way == "websocket":
        await websocket(made, asked)
    else:
        roles: dict[str, Callable[[RTCPeerConnection, Cipher, int], Awaitable[None]]] = {
            "call": broadcast_call,
            "answer": broadcast_answer,
        }
        await roles[asked.role](made, Cipher(asked.secret, asked.name), asked.port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
