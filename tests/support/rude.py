"""A camera of our own that behaves badly: RTSP over TCP, with H.264 and G.711."""

import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from support.av1_film import film
from support.streams import RATE, record
from trunkline.frames.parameter_sets import units

LOOP = 2 * RATE
"""Pictures after which the film begins anew; the first is a keyframe, and one each second."""
_NTP = 2_208_988_800
PAYLOAD = 1_200

Mischief = Callable[["Session", int], bool]
"""What a session does before it sends a picture by its number; False: it ends there."""


@cache
def pictures(width: int = 320, height: int = 180) -> list[bytes]:
    """Access units of two seconds, in Annex B with parameter sets."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.h264"
        record(path, audio=None, seconds=2, size=(width, height), profile="baseline")
        with av.open(str(path), format="h264") as film:
            return [bytes(packet) for packet in film.demux(video=0) if packet.size]


@cache
def temporal_units() -> list[bytes]:
    """Two seconds of AV1, a whole temporal unit a payload: RTP over TCP has no need of less."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mkv"
        film(path)
        with av.open(str(path)) as made:
            begin = [unit for unit in made.demux(video=0) if unit.size]
            return [_aggregate(bytes(unit), is_first=unit.is_keyframe) for unit in begin]


def _aggregate(unit: bytes, *, is_first: bool) -> bytes:
    """The AV1 RTP payload format, section 4.4: each OBU with its length before it."""
    made, start = bytes([8 if is_first else 0]), 0
    while start < len(unit):
        length, shift, index = 0, 0, start + 1
        while True:  # leb128
            length |= (unit[index] & 127) << shift
            index, shift = index + 1, shift + 7
            if unit[index - 1] < 128:
                break
        body = bytes([unit[start] & ~2]) + unit[index : index + length]
        if unit[start] >> 3 & 15 != 2:  # no temporal delimiters
            size, prefix = len(body), b""
            while size > 127:
                prefix, size = prefix + bytes([size & 127 | 128]), size >> 7
            made += prefix + bytes([size]) + body
        start = index + length
    return made


@cache
def sound(codec: str = "pcm_alaw") -> list[bytes]:
    """G.711 or G.722, 40 ms a piece: two seconds of 440 Hz, loud in the first 200 ms of each."""
    encoder = av.codec.CodecContext.create(codec, "w")
    assert isinstance(encoder, AudioCodecContext)
    rate = 16_000 if codec == "g722" else 8_000
    encoder.sample_rate, encoder.layout, encoder.format = rate, "mono", "s16"
    times = np.arange(2 * rate) / rate
    level = np.where(times % 1 < 0.2, 26_000, 7_000)
    wave = (np.sin(2 * np.pi * 440 * times) * level).astype(np.int16).reshape(1, -1)
    frame = AudioFrame.from_ndarray(wave, format="s16", layout="mono")
    frame.sample_rate = rate
    whole = b"".join(bytes(packet) for packet in encoder.encode(frame))
    return [whole[start : start + 320] for start in range(0, len(whole), 320)]


@dataclass(frozen=True, slots=True)
class Programme:
    """What is sent."""

    codec: str = "H264"
    """What it says that its picture is."""
    payloads: Sequence[bytes] = ()
    """One for each picture; none: the film in H.264."""
    sound: str = "pcm_alaw"
    """FFmpeg's encoder."""
    sound_type: int = 8
    """The payload type (RFC 3551)."""


