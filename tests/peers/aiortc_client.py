"""aiortc as WHIP publisher and WHEP viewer, to be run as a program inside a namespace.

`publish URL [CODEC]` sends a moving picture and a tone until it is killed, the tone in the codec
named. `watch URL [PROFILE]` prints one JSON object for every second: how many frames came, how much
the picture changed, how loud it was. With the name of an SRTP profile, no other is offered. `answer
URL` gets an offer, posts its answer, and sends and prints as both others do. `call URL ROOM` joins
a room of Flitter's signalling and calls ours of that name, again and again; it sends a picture, and
prints as `watch` does.
"""

import asyncio
import fractions
import json
import sys
import time

import aiohttp
import numpy
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
    rtcdtlstransport,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from av import AudioFrame, VideoFrame

RATE = 48000


class Picture(VideoStreamTrack):
    """Stripes that wander."""

    step = 0

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        self.step += 8
        row = (numpy.arange(320) + self.step) % 256
        image = numpy.repeat(row[None, :, None], 240, axis=0).repeat(3, axis=2)
        frame = VideoFrame.from_ndarray(image.astype(numpy.uint8), format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """440 Hz."""

    start = 0.0
    sample = 0

    async def recv(self) -> AudioFrame:
        count = RATE // 50
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.sample / RATE - time.monotonic()))
        phase = (self.sample + numpy.arange(count)) * 2 * numpy.pi * 440 / RATE
        wave = (numpy.sin(phase) * 12000).astype(numpy.int16)
        frame = AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self.sample
        frame.time_base = fractions.Fraction(1, RATE)
        self.sample += count
        return frame


class Meter:
    """What came in during one second."""

    frames = 0
    change = 0.0
    loudness = 0.0
    previous: numpy.ndarray | None = None

    async def follow(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame | VideoFrame)
                values = frame.to_ndarray().astype(float)
                if isinstance(frame, AudioFrame):
                    self.loudness = float(numpy.abs(values).mean())
                    continue
                self.frames += 1
                if self.previous is not None and self.previous.shape == values.shape:
                    self.change = float(numpy.abs(values - self.previous).mean())
                self.previous = values
        except MediaStreamError:
            return


async def negotiate(connection: RTCPeerConnection, url: str) -> None:
    """POST the offer, take the answer."""
    await connection.setLocalDescription(await connection.createOffer())
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/sdp"}
        offer = connection.localDescription.sdp
        async with session.post(url, data=offer, headers=headers) as response:
            body = await response.text()
            if response.status != 201:
                raise SystemExit(f"{response.status}: {body}")
    await connection.setRemoteDescription(RTCSessionDescription(sdp=body, type="answer"))


async def answer(connection: RTCPeerConnection, url: str) -> None:
    """GET an offer, POST the answer; what is asked for is sent."""
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            offer = RTCSessionDescription(sdp=await response.text(), type="offer")
        await connection.setRemoteDescription(offer)
        for transceiver in connection.getTransceivers():
            transceiver.sender.replaceTrack(Picture() if transceiver.kind == "video" else Tone())
            transceiver.direction = "sendrecv"
        await connection.setLocalDescription(await connection.createAnswer())
        async with session.post(url, data=connection.localDescription.sdp):
            pass


async def call(connection: RTCPeerConnection, url: str, room: str) -> None:
    """Join a room of Flitter's signalling, and call ours as Flitter's plugin does."""
    callee = f"room:{room}"
    connection.addTrack(Picture())
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_json({"type": "join", "id": "flit", "room": room})
        async for message in socket:
            heard = message.json()
            if heard["type"] == "members" and heard["members"][-1] == callee:
                await socket.send_json({"type": "call", "to": callee, "offer": offer})
            elif heard["type"] == "answer" and heard["from"] == callee:
                answer = RTCSessionDescription(sdp=heard["answer"], type="answer")
                await connection.setRemoteDescription(answer)
                await socket.send_json({"type": "finished", "to": callee})
                return


def sound(connection: RTCPeerConnection, codec: str | None) -> None:
    """Send the tone, in one codec alone if one is named."""
    transceiver = connection.addTransceiver(Tone(), direction="sendonly")
    if codec is not None:
        known = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([one for one in known if one.name == codec])


def offer_only(profile: str) -> None:
    """Offer one SRTP profile and no other."""
    known = rtcdtlstransport.SRTP_PROFILES
    known[:] = [one for one in known if one.openssl_profile == profile.encode()]


async def main(role: str, url: str, only: str | None = None) -> None:
    """Play one of the roles until killed."""
    if role == "call":
        await call_again(url, only or "room")
    if role == "watch" and only is not None:
        offer_only(only)
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    if role == "publish":
        connection.addTransceiver(Picture(), direction="sendonly")
        sound(connection, only)
        await negotiate(connection, url)
        await asyncio.Event().wait()
    meter = Meter()
    async with asyncio.TaskGroup() as group:
        connection.on(
            "track", lambda track: group.create_task(meter.follow(track), name=track.kind)
        )
        if role == "answer":
            await answer(connection, url)
        else:
            for kind in ("video", "audio"):
                connection.addTransceiver(kind, direction="recvonly")
            await negotiate(connection, url)
        await tell(meter)


async def tell(meter: Meter) -> None:
    """Print what came, each second."""
    while True:
        await asyncio.sleep(1)
        figures = {key: getattr(meter, key) for key in ("frames", "change", "loudness")}
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()


async def call_again(url: str, room: str) -> None:
    """Call, and again when a call has ended, until killed."""
    meter = Meter()
    async with asyncio.TaskGroup() as group:
        group.create_task(tell(meter))
        while True:
            connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
            connection.on(
                "track", lambda track: group.create_task(meter.follow(track), name=track.kind)
            )
            ended = asyncio.Event()

            @connection.on("connectionstatechange")
            def changed(one: RTCPeerConnection = connection, end: asyncio.Event = ended) -> None:
                if one.connectionState in ("closed", "failed"):
                    end.set()

            await call(connection, url, room)
            await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
