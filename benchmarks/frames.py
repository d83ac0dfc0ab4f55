"""What frames cost a program: CPU of a sender and of a receiver, and how old a picture is.

Run as `PYTHONPATH=tests python -m benchmarks.frames`. One program encodes and sends arrays of
1280 × 720, 30 a second, through a relay of our own on loopback; another receives, decodes and gets
arrays. Each picture carries the moment at which it was written as 32 black and white squares.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import av
import numpy

import trunkline
from support.relay import running_relay

WIDTH, HEIGHT, RATE = 1280, 720, 30
SQUARE = 40
HERE = trunkline.Network(addresses=["127.0.0.1"])
WARM = 3.0
"""Seconds before the window: joining, and the bit rate that rises."""


def scene(number: int) -> numpy.ndarray:
    """Waves that move over a still ground with grain, as a camera's picture has it."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    wave = numpy.sin((x + number * 8) / 60) * 60 + numpy.cos((y - number * 4) / 45) * 60
    grain = numpy.random.default_rng(1).normal(0, 6, (HEIGHT, WIDTH))
    grey = 128 + wave + grain
    colours = numpy.stack([grey, grey * 0.8, 255 - grey], -1)
    return numpy.asarray(numpy.clip(colours, 0, 255).astype(numpy.uint8))


def stamp(picture: numpy.ndarray, milliseconds: int) -> None:
    """Write a moment into the top row."""
    for bit in range(32):
        colour = 255 if milliseconds >> bit & 1 else 0
        picture[:SQUARE, bit * SQUARE : (bit + 1) * SQUARE] = colour


def moment(picture: numpy.ndarray) -> int:
    """The moment in the top row."""
    half = SQUARE // 2
    row = picture[half, half : 32 * SQUARE : SQUARE, 1] > 127
    return sum(1 << bit for bit, on in enumerate(row) if on)


def now() -> int:
    """Milliseconds, 32 bits of them."""
    return int(time.time() * 1000) & 0xFFFFFFFF


@dataclass
class Window:
    """CPU time and pictures between two moments."""

    begun: float = 0.0
    cpu: float = 0.0
    pictures: int = 0
    ages: list[int] = field(default_factory=list)

    def begin(self) -> None:
        self.begun, self.cpu = time.monotonic(), time.process_time()
        self.pictures, self.ages = 0, []

    def end(self) -> dict[str, Any]:
        seconds = time.monotonic() - self.begun
        cpu = time.process_time() - self.cpu
        ages = sorted(self.ages)
        return {
            "cpu_percent": round(cpu / seconds * 100, 1),
            "cpu_ms_each_picture": round(cpu / max(self.pictures, 1) * 1000, 2),
            "pictures_per_second": round(self.pictures / seconds, 1),
            "age_ms": {
                "p50": statistics.median(ages) if ages else None,
                "p95": ages[int(len(ages) * 0.95)] if ages else None,
                "p99": ages[int(len(ages) * 0.99)] if ages else None,
            },
        }


async def send(url: str, codec: str, seconds: float) -> dict[str, Any]:
    """Publish for so long; what it cost."""
    scenes = [scene(number) for number in range(30)]
    settings = trunkline.VideoSettings(codec=codec, bitrate=2_500_000)
    window, measured = Window(), None
    async with trunkline.Peer.publish(url, video=settings, audio=None, network=HERE) as peer:
        async for at in trunkline.pace(RATE):
            picture = scenes[int(at * RATE) % len(scenes)]
            stamp(picture, now())
            peer.video.write(picture)
            window.pictures += 1
            if not window.begun and at > WARM:
                window.begin()
            if measured is None and at > WARM + seconds:
                measured = window.end() | {"dropped": peer.video.dropped}
                measured["bitrate"] = peer.video.bitrate
            if at > WARM + seconds + 2:
                break
    assert measured is not None
    return measured


async def receive(url: str, seconds: float) -> dict[str, Any]:
    """Watch for so long; what it cost, and how old pictures were."""
    window = Window()
    async with trunkline.Peer.watch(url, audio=False, network=HERE) as peer:
        first = None
        pictures = peer.video.arrays()
        async for picture in pictures:
            first = first or time.monotonic()
            age = now() - moment(picture)
            if not window.begun and time.monotonic() - first > WARM - 1:
                window.begin()
            elif window.begun:
                window.pictures += 1
                window.ages.append(age)
                if time.monotonic() - window.begun > seconds - 1:
                    break
        return window.end() | {"dropped": pictures.dropped}


async def run(codec: str, seconds: float) -> dict[str, Any]:
    """Both, as programs of their own, with a relay between them."""
    async with running_relay() as relay:
        sender = await program("send", f"{relay.url}/whip/studio?name=cam", codec, seconds)
        await until_published(relay.url)
        receiver = await program("receive", f"{relay.url}/whep/studio", codec, seconds)
        sent, received = await asyncio.gather(figures(sender), figures(receiver))
    return {"codec": codec, "send": sent, "receive": received}


async def until_published(url: str) -> None:
    """Wait till there is something to watch."""
    async with asyncio.timeout(30):
        while True:
            try:
                async with trunkline.Peer.watch(f"{url}/whep/studio", network=HERE):
                    return
            except trunkline.Refusal:
                await asyncio.sleep(0.2)


async def program(part: str, url: str, codec: str, seconds: float) -> asyncio.subprocess.Process:
    """Start a part as a program."""
    words = ["-m", "benchmarks.frames", "--part", part, "--url", url, "--codec", codec]
    return await asyncio.create_subprocess_exec(
        sys.executable, *words, "--seconds", str(seconds), stdout=asyncio.subprocess.PIPE
    )


async def figures(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """What a program says at its end."""
    output, _ = await process.communicate()
    return dict(json.loads(output))


async def main(arguments: argparse.Namespace) -> None:
    """One part, or all."""
    if arguments.part == "send":
        print(json.dumps(await send(arguments.url, arguments.codec, arguments.seconds)))
    elif arguments.part == "receive":
        print(json.dumps(await receive(arguments.url, arguments.seconds)))
    else:
        result = {
            "machine": f"{platform.machine()}, {os.cpu_count()} processors",
            "av": av.__version__,
            "load": os.getloadavg(),
            "runs": [await run(codec, arguments.seconds) for codec in arguments.codec.split(",")],
        }
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part")
    parser.add_argument("--url")
    parser.add_argument("--codec", default="H264,VP8")
    parser.add_argument("--seconds", type=float, default=10)
    asyncio.run(main(parser.parse_args()))