class Session:
    """One client that was told to PLAY."""

    def __init__(self, writer: asyncio.StreamWriter, programme: "Programme") -> None:
        self.writer = writer
        self.programme = programme
        self.size = (320, 180)
        self.shift = 0.0
        """Seconds by which its clocks are off."""
        self._numbers = [0, 0]

    async def play(self, mischief: Mischief) -> None:
        """A picture and a piece of sound every 40 ms, in step."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number in range(1_000_000):
            await asyncio.sleep(max(0.0, start + number / RATE - loop.time()))
            if not mischief(self, number):
                return
            time = number / RATE + self.shift
            if number % RATE == 0:
                self._report(0, time, 90_000)
                self._report(1, time, 8_000)
            stamp = round(time * 90_000)
            if self.programme.payloads:
                self._send(0, 96, self.programme.payloads[number % LOOP], stamp, mark=True)
            else:
                self.send_picture(pictures(*self.size)[number % LOOP], stamp)
            kind, heard = self.programme.sound_type, sound(self.programme.sound)[number % LOOP]
            self._send(1, kind, heard, round(time * 8_000), mark=False)
            await self.writer.drain()

    def send_picture(self, unit: bytes, stamp: int, *, half: bool = False) -> None:
        """One access unit, or the first half of it."""
        payloads = [part for one in units(unit) for part in _fragments(one)]
        if half:
            payloads = payloads[: max(1, len(payloads) // 2)]
        for index, payload in enumerate(payloads):
            self._send(0, 96, payload, stamp, mark=not half and index == len(payloads) - 1)

    def _send(self, track: int, kind: int, payload: bytes, stamp: int, *, mark: bool) -> None:
        self._numbers[track] += 1
        number = self._numbers[track] & 0xFFFF
        header = struct.pack(
            "!BBHII", 0x80, kind | mark << 7, number, stamp & 0xFFFFFFFF, 7 + track
        )
        self._frame(2 * track, header + payload)

    def _report(self, track: int, time: float, rate: int) -> None:
        """A sender report (RFC 3550 section 6.4.1): the clock is at 1,000,000 s plus `time`."""
        ntp = 1_000_000 + time + _NTP
        fraction = int(ntp % 1 * (1 << 32))
        stamp = round(time * rate) & 0xFFFFFFFF
        body = struct.pack("!IIIIII", 7 + track, int(ntp), fraction, stamp, 0, 0)
        self._frame(2 * track + 1, struct.pack("!BBH", 0x80, 200, 6) + body)

    def _frame(self, channel: int, packet: bytes) -> None:
        self.writer.write(struct.pack("!cBH", b"$", channel, len(packet)) + packet)


def _fragments(unit: bytes) -> Iterator[bytes]:
    """RFC 6184 sections 5.6 and 5.8."""
    if len(unit) <= PAYLOAD:
        yield unit
        return
    first, body = unit[0], unit[1:]
    for start in range(0, len(body), PAYLOAD):
        begin, end = start == 0, start + PAYLOAD >= len(body)
        header = (first & 0x1F) | begin << 7 | end << 6
        yield bytes([first & 0xE0 | 28, header]) + body[start : start + PAYLOAD]


def _description(programme: Programme) -> str:
    sets = [
        base64.b64encode(unit).decode() for unit in units(pictures()[0]) if unit[0] & 31 in (7, 8)
    ]
    parameters = f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={','.join(sets[:2])}"
    return "\r\n".join(
        [
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=rude",
            "t=0 0",
            "m=video 0 RTP/AVP 96",
            f"a=rtpmap:96 {programme.codec}/90000",
            *([] if programme.payloads else [parameters]),
            "a=control:track0",
            f"m=audio 0 RTP/AVP {programme.sound_type}",
            "a=control:track1",
            "",
        ]
    )


class RudeCamera:
    """What it is and does; change it while it runs."""

    def __init__(self, mischief: Mischief) -> None:
        self.mischief = mischief
        self.greeting: bytes | None = None
        """Sent for ever in place of answers; b"": silence."""
        self.stays = False
        """Whether the connection stays when nothing is sent any more."""
        self.programme = Programme()
        self.verdict = "200 OK"
        """What it says to DESCRIBE."""
        self.sessions = 0
        """How often somebody said PLAY."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one client."""
        try:
            if self.greeting is not None:
                while not reader.at_eof():
                    writer.write(self.greeting)
                    await writer.drain()
                    await asyncio.sleep(0.02)
            else:
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went, or the test is over
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        track = 0
        while True:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            method = request.split(" ", 1)[0].lstrip("$")
            number = next(
                line.split(":")[1].strip()
                for line in request.splitlines()
                if line.lower().startswith("cseq")
            )
            more, body, verdict = "", "", "200 OK"
            if method == "DESCRIBE":
                verdict = self.verdict
                body = _description(self.programme)
                more = "Content-Type: application/sdp\r\n"
            elif method == "SETUP":
                channels = f"{2 * track}-{2 * track + 1}"
                more = "Session: 1;timeout=60\r\n"
                more += f"Transport: RTP/AVP/TCP;unicast;interleaved={channels}\r\n"
                track += 1
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            writer.write(
                f"RTSP/1.0 {verdict}\r\nCSeq: {number}\r\n{more}{length}\r\n{body}".encode()
            )
            if method == "PLAY":
                self.sessions += 1
                await Session(writer, self.programme).play(lambda *what: self.mischief(*what))
                if self.stays:
                    await reader.read()
                return


@asynccontextmanager
async def rude_camera(
    mischief: Mischief = lambda *_: True,
) -> AsyncIterator[tuple[RudeCamera, str]]:
    """It runs for the block: itself, and its URL."""
    camera = RudeCamera(mischief)
    server = await asyncio.start_server(camera.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield camera, f"rtsp://127.0.0.1:{port}/live"
    finally:
        server.close()


def noise(size: int) -> bytes:
    """Random bytes."""
    return os.urandom(size)
